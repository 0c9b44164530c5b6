"""What goes back to whoever handed over a load: how much is carried, and packets to hand on.

Invariant: "carried" is nobody's receipt. It only says what need not be handed over again for now; what the
hub has stands in the packets, under the hub's signature. Must not know: storage, HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared import wire
from shared.errors import SessionError
from shared.ids import Feed, Seq
from shared.limits import RELAY_MAX_PACKETS, REPLY_MAX_BYTES
from shared.session.messages import VERSION, byte_strings, is_count


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """`carried` has the last seq in custody by feed; the hub leaves it empty."""

    carried: Mapping[Feed, Seq]
    packets: tuple[bytes, ...]


def write_reply(*, carried: Mapping[Feed, Seq], packets: Sequence[bytes]) -> bytes:
    """The reply's bytes."""
    return wire.pack([VERSION, [[feed, last] for feed, last in sorted(carried.items())], list(packets)])


def read_reply(data: bytes) -> Reply:
    """Take a reply apart. Raises SessionError `bad_reply`, WireError."""
    match wire.unpack(data, max_bytes=2 * REPLY_MAX_BYTES):
        case [1, [*pairs], [*packets]] if len(packets) <= RELAY_MAX_PACKETS:
            carried = dict(_pair(pair) for pair in pairs)
            return Reply(carried=carried, packets=byte_strings(packets, _bad_reply()))
        case _:
            raise _bad_reply()


def _pair(pair: object) -> tuple[Feed, Seq]:
    match pair:
        case [feed, last] if is_count(feed) and is_count(last) and feed > 0:
            return Feed(feed), Seq(last)
        case _:
            raise _bad_reply()


def _bad_reply() -> SessionError:
    return SessionError(
        "bad_reply", "the reply has an unknown shape", hint="Upgrade whichever side is older."
    )
