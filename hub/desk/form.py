"""What a form got wrong, all of it at once; and what makes a filled-in form the same one again.

Job: carry every field's error to the page together, so that an operator mends them in one go; name a form.
Must not know: which fields exist, pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from shared import wire
from shared.crypto import digest
from shared.errors import InputError

_T = TypeVar("_T")


class FormError(InputError):
    """Some fields cannot be used. `errors` has one InputError a field, `field` set; nothing was done."""

    def __init__(self, *errors: InputError) -> None:
        first = errors[0]
        super().__init__(first.code, first.message, hint=first.hint, field=first.field)
        self.errors = errors


class Collector:
    """Collects the errors of a form's fields: `take` each, then `check` once."""

    def __init__(self) -> None:
        self._errors: list[InputError] = []

    def take(self, parse: Callable[[], _T]) -> _T | None:
        """The parsed value, or None with the error kept."""
        try:
            return parse()
        except FormError as error:
            self._errors.extend(error.errors)
        except InputError as error:
            self._errors.append(error)
        return None

    def add(self, code: str, message: str, *, hint: str, field: str) -> None:
        self._errors.append(InputError(code, message, hint=hint, field=field))

    def blames(self, field: str) -> bool:
        """Whether a field was found wrong."""
        return any(error.field == field for error in self._errors)

    def __len__(self) -> int:
        return len(self._errors)

    def check(self) -> None:
        """Raise FormError if any field was wrong."""
        if self._errors:
            raise FormError(*self._errors)


def mark_of(token: str, fields: Iterable[tuple[str, str]]) -> str:
    """Names one form as it was filled in: the same again is a repeat; other words on the same page are not.

    Whoever goes back to a page and types the next alert sends the page's token again, with another wish.
    """
    said = [[name, value] for name, value in sorted(fields)]
    return digest(wire.pack([token, said])).hex()
