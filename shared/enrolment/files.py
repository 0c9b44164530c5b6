"""The names in a data directory: edge, hub and provisioning read the same ones from here.

Job: only names. Every directory is mode 0700 and every file 0600; `PUBLIC` ones may be copied about.
Must not know: what opens them.

    node   node.cert node.keys hub.card authority.card hub.url recovery.sealed database.key
           revocations [while enrolling: node.request]  karaula.db
           [while enrolled again: renewal/ with the new ones of these]
    hub    hub.cert hub.keys hub.card hub.url authority.card recovery.sealed database.key revocations escrow/
           [while waiting for an offline authority: hub.request]  karaula.db
    authority   authority.keys authority.card issued.json revocations escrow/
"""

from __future__ import annotations

from typing import Final

AUTHORITY_CARD: Final = "authority.card"
HUB_CARD: Final = "hub.card"
HUB_URL: Final = "hub.url"
"""One line of text: where a node reaches its hub, or a hub says it is. An engineer may edit it."""
REVOCATIONS: Final = "revocations"
DATABASE_KEY: Final = "database.key"
"""32 raw bytes. Absent where the key comes as a systemd credential of the same name."""
DATABASE: Final = "karaula.db"
RECOVERY: Final = "recovery.sealed"
"""The database key, sealed to the authority's recovery key."""
ESCROW: Final = "escrow"

NODE_CERTIFICATE: Final = "node.cert"
NODE_KEYS: Final = "node.keys"
NODE_REQUEST: Final = "node.request"
RENEWAL: Final = "renewal"
"""Where a node that is enrolled again has its next papers. From the moment its certificate lies there, they
are the ones that count; then they are moved into the directory itself."""

HUB_CERTIFICATE: Final = "hub.cert"
HUB_KEYS: Final = "hub.keys"
HUB_REQUEST: Final = "hub.request"

AUTHORITY_KEYS: Final = "authority.keys"
ISSUED: Final = "issued.json"

PUBLIC: Final = frozenset(
    {
        *(AUTHORITY_CARD, HUB_CARD, HUB_URL, REVOCATIONS),
        *(NODE_CERTIFICATE, NODE_REQUEST, HUB_CERTIFICATE, HUB_REQUEST),
    }
)
"""Files without a secret in them."""
