"""What a person typed, and what was wrong with it, on the way back to the same form.

Job: hold the submitted values of one form beside the errors of its fields, so that a page can show
each message beside its field and nobody types anything twice.
Invariant: values are returned as typed; cleaning and judging is the desk's work.
Must not know: what the fields mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from flask import request
from werkzeug.datastructures import MultiDict

from hub.desk import FormError
from hub.desk.form import mark_of
from shared.errors import InputError, KaraulaError

ONCE: Final = "once"
_ONCE_MAX_CHARS: Final = 64
_OF_THE_PAGE: Final = frozenset({"csrf_token", ONCE})
_UNSEEN: Final = frozenset({"contexts"})  # carried by a form, typed by nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The values of a form by field name, and the errors to show with them."""

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    errors: tuple[InputError, ...] = ()

    def text(self, name: str, default: str = "") -> str:
        """One field as typed."""
        found = self.values.get(name)
        return found[0] if found else default

    def several(self, name: str) -> tuple[str, ...]:
        """All values of a field that may be chosen more than once."""
        return tuple(self.values.get(name, ()))

    def error(self, name: str) -> InputError | None:
        """What is wrong with one field."""
        return next((error for error in self.errors if error.field == name), None)

    @property
    def general(self) -> tuple[InputError, ...]:
        """Errors that no field a person can see is to blame for."""
        seen = self.values.keys() - _UNSEEN
        return tuple(error for error in self.errors if error.field not in seen)

    def refused(self, *errors: InputError) -> Form:
        """The same values with these errors."""
        return Form(values=self.values, errors=errors)


def submitted(names: Iterable[str]) -> Form:
    """The fields of the posted form; a field that was not sent is empty."""
    sent: MultiDict[str, str] = request.form
    return Form(values={name: tuple(sent.getlist(name)) or ("",) for name in names})


def was_sent(name: str) -> bool:
    """Whether the posted form had this field at all: an empty one was cleared, an absent one never shown."""
    return name in request.form


def once() -> str:
    """What makes the posted form one form: its page's token, and what was filled in.

    Raises InputError `form_unreadable`.
    """
    token = request.form.get(ONCE, "")
    if not 0 < len(token) <= _ONCE_MAX_CHARS:
        raise InputError(
            "form_unreadable", "this form did not come from its page", hint="Load the page again."
        )
    sent = (pair for pair in request.form.items(multi=True) if pair[0] not in _OF_THE_PAGE)
    return mark_of(token, sent)


def filled(values: Mapping[str, str]) -> Form:
    """A form that opens with these values."""
    return Form(values={name: (value,) for name, value in values.items()})


def refusal(form: Form, error: KaraulaError) -> Form:
    """The form as typed, with all that the desk said against it."""
    if isinstance(error, FormError):
        return form.refused(*error.errors)
    field = error.field if isinstance(error, InputError) else None
    return form.refused(InputError(error.code, error.message, hint=error.hint, field=field))
