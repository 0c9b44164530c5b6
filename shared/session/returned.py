"""What a node gives back to a hub that was restored: the hub's own signed segments of earlier lives.

    returned = [prekey, SealedBox(prekey, pack([[segment, signature] …])), revocations | nil]

They travel sealed, as everything does; what they say is believed by the hub's own signature alone, the
revocation list by the authority's. Must not know: storage, whether the hub has them already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared import wire
from shared.crypto import BoxKey, SealKey
from shared.errors import SessionError
from shared.limits import REQUEST_MAX_BYTES, RETURN_MAX_SEGMENTS
from shared.session.messages import is_count

ENVELOPE = -1
"""Stands for the whole of it where refusals count segments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """Segments of earlier lives, sealed to a prekey (empty for none), and the newest revocation list."""

    prekey: int
    sealed: bytes
    revocations: bytes | None = None

    @property
    def size(self) -> int:
        """Bytes on the wire, about."""
        return len(self.sealed) + len(self.revocations or b"")

    def written(self) -> list[int | bytes | None]:
        """As it stands in a question or a load."""
        return [self.prekey, self.sealed, self.revocations]


def give_back(
    segments: Sequence[tuple[bytes, bytes]], *, prekey: int, key: SealKey, revocations: bytes | None
) -> Returned:
    """Seal (segment, signature) pairs to the hub."""
    sealed = key.seal(wire.pack([list(pair) for pair in segments])) if segments else b""
    return Returned(prekey=prekey, sealed=sealed, revocations=revocations)


def read_returned(said: Sequence[object], otherwise: SessionError) -> Returned:
    """Undo `written`; raises `otherwise`."""
    match said:
        case [prekey, bytes() as sealed, bytes() | None as revocations] if is_count(prekey):
            return Returned(prekey=prekey, sealed=sealed, revocations=revocations)
        case _:
            raise otherwise


def open_returned(returned: Returned, key: BoxKey) -> list[tuple[bytes, bytes]]:
    """The pairs, not yet believed. Raises BundleError `cannot_open`; SessionError `bad_return`; WireError."""
    if not returned.sealed:
        return []
    pairs = []
    entries = wire.unpack(key.open(returned.sealed), max_bytes=REQUEST_MAX_BYTES)
    for entry in entries if isinstance(entries, list) else [None]:
        match entry:
            case [bytes() as raw, bytes() as signature]:
                pairs.append((raw, signature))
            case _:
                raise bad_return()
    if len(pairs) > RETURN_MAX_SEGMENTS:
        raise bad_return()
    return pairs


def bad_return() -> SessionError:
    return SessionError(
        "bad_return", "what was given back has an unknown shape", hint="Upgrade whichever side is older."
    )
