"""The planted faults of push, scopes, versions, freshness and lease."""

# ruff: noqa: E501 - a piece of source to replace is quoted as it stands

from __future__ import annotations

from typing import Final

from tests.mutants.plant import Mutant

KNOWN_AGE: Final = "5 a node knows how old its lists are"
NEVER_WAITS: Final = "6 the booth never waits"
NOTHING_LOST: Final = "1 nothing acknowledged is lost"
RIGHTS: Final = "rights and rules of the field"
VERSIONS: Final = "versions go on talking"
PUSH: Final = "an alert is at the post at once"

MUTANTS: Final = (
    Mutant(
        name="ring-believed-without-end",
        promise=PUSH,
        path="edge/doorbell.py",
        old="            self._wait_s = min(DOORBELL_WAIT_MAX_S, self._wait_s * 2)",
        new="            self._wait_s = DOORBELL_WAIT_MIN_S",
        tests=("tests/edge/test_doorbell.py",),
    ),
    Mutant(
        name="call-good-twice",
        promise=PUSH,
        path="hub/doorbell/register.py",
        old=" or call.time_ms <= self._called_ms.get(call.node, 0):",
        new=":",
        tests=("tests/hub/doorbell/test_register.py",),
    ),
    Mutant(
        name="stranger-may-listen",
        promise=PUSH,
        path="hub/doorbell/register.py",
        old="        call.believe(known.verify_key)\n",
        new="",
        tests=("tests/hub/doorbell/test_register.py",),
    ),
    Mutant(
        name="news-before-the-call-not-rung",
        promise=PUSH,
        path="hub/doorbell/register.py",
        old="        if caller.behind:\n            line.ring()",
        new="        if caller.behind and len(self) > 1_000_000:\n            line.ring()",
        tests=("tests/hub/doorbell/test_register.py",),
    ),
    # --- the lease ---
    Mutant(
        name="lease-by-the-wall-clock",
        promise=KNOWN_AGE,
        path="edge/lease.py",
        old="    lease, known = kept.read(tx), kit.time.at_least_ms\n",
        new="    lease, known = kept.read(tx), kit.now_ms()\n",
        tests=("tests/edge/test_lease.py",),
    ),
    Mutant(
        name="answers-after-the-lease",
        promise=KNOWN_AGE,
        path="edge/answering.py",
        old="    if lease.state(kit, tx).locked:\n        return Findings()\n",
        new="",
        tests=("tests/edge/test_lease.py",),
    ),
    Mutant(
        name="lock-shows-an-old-hits-alert",
        promise=KNOWN_AGE,
        path="edge/hits.py",
        old="        if alert is not None and not lease.state(self._kit, tx).locked:",
        new="        if alert is not None:",
        tests=("tests/edge/test_lease.py",),
    ),
    Mutant(
        name="lock-on-the-capture",
        promise=NEVER_WAITS,
        path="edge/cases.py",
        old="            if problems or unseen:  # kept and shown again",
        new="            if problems or unseen or lease.state(kit, tx).locked:  # kept and shown again",
        tests=("tests/edge/test_lease.py",),
    ),
    Mutant(
        name="unmatched-forgotten",
        promise=KNOWN_AGE,
        path="edge/cases.py",
        old="            leases.note_unmatched(tx, check)",
        new="            pass",
        tests=("tests/edge/test_lease.py",),
    ),
    Mutant(
        name="reboot-gives-time",
        promise=KNOWN_AGE,
        path="edge/store/lease.py",
        old="CASE WHEN running THEN ? ELSE 0 END, running = 1",
        new="CASE WHEN running THEN 0 * ? ELSE 0 END, running = 1",
        tests=("tests/edge/test_lease.py",),
    ),
    Mutant(
        name="anybody-locks-a-list",
        promise=KNOWN_AGE,
        path="edge/sync.py",
        old="        if refused.paper is not None:\n",
        new="""        if refused.code == "node_revoked":
            with self._kit.database.transaction() as tx:
                leases.keep_revoked(tx, revoked=True)
        if refused.paper is not None:
""",
        tests=("tests/edge/test_lease.py",),
    ),
    Mutant(
        name="stick-renews-nothing",
        promise=KNOWN_AGE,
        path="edge/courier.py",
        old="        lease.renew(tx, signed_ms=head.time_ms, hours=head.lease_h)\n",
        new="",
        tests=("tests/courier/test_lease.py",),
    ),
    # --- scopes ---
    Mutant(
        name="narrowest-code-ignored",
        promise=RIGHTS,
        path="shared/scope.py",
        old='    if handling in (None, "") or handling in _PASSED_ON_FREELY:\n',
        new='    if handling != "H9":\n',
        tests=("tests/hub/test_feed_scopes.py",),
    ),
    Mutant(
        name="mildest-code-counts",
        promise=RIGHTS,
        path="shared/merge.py",
        old="        max(\n            left, key=lambda e: (-1 if",
        new="        min(\n            left, key=lambda e: (-1 if",
        tests=("tests/hub/test_feed_scopes.py",),
    ),
    Mutant(
        name="position-skipped-under-two-writers",
        promise=NOTHING_LOST,
        path="hub/store/feeds.py",
        old="""        "UPDATE scope SET position = position + 1 WHERE id = ? RETURNING position", (scope.id,)
""",
        new="""        "UPDATE scope SET position = position + 1 + (position % 29 = 28) WHERE id = ? RETURNING position",
        (scope.id,),
""",
        tests=("tests/hub/test_feed_scopes.py",),
    ),
    Mutant(
        name="compressed-for-each-reader",
        promise="a range costs one compression",
        path="hub/feed.py",
        old="        heads = [self.cut(tx, name) for name in names]\n",
        new="""        heads = [self.cut(tx, name) for name in names]
        from shared import wire
        wire.compress(b"again")
""",
        tests=("tests/hub/test_feed_scopes.py",),
    ),
    # --- versions ---
    Mutant(
        name="unknown-field-dropped-on-edit",
        promise=VERSIONS,
        path="shared/ledger/rows.py",
        old="        fields={**fields, **extra},",
        new="        fields=fields,",
        tests=("tests/shared/ledger/test_records.py", "tests/vectors/test_replay.py"),
    ),
    Mutant(
        name="upgrade-forgets-what-was-kept",
        promise=VERSIONS,
        path="shared/ledger/growth.py",
        old="        if lacking:\n            _take_over_fields(",
        new="        if lacking and not row:\n            _take_over_fields(",
        tests=("tests/versions/test_versions.py",),
    ),
)
