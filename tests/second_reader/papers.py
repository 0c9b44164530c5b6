"""Papers: who may sign what, from the authority's key down."""

from __future__ import annotations

from typing import Any

from tests.second_reader.bundle import believe
from tests.second_reader.plain import blake, fits, need, unpack

AUTHORITY_CARD, HUB_CERTIFICATE, CERTIFICATE, PREKEY, REVOCATIONS = range(1, 6)
HUB_CARD, NODE_PACK, REQUEST, HUB_REQUEST = range(6, 10)
FIELDS: dict[int, tuple[str, tuple[type, ...]]] = {
    AUTHORITY_CARD: ("card", (str, bytes, bytes, int)),
    HUB_CERTIFICATE: ("certificate", (int, str, bytes, int)),
    CERTIFICATE: ("certificate", (int, int, str, int, str, bytes, bytes, int)),
    PREKEY: ("prekey", (int, bytes, int)),
    REVOCATIONS: ("revocations", (int, int, list)),
    HUB_CARD: ("card", (bytes, list, str)),
    NODE_PACK: ("ticket", (bytes, bytes, str, int, str, int, str, bytes, bytes, int, int)),
    REQUEST: ("request", (bytes, bytes)),
    HUB_REQUEST: ("request", (str, bytes, int)),
}
"""A kind's label, and what its fields are."""
OWN_KEY = {AUTHORITY_CARD: 1, HUB_REQUEST: 1}
"""Which field is the key of a paper that names its own."""


def read_paper(data: bytes, kind: int, key: bytes | None = None) -> list[Any]:
    """The fields of a paper of this kind; what stands behind those known here is passed over."""
    parts = unpack(data)
    need(fits(parts, bytes, bytes), "unreadable_paper")
    raw, signature = parts
    version, found, *fields = unpack(raw)
    need(found == kind, "wrong_paper")
    need(version == 1, "newer_paper")
    label, types = FIELDS[kind]
    fields = fields[: len(types)]
    need(fits(fields, *types), "damaged_paper")
    believe(fields[OWN_KEY[kind]] if key is None else key, label, raw, signature)
    return fields


def read_hub_card(data: bytes, authority: bytes) -> tuple[list[Any], list[list[Any]], str]:
    """The hub's certificate, its prekeys and its address, each traced to the authority."""
    certificate, prekeys, url = unpack(unpack(data)[0])[2:5]
    hub = read_paper(certificate, HUB_CERTIFICATE, authority)
    read_paper(data, HUB_CARD, hub[2])
    return hub, [read_paper(prekey, PREKEY, hub[2]) for prekey in prekeys], url


def read_request(data: bytes, secret: bytes) -> list[Any]:
    """What a node asks of the authority, proved by its ticket's secret and signed by the key it names."""
    raw = unpack(unpack(data)[0])[2]
    asked = unpack(raw)
    _, proof = read_paper(data, REQUEST, asked[5])
    need(proof == blake(32, b"karaula/ticket-proof\0", secret, raw), "bad_proof")
    return asked[2:]
