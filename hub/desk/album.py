"""The photos of a record: how far they have arrived, and one that is whole.

Invariant: a photo is seen by whoever sees its record, and only one that the record's own country
attached. Must not know: pages, who asks.
"""

from __future__ import annotations

from hub.desk.view import PhotoRow
from shared.database import Connection
from shared.errors import MissingError
from shared.ledger.photos import pieces_of
from shared.ledger.records import Record
from shared.photo import Photo, State, put_together


def rows(tx: Connection, record: Record) -> tuple[PhotoRow, ...]:
    """A record's photos, oldest first."""
    return tuple(
        PhotoRow(
            name=photo.name,
            category=photo.category,
            size_bytes=photo.size_bytes,
            state=photo.state.value,
            arrived=photo.arrived,
            pieces=photo.count,
        )
        for photo in _photos(tx, record)
    )


def whole(tx: Connection, record: Record, name: str) -> Photo:
    """One photo in full. Raises MissingError `no_photo`."""
    for photo in _photos(tx, record):
        if photo.name == name and photo.state is State.WHOLE:
            return photo
    raise MissingError("no_photo", "there is no such photo here", hint="Look at the record again.")


def _photos(tx: Connection, record: Record) -> tuple[Photo, ...]:
    return put_together(pieces_of(tx, record.id, owner=record.text("owner")))
