"""Record ids for people: printed, and read back when somebody types one.

A record of this node prints as `KLOBUK-1-R-4F2K9-7`; one from elsewhere as its number, because only
a node directory knows its post. Must not know: what the record is.
"""

from __future__ import annotations

from edge.kit import Kit
from shared.errors import InputError
from shared.ids import Dot, RecordId, feed_of, make_dot, node_of_dot, print_dot, read_dot
from shared.limits import SEQ_MAX

_DIGITS_MAX = 19  # 2**63 has so many


def printed(kit: Kit, record: int) -> str:
    """The id as people read it."""
    if node_of_dot(record) != kit.node:
        return str(record)
    return print_dot(record, post=kit.post, epoch=kit.epoch)


def read_id(kit: Kit, text: str) -> RecordId:
    """A record's id, printed or as the number that stands in URLs. Raises InputError `bad_id`."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX and 0 < int(text) < 1 << 63:
        return RecordId(Dot(int(text)))
    post, epoch, lane, seq = read_dot(text)
    if (post, epoch) != (kit.post, kit.epoch) or seq > SEQ_MAX:
        raise InputError(
            "foreign_id",
            "this id is not from this post",
            hint="Only checks saved at this post can be opened here; ask the centre for others.",
        )
    return RecordId(make_dot(feed_of(kit.node, lane), seq))
