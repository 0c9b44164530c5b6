"""Numbers of texts are what stores hold: the same for ever."""

from __future__ import annotations

from hashlib import blake2b

import pytest

from shared.text_number import number_of

FROZEN = {16: 33632, 24: 2892972, 32: 4162957727, 62: 626091690124223714, 63: 1252183380248447428}


@pytest.mark.parametrize("bits", FROZEN)
def test_a_text_has_the_same_number_for_ever(bits: int):
    """Of every width in use; a number fills its width and no more."""
    assert number_of("Đorđević", bits) == FROZEN[bits]
    assert max(number_of(str(n), bits) for n in range(100)).bit_length() == bits


def test_a_whole_hash_is_the_hash_itself():
    """RFC 7693 with the digest's own length, nothing beside it."""
    assert number_of("ab", 64) == int.from_bytes(blake2b(b"ab", digest_size=8).digest(), "big")
