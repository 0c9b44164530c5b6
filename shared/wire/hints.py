"""Which columns foretell which: advice to the writer, by kind and field number.

Invariant: readers never need it; a hint may be added or dropped without a new format.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.schema import Kind, Type, field_by_name, record_type
from shared.wire.expression import NO_HINT, Hint
from shared.wire.operations import AUTHOR_KEY, Reference

_STAMPED: Final = Hint(since=(Reference.STAMP_MS,))
_NEAR_DOT: Final = Hint(since=(Reference.DOT,))


def _by_number(kind: Kind, **hints: dict[str, tuple[str, ...]]) -> dict[int, Hint]:
    """Hints by field number from hints by name; `author` is a key too."""

    def number(name: str) -> int:
        return AUTHOR_KEY if name == "author" else field_by_name(kind, name).number

    return {
        number(name): Hint(
            keys=tuple(tuple(map(number, key.split("+"))) for key in parts.get("keys", ())),
            same=tuple(map(number, parts.get("same", ()))),
            birth=number("birth") if "birth" in parts else None,
            elapsed="elapsed" in parts,
            presence=tuple(tuple(map(number, key.split("+"))) for key in parts.get("presence", ())),
        )
        for name, parts in hints.items()
    }


_CHECK: Final = _by_number(
    Kind.CHECK,
    device={"keys": ("author",)},
    direction={"keys": ("device", "plate")},
    plate_country={"keys": ("plate",)},
    vehicle_kind={"keys": ("plate",)},
    vin={"keys": ("plate",)},
    nationality={"keys": ("plate",)},
    surname={"keys": ("plate",)},
    document_issuer={"same": ("nationality",), "keys": ("nationality",)},
    document_category={"keys": ("document_issuer",)},
    document_code={"keys": ("document_issuer+document_category", "document_category")},
    mrz_format={"keys": ("document_category",)},
    document_number={"keys": ("document_issuer+document_category", "document_issuer")},
    personal_number={"birth": (), "keys": ("nationality",), "presence": ("nationality",)},
    optional_1={
        "birth": (),
        "same": ("personal_number",),
        "keys": ("nationality",),
        "presence": ("nationality",),
    },
    optional_2={"birth": (), "same": ("personal_number",), "keys": ("nationality",)},
    origin={"keys": ("plate",), "presence": ("nationality+direction",)},
    destination={"keys": ("plate",)},
    purpose={"keys": ("plate",)},
    stay_days={"keys": ("plate",)},
    list_age_s={"elapsed": ()},
    decision={"keys": ("direction",)},
)
_ALERT: Final = _by_number(
    Kind.ALERT,
    action={"keys": ("category",)},
    document_issuer={"same": ("nationality",), "keys": ("nationality",)},
    document_number={"keys": ("document_issuer+document_category", "document_issuer")},
    personal_number={"birth": (), "keys": ("nationality",)},
    phone={"keys": ("owner",)},
    plate_country={"keys": ("plate",)},
)
_HIT: Final = _by_number(
    Kind.HIT,
    action={"keys": ("category",)},
    document_issuer={"same": ("nationality",), "keys": ("nationality",)},
    plate_country={"keys": ("plate",)},
)
_HINTS: Final[Mapping[int, Mapping[int, Hint]]] = {Kind.CHECK: _CHECK, Kind.ALERT: _ALERT, Kind.HIT: _HIT}


def hint_for(kind: int, number: int) -> Hint:
    """The hint for a field; instants are guessed to be the stamp's, ids to be near the change's own."""
    found = _HINTS.get(kind, {}).get(number)
    if found is not None:
        return found
    row = record_type(kind)
    type_ = next((field.type for field in row.fields if field.number == number), None) if row else None
    return _STAMPED if type_ is Type.INSTANT else _NEAR_DOT if type_ is Type.DOT else NO_HINT


def in_order(kind: int, numbers: set[int]) -> list[int]:
    """Field numbers so that those others lean on come first."""
    hints = _HINTS.get(kind, {})
    placed: dict[int, None] = {}

    def place(number: int) -> None:
        if number in placed or number not in numbers:
            return
        hint = hints.get(number, NO_HINT)
        for other in (
            *hint.same,
            *(each for key in (*hint.keys, *hint.presence) for each in key),
            hint.birth,
        ):
            if other:
                place(other)
        placed[number] = None

    for number in sorted(numbers):
        place(number)
    return [*placed]
