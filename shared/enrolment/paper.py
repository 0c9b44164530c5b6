"""A paper: one signed, versioned object in one file. The grammar all of enrolment shares.

    paper = pack([raw, signature])       raw = pack([version, kind, field, …])

Job: wrap and unwrap papers, and take their fields one by one with range checks.
Invariants
* Received bytes are verified, never a re-encoding.
* `kind` stands inside the signed bytes: a hub's certificate never passes for a node's, though the
  same key signs both.
* Fields are read from the left and a surplus is left unread: a paper of this version written by a
  newer program is understood, and travels on whole because the bytes are what is kept.
Must not know: what a kind means, files, the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Final

from shared import wire
from shared.crypto import KEY_BYTES, Purpose, SigningKey, VerifyKey
from shared.errors import InputError, WireError
from shared.limits import ENROLMENT_MAX_BYTES

VERSION: Final = 1
MS_MAX: Final = (1 << 48) - 1
"""The last instant a stamp can hold: year 10889."""


class Kind(IntEnum):
    """What a paper is. The numbers are for ever."""

    AUTHORITY_CARD = 1
    HUB_CERTIFICATE = 2
    CERTIFICATE = 3
    PREKEY = 4
    REVOCATIONS = 5
    HUB_CARD = 6
    TICKET = 7
    REQUEST = 8
    HUB_REQUEST = 9
    NODE_KEYS = 10
    HUB_KEYS = 11
    AUTHORITY_KEYS = 12
    ESCROW = 13

    @property
    def words(self) -> str:
        """The kind as a person would call the file."""
        match self:
            case Kind.TICKET:
                return "node pack"
            case Kind.REVOCATIONS:
                return "revocation list"
        return self.name.lower().replace("_", " ")

    @property
    def one(self) -> str:
        """The same with its article."""
        return f"{'an' if self.words[0] in 'aeiou' else 'a'} {self.words}"


class Fields:
    """The fields of one paper, taken from the left. Anything amiss is InputError `damaged_paper`."""

    def __init__(self, kind: Kind, values: Sequence[object]) -> None:
        self._kind = kind
        self._values = iter(values)

    def number(self, *, least: int = 0, most: int) -> int:
        """The next field, an integer in least … most."""
        value = self._next()
        # bool is an int to Python, but True is no node number.
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.damaged()
        return value

    def data(self, *, size: int | None = None) -> bytes:
        """The next field, bytes, `size` of them where given."""
        value = self._next()
        if not isinstance(value, bytes) or (size is not None and len(value) != size):
            raise self.damaged()
        return value

    def key(self) -> bytes:
        """The next field, 32 bytes."""
        return self.data(size=KEY_BYTES)

    def text(self, *, most_chars: int) -> str:
        """The next field, a printable string."""
        value = self._next()
        if not isinstance(value, str) or len(value) > most_chars or not (value.isprintable() or not value):
            raise self.damaged()
        return value

    def list(self) -> list[object]:
        """The next field, an array."""
        value = self._next()
        if not isinstance(value, list):
            raise self.damaged()
        return value

    def rest(self) -> Sequence[object]:
        """The fields that are left: none in a paper of before there were any."""
        return tuple(self._values)

    def _next(self) -> object:
        try:
            return next(self._values)
        except StopIteration:
            raise self.damaged() from None

    def damaged(self) -> InputError:
        """What to raise for a field that cannot be."""
        return InputError(
            "damaged_paper",
            f"a field of this {self._kind.words} is missing or impossible",
            hint="Have whoever made the file make it again.",
        )


def write_body(kind: Kind, fields: Sequence[object]) -> bytes:
    """The bytes to sign or to lock."""
    return wire.pack([VERSION, int(kind), *fields])


def read_body(raw: bytes, kind: Kind) -> Fields:
    """The fields of a body of this kind.

    Raises InputError `unreadable_paper`, `wrong_paper` (another kind of file), `newer_paper`.
    """
    body = _unpack(raw, kind)
    match body:
        case [int() as version, int() as found, *values]:
            pass
        case _:
            raise _unreadable(kind)
    if found != kind:
        known = Kind(found).one if found in Kind._value2member_map_ else "a file of an unknown kind"
        raise InputError(
            "wrong_paper",
            f"this is {known}, not {kind.one}",
            hint=f"Give the file that holds the {kind.words}.",
        )
    if version != VERSION:
        raise InputError(
            "newer_paper",
            f"this {kind.words} was made by a newer program",
            hint="Upgrade this machine's karaula.",
        )
    return Fields(kind, values)


def sign_paper(kind: Kind, purpose: Purpose, fields: Sequence[object], signer: SigningKey) -> bytes:
    """Make a paper."""
    raw = write_body(kind, fields)
    return wire.pack([raw, signer.sign(purpose, raw)])


def read_paper(data: bytes, kind: Kind, purpose: Purpose, key: VerifyKey) -> Fields:
    """The fields of a paper that `key` signed.

    Raises TrustError `bad_signature`, and what `peek_paper` raises.
    """
    raw, signature, fields = peek_paper(data, kind)
    key.verify(purpose, raw, signature)
    return fields


def peek_paper(data: bytes, kind: Kind) -> tuple[bytes, bytes, Fields]:
    """(raw, signature, fields) of a paper nobody has verified yet.

    Only for papers that name their own key. Raises InputError `unreadable_paper`, `wrong_paper`,
    `newer_paper`.
    """
    match _unpack(data, kind):
        case [bytes() as raw, bytes() as signature]:
            return raw, signature, read_body(raw, kind)
        case _:
            raise _unreadable(kind)


def _unpack(data: bytes, kind: Kind) -> object:
    try:
        return wire.unpack(data, max_bytes=ENROLMENT_MAX_BYTES)
    except WireError as error:
        raise _unreadable(kind) from error


def _unreadable(kind: Kind) -> InputError:
    return InputError(
        "unreadable_paper",
        f"this is not {kind.one}, or it is damaged",
        hint="Copy the file again from where it was made.",
    )
