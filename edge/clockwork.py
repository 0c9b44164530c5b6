"""Setting right what a wrong clock wrote, and saying so in the journal.

Invariants: a check's own time is never altered; the correction measured later stands beside it.
Every step of the clock, and every clock found wrong, is a journal entry. Nobody's clock follows a
wrong one. Must not know: the session, pages.
"""

from __future__ import annotations

from typing import Final

from edge.kit import Kit
from edge.store import checks
from shared.change import Value, named
from shared.clock import ms_of
from shared.database import Connection
from shared.ids import SYSTEM
from shared.ledger import records
from shared.limits import CLOCK_SKEW_SUSPECT_MS
from shared.schema import Kind, field_by_name

_SLICE: Final = 200  # corrections a contact may write at once: the rest waits for the next turn
_CORRECTION: Final = field_by_name(Kind.CHECK, "clock_correction_ms").number
_MINUTE_MS: Final = 60_000


class Clockwork:
    """Acts on the skew measured at each contact."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    def heard(self, tx: Connection, *, skew_ms: int, before_ms: int | None) -> None:
        """`skew_ms` is our clock minus the hub's just now, `before_ms` what it was at the last contact."""
        self._correct_checks(tx)
        wrong = abs(skew_ms) > CLOCK_SKEW_SUSPECT_MS
        if wrong and abs(skew_ms - (before_ms or 0)) > CLOCK_SKEW_SUSPECT_MS:
            self._journal(tx, f"This node's clock is {_words(skew_ms)} the hub's.")
        stamp_ahead_ms = ms_of(self._kit.log.clock(tx).last) - self._kit.now_ms()
        if not wrong and stamp_ahead_ms > CLOCK_SKEW_SUSPECT_MS:
            step = self._kit.log.correct_clock(tx)
            if step is not None:
                self._journal(
                    tx, f"The clock was set right: it had been {_words(step.from_ms - step.to_ms)} the time."
                )

    def _correct_checks(self, tx: Connection) -> None:
        """Measure the checks of this run that were made under a clock nobody could vouch for."""
        kit = self._kit
        real_ms = kit.time.at_least_ms
        if real_ms is None:
            return
        monotonic_ms = kit.world.monotonic_ms()
        for check, at_monotonic_ms in checks.take_clock_marks(tx, kit.boot, limit=_SLICE):
            record = records.read(tx, Kind.CHECK, check)
            happened = record.number("happened") if record is not None else None
            if record is None or happened is None:
                continue
            correction = real_ms - (monotonic_ms - at_monotonic_ms) - happened
            if abs(correction) > CLOCK_SKEW_SUSPECT_MS:
                kit.log.append(
                    tx,
                    kind=Kind.CHECK,
                    author=SYSTEM,
                    fields={_CORRECTION: correction},
                    record=record.id,
                    context=records.context_of(tx, Kind.CHECK, check),
                )

    def _journal(self, tx: Connection, text: str) -> None:
        values: dict[str, Value] = {
            "owner": self._kit.country,
            "post": self._kit.post,
            "happened": self._kit.now_ms(),
            "heading": "clock",
            "text": text,
        }
        self._kit.log.append(
            tx, kind=Kind.JOURNAL_ENTRY, author=SYSTEM, fields=named(Kind.JOURNAL_ENTRY, values)
        )


def _words(skew_ms: int) -> str:
    minutes = abs(skew_ms) // _MINUTE_MS
    side = "ahead of" if skew_ms > 0 else "behind"
    return f"{minutes // 1440} d {minutes // 60 % 24} h {minutes % 60} min {side}"
