"""One fixed authority, hub and node, and every paper they make: the material of the frozen vectors.

The keys are test keys: counting bytes, good for nothing else.
`python -m tests.shared.papers` prints the vectors anew, for a new version of the format only.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shared.crypto import BoxKey, SigningKey, lock, passphrase_key
from shared.enrolment import (
    AuthorityCard,
    AuthorityKeys,
    Certificate,
    EnrolmentRequest,
    HubCard,
    HubCertificate,
    HubKeys,
    HubRequest,
    NodeKeys,
    Prekey,
    Revocations,
    Ticket,
    recover,
    request_certificate,
    ticket_secret,
)
from shared.enrolment.paper import Kind, write_body
from shared.ids import Node

VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "enrolment" / "papers.json"
NOW_MS = 1_790_000_000_000
PASSPHRASE = "frozen words open nothing"
DB_KEY = bytes(range(32))


def seed(start: int) -> bytes:
    """32 counting bytes."""
    return bytes((start + step) % 256 for step in range(32))


AUTHORITY = AuthorityKeys(sign=SigningKey(seed(1)), recovery=BoxKey(seed(33)))
HUB = HubKeys(
    sign=SigningKey(seed(65)),
    box=BoxKey(seed(97)),
    prekeys={1: (BoxKey(seed(129)), NOW_MS), 2: (BoxKey(seed(130)), NOW_MS + 1)},
)
NODE = NodeKeys(sign=SigningKey(seed(161)), box=BoxKey(seed(193)))
TICKET_ID = seed(225)[:16]
ESCROW = bytes(80)

CARD = AuthorityCard(
    name="Frozen authority",
    verify_key=AUTHORITY.sign.verify_key,
    recovery_key=AUTHORITY.recovery.seal_key,
    made_ms=NOW_MS,
)
HUB_CERTIFICATE = HubCertificate(node=Node(1), name="PCC", verify_key=HUB.sign.verify_key, issued_ms=NOW_MS)
HUB_CARD = HubCard.gather(
    certificate=HUB_CERTIFICATE.signed(AUTHORITY.sign),
    signed_prekeys=HUB.signed_prekeys(),
    url="https://pcc.example:8443",
    authority=CARD.verify_key,
)
CERTIFICATE = Certificate(
    serial=7,
    node=Node(2_000_000),
    post="KLOBUK",
    epoch=3,
    country="BA",
    verify_key=NODE.sign.verify_key,
    seal_key=NODE.box.seal_key,
    issued_ms=NOW_MS,
)
REVOCATIONS = Revocations(number=4, issued_ms=NOW_MS, nodes=frozenset({Node(2), Node(2_000_000)}))
HUB_REQUEST = HubRequest(name="PCC", verify_key=HUB.sign.verify_key, made_ms=NOW_MS)
TICKET = Ticket(
    authority=CARD,
    hub=HUB_CARD,
    url="http://10.0.0.1:8440",
    node=Node(2_000_000),
    post="KLOBUK",
    epoch=3,
    country="BA",
    ticket=TICKET_ID,
    secret=ticket_secret(AUTHORITY.sign, TICKET_ID),
    issued_ms=NOW_MS,
    expires_ms=NOW_MS + 1,
    authority_card=CARD.signed(AUTHORITY.sign),
    hub_card=HUB_CARD.signed(HUB.sign),
)
REQUEST = request_certificate(
    TICKET, signer=NODE.sign, seal_key=NODE.box.seal_key, escrow=ESCROW, now_ms=NOW_MS
)

PAPERS: dict[str, bytes] = {
    "authority card": CARD.signed(AUTHORITY.sign),
    "hub certificate": HUB_CERTIFICATE.signed(AUTHORITY.sign),
    "hub card": HUB_CARD.signed(HUB.sign),
    "prekey": HUB.signed_prekeys()[0],
    "certificate": CERTIFICATE.signed(AUTHORITY.sign),
    "revocations": REVOCATIONS.signed(AUTHORITY.sign),
    "hub request": HUB_REQUEST.signed(HUB.sign),
    "node pack": TICKET.signed(AUTHORITY.sign),
    "request": REQUEST,
}
"""Every signed paper: the same bytes each time, since Ed25519 leaves nothing to chance."""

READERS: dict[str, Callable[[bytes], Any]] = {
    "authority card": AuthorityCard.read,
    "hub certificate": lambda data: HubCertificate.read(data, authority=CARD.verify_key),
    "hub card": lambda data: HubCard.read(data, authority=CARD.verify_key),
    "prekey": lambda data: Prekey.read(data, hub=HUB.sign.verify_key),
    "certificate": lambda data: Certificate.read(data, authority=CARD.verify_key),
    "revocations": lambda data: Revocations.read(data, authority=CARD.verify_key),
    "hub request": HubRequest.read,
    "node pack": Ticket.read,
    "request": EnrolmentRequest.read,
    "node keys": lambda data: NodeKeys.unlock(data, DB_KEY),
    "hub keys": lambda data: HubKeys.unlock(data, DB_KEY),
    "authority keys": lambda data: AuthorityKeys.unlock(data, PASSPHRASE),
    "escrow": lambda data: recover(data, AUTHORITY.recovery),
}


def _fresh() -> dict[str, Any]:
    """The vectors file: signed papers by name, and one locked or sealed instance of each secret file."""
    salt = seed(3)[:16]
    body = write_body(Kind.AUTHORITY_KEYS, [AUTHORITY.sign.seed, AUTHORITY.recovery.raw])
    locked = lock(body, passphrase_key(PASSPHRASE, salt))
    sealed = CARD.recovery_key.seal(write_body(Kind.ESCROW, ["database of node 5", DB_KEY]))
    return {
        "signed": {name: paper.hex() for name, paper in PAPERS.items()},
        "secret": {
            "node keys": NODE.lock(DB_KEY).hex(),
            "hub keys": HUB.lock(DB_KEY).hex(),
            "authority keys": write_body(Kind.AUTHORITY_KEYS, [salt, locked]).hex(),
            "escrow": sealed.hex(),
        },
    }


if __name__ == "__main__":
    print(json.dumps(_fresh(), indent=1))
