"""The planted faults of the centre's retro-check, cleared pairs, impossible times and outcomes by post."""

# ruff: noqa: E501 - a piece of source to replace is quoted as it stands

from __future__ import annotations

from typing import Final

from tests.mutants.plant import Mutant

RETRO: Final = "late hits: no pair is missed, none found twice"
RIGHTS: Final = "rights and rules of the field"
CLEARED: Final = "a cleared pair silences whom it should, and nobody else"
TIMES: Final = "an impossible time is a question with its reason"
HONEST: Final = "a share stands with what it is worth"

MUTANTS: Final = (
    Mutant(
        name="retro-mark-before-the-hits",
        promise=RETRO,
        path="hub/rematch.py",
        old="            with self._kit.database.transaction() as tx:\n                late =",
        new="            with self._kit.database.transaction() as tx:\n                rematch.move(tx, found.moves)\n            with self._kit.database.transaction() as tx:\n                late =",
        tests=("tests/hub/test_rematch.py",),
    ),
    Mutant(
        name="retro-reports-what-the-post-reported",
        promise=RETRO,
        path="hub/rematch.py",
        old="        if concern.has_hit(tx, check=check.id, alert=alert.id) or self._is_over(alert):\n",
        new="        if self._is_over(alert):\n",
        tests=("tests/hub/test_rematch.py",),
    ),
    Mutant(
        name="retro-forgets-late-checks",
        promise=RETRO,
        path="hub/rematch.py",
        old="            found.pairs += [(check.id, alert.id) for alert in alerts if self._concern(tx, check, alert)]\n",
        new="",
        tests=("tests/hub/test_rematch.py",),
    ),
    Mutant(
        name="retro-drops-the-rest-of-a-slice",
        promise=RETRO,
        path="hub/rematch.py",
        old="        return part[-1] + 1 if len(part) < len(checks) else 0\n",
        new="        return 0\n",
        tests=("tests/hub/test_rematch.py",),
    ),
    Mutant(
        name="retro-skips-one-between-slices",
        promise=RETRO,
        path="hub/rematch.py",
        old="        return part[-1] + 1 if len(part) < len(checks) else 0\n",
        new="        return part[-1] + (1 << 40) if len(part) < len(checks) else 0\n",
        tests=("tests/hub/test_rematch.py",),
    ),
    Mutant(
        name="search-forgets-to-tell-the-retro-check",
        promise=RETRO,
        path="hub/indexer.py",
        old="                rematch.queue(tx, spans, at_ms=self._kit.now_ms())\n",
        new="",
        tests=("tests/hub/test_rematch.py",),
    ),
    Mutant(
        name="late-hit-stays-at-the-centre",
        promise=RETRO,
        path="hub/rematch.py",
        old='        feeds.hold(tx, hit, f"post:{node.post}")  # whichever node works there now\n',
        new="",
        tests=("tests/hub/test_rematch.py",),
    ),
    Mutant(
        name="one-pair-two-tasks",
        promise=RETRO,
        path="hub/store/lists.py",
        old="TASK: Final = concern.SHOWN_ONCE\n",
        new='TASK: Final = "1"\n',
        tests=("tests/hub/test_rematch.py",),
    ),
    Mutant(
        name="retro-by-an-old-clock",
        promise=RETRO,
        path="hub/rematch.py",
        old='max(check.number("happened") or 0, custody.received_ms_of(tx, check.id) or 0)',
        new='check.number("happened") or 0',
        tests=("tests/hub/test_rematch.py",),
    ),
    Mutant(
        name="retro-without-end",
        promise=RIGHTS,
        path="hub/rematch.py",
        old="        return last_ms < self._kit.now_ms() - REMATCH_DAYS * _DAY_MS\n",
        new="        return last_ms < 0\n",
        tests=("tests/hub/test_rematch.py",),
    ),
    Mutant(
        name="kept-alert-opens-foreign-crossings",
        promise=RIGHTS,
        path="hub/rematch.py",
        old="        if node is None or not feeds.holders(tx, alert.id) & _scopes_of(node) or self._is_old(tx, check):\n",
        new="        if node is None or self._is_old(tx, check):\n",
        tests=("tests/hub/test_rematch.py",),
    ),
    Mutant(
        name="expired-alert-found-late",
        promise=RIGHTS,
        path="hub/rematch.py",
        old="        return ends_ms is not None and ends_ms <= self._kit.now_ms()\n",
        new="        return False\n",
        tests=("tests/hub/test_rematch.py",),
    ),
    # --- cleared pairs ---
    Mutant(
        name="anybody-clears-for-everybody",
        promise=CLEARED,
        path="shared/scope.py",
        old="    if owner == alert_owner:\n        return frozenset(alert_scopes)\n",
        new="    if owner:\n        return frozenset(alert_scopes)\n",
        tests=("tests/hub/test_cleared_pairs.py",),
    ),
    Mutant(
        name="foreign-clearing-counts",
        promise=CLEARED,
        path="shared/ledger/concern.py",
        old='    clearers = (country, alert.text("owner"))\n',
        new='    clearers = (*(["BA", "RS"] if country else []),)\n',
        tests=("tests/hub/test_cleared_pairs.py",),
    ),
    Mutant(
        name="cleared-pair-stays-at-its-post",
        promise=CLEARED,
        path="hub/feed.py",
        old="frozenset({Kind.ALERT, Kind.BULLETIN, Kind.CLEARED_PAIR, ",
        new="frozenset({Kind.ALERT, Kind.BULLETIN, ",
        tests=("tests/hub/test_cleared_pairs.py",),
    ),
    Mutant(
        name="desk-clears-this-once-only",
        promise=CLEARED,
        path="hub/desk/acting.py",
        old="            self._office.create(tx, operator, Kind.CLEARED_PAIR, pair)\n",
        new="            pass\n",
        tests=("tests/hub/test_cleared_pairs.py",),
    ),
    Mutant(
        name="clearing-cannot-be-taken-back",
        promise=CLEARED,
        path="shared/ledger/concern.py",
        old=' AND until IS NULL",\n            (person, alert, version, *by),',
        new='",\n            (person, alert, version, *by),',
        tests=("tests/hub/test_cleared_pairs.py",),
    ),
    # --- impossible times ---
    Mutant(
        name="clock-taken-at-its-word",
        promise=TIMES,
        path="shared/travel.py",
        old="    error = CLOCK_SKEW_SUSPECT_MS if correction_ms is None else CORRECTED_ERROR_MS\n",
        new="    error = 0\n",
        tests=("tests/shared/test_travel.py",),
    ),
    Mutant(
        name="suspect-clock-accuses",
        promise=TIMES,
        path="shared/travel.py",
        old='    if correction_ms is None and clock != "ok":\n        return None\n',
        new="",
        tests=("tests/shared/test_travel.py", "tests/hub/test_times.py"),
    ),
    Mutant(
        name="order-of-arrival-matters",
        promise=TIMES,
        path="shared/travel.py",
        old="    at_most = max(spans[0].latest_ms - spans[1].earliest_ms, spans[1].latest_ms - spans[0].earliest_ms)\n",
        new="    at_most = spans[1].latest_ms - spans[0].earliest_ms\n",
        tests=("tests/shared/test_travel.py",),
    ),
    Mutant(
        name="neighbouring-posts-flagged",
        promise=TIMES,
        path="shared/travel.py",
        old="    return int(max(0.0, km - 2 * POSITION_ERROR_KM) / TOP_SPEED_KM_H * _HOUR_MS)\n",
        new="    return int((km + 40) / TOP_SPEED_KM_H * _HOUR_MS)\n",
        tests=("tests/shared/test_travel.py",),
    ),
    Mutant(
        name="flag-outlives-its-correction",
        promise=TIMES,
        path="hub/store/times.py",
        old="    forget(tx, check)\n    tx.executemany(",
        new="    tx.executemany(",
        tests=("tests/hub/test_times.py",),
    ),
    Mutant(
        name="flag-tells-where-a-foreign-check-was",
        promise=RIGHTS,
        path="hub/desk/timing.py",
        old="        needed_s=pair.found.needed_ms // 1000 if whole else None,\n",
        new="        needed_s=pair.found.needed_ms // 1000,\n",
        tests=("tests/hub/test_times.py",),
    ),
    Mutant(
        name="flag-shown-to-a-third-desk",
        promise=RIGHTS,
        path="hub/store/times.py",
        old=") WHERE sees_one OR sees_other ORDER BY",
        new=") WHERE 1 ORDER BY",
        tests=("tests/hub/test_times.py",),
    ),
    Mutant(
        name="erased-check-leaves-its-times",
        promise=RIGHTS,
        path="hub/merger.py",
        old="                times.forget(tx, erased)\n",
        new="",
        tests=("tests/hub/test_times.py",),
    ),
    Mutant(
        name="van-never-compares",
        promise=TIMES,
        path="edge/times.py",
        old='        if other.id == check.id or other.text("post") == check.text("post"):\n',
        new="        if other.id > 0:\n",
        tests=("tests/edge/test_times.py",),
    ),
    # --- outcomes by post ---
    Mutant(
        name="few-taken-for-knowledge",
        promise=HONEST,
        path="hub/desk/outcomes.py",
        old="    enough = settled >= FEW\n",
        new="    enough = settled > 0\n",
        tests=("tests/hub/test_outcomes.py",),
    ),
    Mutant(
        name="counts-what-the-desk-may-not-see",
        promise=RIGHTS,
        path="hub/store/outcomes.py",
        old='= 0 AND {condition} "',
        new='= 0 AND (1 OR {condition}) "',
        tests=("tests/hub/test_outcomes.py",),
    ),
    Mutant(
        name="pair-counted-twice",
        promise=HONEST,
        path="hub/store/outcomes.py",
        old='h."check", h.alert) GROUP',
        new="h.id) GROUP",
        tests=("tests/hub/test_outcomes.py",),
    ),
)
