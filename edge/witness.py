"""Writing down who did what: in this node's chained audit, and where it matters for the desk too.

`witness` writes the local line; `witness_upward` also appends an audit record that travels, for
acts no other record shows (a look-up, a cue opened). Must not know: which acts there are.
"""

from __future__ import annotations

from edge.kit import Kit
from edge.screen import Session
from shared.change import Value, named
from shared.database import Connection
from shared.ledger import audit
from shared.ledger.audit import Line
from shared.schema import Kind


def witness(
    kit: Kit,
    tx: Connection,
    session: Session,
    action: str,
    *,
    of: int | None = None,
    purpose: str | None = None,
    reference: str | None = None,
    detail: str | None = None,
) -> None:
    """One line in the local chain, in the caller's transaction."""
    line = Line(
        at_ms=kit.now_ms(),
        officer=session.officer,
        device=session.device,
        action=action,
        record=of,
        purpose=purpose,
        reference=reference,
        detail=detail,
    )
    audit.write(tx, line)


def witness_upward(
    kit: Kit,
    tx: Connection,
    session: Session,
    action: str,
    *,
    of: int | None = None,
    purpose: str | None = None,
    reference: str | None = None,
    query: str | None = None,
    results: int | None = None,
) -> None:
    """The local line, and a record of it for the desk."""
    witness(kit, tx, session, action, of=of, purpose=purpose, reference=reference)
    values: dict[str, Value] = {
        "owner": kit.country,
        "post": kit.post,
        "happened": kit.now_ms(),
        "device": session.device,
        "action": action,
        "of": of,
        "purpose": purpose,
        "reference": reference or None,
        "query": query or None,
        "results": results,
    }
    kit.log.append(tx, kind=Kind.AUDIT_LINE, author=session.officer, fields=named(Kind.AUDIT_LINE, values))
