"""The doorbell's few bytes: how a node asks to be rung, and what a ring is.

    call     = pack([version, node, time ms, generation, [position …]])
    question = pack([version, call, signature])

The answer is a stream of single bytes, for as long as the connection holds: `RING` says that something
waits for this node, `KEEP` that nothing does and the line is alive. Any other byte means nothing yet.

Invariants
* Only the node itself can make a call: who may listen learns when a post has news. A call is good for
  `DOORBELL_CALL_MS` around the hub's time, and a later one of the same node replaces it.
* A ring carries nothing. Whoever forges one causes a contact, and that contact verifies everything.
Must not know: sockets, who rings and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared import wire
from shared.crypto import Purpose, SigningKey, VerifyKey
from shared.errors import SessionError
from shared.ids import Node
from shared.limits import DOORBELL_CALL_MAX_BYTES
from shared.session.messages import counts

VERSION: Final = 1
PATH: Final = "/doorbell/v1"
PORT_HEADER: Final = "Karaula-Doorbell-Port"
"""Where a hub's own web server is asked for the doorbell, it names the port beside it in this header."""
RING: Final = b"!"
KEEP: Final = b"."


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A node that asks to be rung. `time_ms` is the hub's time as the node knows it, `positions` how far
    it has read each of its scopes, in the order of its cursor. Only believed after `believe`."""

    node: Node
    time_ms: int
    generation: int
    positions: tuple[int, ...]
    raw: bytes = b""
    signature: bytes = b""

    def believe(self, key: VerifyKey) -> None:
        """Raise TrustError `bad_signature` unless the node's key signed this call."""
        key.verify(Purpose.DOORBELL, self.raw, self.signature)


def write_call(call: Call, *, signer: SigningKey) -> bytes:
    """The question's bytes."""
    raw = wire.pack([VERSION, call.node, call.time_ms, call.generation, list(call.positions)])
    return wire.pack([VERSION, raw, signer.sign(Purpose.DOORBELL, raw)])


def read_call(data: bytes) -> Call:
    """Decode a received question within limits. Raises SessionError `bad_call`, WireError."""
    match wire.unpack(data, max_bytes=DOORBELL_CALL_MAX_BYTES):
        case [1, bytes() as raw, bytes() as signature]:
            pass
        case _:
            raise _bad_call()
    match wire.unpack(raw, max_bytes=DOORBELL_CALL_MAX_BYTES):
        case [1, int() as node, int() as time_ms, int() as generation, [*positions]]:
            pass
        case _:
            raise _bad_call()
    node, time_ms, generation, *read = counts([node, time_ms, generation, *positions], _bad_call())
    return Call(
        node=Node(node),
        time_ms=time_ms,
        generation=generation,
        positions=tuple(read),
        raw=raw,
        signature=signature,
    )


def _bad_call() -> SessionError:
    return SessionError(
        "bad_call", "the call to the doorbell has an unknown shape", hint="Upgrade whichever side is older."
    )
