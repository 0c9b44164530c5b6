"""Contexts in a form: what the person was shown, as one opaque string.

Job: carry a record's contexts through a page and compare them with what holds now.
Must not know: pages, storage.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping

from shared import wire
from shared.errors import InputError, StaleError, WireError
from shared.ids import Dot
from shared.limits import FORM_MAX_BYTES

Contexts = Mapping[int, tuple[Dot, ...]]


def write(contexts: Contexts) -> str:
    """The string for a hidden field."""
    rows = [[number, list(dots)] for number, dots in sorted(contexts.items())]
    return urlsafe_b64encode(wire.pack(rows)).decode()


def read(text: str) -> dict[int, tuple[Dot, ...]]:
    """Undo `write`. Raises InputError `bad_contexts`."""
    bad = InputError("bad_contexts", "the form is damaged", hint="Load the page again.", field="contexts")
    try:
        rows = wire.unpack(urlsafe_b64decode(text.encode()), max_bytes=FORM_MAX_BYTES)
    except (WireError, ValueError):
        raise bad from None
    found: dict[int, tuple[Dot, ...]] = {}
    for row in rows if isinstance(rows, list) else [None]:
        match row:
            case [int() as number, [*dots]] if all(isinstance(dot, int) for dot in dots):
                found[number] = tuple(Dot(dot) for dot in dots if isinstance(dot, int))
            case _:
                raise bad
    return found


def check_fresh(text: str, now: Contexts) -> None:
    """Raise StaleError `record_changed` unless nothing changed since the form was shown."""
    if read(text) != dict(now):
        raise StaleError(
            "record_changed",
            "someone changed this record while the form was open",
            hint="Look at the new state and decide again. Nothing was saved.",
        )
