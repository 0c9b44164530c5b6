"""The hub's HTTP door with a real hub on a real file behind it, fed with bent questions and bent requests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, Final

from hub.app import create_app
from shared import wire
from shared.crypto import Purpose
from shared.errors import RemoteError
from shared.ids import Lane
from shared.limits import REQUEST_MAX_BYTES
from shared.session import Piece, framed
from shared.session.messages import hello_signed
from tests.fuzz.bending import bend_bytes, bend_msgpack, bend_text
from tests.fuzz.target import Target
from tests.hub.outpost import Outpost, Realm

_OCTETS: Final = "application/octet-stream"
_TYPES: Final = (
    _OCTETS,
    _OCTETS,
    _OCTETS,
    "text/plain",
    "application/json",
    "multipart/form-data; boundary=x",
    "",
)
_HEADERS: Final = ("Content-Encoding", "Transfer-Encoding", "Range", "Cookie", "X-Forwarded-For", "Accept")
Request = tuple[bytes, dict[str, str]]


@contextmanager
def target(directory: Path) -> Iterator[Target]:
    """The door as one more decoder."""
    realm = Realm(directory=directory)
    post = realm.post(5, "BA", "KLOBUK")
    with realm.hub() as hub:
        client = create_app(hub).test_client()

        def read(request: Request) -> object:
            body, headers = request
            answer = client.post("/sync/v1", data=body, headers=headers)
            if answer.status_code != 200:
                raise _refused(answer.data, answer.status_code)
            return answer.data

        yield Target(name="HTTP door", seeds=_questions(post), bend=_bent(post), read=read)


def _questions(post: Outpost) -> list[bytes]:
    """A first hello; a question with two bundles, of which each bending is another fork or gap; a piece."""
    for _ in range(3):
        post.check()
    first = post.bundle()
    post.check(surname="ĐORĐEVIĆ")
    second = post.bundle()
    post.check(surname="ŠARIĆ")
    stream = framed(post.bundle())
    piece = Piece(lane=Lane.ROUTINE, offset=0, check=b"", data=stream[:200])
    return [
        post.question(post.end(), []),
        post.question(post.end(), [first, second]),
        post.question(post.end(), [first, second], piece=piece),
    ]


def _bent(post: Outpost) -> Any:
    def bend(chance: Random, question: bytes) -> Request:
        headers = {"Content-Type": chance.choice(_TYPES)}
        if chance.random() < 0.1:
            value = bend_text(chance, "gzip, br").encode("latin-1", "replace").decode("latin-1")
            headers[chance.choice(_HEADERS)] = "".join(sign for sign in value if sign.isprintable())
        if chance.random() < 0.5:
            return bend_msgpack(chance, question), headers
        version, hello, _, bundles, *piece = wire.unpack(question, max_bytes=REQUEST_MAX_BYTES)  # type: ignore[misc]  # its four or five parts
        hello = bend_msgpack(chance, hello) if chance.random() < 0.5 else hello
        bundles = [bend_bytes(chance, raw) if chance.random() < 0.5 else raw for raw in bundles]
        piece = [bend_bytes(chance, raw) if chance.random() < 0.5 else raw for raw in piece]
        signed = hello_signed(hello, piece[0] if piece else None)
        return wire.pack(
            [version, hello, post.keys.sign.sign(Purpose.HELLO, signed), bundles, *piece]
        ), headers

    return bend


def _refused(body: bytes, status: int) -> Exception:
    """The refusal as a node reads it; anything else that a door says is no refusal of ours."""
    match wire.unpack(body, max_bytes=REQUEST_MAX_BYTES):
        case [1, str() as code, str() as message, str() as hint] if 400 <= status < 500:
            return RemoteError(code, message, hint=hint)
        case other:
            return AssertionError(f"the door answered {status}: {other}")
