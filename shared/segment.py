"""A segment: an immutable, hub-signed run of one scope's feed.

Job: what flows from the hub to its readers. A scope (`all`, `country:BA`, `post:KLOBUK`,
`node:5`) has one log with dense positions; the hub cuts it into segments, compresses and signs
each once, and seals the same bytes to every reader in turn. Nodes keep the signed originals, so
that a hub restored from an old backup can be given back what it had said.

    segment = pack([version, hub, generation, scope, first, last, C_before, payload]) , signature
    C_n     = BLAKE2b-16(C_before ‖ segment bytes)

Invariants: a reader applies whole segments in order; a gap, a repeat under another content or an
older generation shows in C. Must not know: storage, who reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared import wire
from shared.change import Change
from shared.crypto import HASH_BYTES, Purpose, SigningKey, VerifyKey, digest
from shared.errors import SessionError, WireError
from shared.limits import REPLY_MAX_BYTES

VERSION: Final = 1
CHAIN_START: Final = bytes(HASH_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A verified segment. `raw` and `signature` are the bytes as signed; `payload` is not yet decoded."""

    generation: int
    scope: str
    first: int
    last: int
    before: bytes
    payload: bytes
    raw: bytes
    signature: bytes

    @property
    def count(self) -> int:
        return self.last - self.first + 1

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes, decoded at each call: a reader holds those of one segment at a time.

        Raises WireError: a segment of the hub's own making that no longer decodes here.
        """
        found = tuple(wire.decode(wire.decompress(self.payload), base=None).changes())
        if len(found) != self.count:
            raise _does_not_add_up()
        return found

    @property
    def chain(self) -> bytes:
        return chain_next(self.before, self.raw)


def chain_next(before: bytes, raw: bytes) -> bytes:
    """C_n from C_before and the segment's bytes."""
    return digest(before, raw)


def cut(
    changes: Sequence[Change],
    *,
    hub: bytes,
    generation: int,
    scope: str,
    first: int,
    before: bytes,
    signer: SigningKey,
) -> tuple[bytes, bytes]:
    """Encode and sign the entries at positions first … first+len-1; returns (raw, signature)."""
    payload = wire.compress(wire.encode(changes, base=None))
    last = first + len(changes) - 1
    raw = wire.pack([VERSION, hub, generation, scope, first, last, before, payload])
    return raw, signer.sign(Purpose.SEGMENT, raw)


def read(raw: bytes, signature: bytes, *, hub: bytes, key: VerifyKey) -> Segment:
    """Verify received segment bytes and read what they say of themselves; the changes stay packed.

    Raises TrustError `bad_signature`, WireError `bad_segment`, SessionError `wrong_hub`.
    """
    key.verify(Purpose.SEGMENT, raw, signature)
    fields = wire.unpack(raw, max_bytes=REPLY_MAX_BYTES)
    match fields:
        case [
            1,
            bytes() as of_hub,
            int() as generation,
            str() as scope,
            int() as first,
            int() as last,
            bytes() as before,
            bytes() as payload,
        ]:
            pass
        case _:
            raise WireError("bad_segment", "the feed segment has an unknown shape", hint="Upgrade this node.")
    if of_hub != hub:
        raise SessionError(
            "wrong_hub", "the segment is another hub's", hint="Check which hub this node is set to."
        )
    if first < 1 or last < first or len(before) != HASH_BYTES:
        raise _does_not_add_up()
    return Segment(
        generation=generation,
        scope=scope,
        first=first,
        last=last,
        before=before,
        payload=payload,
        raw=raw,
        signature=signature,
    )


def _does_not_add_up() -> WireError:
    return WireError(
        "bad_segment", "the segment's positions do not add up", hint="Ask the hub to send it again."
    )
