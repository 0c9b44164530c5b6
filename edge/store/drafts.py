"""Half-captured cases: what was typed survives a reload, a crash and a flat battery.

A case belongs to one officer at one device. A decided case stays as a stub that names the check it
became, so that a submit that comes twice is answered with the same check. Must not know: fields.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from edge.screen import CaseId
from shared.database import Connection
from shared.errors import MissingError
from shared.ids import OfficerId


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A case as kept. `saved` is the check it became; `shown` the alerts the officer was shown, None
    before the list was asked."""

    case: CaseId
    officer: OfficerId
    device: str
    form: Mapping[str, str]
    shown: frozenset[int] | None
    saved: int | None
    cue: bool


def read(tx: Connection, case: str) -> Draft | None:
    row = tx.execute(
        "SELECT case_id, officer, device, form, shown, saved, cue FROM draft WHERE case_id = ?", (case,)
    ).fetchone()
    if row is None:
        return None
    return Draft(
        case=CaseId(row[0]),
        officer=OfficerId(row[1]),
        device=row[2],
        form=json.loads(row[3]),
        shown=None if row[4] is None else frozenset(json.loads(row[4])),
        saved=row[5],
        cue=bool(row[6]),
    )


def own(tx: Connection, case: str, *, officer: int, device: str) -> Draft:
    """A case of this officer at this device. Raises MissingError `no_case` for any other."""
    draft = read(tx, case)
    if draft is None or (draft.officer, draft.device) != (officer, device):
        raise MissingError("no_case", "this case is not open here", hint="Begin a new one.")
    return draft


def newest_open(tx: Connection, *, officer: int, device: str) -> CaseId | None:
    """The undecided case of this officer at this device."""
    row = tx.execute(
        "SELECT case_id FROM draft WHERE officer = ? AND device = ? AND saved IS NULL "
        "ORDER BY opened_ms DESC, rowid DESC LIMIT 1",
        (officer, device),
    ).fetchone()
    return None if row is None else CaseId(row[0])


def start(tx: Connection, case: CaseId, *, officer: int, device: str, now_ms: int) -> None:
    tx.execute(
        "INSERT INTO draft (case_id, officer, device, opened_ms, changed_ms, form) "
        "VALUES (?, ?, ?, ?, ?, '{}')",
        (case, officer, device, now_ms, now_ms),
    )


def keep(
    tx: Connection, case: CaseId, form: Mapping[str, str], *, shown: Iterable[int] | None, now_ms: int
) -> None:
    """Keep what was typed and, where the list answered, which alerts were shown."""
    tx.execute(
        "UPDATE draft SET form = ?, shown = coalesce(?, shown), changed_ms = ? "
        "WHERE case_id = ? AND saved IS NULL",
        (
            json.dumps(dict(form), separators=(",", ":")),
            None if shown is None else json.dumps(sorted(shown)),
            now_ms,
            case,
        ),
    )


def finish(tx: Connection, case: CaseId, *, check: int, cue: bool, now_ms: int) -> None:
    """Leave only the stub: which check the case became."""
    tx.execute(
        "UPDATE draft SET form = '{}', shown = NULL, saved = ?, cue = ?, changed_ms = ? WHERE case_id = ?",
        (check, int(cue), now_ms, case),
    )


def drop(tx: Connection, case: CaseId) -> None:
    tx.execute("DELETE FROM draft WHERE case_id = ? AND saved IS NULL", (case,))


def forget_before(tx: Connection, ms: int) -> None:
    """Drop what nobody touched since: stubs and abandoned cases alike."""
    tx.execute("DELETE FROM draft WHERE changed_ms < ?", (ms,))
