"""The planted faults, by the promise each one breaks. A new promise or number adds its fault here."""

# ruff: noqa: E501 - a piece of source to replace is quoted as it stands

from __future__ import annotations

from typing import Final

from tests.mutants.plant import Mutant

NOTHING_LOST: Final = "1 nothing acknowledged is lost"
SAME_STATE: Final = "2 same changes, same state"
NO_OVERWRITE: Final = "3 no silent overwrite"
NOTHING_READABLE: Final = "4 a thief reads nothing"
KNOWN_AGE: Final = "5 a node knows how old its lists are"
NEVER_WAITS: Final = "6 the booth never waits"
RIGHTS: Final = "rights and rules of the field"
HOSTILE: Final = "hostile input"

MUTANTS: Final = (
    # --- 1 ---
    Mutant(
        name="ack-before-commit",
        promise=NOTHING_LOST,
        path="hub/exchange.py",
        old="""        with self._kit.database.transaction() as tx:
            unkept = None if arrival is None else uploads.keep(tx, question.hello.node, arrival, at_ms=now)
            not_returned = self._returns.take(tx, question.hello.node, given_back, at_ms=now)
            receipt = self._inbox.take(tx, parcels, by=question.hello.node, at_ms=now)
            if unkept is not None:
                receipt.refusals.append((session.PIECE, unkept))
            said = self._compose(tx, question, receipt, not_returned, now)
""",
        new="""        said = None
        try:
            with self._kit.database.transaction() as tx:
                unkept = None if arrival is None else uploads.keep(tx, question.hello.node, arrival, at_ms=now)
                not_returned = self._returns.take(tx, question.hello.node, given_back, at_ms=now)
                receipt = self._inbox.take(tx, parcels, by=question.hello.node, at_ms=now)
                if unkept is not None:
                    receipt.refusals.append((session.PIECE, unkept))
                said = self._compose(tx, question, receipt, not_returned, now)
        except Exception:
            if said is None:
                raise
""",
        tests=("tests/hub/test_inbox.py",),
    ),
    Mutant(
        name="gap-skipped",
        promise=NOTHING_LOST,
        path="hub/inbox.py",
        old="        if header.first > head.head + 1:",
        new="        if header.first < 0:",
        tests=("tests/hub/test_inbox.py",),
    ),
    Mutant(
        name="saved-before-commit",
        promise=NOTHING_LOST,
        path="shared/database.py",
        old="""            self._begin(tx, "BEGIN IMMEDIATE")
            try:
                yield tx
                tx.execute("COMMIT")
""",
        new="""            self._begin(tx, "BEGIN IMMEDIATE")
            try:
                yield tx
                tx.execute("ROLLBACK")
""",
        tests=("tests/edge/test_cases.py", "tests/shared/test_database.py"),
    ),
    Mutant(
        name="not-durable",
        promise=NOTHING_LOST,
        path="shared/database.py",
        old='"synchronous = FULL"',
        new='"synchronous = OFF"',
        tests=("tests/shared/test_database.py",),
    ),
    Mutant(
        name="acked-beyond-the-head",
        promise=NOTHING_LOST,
        path="shared/ledger/outbox.py",
        old="max(acked_seq, min(?, cut_seq))",
        new="max(acked_seq, ?)",
        tests=("tests/shared/ledger/test_log.py",),
    ),
    Mutant(
        name="sequence-outside-the-transaction",
        promise=NOTHING_LOST,
        path="shared/ledger/log.py",
        old="SET seq = seq + 1 WHERE",
        new="SET seq = seq + 1 + (seq > 0) WHERE",
        tests=("tests/shared/ledger/test_log.py",),
    ),
    # --- 2 ---
    Mutant(
        name="context-of-a-covered-change-dropped",
        promise=SAME_STATE,
        path="shared/merge.py",
        old="    covered = set().union(*(entry.context for entry in live))\n",
        new="""    covered: set[Dot] = set()
    for entry in live:
        if entry.dot not in covered:
            covered |= entry.context
""",
        tests=("tests/shared/test_merge.py",),
    ),
    Mutant(
        name="tie-by-arrival",
        promise=SAME_STATE,
        path="shared/merge.py",
        old="    return max(left, key=lambda entry: (entry.stamp, entry.dot)).value if left else None",
        new="    return max(left, key=lambda entry: (entry.stamp, -entry.dot)).value if left else None",
        tests=("tests/shared/test_merge.py",),
    ),
    Mutant(
        name="bundle-applied-twice",
        promise=SAME_STATE,
        path="shared/ledger/records.py",
        old="    if _known(tx, change):",
        new="    if False:",
        tests=("tests/shared/ledger/test_records.py",),
    ),
    Mutant(
        name="refused-creation-still-speaks",
        promise=SAME_STATE,
        path="shared/merge.py",
        old="entry.dot == record and entry.dot not in refused)",
        new="entry.dot == record)",
        tests=("tests/shared/test_merge.py",),
    ),
    Mutant(
        name="lone-creation-lost-at-its-edit",
        promise=SAME_STATE,
        path="shared/ledger/records.py",
        old="    _materialise(tx, change.kind, change.record)\n    _remember(tx, change)\n",
        new="    _remember(tx, change)\n",
        tests=("tests/shared/ledger/test_records.py",),
    ),
    Mutant(
        name="lone-creation-not-in-the-list",
        promise=SAME_STATE,
        path="hub/store/snapshots.py",
        old="            if found.get(created.record) == []:",
        new="            if False:",
        tests=("tests/hub/test_snapshots.py",),
    ),
    Mutant(
        name="newer-field-without-its-rule",
        promise=SAME_STATE,
        path="shared/ledger/rows.py",
        old="    if extra and not row_type.insert_only:",
        new="    if False:",
        tests=("tests/versions/test_versions.py",),
    ),
    Mutant(
        name="fork-goes-on",
        promise=SAME_STATE,
        path="hub/inbox.py",
        old="        if same_run and kept.chain == parcel.opened.chain:\n            return",
        new="        if same_run:\n            return",
        tests=("tests/hub/test_inbox.py",),
    ),
    Mutant(
        name="suspect-clock-followed",
        promise=SAME_STATE,
        path="shared/clock.py",
        old="        if ms_of(remote) - self._now_ms() > CLOCK_FOLLOW_MS:",
        new="        if remote < 0:",
        tests=("tests/shared/test_clock.py", "tests/hub/test_merger.py"),
    ),
    # --- 3 ---
    Mutant(
        name="sibling-overwritten",
        promise=NO_OVERWRITE,
        path="shared/merge.py",
        old="    return tuple(sorted((e for e in live if e.dot not in covered), key=lambda entry: entry.dot))",
        new="""    kept = sorted((e for e in live if e.dot not in covered), key=lambda entry: entry.dot)
    return tuple(kept[-1:])""",
        tests=("tests/shared/test_merge.py",),
    ),
    Mutant(
        name="refused-change-still-covers",
        promise=NO_OVERWRITE,
        path="shared/merge.py",
        old="    covered = set().union(*(entry.context for entry in live))",
        new="    entries = list(entries)\n    covered = set().union(*(entry.context for entry in entries))",
        tests=("tests/shared/test_merge.py",),
    ),
    Mutant(
        name="foreign-edit-accepted",
        promise=NO_OVERWRITE,
        path="shared/ownership.py",
        old="    if claimed != author_country:",
        new="    if change.creates and claimed != author_country:",
        tests=("tests/shared/test_ownership.py", "tests/hub/test_merger.py"),
    ),
    Mutant(
        name="resolution-without-context",
        promise=NO_OVERWRITE,
        path="shared/ledger/log.py",
        old="for n, dots in shown.items() if (n in fields or n == SEEN) and dots}",
        new="for n, dots in shown.items() if n == SEEN and dots}",
        tests=("tests/shared/ledger/test_log.py", "tests/shared/ledger/test_records.py"),
    ),
    # --- 4 ---
    Mutant(
        name="plaintext-page",
        promise=NOTHING_READABLE,
        path="shared/database.py",
        old='        connection.execute(f"PRAGMA key = \\"x\'{self._key.hex()}\'\\"")\n',
        new="",
        tests=("tests/shared/test_database.py",),
    ),
    Mutant(
        name="header-not-bound-to-the-seal",
        promise=NOTHING_READABLE,
        path="shared/bundle.py",
        old="    if not inner.startswith(outer):",
        new="    if len(inner) < len(outer):",
        tests=("tests/shared/test_bundle.py",),
    ),
    Mutant(
        name="session-token-kept-readable",
        promise=NOTHING_READABLE,
        path="shared/ledger/accounts.py",
        old="            (_token_key(token), officer.id, device, officer.reset, now, now),",
        new="            (token.encode(), officer.id, device, officer.reset, now, now),",
        tests=("tests/edge/test_sign_in.py",),
    ),
    # --- 5 ---
    Mutant(
        name="old-feed-accepted",
        promise=KNOWN_AGE,
        path="shared/session/node_end.py",
        old="    if older or behind:",
        new="    if older and behind:",
        tests=("tests/shared/test_session.py",),
    ),
    Mutant(
        name="answer-fits-any-question",
        promise=KNOWN_AGE,
        path="shared/session/messages.py",
        old="    return head + question + digest(wire.pack([parcel, revocations, list(prekeys)]))",
        new="    return head + digest(wire.pack([parcel, revocations, list(prekeys)]))",
        tests=("tests/shared/test_session.py",),
    ),
    Mutant(
        name="time-from-the-wall",
        promise=KNOWN_AGE,
        path="edge/trusted_time.py",
        old="        return self._base_ms + max(0, self._monotonic_ms() - self._since_ms)",
        new="        return max(self._now_ms(), self._base_ms)",
        tests=("tests/edge/test_trusted_time.py",),
    ),
    Mutant(
        name="silent-fork-not-compared",
        promise=KNOWN_AGE,
        path="shared/session/node_end.py",
        old="    if arrived and feeds_digest(cursors) != head.feeds_digest:",
        new="    if False:",
        tests=("tests/shared/test_session.py",),
    ),
    # --- 6 ---
    Mutant(
        name="alerts-of-a-run-held-by-no-scope",
        promise=SAME_STATE,
        path="edge/replica.py",
        old="            watch.hold(tx, [each.record for each in alerts], scope)\n",
        new="",
        tests=("tests/edge/test_replica.py",),
    ),
    Mutant(
        name="feed-holds-the-booth",
        promise=NEVER_WAITS,
        path="edge/replica.py",
        old="            if monotonic() >= until:",
        new="            if monotonic() < 0:",
        tests=("tests/edge/test_replica.py",),
    ),
    # --- rights and rules ---
    Mutant(
        name="discreet-alert-named",
        promise=RIGHTS,
        path="edge/answering.py",
        old="        candidates=tuple(candidate(kit, one) for one in found if not one.discreet),",
        new="        candidates=tuple(candidate(kit, one) for one in found),",
        tests=("tests/edge/test_answering.py",),
    ),
    Mutant(
        name="own-national-refused",
        promise=RIGHTS,
        path="edge/capture/decision.py",
        old="    return lists.decisions_for(direction=direction, country=country, nationalities=(nationality,))",
        new="    return lists.decisions_for(direction=direction, country=country, nationalities=())",
        tests=("tests/edge/test_capture.py", "tests/edge/test_cases.py"),
    ),
    Mutant(
        name="desk-sees-everything",
        promise=RIGHTS,
        path="hub/store/sight.py",
        old='        return "(" + " OR ".join(parts) + ")", tuple(parameters)',
        new='        return "(1 OR " + " OR ".join(parts) + ")", tuple(parameters)',
        tests=("tests/hub/test_sight.py",),
    ),
    Mutant(
        name="withdrawn-alert-matches",
        promise=RIGHTS,
        path="shared/ledger/concern.py",
        old='alert.text("status") != WITHDRAWN',
        new='alert.text("status") != ""',
        tests=("tests/hub/test_rematch.py",),
    ),
    Mutant(
        name="late-hit-repeated",
        promise=RIGHTS,
        path="edge/hitting.py",
        old="        if checks.has_hit(tx, check=check, alert=one.alert.id, owner=kit.country):",
        new="        if not late and checks.has_hit(tx, check=check, alert=one.alert.id, owner=kit.country):",
        tests=("tests/edge/test_replica.py",),
    ),
    Mutant(
        name="wrong-tries-forgiven",
        promise=RIGHTS,
        path="shared/ledger/accounts.py",
        old="    if failed < SIGN_IN_TRIES:",
        new="    if failed >= 0:",
        tests=("tests/edge/test_sign_in.py",),
    ),
    Mutant(
        name="new-password-waits-for-old-guesses",
        promise=RIGHTS,
        path="shared/ledger/accounts.py",
        old='f"{login.casefold()}\\0{reset}".encode(errors="replace"))',
        new='f"{login.casefold()}".encode(errors="replace"))',
        tests=("tests/edge/test_sign_in.py",),
    ),
    Mutant(
        name="decided-past-an-unseen-alert",
        promise=RIGHTS,
        path="edge/cases.py",
        old="            unseen = {one.alert.id for one in findings.found} - (draft.shown or frozenset())",
        new="            unseen = frozenset[int]()",
        tests=("tests/edge/test_cases.py",),
    ),
    Mutant(
        name="double-submit-saves-twice",
        promise=RIGHTS,
        path="edge/cases.py",
        old="                return self._saved(tx, draft.saved, cue=draft.cue, repeated=True)",
        new="                pass",
        tests=("tests/edge/test_cases.py",),
    ),
    # --- hostile input ---
    Mutant(
        name="bomb-unpacked",
        promise=HOSTILE,
        path="shared/wire/payload.py",
        old="    if len(body) > BODY_MAX_BYTES:",
        new="    if len(body) < 0:",
        tests=("tests/shared/wire/test_hostile.py",),
    ),
    Mutant(
        name="wrong-signature-stored",
        promise=HOSTILE,
        path="hub/reception.py",
        old="            bundle.verify(raw, self._signer(tx, node, by))\n",
        new="",
        tests=("tests/hub/test_inbox.py",),
    ),
    Mutant(
        name="check-digit-weights",
        promise=HOSTILE,
        path="shared/mrz/check_digit.py",
        old="(7, 3, 1)",
        new="(7, 1, 3)",
        tests=("tests/shared/mrz",),
    ),
)
