"""Record ids for people: printed, and read back when somebody types one.

A record of this node prints as `KLOBUK-1-R-4F2K9-7`; one from elsewhere as its number, because only
a node directory knows its post. Must not know: what the record is.
"""

from __future__ import annotations

from edge.kit import Kit
from edge.store import lives
from shared.database import Connection
from shared.errors import InputError
from shared.ids import Dot, RecordId, feed_of, make_dot, node_of_dot, print_dot, read_dot
from shared.limits import SEQ_MAX

_DIGITS_MAX = 19  # 2**63 has so many


def printed(kit: Kit, record: int) -> str:
    """The id as people read it."""
    for life in kit.lives:
        if life.node == node_of_dot(record):
            return print_dot(record, post=kit.post, epoch=life.epoch)
    return str(record)


def read_id(kit: Kit, tx: Connection, text: str) -> RecordId:
    """A record's id now, by one that it has or had: printed, or as the number that stands in URLs.

    Raises InputError `bad_id`, `foreign_id`.
    """
    return RecordId(Dot(lives.now_called(tx, _read(kit, text))))


def _read(kit: Kit, text: str) -> RecordId:
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX and 0 < int(text) < 1 << 63:
        return RecordId(Dot(int(text)))
    post, epoch, lane, seq = read_dot(text)
    node = next((life.node for life in kit.lives if (kit.post, life.epoch) == (post, epoch)), None)
    if node is None or seq > SEQ_MAX:
        raise InputError(
            "foreign_id",
            "this id is not from this post",
            hint="Only checks saved at this post can be opened here; ask the centre for others.",
        )
    return RecordId(make_dot(feed_of(node, lane), seq))
