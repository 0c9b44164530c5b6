"""Who has lost their standing: the newest revocation list, kept in the store.

Job: believe a list, keep the one with the highest number, answer from it.
Invariant: the number never goes back, whatever file is presented. Must not know: files.
"""

from __future__ import annotations

import contextlib

from hub.kit import Kit
from hub.store import opening
from shared.database import Connection
from shared.enrolment import Revocations, newer_of
from shared.errors import InputError, TrustError
from shared.ids import SYSTEM
from shared.ledger import audit
from shared.ledger.audit import Line
from shared.session import Returned


class Revoked:
    """The revocation list of this hub."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._list: Revocations | None = None
        self.paper: bytes | None = None

    def read(self, tx: Connection) -> Revocations | None:
        """The list that counts now. Read from the store, where another process may have put a newer one."""
        number = opening.kept_number(tx, "revocations_number")
        if number and (self._list is None or self._list.number != number):
            paper = opening.kept_bytes(tx, "revocations")
            assert paper is not None  # both rows are written together
            self._list = Revocations.read(paper, authority=self._kit.identity.authority.verify_key)
            self.paper = paper
        return self._list

    def learn(self, returned: Returned | None) -> bool:
        """Keep the list that a node gives back, if it is one and newer: everyone keeps the highest.

        Returns whether there was one.
        """
        if returned is None or returned.revocations is None:
            return False
        with contextlib.suppress(TrustError, InputError):
            self.take(returned.revocations)
        return True

    def take(self, paper: bytes) -> Revocations:
        """Keep a list if it is newer; returns the one that counts. Raises TrustError, InputError."""
        received = Revocations.read(paper, authority=self._kit.identity.authority.verify_key)
        with self._kit.database.transaction() as tx:
            held = self.read(tx)
            if newer_of(held, received) is not received:
                assert held is not None  # else the received one would count
                return held
            opening.keep_bytes(tx, "revocations", paper)
            opening.keep_number(tx, "revocations_number", received.number)
            audit.write(
                tx,
                Line(
                    at_ms=self._kit.now_ms(),
                    officer=SYSTEM,
                    device="hub",
                    action="revocations_taken",
                    detail=f"list {received.number}, {len(received.nodes)} nodes",
                ),
            )
        with self._kit.database.snapshot() as tx:
            self.read(tx)
        return received
