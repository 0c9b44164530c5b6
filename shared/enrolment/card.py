"""Cards: the public side of an authority and of a hub, each in one file to carry about.

Job: the authority's card (its two public keys), the hub's signed prekeys, and the hub's card
(certificate, prekeys, address). Invariants: an authority's card vouches only for itself, so its
fingerprint must be compared once by people; everything in a hub's card is traced to that
authority when it is read. Must not know: who carries it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.crypto import Purpose, SealKey, SigningKey, VerifyKey, fingerprint
from shared.enrolment.certificate import HubCertificate
from shared.enrolment.paper import MS_MAX, Fields, Kind, peek_paper, read_paper, sign_paper
from shared.errors import InputError
from shared.limits import NAME_MAX_CHARS, URL_MAX_CHARS

PREKEY_MAX: Final = (1 << 31) - 1  # a new one each week for forty million years


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityCard:
    """An authority's name, the key it signs with, and the key that copies of secrets are sealed to."""

    name: str
    verify_key: VerifyKey
    recovery_key: SealKey
    made_ms: int

    def signed(self, authority: SigningKey) -> bytes:
        """The card as a paper, signed by the key it names."""
        fields = [self.name, self.verify_key.raw, self.recovery_key.raw, self.made_ms]
        return sign_paper(Kind.AUTHORITY_CARD, Purpose.CARD, fields, authority)

    @classmethod
    def read(cls, data: bytes) -> AuthorityCard:
        """A card whose own key signed it: whole, but not yet trusted; compare `fingerprint`.

        Raises TrustError `bad_signature`; InputError `unreadable_paper`, `wrong_paper`,
        `newer_paper`, `damaged_paper`.
        """
        raw, signature, fields = peek_paper(data, Kind.AUTHORITY_CARD)
        card = cls(
            name=fields.text(most_chars=NAME_MAX_CHARS),
            verify_key=VerifyKey(fields.key()),
            recovery_key=SealKey(fields.key()),
            made_ms=fields.number(most=MS_MAX),
        )
        card.verify_key.verify(Purpose.CARD, raw, signature)
        return card

    @property
    def fingerprint(self) -> str:
        """What people read to each other before they trust this authority."""
        return fingerprint(self.verify_key.raw + self.recovery_key.raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prekey:
    """A public key to seal bundles to. Numbers rise; the private half dies after the longest offline time."""

    number: int
    key: SealKey
    made_ms: int

    def signed(self, hub: SigningKey) -> bytes:
        """The prekey as a paper."""
        return sign_paper(Kind.PREKEY, Purpose.PREKEY, [self.number, self.key.raw, self.made_ms], hub)

    @classmethod
    def read(cls, data: bytes, *, hub: VerifyKey) -> Prekey:
        """A received prekey, believed. `hub` is the key of a believed `HubCertificate`.

        Raises as `AuthorityCard.read`.
        """
        fields = read_paper(data, Kind.PREKEY, Purpose.PREKEY, hub)
        return cls(
            number=fields.number(least=1, most=PREKEY_MAX),
            key=SealKey(fields.key()),
            made_ms=fields.number(most=MS_MAX),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HubCard:
    """What a node needs to know of its hub.

    `certificate` and `signed_prekeys` are the papers as received; `hub` and `prekeys` what they
    say, prekeys by ascending number. `url` is where the hub listens, without a trailing slash.
    """

    hub: HubCertificate
    prekeys: tuple[Prekey, ...]
    url: str
    certificate: bytes
    signed_prekeys: tuple[bytes, ...]

    @classmethod
    def gather(
        cls, *, certificate: bytes, signed_prekeys: tuple[bytes, ...], url: str, authority: VerifyKey
    ) -> HubCard:
        """A card of these papers, each believed first.

        Raises as `AuthorityCard.read`, and InputError `no_prekeys`, `bad_url`.
        """
        hub = HubCertificate.read(certificate, authority=authority)
        read = sorted(
            ((Prekey.read(signed, hub=hub.verify_key), signed) for signed in signed_prekeys),
            key=lambda pair: pair[0].number,
        )
        if not read:
            raise InputError(
                "no_prekeys", "the hub's card holds no prekey", hint="Have the hub make its card again."
            )
        return cls(
            hub=hub,
            prekeys=tuple(prekey for prekey, _ in read),
            url=check_url(url),
            certificate=certificate,
            signed_prekeys=tuple(signed for _, signed in read),
        )

    def signed(self, hub: SigningKey) -> bytes:
        """The card as a paper."""
        fields = [self.certificate, list(self.signed_prekeys), self.url]
        return sign_paper(Kind.HUB_CARD, Purpose.CARD, fields, hub)

    @classmethod
    def read(cls, data: bytes, *, authority: VerifyKey) -> HubCard:
        """A received card, believed down to the authority's key. Raises as `gather`."""
        raw, signature, fields = peek_paper(data, Kind.HUB_CARD)
        certificate = fields.data()
        entries = Fields(Kind.HUB_CARD, listed := fields.list())
        signed_prekeys = tuple(entries.data() for _ in listed)
        url = fields.text(most_chars=URL_MAX_CHARS)
        card = cls.gather(
            certificate=certificate, signed_prekeys=signed_prekeys, url=url, authority=authority
        )
        card.hub.verify_key.verify(Purpose.CARD, raw, signature)
        return card


def check_url(url: str) -> str:
    """The hub's address without a trailing slash. Raises InputError `bad_url`."""
    address = url.rstrip("/")
    scheme, _, rest = address.partition("://")
    if (
        scheme not in ("http", "https")
        or not rest
        or len(address) > URL_MAX_CHARS
        or not address.isprintable()
    ):
        raise InputError(
            "bad_url",
            "this is not a web address",
            hint="Write it like https://pcc.example:8443, with the port if it is not the usual one.",
            field="url",
        )
    return address
