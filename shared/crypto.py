"""Keys, seals, signatures, hashes: the only module that knows nacl.

Job: give each purpose its own named operation, so that a signature made for one purpose is never
valid for another (every signature covers a `Purpose` label) and no caller picks a primitive.
Invariants: received bytes are verified, never a re-encoding; private keys never appear in a repr.
Must not know: what is signed, where keys are kept, the time.

Ed25519 signatures, X25519 + XSalsa20-Poly1305 sealed boxes, BLAKE2b hashes, argon2id passwords
(libsodium's documented constructions, through PyNaCl).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

import nacl.exceptions
import nacl.pwhash.argon2id
import nacl.secret
import nacl.signing
import nacl.utils
from nacl.public import PrivateKey, PublicKey, SealedBox

from shared.errors import BundleError, InputError, TrustError

SIGNATURE_BYTES: Final = 64
SEAL_OVERHEAD_BYTES: Final = 48
KEY_BYTES: Final = 32
HASH_BYTES: Final = 16


class Purpose(Enum):
    """What a signature is for. The label is signed in front of the bytes."""

    BUNDLE = b"karaula/bundle/1\0"
    HEAD = b"karaula/head/1\0"
    HELLO = b"karaula/hello/1\0"
    SEGMENT = b"karaula/segment/1\0"
    PREKEY = b"karaula/prekey/1\0"
    CERTIFICATE = b"karaula/certificate/1\0"
    REVOCATIONS = b"karaula/revocations/1\0"
    REQUEST = b"karaula/request/1\0"
    TICKET = b"karaula/ticket/1\0"
    CARD = b"karaula/card/1\0"
    SLIP = b"karaula/slip/1\0"
    PACKET = b"karaula/packet/1\0"
    DOORBELL = b"karaula/doorbell/1\0"
    SNAPSHOT = b"karaula/snapshot/1\0"
    FETCH = b"karaula/fetch/1\0"


@dataclass(frozen=True, slots=True)
class VerifyKey:
    """The public half of a signing key: 32 bytes."""

    raw: bytes

    def verify(self, purpose: Purpose, message: bytes, signature: bytes) -> None:
        """Raise TrustError `bad_signature` unless `signature` is this key's over the message."""
        try:
            nacl.signing.VerifyKey(self.raw).verify(purpose.value + message, signature)
        except (nacl.exceptions.BadSignatureError, ValueError, TypeError):
            raise TrustError(
                "bad_signature",
                f"the signature on this {purpose.name.lower()} is wrong",
                hint="The bytes were changed or come from someone else; send them again from the source.",
            ) from None


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 signing key by its 32-byte seed. Never shown."""

    seed: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> SigningKey:
        return cls(bytes(nacl.signing.SigningKey.generate()))

    @property
    def verify_key(self) -> VerifyKey:
        return VerifyKey(bytes(nacl.signing.SigningKey(self.seed).verify_key))

    def sign(self, purpose: Purpose, message: bytes) -> bytes:
        """A 64-byte signature over the purpose's label and the message."""
        return nacl.signing.SigningKey(self.seed).sign(purpose.value + message).signature


@dataclass(frozen=True, slots=True)
class SealKey:
    """The public half of a box key: whoever has it can seal, only the private half opens."""

    raw: bytes

    def seal(self, plain: bytes) -> bytes:
        """48 bytes longer than `plain`, different at each call."""
        return SealedBox(PublicKey(self.raw)).encrypt(plain)


@dataclass(frozen=True, slots=True)
class BoxKey:
    """An X25519 private key. Never shown."""

    raw: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> BoxKey:
        return cls(bytes(PrivateKey.generate()))

    @property
    def seal_key(self) -> SealKey:
        return SealKey(bytes(PrivateKey(self.raw).public_key))

    def open(self, sealed: bytes) -> bytes:
        """Open what was sealed to us. Raises BundleError `cannot_open`."""
        try:
            return SealedBox(PrivateKey(self.raw)).decrypt(sealed)
        except (nacl.exceptions.CryptoError, ValueError, TypeError):
            raise BundleError(
                "cannot_open",
                "sealed to another key, or damaged",
                hint="Ask the sender to seal again to the current prekey.",
            ) from None


def digest(*parts: bytes, size: int = HASH_BYTES) -> bytes:
    """BLAKE2b over the parts as one string; `size` bytes long."""
    hasher = hashlib.blake2b(digest_size=size)
    for part in parts:
        hasher.update(part)
    return hasher.digest()


def fingerprint(key: bytes) -> str:
    """What two people read to each other over a telephone: `4F2K-9QXT-07MD-3B1A` (80 bits)."""
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    number = int.from_bytes(digest(b"karaula/fingerprint\0", key, size=10), "big")
    text = "".join(alphabet[(number >> (5 * place)) & 31] for place in reversed(range(16)))
    return "-".join(text[at : at + 4] for at in range(0, 16, 4))


def random_bytes(size: int) -> bytes:
    """From the operating system's generator."""
    return nacl.utils.random(size)


# --- secrets under a key or a passphrase ---


def lock(plain: bytes, key: bytes) -> bytes:
    """Encrypt under a 32-byte key (authenticated, random nonce)."""
    return bytes(nacl.secret.SecretBox(key).encrypt(plain))


def unlock(locked: bytes, key: bytes) -> bytes:
    """Undo `lock`. Raises TrustError `wrong_key`."""
    try:
        return nacl.secret.SecretBox(key).decrypt(locked)
    except (nacl.exceptions.CryptoError, ValueError, TypeError):
        raise TrustError(
            "wrong_key", "this key or passphrase does not open it", hint="Check the passphrase and the file."
        ) from None


def lock_part(plain: bytes, key: bytes, *, number: int) -> bytes:
    """Encrypt one numbered part of a whole under the whole's own key; 16 bytes longer than `plain`.

    The number is the nonce, so a part opens in its own place only, and a key serves one whole.
    """
    return bytes(nacl.secret.SecretBox(key).encrypt(plain, _part_nonce(number)).ciphertext)


def unlock_part(locked: bytes, key: bytes, *, number: int) -> bytes:
    """Undo `lock_part`. Raises BundleError `cannot_open`."""
    try:
        return nacl.secret.SecretBox(key).decrypt(locked, _part_nonce(number))
    except (nacl.exceptions.CryptoError, ValueError, TypeError):
        raise BundleError(
            "cannot_open",
            "this part does not open in its place with this key",
            hint="The bytes were damaged or moved; fetch them again from the source.",
        ) from None


def _part_nonce(number: int) -> bytes:
    return b"karaula/part/1\0\0" + number.to_bytes(8, "big")


def passphrase_key(passphrase: str, salt: bytes) -> bytes:
    """A 32-byte key from a passphrase (argon2id, moderate: about a second). `salt` is 16 bytes."""
    return nacl.pwhash.argon2id.kdf(
        KEY_BYTES,
        passphrase.encode(),
        salt,
        opslimit=nacl.pwhash.argon2id.OPSLIMIT_MODERATE,
        memlimit=nacl.pwhash.argon2id.MEMLIMIT_MODERATE,
    )


# --- passwords ---

# 19 MiB and 2 passes: OWASP's argon2id profile; a booth's small board answers in under 100 ms.
_PASSWORD_OPS: Final = 2
_PASSWORD_MEMORY_BYTES: Final = 19 * 1024 * 1024


def password_verifier(password: str) -> str:
    """An argon2id verifier string (salted, self-describing) to keep in place of a password."""
    return nacl.pwhash.argon2id.str(
        password.encode(), opslimit=_PASSWORD_OPS, memlimit=_PASSWORD_MEMORY_BYTES
    ).decode()


# A verifier comes from another machine: its cost must not be able to stall this one.
_VERIFIER: Final = re.compile(
    r"\$argon2id\$v=19\$m=(\d{1,6}),t=(\d{1,2}),p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}", re.ASCII
)
_VERIFIER_MAX_KIB: Final = 64 * 1024
_VERIFIER_MAX_OPS: Final = 10


def password_matches(verifier: str, password: str) -> bool:
    """Whether the password is the verifier's.

    A damaged or overly costly verifier raises InputError `bad_verifier`.
    """
    shape = _VERIFIER.fullmatch(verifier)
    if shape is None or int(shape[1]) > _VERIFIER_MAX_KIB or int(shape[2]) > _VERIFIER_MAX_OPS:
        raise InputError(
            "bad_verifier", "this officer's verifier is damaged", hint="Have the desk reset the password."
        )
    try:
        return nacl.pwhash.argon2id.verify(verifier.encode(), password.encode())
    except nacl.exceptions.InvalidkeyError:
        return False
