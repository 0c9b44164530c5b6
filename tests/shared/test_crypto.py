"""Keys, seals, signatures: one purpose never passes for another, and no secret shows itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.crypto import (
    SEAL_OVERHEAD_BYTES,
    SIGNATURE_BYTES,
    BoxKey,
    Purpose,
    SealKey,
    SigningKey,
    VerifyKey,
    digest,
    fingerprint,
    lock,
    passphrase_key,
    password_matches,
    password_verifier,
    unlock,
)
from shared.errors import BundleError, InputError, TrustError

SIGNER = SigningKey(b"\1" * 32)
BOX = BoxKey(b"\2" * 32)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_signature_holds_for_its_purpose_only(purpose: Purpose) -> None:
    """The same bytes signed for one purpose are refused for each other one."""
    signature = SIGNER.sign(purpose, b"message")
    assert len(signature) == SIGNATURE_BYTES
    SIGNER.verify_key.verify(purpose, b"message", signature)
    for other in set(Purpose) - {purpose}:
        with pytest.raises(TrustError, match="bad_signature"):
            SIGNER.verify_key.verify(other, b"message", signature)


def test_no_purposes_label_begins_another() -> None:
    """Otherwise a message could be shifted from one purpose into another."""
    for one in Purpose:
        for other in set(Purpose) - {one}:
            assert not other.value.startswith(one.value)


@given(st.integers(0, SIGNATURE_BYTES * 8 - 1))
def test_every_flipped_bit_of_a_signature_is_refused(bit: int) -> None:
    """No bit of a signature is slack."""
    signature = bytearray(SIGNER.sign(Purpose.BUNDLE, b"message"))
    signature[bit // 8] ^= 1 << (bit % 8)
    with pytest.raises(TrustError, match="bad_signature"):
        SIGNER.verify_key.verify(Purpose.BUNDLE, b"message", bytes(signature))


@pytest.mark.parametrize("signature", [b"", b"short", bytes(64), bytes(65)])
@pytest.mark.parametrize("key", [b"", bytes(32), b"\xff" * 32, bytes(33)])
def test_odd_keys_and_signatures_are_refused_with_a_code(key: bytes, signature: bytes) -> None:
    """Lengths and points that libsodium rejects are a coded refusal, never a bare error."""
    with pytest.raises(TrustError, match="bad_signature"):
        VerifyKey(key).verify(Purpose.HEAD, b"message", signature)


def test_a_seal_opens_with_its_key_alone() -> None:
    """Sealed twice the bytes differ, both open, and no other key opens them."""
    one, other = BOX.seal_key.seal(b"plain"), BOX.seal_key.seal(b"plain")
    assert one != other
    assert len(one) == len(b"plain") + SEAL_OVERHEAD_BYTES
    assert BOX.open(one) == BOX.open(other) == b"plain"
    for key, sealed in ((BoxKey(b"\3" * 32), one), (BOX, b""), (BOX, one[:-1]), (BOX, one + b"\0")):
        with pytest.raises(BundleError, match="cannot_open"):
            key.open(sealed)


def test_private_keys_never_print() -> None:
    """A key in a log line or a traceback shows nothing of itself."""
    for key in (SIGNER, BOX):
        assert "1" * 8 not in repr(key).replace("\\x0", "")
        assert repr(key) in ("SigningKey()", "BoxKey()")


def test_generated_keys_differ() -> None:
    """Each key is its own."""
    assert SigningKey.generate() != SigningKey.generate()
    assert BoxKey.generate() != BoxKey.generate()


@given(st.lists(st.binary(max_size=20), max_size=4), st.integers(1, 64))
def test_a_digest_is_over_the_parts_as_one_string(parts: list[bytes], size: int) -> None:
    """Parts only spare a copy; whoever needs them apart must mark their lengths."""
    assert digest(*parts, size=size) == digest(b"".join(parts), size=size)
    assert len(digest(*parts, size=size)) == size


def test_a_fingerprint_is_read_in_four_groups() -> None:
    """Sixteen unmistakable characters, other ones for another key."""
    text = fingerprint(b"\1" * 32)
    assert [len(group) for group in text.split("-")] == [4, 4, 4, 4]
    assert not set(text) & set("ILOU")
    assert text != fingerprint(b"\1" * 31 + b"\2")


def test_a_lock_opens_with_its_key_alone() -> None:
    """Under a wrong key, or damaged, it is a coded refusal."""
    locked = lock(b"secret", b"\1" * 32)
    assert unlock(locked, b"\1" * 32) == b"secret"
    for data, key in ((locked, b"\2" * 32), (locked[:-1], b"\1" * 32), (b"", b"\1" * 32), (locked, b"short")):
        with pytest.raises(TrustError, match="wrong_key"):
            unlock(data, key)


def test_a_passphrase_gives_one_key_a_salt() -> None:
    """Same words and salt, same key; another salt, another key."""
    assert passphrase_key("three words here", b"\1" * 16) == passphrase_key("three words here", b"\1" * 16)
    assert passphrase_key("three words here", b"\1" * 16) != passphrase_key("three words here", b"\2" * 16)


def test_a_password_is_kept_as_argon2id() -> None:
    """The verifier matches its password, no other, and two of one password differ."""
    verifier = password_verifier("čuvar granice 1")
    assert verifier.startswith("$argon2id$")
    assert verifier != password_verifier("čuvar granice 1")
    assert password_matches(verifier, "čuvar granice 1")
    assert not password_matches(verifier, "čuvar granice 2")


COSTLY = f"$argon2id$v=19$m=999999,t=99,p=1${'A' * 22}${'A' * 43}"
"""One that would take a gigabyte and minutes to try."""


@pytest.mark.parametrize(
    "verifier",
    ["", "nonsense", "$argon2id$v=19$m=1,t=1,p=1$x$y", "ж", COSTLY, COSTLY.replace("m=999999", "m=8")],
)
def test_a_damaged_verifier_is_told_from_a_wrong_password(verifier: str) -> None:
    """The desk can act on damage; an officer cannot."""
    with pytest.raises(InputError, match="bad_verifier"):
        password_matches(verifier, "any")


def test_a_seal_key_of_odd_length_is_our_mistake() -> None:
    """Keys are read through certificates that check them, so this never comes from a peer."""
    with pytest.raises(Exception, match="32"):
        SealKey(b"short").seal(b"plain")
