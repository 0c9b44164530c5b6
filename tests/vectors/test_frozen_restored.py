"""What is given back to a restored hub, byte for byte; and what older peers make of its head."""

from __future__ import annotations

import pytest

from shared import courier, session, wire
from shared.crypto import BoxKey
from shared.errors import RemoteError
from shared.session import Returned
from shared.session.messages import read_head, write_head
from tests.vectors import sync
from tests.vectors.freeze_restored import HEAD, original
from tests.vectors.sync import NONCE, PREKEY

FROZEN = sync.read("restored")
RETURNED = Returned(prekey=7, sealed=bytes.fromhex(FROZEN["sealed"]), revocations=b"list")


def test_a_restored_hubs_head_is_written_and_read_alike() -> None:
    """How far it has each earlier life, and what it refused, behind all that a head ever said."""
    assert write_head(HEAD).hex() == FROZEN["head"]
    assert read_head(bytes.fromhex(FROZEN["head"])) == HEAD


def test_a_hub_that_was_never_restored_says_no_word_more() -> None:
    """Its head has the thirteen elements it always had."""
    whole = wire.unpack(bytes.fromhex(FROZEN["head"]), max_bytes=1 << 20)
    assert isinstance(whole, list)
    plain = read_head(wire.pack(whole[:13]))
    assert (plain.past, plain.not_returned) == ((), ())
    assert write_head(plain) == wire.pack(whole[:13])


def test_the_frozen_question_gives_back_what_it_gave() -> None:
    """The envelope stands behind bundles and piece, and opens with the prekey it names."""
    asked = sync.node_end().ask(sync.standing(), [b"one"], nonce=NONCE, returned=RETURNED)
    assert asked.hex() == FROZEN["question"]
    question = session.read_question(asked)
    assert (question.bundles, question.hello.upload, question.returned) == ((b"one",), None, RETURNED)
    key = BoxKey(bytes.fromhex(FROZEN["prekey_private"]))
    assert session.open_returned(RETURNED, key) == [original()]
    question.believe(sync.NODE_SIGN.verify_key)


def test_the_frozen_load_gives_back_the_same() -> None:
    """On a stick it stands behind the bundles."""
    load = courier.read_load(bytes.fromhex(FROZEN["load"]))
    assert (load.bundles, load.returned) == ((), RETURNED)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ([[b"raw"]], "bad_return"),
        ([b"raw"], "bad_return"),
        ([[b"r", b"s"]] * 257, "bad_return"),
        (7, "bad_return"),
    ],
)
def test_an_envelope_of_another_shape_is_refused(content: object, code: str) -> None:
    """Sealed rightly, and yet none."""
    sealed = PREKEY.seal_key.seal(wire.pack(content))
    with pytest.raises(RemoteError) as told:
        session.open_returned(Returned(prekey=7, sealed=sealed), PREKEY)
    assert told.value.code == code


@pytest.mark.parametrize("end", [[], [7], [7, b""], [-1, b"", None], [7, "text", None], [7, b"", None, 1]])
def test_a_question_with_another_envelope_is_refused(end: list[object]) -> None:
    whole = wire.unpack(bytes.fromhex(FROZEN["question"]), max_bytes=1 << 20)
    assert isinstance(whole, list)
    with pytest.raises(RemoteError) as told:
        session.read_question(wire.pack([*whole[:5], end]))
    assert told.value.code == "bad_question"
