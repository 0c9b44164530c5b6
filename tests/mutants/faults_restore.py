"""Planted faults of backups, and of a hub that comes back from one."""

# ruff: noqa: E501 - a piece of source to replace is quoted as it stands

from __future__ import annotations

from typing import Final

from tests.mutants.faults import HOSTILE, NOTHING_LOST, RIGHTS, SAME_STATE
from tests.mutants.plant import Mutant

_RESTORED: Final = ("tests/restore/test_restored.py",)
_CARRIED: Final = ("tests/restore/test_carried_back.py",)
_BACKUP: Final = ("tests/hub/test_backup.py",)

MUTANTS: Final = (
    Mutant(
        name="restore-segment-not-returned",
        promise=NOTHING_LOST,
        path="edge/store/returns.py",
        old="AND scope = ? AND last <= ? AND {_OWED}",
        new="AND scope = ? AND ? >= 0 AND {_OWED}",
        tests=_RESTORED,
    ),
    Mutant(
        name="restore-generation-reused",
        promise=NOTHING_LOST,
        path="hub/store/lives.py",
        old="        return int(node), True\n",
        new="        return generation, True\n",
        tests=_RESTORED,
    ),
    Mutant(
        name="restore-prekey-number-reused",
        promise=NOTHING_LOST,
        path="hub/hub.py",
        old="first_prekey = self._settle(log)\n",
        new="_ = self._settle(log)\n        first_prekey = 1\n",
        tests=_RESTORED,
    ),
    Mutant(
        name="backup-safe-before-proven",
        promise=NOTHING_LOST,
        path="hub/backup.py",
        old="        if copying.prove(path, key=key) != heads:\n",
        new="        if False:\n",
        tests=_BACKUP,
    ),
    Mutant(
        name="backup-covers-what-came-later",
        promise=NOTHING_LOST,
        path="hub/exchange.py",
        old="self._newest_ms = max(self._newest_ms, self._kit.now_ms(), backups.not_before(tx))\n",
        new="self._newest_ms = max(self._newest_ms, self._kit.now_ms())\n",
        tests=_BACKUP,
    ),
    Mutant(
        name="backup-starts-under-its-old-number",
        promise=SAME_STATE,
        path="hub/backup.py",
        old="        copying.mark(path, key=key, at_ms=covers_ms)\n",
        new="",
        tests=_RESTORED,
    ),
    Mutant(
        name="restore-returned-change-not-republished",
        promise=SAME_STATE,
        path="hub/merger.py",
        old="        if applied.effect is Effect.APPLIED:\n            self._follow_up(tx, applied, at_ms=at_ms)\n        else:\n",
        new="        if applied.effect is not Effect.APPLIED:\n",
        tests=_RESTORED,
    ),
    Mutant(
        name="restore-late-hit-held-nowhere",
        promise=SAME_STATE,
        path="hub/merger.py",
        old="        self._feed.hold_as_before(tx, change, scope=scope)\n",
        new="",
        tests=_RESTORED,
    ),
    Mutant(
        name="restore-life-noted-after-its-words",
        promise=SAME_STATE,
        path="hub/returns.py",
        old="""            is_new = lives.come_back(
                tx,
                generation=each.segment.generation,
                scope=scope,
                first=each.segment.first,
                last=each.segment.last,
                at_ms=at_ms,
            )
            for change in each.changes:
                news += self._merger.take_back(tx, change, scope=scope, at_ms=at_ms)
""",
        new="""            for change in each.changes:
                news += self._merger.take_back(tx, change, scope=scope, at_ms=at_ms)
            is_new = lives.come_back(
                tx,
                generation=each.segment.generation,
                scope=scope,
                first=each.segment.first,
                last=each.segment.last,
                at_ms=at_ms,
            )
""",
        tests=_RESTORED,
    ),
    Mutant(
        name="restore-lost-audience-never-left",
        promise=RIGHTS,
        path="hub/returns.py",
        old="                self._feed.leave_as_now(tx, each.changes, scope=scope)\n",
        new="                pass\n",
        tests=_RESTORED,
    ),
    Mutant(
        name="restore-originals-let-go-by-a-strange-backup",
        promise=NOTHING_LOST,
        path="edge/store/upkeep.py",
        old='        "AND max(generation, returned) = (SELECT generation FROM hub_state)",\n',
        new='        "",\n',
        tests=("tests/restore/test_originals_kept.py",),
    ),
    Mutant(
        name="restore-given-back-and-let-go-at-once",
        promise=NOTHING_LOST,
        path="edge/store/returns.py",
        old="(SELECT generation FROM hub_state), received_ms = ?",
        new="(SELECT generation FROM hub_state), received_ms = received_ms + 0 * ?",
        tests=("tests/restore/test_originals_kept.py",),
    ),
    Mutant(
        name="restore-refused-twice",
        promise=SAME_STATE,
        path="hub/merger.py",
        old="        if self._feed.restored and self._was_judged(tx, change):\n",
        new="        if False:\n",
        tests=_RESTORED,
    ),
    Mutant(
        name="restore-old-acks-still-count",
        promise=NOTHING_LOST,
        path="edge/receipts.py",
        old="            feed.unmark_acks(tx, name & 3, above=seq)\n",
        new="",
        tests=_RESTORED,
    ),
    Mutant(
        name="restore-originals-pruned-by-days-alone",
        promise=NOTHING_LOST,
        path="edge/store/upkeep.py",
        old="(covered_ms if safe_ms else before_ms,)",
        new="(before_ms,)",
        tests=("tests/edge/test_sync.py",),
    ),
    Mutant(
        name="restore-takes-what-this-life-said",
        promise=HOSTILE,
        path="hub/returns.py",
        old="            if not 0 < found.generation < self._feed.generation:\n",
        new="            if False:\n",
        tests=_RESTORED,
    ),
    Mutant(
        name="restore-list-from-the-database-at-work",
        promise=NOTHING_LOST,
        path="hub/list_source.py",
        old="    if not made.covers_ms and not feed.restored:\n",
        new="    if True:\n",
        tests=("tests/hub/test_snapshots.py",),
    ),
    Mutant(
        name="restore-prekey-published-before-its-backup",
        promise=NOTHING_LOST,
        path="hub/prekeys.py",
        old="        except OSError:\n            return False\n",
        new="        except OSError:\n            pass\n",
        tests=("tests/hub/test_prekeys.py",),
    ),
    Mutant(
        name="restore-relay-keeps-no-gift",
        promise=NOTHING_LOST,
        path="edge/relay.py",
        old="            if load.returned is not None:\n                neighbours",
        new="            if load.returned is None:\n                neighbours",
        tests=_CARRIED,
    ),
    Mutant(
        name="restore-gift-handed-over-once",
        promise=NOTHING_LOST,
        path="edge/relay.py",
        old="if given is not None and now - given < _GIFT_AGAIN_MS:",
        new="if given is not None:",
        tests=_CARRIED,
    ),
    Mutant(
        name="restore-gift-beyond-all-bounds",
        promise=HOSTILE,
        path="edge/relay.py",
        old="        brought = gift + sum(",
        new="        brought = sum(",
        tests=("tests/courier/test_relay.py",),
    ),
    Mutant(
        name="restore-stick-without-earlier-numbers",
        promise=NOTHING_LOST,
        path="edge/courier.py",
        old="for run in (given_up[:REQUEST_MAX_BUNDLES], lost) if run]",
        new="for run in (given_up[:REQUEST_MAX_BUNDLES],) if run]",
        tests=_CARRIED,
    ),
    Mutant(
        name="restore-handed-down-without-its-chain",
        promise=NOTHING_LOST,
        path="edge/renewal.py",
        old="hub_head=sealed.first + sealed.count - 1, chain=chain)",
        new="hub_head=sealed.first + sealed.count - 1)",
        tests=_CARRIED,
    ),
    Mutant(
        name="courier-given-up-stays-at-the-post",
        promise=NOTHING_LOST,
        path="edge/courier.py",
        old="for run in (given_up[:REQUEST_MAX_BUNDLES], lost) if run]",
        new="for run in (lost,) if run]",
        tests=("tests/courier/test_walk.py",),
    ),
    Mutant(
        name="courier-covered-by-another-feed",
        promise=NOTHING_LOST,
        path="hub/courier.py",
        old="header.last <= custody.head_of(tx, header.feed).head for header",
        new="header.last <= custody.heads_of(tx, load.slip.node)[header.lane] for header",
        tests=_CARRIED,
    ),
)
