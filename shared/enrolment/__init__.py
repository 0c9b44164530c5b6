"""Enrolment: who is who, as signed files that travel by hand, by stick or by wire.

Job: the objects of trust (certificates, prekeys, revocations, cards, node packs, requests), the key
files that never travel, and the names of the files in a data directory. Pure: bytes in, bytes out.
Every object makes its own paper with `signed(key)` and is believed with `read(data, …key)`.
Must not know: files, sockets, the time, who presses the button.
"""

from shared.enrolment.card import AuthorityCard, HubCard, Prekey, check_url
from shared.enrolment.certificate import (
    HUB_NODE,
    LIVES_MAX,
    Certificate,
    HubCertificate,
    Life,
    Revocations,
    check_place,
    newer_of,
)
from shared.enrolment.keys import AuthorityKeys, Escrowed, HubKeys, NodeKeys, escrow, recover
from shared.enrolment.ticket import (
    TICKET_ID_BYTES,
    EnrolmentRequest,
    HubRequest,
    Ticket,
    check_unexpired,
    request_certificate,
    ticket_secret,
)

__all__ = [
    "HUB_NODE",
    "LIVES_MAX",
    "TICKET_ID_BYTES",
    "AuthorityCard",
    "AuthorityKeys",
    "Certificate",
    "EnrolmentRequest",
    "Escrowed",
    "HubCard",
    "HubCertificate",
    "HubKeys",
    "HubRequest",
    "Life",
    "NodeKeys",
    "Prekey",
    "Revocations",
    "Ticket",
    "check_place",
    "check_unexpired",
    "check_url",
    "escrow",
    "newer_of",
    "recover",
    "request_certificate",
    "ticket_secret",
]
