"""The chained audit: who did what, when, on which device, and why.

Each line's chain covers the line before it, so a line cannot be changed or dropped unnoticed as
long as a later head is known elsewhere (heads travel both ways). Lines are committed in the same
transaction as what they witness. Must not know: which actions exist.

    chain_n = BLAKE2b-16(chain_before ‖ pack(line n))
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared import wire
from shared.crypto import HASH_BYTES, digest
from shared.database import Connection
from shared.errors import StoreError
from shared.ids import OfficerId

START: Final = bytes(HASH_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One audited act. `detail` never holds what was found, only what was asked or decided."""

    at_ms: int
    officer: OfficerId
    device: str
    action: str
    record: int | None = None
    purpose: str | None = None
    reference: str | None = None
    detail: str | None = None

    def packed(self) -> bytes:
        return wire.pack(
            [
                self.at_ms,
                self.officer,
                self.device,
                self.action,
                self.record,
                self.purpose,
                self.reference,
                self.detail,
            ]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditHead:
    """The newest line's number and chain: what is shown to the other side."""

    number: int
    chain: bytes


def head(tx: Connection) -> AuditHead:
    """The newest line; number 0 before the first."""
    row = tx.execute("SELECT number, chain FROM audit ORDER BY number DESC LIMIT 1").fetchone()
    return AuditHead(number=row[0], chain=row[1]) if row else AuditHead(number=0, chain=START)


def write(tx: Connection, line: Line) -> AuditHead:
    """Append a line inside the caller's transaction."""
    last = head(tx)
    new = AuditHead(number=last.number + 1, chain=digest(last.chain, line.packed()))
    tx.execute(
        "INSERT INTO audit "
        "(number, at_ms, officer, device, action, record, purpose, reference, detail, chain) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new.number,
            line.at_ms,
            line.officer,
            line.device,
            line.action,
            line.record,
            line.purpose,
            line.reference,
            line.detail,
            new.chain,
        ),
    )
    return new


def verify(tx: Connection) -> AuditHead:
    """Walk the whole chain. Raises StoreError `audit_broken` naming the first wrong line."""
    last = AuditHead(number=0, chain=START)
    rows = tx.execute(
        "SELECT number, at_ms, officer, device, action, record, purpose, reference, detail, chain "
        "FROM audit ORDER BY number"
    )
    for number, at_ms, officer, device, action, record, purpose, reference, detail, chain in rows:
        line = Line(
            at_ms=at_ms,
            officer=OfficerId(officer),
            device=device,
            action=action,
            record=record,
            purpose=purpose,
            reference=reference,
            detail=detail,
        )
        pruned = last.number == 0 and number > 1  # older lines went by the retention rule
        if not pruned and (number != last.number + 1 or digest(last.chain, line.packed()) != chain):
            raise StoreError(
                "audit_broken",
                f"audit line {number} does not follow from the one before",
                hint="Keep the file as it is and call the data protection officer.",
            )
        last = AuditHead(number=number, chain=chain)
    return last
