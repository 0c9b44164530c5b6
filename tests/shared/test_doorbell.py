"""The doorbell's call: its bytes, and that only the node itself can make it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared import wire
from shared.crypto import Purpose, SigningKey
from shared.doorbell import Call, read_call, write_call
from shared.errors import RemoteError
from shared.ids import Node
from tests.vectors import sync

CALL = Call(node=sync.NODE, time_ms=sync.START_MS, generation=3, positions=(7, 0, 12, 1))
FROZEN = sync.read("doorbell")


def refused(data: bytes) -> str:
    with pytest.raises(RemoteError) as told:
        read_call(data).believe(sync.NODE_SIGN.verify_key)
    assert told.value.hint
    return told.value.code


def test_a_call_reads_as_it_was_written():
    """Every field, and the signature holds."""
    read = read_call(write_call(CALL, signer=sync.NODE_SIGN))
    read.believe(sync.NODE_SIGN.verify_key)
    assert replace(read, raw=b"", signature=b"") == CALL


def test_the_frozen_call_is_written_again_byte_for_byte():
    """Nothing in it is random, so another implementation can compare."""
    assert write_call(CALL, signer=sync.NODE_SIGN).hex() == FROZEN["call"]


def test_every_changed_bit_of_a_call_is_refused():
    """Who may listen learns when a post has news: nobody passes for another node."""
    good = write_call(CALL, signer=sync.NODE_SIGN)
    for place in range(len(good) * 8):
        spoilt = bytearray(good)
        spoilt[place // 8] ^= 1 << place % 8
        refused(bytes(spoilt))


def test_every_truncation_of_a_call_is_refused():
    """A cut call is none."""
    good = write_call(CALL, signer=sync.NODE_SIGN)
    for length in range(len(good)):
        refused(good[:length])


def test_a_signature_for_another_purpose_does_not_pass():
    """A recorded hello, signed by the same key, opens no line."""
    raw = wire.pack([1, CALL.node, CALL.time_ms, CALL.generation, list(CALL.positions)])
    assert refused(wire.pack([1, raw, sync.NODE_SIGN.sign(Purpose.HELLO, raw)])) == "bad_signature"
    assert refused(write_call(CALL, signer=SigningKey.generate())) == "bad_signature"


@pytest.mark.parametrize(
    "fields",
    [
        [1, 5, 6, 7],
        [1, 5, 6, 7, ["a"]],
        [1, 5, 6, 7, [True]],
        [1, 5, "6", 7, [1]],
        [2, 5, 6, 7, [1]],
        [],
    ],
)
def test_a_call_of_another_shape_is_refused(fields: list[object]):
    """Before anything of it is believed."""
    raw = wire.pack(fields)
    assert refused(wire.pack([1, raw, sync.NODE_SIGN.sign(Purpose.DOORBELL, raw)])) == "bad_call"


def test_an_oversized_call_is_refused_unread():
    """Half a kilobyte is several times a call."""
    call = replace(CALL, node=Node(5), positions=(1 << 40,) * 100)
    refused(write_call(call, signer=sync.NODE_SIGN))
