"""The hub's end of the conversation: read a question, answer it.

Must not know: HTTP, storage, what a change means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared import wire
from shared.crypto import Purpose, SealKey, SigningKey, VerifyKey, digest
from shared.errors import SessionError
from shared.limits import REQUEST_MAX_BUNDLES, REQUEST_MAX_BYTES
from shared.session.messages import (
    VERSION,
    Head,
    Hello,
    answer_signed,
    bad_question,
    byte_strings,
    read_hello,
    write_head,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A node's question, taken apart. Its hello is only believed after `believe`.

    `mark` is the digest of the bytes as received, to which the answer is bound.
    """

    hello: Hello
    bundles: tuple[bytes, ...]
    mark: bytes

    def believe(self, key: VerifyKey) -> None:
        """Raise TrustError `bad_signature` unless the node's key signed this hello."""
        key.verify(Purpose.HELLO, self.hello.raw, self.hello.signature)


def read_question(data: bytes) -> Question:
    """Decode a received question within limits. Raises SessionError `bad_question`, WireError."""
    match wire.unpack(data, max_bytes=REQUEST_MAX_BYTES):
        case [1, bytes() as raw, bytes() as signature, [*bundles]]:
            pass
        case _:
            raise bad_question()
    if len(bundles) > REQUEST_MAX_BUNDLES:
        raise SessionError(
            "too_many_bundles", "more bundles than one request may hold", hint="Send fewer at a time."
        )
    return Question(
        hello=read_hello(raw, signature), bundles=byte_strings(bundles, bad_question()), mark=digest(data)
    )


def answer(
    question: Question,
    head: Head,
    *,
    segments: Sequence[tuple[bytes, bytes]],
    reader: SealKey,
    signer: SigningKey,
    revocations: bytes | None = None,
    prekeys: Sequence[bytes] = (),
) -> bytes:
    """The hub's signed answer, its feed sealed to the reader."""
    raw = write_head(head)
    parcel = reader.seal(wire.pack([list(pair) for pair in segments])) if segments else None
    signed = answer_signed(
        head=raw, question=question.mark, parcel=parcel, revocations=revocations, prekeys=prekeys
    )
    signature = signer.sign(Purpose.HEAD, signed)
    return wire.pack([VERSION, raw, signature, parcel, revocations, list(prekeys)])
