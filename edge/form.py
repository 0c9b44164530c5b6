"""What a form got wrong, all of it at once.

Job: carry every field's problem to the page together, so that an officer mends them in one go.
Must not know: which fields exist, pages.
"""

from __future__ import annotations

from collections.abc import Mapping

from edge.screen import Problem
from shared.errors import InputError


class FormError(InputError):
    """Some fields cannot be used. `problems` has one `Problem` by field name; nothing was done."""

    def __init__(self, problems: Mapping[str, Problem]) -> None:
        first = next(iter(problems.values()))
        super().__init__(first.code, first.message, hint=first.hint, field=first.field)
        self.problems = dict(problems)


def problem_of(error: InputError, field: str) -> Problem:
    """The problem a refused value stands for."""
    return Problem(field=field, code=error.code, message=error.message, hint=error.hint)
