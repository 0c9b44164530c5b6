"""The ids a record had before its device went on under another number.

A device that was restored or cloned brings what the centre lacks under its new number. What was printed
meanwhile bears the old ids, so the change that creates such a record carries them: a field beyond those of
its kind, which older programs pass on unread, as they do any field they do not know.

    FORMERLY = (id (8 bytes, big-endian) ‖ mark of that change's content (8 bytes)), …   the oldest first

The mark tells two papers apart that bear one id: a copied disk gave it once more.
Must not know: who renumbers, where ids are looked up.
"""

from __future__ import annotations

from typing import Final

from shared.change import Change
from shared.ids import Dot

FORMERLY: Final = 4_000
"""The field's number: far above those of any kind, and never one of them."""
_ID_BYTES: Final = 8
_ENTRY_BYTES: Final = 16


def with_former(change: Change, *, old: Dot, mark: bytes) -> bytes:
    """The field's value for a change that is about to get another id than `old`."""
    before = change.fields.get(FORMERLY)
    return (before if isinstance(before, bytes) else b"") + old.to_bytes(_ID_BYTES) + mark


def former_ids(change: Change) -> tuple[tuple[Dot, bytes], ...]:
    """(id, mark) for each id a record had before; nothing for what is not of this shape."""
    said = change.fields.get(FORMERLY)
    if not isinstance(said, bytes) or len(said) % _ENTRY_BYTES:
        return ()
    entries = [said[at : at + _ENTRY_BYTES] for at in range(0, len(said), _ENTRY_BYTES)]
    ids = [(int.from_bytes(entry[:_ID_BYTES]), entry[_ID_BYTES:]) for entry in entries]
    return tuple((Dot(old), mark) for old, mark in ids if 0 < old < 1 << 63)
