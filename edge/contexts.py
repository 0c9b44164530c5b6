"""What a form's author was shown, as one opaque string that the form carries back.

Job: contexts to text and back, strictly. Dots are decimal strings inside, because browsers are no
place for 63-bit numbers. Must not know: records, pages.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from shared.errors import StaleError
from shared.ids import Dot
from shared.limits import CONTEXT_MAX_DOTS, COUNT_MAX

_CHARS_MAX = 20_000

Contexts = Mapping[int, tuple[Dot, ...]]


def to_text(contexts: Contexts) -> str:
    """For a hidden field."""
    plain = {str(number): [str(dot) for dot in dots] for number, dots in sorted(contexts.items())}
    return json.dumps(plain, separators=(",", ":"))


def from_text(text: str) -> dict[int, tuple[Dot, ...]]:
    """Undo `to_text`. Raises StaleError `form_unreadable` for anything else."""
    try:
        if len(text) > _CHARS_MAX:
            raise ValueError
        plain = json.loads(text)
        found = {
            int(number): tuple(Dot(int(dot)) for dot in dots)
            for number, dots in plain.items()
            if isinstance(dots, list) and len(dots) <= CONTEXT_MAX_DOTS
        }
        if len(found) != len(plain) or not all(
            0 < dot <= COUNT_MAX for dots in found.values() for dot in dots
        ):
            raise ValueError
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        raise StaleError(
            "form_unreadable", "this form did not come from its page", hint="Open the record again."
        ) from None
    return found
