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
    Slice,
    answer_signed,
    bad_question,
    byte_strings,
    hello_signed,
    read_hello,
    write_head,
)
from shared.session.returned import Returned, read_returned


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A node's question, taken apart. Its hello is only believed after `believe`.

    `mark` is the digest of the bytes as received, to which the answer is bound. `returned` is what the node
    gives back of what earlier lives of this hub had said; no hello vouches for it, its own signatures do.
    """

    hello: Hello
    bundles: tuple[bytes, ...]
    mark: bytes
    returned: Returned | None = None

    def believe(self, key: VerifyKey) -> None:
        """Raise TrustError `bad_signature` unless the node's key signed this hello and its piece."""
        piece = None if self.hello.upload is None else self.hello.upload.data
        key.verify(Purpose.HELLO, hello_signed(self.hello.raw, piece), self.hello.signature)


def read_question(data: bytes) -> Question:
    """Decode a received question within limits. Raises SessionError `bad_question`, WireError."""
    returned: Returned | None = None
    match wire.unpack(data, max_bytes=REQUEST_MAX_BYTES):
        case [1, bytes() as raw, bytes() as signature, [*bundles]]:
            piece = None
        case [1, bytes() as raw, bytes() as signature, [*bundles], bytes() as piece]:
            pass
        case [1, bytes() as raw, bytes() as signature, [*bundles], bytes() | None as piece, [*back]]:
            returned = read_returned(back, bad_question())
        case _:
            raise bad_question()
    if len(bundles) > REQUEST_MAX_BUNDLES:
        raise SessionError(
            "too_many_bundles", "more bundles than one request may hold", hint="Send fewer at a time."
        )
    return Question(
        hello=read_hello(raw, signature, piece),
        bundles=byte_strings(bundles, bad_question()),
        mark=digest(data),
        returned=returned,
    )


def answer(
    question: Question,
    head: Head,
    *,
    segments: Sequence[tuple[bytes, bytes] | Slice],
    reader: SealKey,
    signer: SigningKey,
    revocations: bytes | None = None,
    prekeys: Sequence[bytes] = (),
) -> bytes:
    """The hub's signed answer, its feed sealed to the reader.

    `segments` are (segment, signature), or slices of one where it does not fit one answer.
    """
    raw = write_head(head)
    feed = [_fed(each) for each in segments]
    parcel = reader.seal(wire.pack(feed)) if feed else None
    signed = answer_signed(
        head=raw, question=question.mark, parcel=parcel, revocations=revocations, prekeys=prekeys
    )
    signature = signer.sign(Purpose.HEAD, signed)
    return wire.pack([VERSION, raw, signature, parcel, revocations, list(prekeys)])


def _fed(each: tuple[bytes, bytes] | Slice) -> list[int | bytes]:
    """An entry of the parcel."""
    if isinstance(each, Slice):
        return [each.place, each.first, each.offset, each.total, each.data]
    return [*each]
