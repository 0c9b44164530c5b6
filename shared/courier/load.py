"""What goes up: a node's slip, which says where it stands, and some of its bundles.

Invariant: nothing a slip says is believed before its node's key has verified it; bundles carry their own
signatures. Must not know: storage, who carries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared import wire
from shared.crypto import Purpose, SigningKey, VerifyKey
from shared.errors import SessionError
from shared.ids import Node
from shared.limits import ENROLMENT_MAX_BYTES, REQUEST_MAX_BUNDLES, REQUEST_MAX_BYTES
from shared.session import LANES, NodeStanding, Returned, read_returned
from shared.session.former import Ask, read_asks, write_asks
from shared.session.messages import VERSION, byte_strings, counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """Where a node stood when it handed over the load. `raw` are the bytes as signed.

    `heads` has one number a lane: the last seq it had cut. `heard_ms` is the newest time of the hub's that it
    has believed. `certificate` is its paper; `asks` are about its former numbers.
    """

    node: Node
    hub: bytes
    heads: tuple[int, ...]
    generation: int
    positions: tuple[int, ...]
    heard_ms: int
    revocations: int
    prekey: int
    certificate: bytes
    raw: bytes
    signature: bytes
    asks: tuple[Ask, ...] = ()

    @property
    def progress(self) -> tuple[int, ...]:
        """Grows with what the node has read and written: of two slips the higher one is newer."""
        return (
            *(self.generation, self.heard_ms, sum(self.positions)),
            *(sum(self.heads), self.revocations, self.prekey),
        )

    def believe(self, key: VerifyKey) -> None:
        """Raise TrustError `bad_signature` unless the node's key signed this slip."""
        key.verify(Purpose.SLIP, self.raw, self.signature)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A slip, the bundles that came with it, and what is given back to a restored hub."""

    slip: Slip
    bundles: tuple[bytes, ...]
    returned: Returned | None = None


def sign_slip(
    standing: NodeStanding, *, node: Node, hub: bytes, certificate: bytes, signer: SigningKey
) -> Slip:
    """The slip of a node that stands there."""
    positions = [cursor.position for cursor in standing.cursors]
    raw = wire.pack(
        [
            VERSION,
            node,
            hub,
            list(standing.heads),
            standing.generation,
            positions,
            standing.last_head_ms,
            standing.revocations,
            standing.prekey,
            certificate,
            *write_asks(standing.asks),
        ]
    )
    return read_slip(raw, signer.sign(Purpose.SLIP, raw))


def write_load(slip: Slip, bundles: Sequence[bytes], *, returned: Returned | None = None) -> bytes:
    """The load's bytes."""
    back = [] if returned is None else [returned.written()]
    return wire.pack([VERSION, slip.raw, slip.signature, list(bundles), *back])


def read_load(data: bytes) -> Load:
    """Take a received load apart. Raises SessionError `bad_load`, `too_many_bundles`; WireError."""
    returned: Returned | None = None
    match wire.unpack(data, max_bytes=REQUEST_MAX_BYTES):
        case [1, bytes() as raw, bytes() as signature, [*bundles]]:
            pass
        case [1, bytes() as raw, bytes() as signature, [*bundles], [*back]]:
            returned = read_returned(back, _bad_load())
        case _:
            raise _bad_load()
    if len(bundles) > REQUEST_MAX_BUNDLES:
        raise SessionError(
            "too_many_bundles", "more bundles than one load may hold", hint="Send fewer at a time."
        )
    return Load(
        slip=read_slip(raw, signature),
        bundles=byte_strings(bundles, _bad_load()),
        returned=returned,
    )


def read_slip(raw: bytes, signature: bytes) -> Slip:
    """Take a slip apart; `Slip.believe` comes next. Raises SessionError `bad_load`, WireError."""
    match wire.unpack(raw, max_bytes=ENROLMENT_MAX_BYTES):
        case [
            1,
            int() as node,
            bytes() as hub,
            [*heads],
            int() as generation,
            [*positions],
            int() as heard_ms,
            int() as revocations,
            int() as prekey,
            bytes() as certificate,
            *rest,
        ] if len(heads) == len(LANES):
            pass
        case _:
            raise _bad_load()
    node, generation, heard_ms = counts([node, generation, heard_ms], _bad_load())
    revocations, prekey = counts([revocations, prekey], _bad_load())
    return Slip(
        node=Node(node),
        hub=hub,
        heads=counts(heads, _bad_load()),
        generation=generation,
        positions=counts(positions, _bad_load()),
        heard_ms=heard_ms,
        revocations=revocations,
        prekey=prekey,
        certificate=certificate,
        raw=raw,
        signature=signature,
        asks=read_asks(rest, _bad_load()),
    )


def _bad_load() -> SessionError:
    return SessionError("bad_load", "the load has an unknown shape", hint="Upgrade whichever side is older.")
