"""Planted faults: a form that is done twice, a number no store holds, a stick told as more than it is."""

from __future__ import annotations

from typing import Final

from tests.mutants.faults import HOSTILE, KNOWN_AGE, NOTHING_LOST
from tests.mutants.plant import Mutant

ONCE: Final = "what a person asks for once is done once"

MUTANTS: Final = (
    Mutant(
        name="steps-wider-than-a-reader-takes",
        promise=NOTHING_LOST,
        path="shared/wire/column_writer.py",
        old="    if width > _STEPS_MAX_BITS:\n",
        new="    if width > 2 * _STEPS_MAX_BITS:\n",
        tests=("tests/shared/wire/test_round_trip.py",),
    ),
    Mutant(
        name="alert-raised-twice",
        promise=ONCE,
        path="hub/desk/alerting.py",
        old="            self._office.note(tx, operator, _RAISE, once, record)\n",
        new="",
        tests=("tests/hub/console/test_once.py",),
    ),
    Mutant(
        name="next-alert-taken-for-the-last",
        promise=ONCE,
        path="hub/desk/form.py",
        old="    return digest(wire.pack([token, said])).hex()",
        new="    return digest(wire.pack([token, said[:0]])).hex()",
        tests=("tests/hub/console/test_once.py",),
    ),
    Mutant(
        name="answer-sent-twice",
        promise=ONCE,
        path="hub/desk/acting.py",
        old="            if self._office.became(tx, operator, _ANSWER, once) == found.id:",
        new="            if False:",
        tests=("tests/hub/console/test_once.py",),
    ),
    Mutant(
        name="first-password-made-twice",
        promise=ONCE,
        path="hub/desk/people.py",
        old="            self._refuse_again(tx, operator, _RESET, once)\n",
        new="",
        tests=("tests/hub/console/test_once.py",),
    ),
    Mutant(
        name="form-of-another-operator-taken-for-ours",
        promise=ONCE,
        path="hub/store/forms.py",
        old='WHERE token = ? AND act = ? AND officer = ?"',
        new='WHERE token = ? AND act = ? AND ? > 0"',
        tests=("tests/hub/console/test_once.py",),
    ),
    Mutant(
        name="form-without-token-taken",
        promise=ONCE,
        path="hub/console/forms.py",
        old="    if not 0 < len(token) <= _ONCE_MAX_CHARS:",
        new="    if len(token) > _ONCE_MAX_CHARS:",
        tests=("tests/hub/console/test_once.py",),
    ),
    Mutant(
        name="number-no-store-holds",
        promise=HOSTILE,
        path="shared/session/messages.py",
        old="and 0 <= value <= COUNT_MAX",
        new="and 0 <= value",
        tests=("tests/shared/test_session_numbers.py",),
    ),
    Mutant(
        name="time-no-calendar-has",
        promise=HOSTILE,
        path="shared/session/messages.py",
        old=" or max(time_ms, safe) > MOMENT_MAX_MS:",
        new=":",
        tests=("tests/shared/test_session_numbers.py",),
    ),
    Mutant(
        name="contexts-of-any-size",
        promise=HOSTILE,
        path="edge/contexts.py",
        old="AttributeError, OverflowError, RecursionError",
        new="AttributeError, RecursionError",
        tests=("tests/fuzz/test_fuzz.py",),
    ),
    Mutant(
        name="stick-dated-by-a-clock-ahead",
        promise=KNOWN_AGE,
        path="hub/courier.py",
        old="            written_ms=min(at_ms, max([slip.heard_ms, *written])),",
        new="            written_ms=max([slip.heard_ms, *written]),",
        tests=("tests/courier/test_console.py",),
    ),
    Mutant(
        name="old-stick-told-as-news",
        promise=KNOWN_AGE,
        path="hub/store/nodes.py",
        old='        "WHERE node = ?1 AND ?3 >= max(coalesce(written_ms, 0), coalesce(seen_ms, 0))",',
        new='        "WHERE node = ?1",',
        tests=("tests/courier/test_console.py",),
    ),
    Mutant(
        name="old-slip-takes-positions-back",
        promise=NOTHING_LOST,
        path="hub/store/nodes.py",
        old="if position > known.get(scope, 0)}",
        new="if position != known.get(scope, 0)}",
        tests=("tests/courier/test_console.py",),
    ),
    Mutant(
        name="silent-by-when-a-stick-came",
        promise=KNOWN_AGE,
        path="hub/desk/weighing.py",
        old="    said = [moment for moment in (node.seen_ms, node.written_ms) if moment is not None]",
        new="    said = [moment for moment in (node.seen_ms, node.carried_ms) if moment is not None]",
        tests=("tests/courier/test_console.py",),
    ),
)
