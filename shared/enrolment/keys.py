"""Private keys as files: what a node, a hub and an authority keep to themselves.

Job: hold the private keys of one identity together, lock them for disk, and open them again.
Invariants: private keys never show in a repr; a node's and a hub's file opens with the database
key of the same machine only, an authority's with its passphrase; the database key itself is used
under a label, so the file's cipher and the database's never share a key.
Must not know: where files and keys are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from shared.crypto import (
    KEY_BYTES,
    BoxKey,
    SealKey,
    SigningKey,
    digest,
    lock,
    passphrase_key,
    random_bytes,
    unlock,
)
from shared.enrolment.card import PREKEY_MAX, Prekey
from shared.enrolment.paper import MS_MAX, Fields, Kind, read_body, write_body
from shared.errors import TrustError
from shared.limits import NAME_MAX_CHARS

SALT_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeKeys:
    """A node's signing key, and the box key its feed is sealed to."""

    sign: SigningKey
    box: BoxKey

    @classmethod
    def generate(cls) -> NodeKeys:
        return cls(sign=SigningKey.generate(), box=BoxKey.generate())

    def lock(self, db_key: bytes) -> bytes:
        """The file's bytes."""
        return _lock(Kind.NODE_KEYS, [self.sign.seed, self.box.raw], db_key)

    @classmethod
    def unlock(cls, data: bytes, db_key: bytes) -> NodeKeys:
        """Undo `lock`. Raises TrustError `wrong_key`; InputError `wrong_paper`, `damaged_paper` …"""
        fields = _unlock(Kind.NODE_KEYS, data, db_key)
        return cls(sign=SigningKey(fields.key()), box=BoxKey(fields.key()))


@dataclass(frozen=True, slots=True, kw_only=True)
class HubKeys:
    """A hub's signing key, its box key, and the private halves of its prekeys by number.

    `prekeys` maps number -> (private half, when it was made in UTC ms).
    """

    sign: SigningKey
    box: BoxKey
    prekeys: Mapping[int, tuple[BoxKey, int]] = field(default_factory=dict, repr=False)

    @classmethod
    def generate(cls) -> HubKeys:
        return cls(sign=SigningKey.generate(), box=BoxKey.generate())

    def with_prekeys(self, count: int, *, now_ms: int, first: int = 1) -> HubKeys:
        """The same keys and `count` new prekeys, numbered on from the highest, from `first` at least."""
        top = max(first - 1, *self.prekeys) if self.prekeys else first - 1
        made = {top + step: (BoxKey.generate(), now_ms) for step in range(1, count + 1)}
        return replace(self, prekeys={**self.prekeys, **made})

    def without_prekeys(self, numbers: frozenset[int]) -> HubKeys:
        """The same keys with these private halves gone: bundles sealed to them open no more."""
        return replace(self, prekeys={n: key for n, key in self.prekeys.items() if n not in numbers})

    def prekey(self, number: int) -> BoxKey | None:
        """The private half of a prekey, or None once it has died."""
        found = self.prekeys.get(number)
        return None if found is None else found[0]

    def signed_prekeys(self) -> tuple[bytes, ...]:
        """Every prekey's public half as a paper, by ascending number."""
        return tuple(
            Prekey(number=number, key=box.seal_key, made_ms=made_ms).signed(self.sign)
            for number, (box, made_ms) in sorted(self.prekeys.items())
        )

    def lock(self, db_key: bytes) -> bytes:
        """The file's bytes."""
        rows = [[number, box.raw, made_ms] for number, (box, made_ms) in sorted(self.prekeys.items())]
        return _lock(Kind.HUB_KEYS, [self.sign.seed, self.box.raw, rows], db_key)

    @classmethod
    def unlock(cls, data: bytes, db_key: bytes) -> HubKeys:
        """Undo `lock`. Raises as `NodeKeys.unlock`."""
        fields = _unlock(Kind.HUB_KEYS, data, db_key)
        sign, box, prekeys = SigningKey(fields.key()), BoxKey(fields.key()), {}
        for row in fields.list():
            entry = Fields(Kind.HUB_KEYS, row if isinstance(row, list) else [])
            number = entry.number(least=1, most=PREKEY_MAX)
            prekeys[number] = (BoxKey(entry.key()), entry.number(most=MS_MAX))
        return cls(sign=sign, box=box, prekeys=prekeys)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityKeys:
    """The authority's signing key, and the recovery key that opens what was escrowed to it."""

    sign: SigningKey
    recovery: BoxKey

    @classmethod
    def generate(cls) -> AuthorityKeys:
        return cls(sign=SigningKey.generate(), recovery=BoxKey.generate())

    def lock(self, passphrase: str) -> bytes:
        """The file's bytes: takes about a second, by design."""
        salt = random_bytes(SALT_BYTES)
        body = write_body(Kind.AUTHORITY_KEYS, [self.sign.seed, self.recovery.raw])
        locked = lock(body, passphrase_key(passphrase, salt))
        return write_body(Kind.AUTHORITY_KEYS, [salt, locked])

    @classmethod
    def unlock(cls, data: bytes, passphrase: str) -> AuthorityKeys:
        """Undo `lock`. Raises TrustError `wrong_key`; InputError `unreadable_paper`, `wrong_paper` …"""
        outer = read_body(data, Kind.AUTHORITY_KEYS)
        salt, locked = outer.data(size=SALT_BYTES), outer.data()
        fields = read_body(unlock(locked, passphrase_key(passphrase, salt)), Kind.AUTHORITY_KEYS)
        return cls(sign=SigningKey(fields.key()), recovery=BoxKey(fields.key()))


# --- escrow: a second way to a secret, for the day a board dies ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Escrowed:
    """A recovered secret. `subject` says whose: `database of node 5`, `prekey 3 of hub 1`."""

    subject: str
    secret: bytes = field(repr=False)


def escrow(subject: str, secret: bytes, recovery: SealKey) -> bytes:
    """Seal a 32-byte secret to the authority's recovery key."""
    return recovery.seal(write_body(Kind.ESCROW, [subject, secret]))


def recover(sealed: bytes, recovery: BoxKey) -> Escrowed:
    """Undo `escrow`. Raises BundleError `cannot_open`; InputError `damaged_paper` …"""
    fields = read_body(recovery.open(sealed), Kind.ESCROW)
    return Escrowed(subject=fields.text(most_chars=NAME_MAX_CHARS), secret=fields.key())


def _file_key(db_key: bytes) -> bytes:
    if len(db_key) != KEY_BYTES:
        raise TrustError(
            "wrong_key", "the database key is not 32 bytes", hint="Restore the key file from the escrow."
        )
    return digest(b"karaula/keyfile\0", db_key, size=KEY_BYTES)


def _lock(kind: Kind, fields: list[object], db_key: bytes) -> bytes:
    return write_body(kind, [lock(write_body(kind, fields), _file_key(db_key))])


def _unlock(kind: Kind, data: bytes, db_key: bytes) -> Fields:
    return read_body(unlock(read_body(data, kind).data(), _file_key(db_key)), kind)
