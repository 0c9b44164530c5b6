"""One authority, one hub and some posts with their papers: the same fixed test keys in every world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from edge.identity import Identity as PostIdentity
from hub.identity import Identity as HubIdentity
from shared.crypto import BoxKey, SigningKey, digest
from shared.enrolment import (
    AuthorityCard,
    AuthorityKeys,
    Certificate,
    HubCard,
    HubCertificate,
    HubKeys,
    NodeKeys,
)
from shared.ids import Node

START_MS: Final = 1_780_000_000_000  # 28 May 2026
HUB: Final = Node(1)
POSTS: Final = (
    ("KLOBUK", "BA", 2),
    ("DOBRAKOVO", "ME", 3),
    ("GOSTUN", "RS", 2_000_000),
    ("RACA", "BA", 4),
    ("ILINOBRDO", "ME", 5),
    ("UVACRS", "RS", 6),
    ("VARDISTE", "BA", 7),
    ("RANCE", "ME", 8),
    ("JABUKA", "RS", 9),
    ("ZUPCI", "BA", 10),
    ("SITNICA", "ME", 11),
    ("SPILJANI", "RS", 12),
)
"""In the order in which worlds of more posts take them in; the first three are one a country."""
_BORN_MS: Final = START_MS - 86_400_000
_PREKEYS: Final = 8


def _key(name: str) -> bytes:
    """A test key by its name. It opens nothing outside these worlds."""
    return digest(b"karaula simulation\0", name.encode(), size=32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """Everybody's identity."""

    hub: HubIdentity
    posts: tuple[PostIdentity, ...]


def authority_keys() -> AuthorityKeys:
    """The authority's own keys."""
    return AuthorityKeys(sign=SigningKey(_key("authority")), recovery=BoxKey(_key("recovery")))


def make_papers(posts: int = 3) -> Papers:
    """The same papers each time, for the first so many posts."""
    authority = authority_keys()
    card = AuthorityCard(
        name="Test",
        verify_key=authority.sign.verify_key,
        recovery_key=authority.recovery.seal_key,
        made_ms=_BORN_MS,
    )
    keys = HubKeys(
        sign=SigningKey(_key("hub sign")),
        box=BoxKey(_key("hub box")),
        prekeys={n: (BoxKey(_key(f"prekey {n}")), _BORN_MS) for n in range(1, _PREKEYS + 1)},
    )
    certificate = HubCertificate(node=HUB, name="PCC", verify_key=keys.sign.verify_key, issued_ms=_BORN_MS)
    hub = HubIdentity(certificate=certificate, authority=card, keys=keys, database_key=_key("hub database"))
    hub_card = HubCard.gather(
        certificate=certificate.signed(authority.sign),
        signed_prekeys=keys.signed_prekeys()[:1],  # the newer ones arrive by the link
        url="http://127.0.0.1:1",
        authority=authority.sign.verify_key,
    )
    return Papers(hub=hub, posts=tuple(_post(authority, card, hub_card, *post) for post in POSTS[:posts]))


def _post(
    authority: AuthorityKeys, card: AuthorityCard, hub: HubCard, code: str, country: str, number: int
) -> PostIdentity:
    keys = NodeKeys(sign=SigningKey(_key(f"{code} sign")), box=BoxKey(_key(f"{code} box")))
    certificate = Certificate(
        serial=number,
        node=Node(number),
        post=code,
        epoch=1,
        country=country,
        verify_key=keys.sign.verify_key,
        seal_key=keys.box.seal_key,
        issued_ms=_BORN_MS,
    )
    return PostIdentity(
        certificate=certificate,
        certificate_paper=certificate.signed(authority.sign),
        keys=keys,
        authority=card,
        hub=hub,
        hub_url=hub.url,
        database_key=_key(f"{code} database"),
    )
