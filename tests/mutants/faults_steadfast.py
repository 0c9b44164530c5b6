"""Planted faults: a row that stops a queue, a disk that is full, keys of another version, a cut nobody is told."""

# ruff: noqa: E501 - a piece of source to replace is quoted as it stands

from __future__ import annotations

from typing import Final

from tests.mutants.faults import KNOWN_AGE, NOTHING_LOST
from tests.mutants.plant import Mutant

ALONE: Final = "what cannot be taken in or matched is passed over alone, told, and tried again"
BOUNDED: Final = "no question and no slice holds anybody up, however many are alike"
KEYS: Final = "a list is asked by the keys it was filed by"
_HUB: Final = ("tests/hub/test_unmatchable.py",)
_EDGE: Final = ("tests/edge/test_passed_over.py",)
_SPARING: Final = "        if not blames_input(error):\n            raise\n        spoilt[record] ="

MUTANTS: Final = (
    Mutant(
        name="one-record-stops-all",
        promise=ALONE,
        path="shared/ledger/savepoint.py",
        old=_SPARING,
        new="        raise\n        spoilt[record] =",
        tests=(*_HUB, *_EDGE),
    ),
    Mutant(
        name="failing-disk-blamed-on-a-record",
        promise=ALONE,
        path="shared/ledger/savepoint.py",
        old=_SPARING,
        new="        spoilt[record] =",
        tests=_HUB,
    ),
    Mutant(
        name="passed-over-untold-at-the-centre",
        promise=ALONE,
        path="hub/rematch.py",
        old="                    unmatchable.note(tx, found.spoilt, at_ms=kit.now_ms())\n",
        new="",
        tests=_HUB,
    ),
    Mutant(
        name="passed-over-at-the-centre-for-ever",
        promise=ALONE,
        path="hub/indexer.py",
        old="            unmatchable.retry(tx, at_ms=kit.now_ms())\n",
        new="",
        tests=_HUB,
    ),
    Mutant(
        name="mended-fault-stays-open",
        promise=ALONE,
        path="hub/indexer.py",
        old="                unmatchable.settle(tx, spans, but=spoilt, at_ms=at_ms)\n",
        new="",
        tests=_HUB,
    ),
    Mutant(
        name="half-a-late-hit-stays",
        promise=ALONE,
        path="hub/rematch.py",
        old="                    with sparing(found.spoilt, record), attempt(tx):\n",
        new="                    with sparing(found.spoilt, record):\n",
        tests=_HUB,
    ),
    Mutant(
        name="persons-of-a-range-fall-together",
        promise=ALONE,
        path="hub/indexer.py",
        old="    if together:\n",
        new="    spoilt |= together\n    if False:\n",
        tests=_HUB,
    ),
    Mutant(
        name="one-change-stops-the-feed",
        promise=ALONE,
        path="edge/replica.py",
        old="            late += self.one_alone(tx, scope, change)\n",
        new="            late += self.one(tx, scope, change)\n",
        tests=_EDGE,
    ),
    Mutant(
        name="passed-over-change-dropped",
        promise=NOTHING_LOST,
        path="edge/retrying.py",
        old="                replica.one(tx, one.scope, wire.unpack_change(one.payload))\n",
        new="",
        tests=_EDGE,
    ),
    Mutant(
        name="passed-over-keeps-the-erased",
        promise=ALONE,
        path="edge/replica.py",
        old="        if change.kind == Kind.TOMBSTONE:\n            passed_over.forget(tx, subject)\n",
        new="",
        tests=_EDGE,
    ),
    Mutant(
        name="passed-over-untold-at-the-post",
        promise=ALONE,
        path="edge/status.py",
        old="    if unmatchable:\n",
        new="    if False:\n",
        tests=_EDGE,
    ),
    Mutant(
        name="late-hits-written-in-one-go",
        promise=BOUNDED,
        path="hub/rematch.py",
        old="                    if kit.world.monotonic_ms() >= until:\n",
        new="                    if False:\n",
        tests=_HUB,
    ),
    Mutant(
        name="nobody-breathes-between-slices",
        promise=BOUNDED,
        path="hub/rematch.py",
        old="            kit.world.breathe()\n",
        new="",
        tests=_HUB,
    ),
    Mutant(
        name="alert-hidden-behind-its-checks",
        promise=BOUNDED,
        path="shared/ledger/search.py",
        old="        if feed & _LANES == lane:\n",
        new="        if True:\n",
        tests=("tests/shared/ledger/test_search.py",),
    ),
    Mutant(
        name="look-up-without-end",
        promise=BOUNDED,
        path="shared/ledger/search.py",
        old="    return Sharing(records[:limit], len(records) > limit)\n",
        new="    return Sharing(records, False)\n",
        tests=_HUB,
    ),
    Mutant(
        name="more-rows-than-shown-untold",
        promise=BOUNDED,
        path="hub/desk/searching.py",
        old="                or any(len(each) > SEARCH_MAX_ROWS for each in (checks, alerts, hits)),\n",
        new="                or False,\n",
        tests=_HUB,
    ),
    Mutant(
        name="crowd-at-the-booth-untold",
        promise=BOUNDED,
        path="shared/ledger/person_index.py",
        old="        return len(self.found) >= WEIGHED_MAX\n",
        new="        return False\n",
        tests=_EDGE,
    ),
    Mutant(
        name="crowd-told-at-every-answer",
        promise=BOUNDED,
        path="edge/store/watch.py",
        old="    found, cut = {filed.owner for filed, _ in meant.found}, meant.may_be_more\n",
        new="    found, cut = {filed.owner for filed, _ in meant.found}, True\n",
        tests=_EDGE,
    ),
    Mutant(
        name="number-of-very-many-alerts-untold",
        promise=BOUNDED,
        path="edge/store/watch.py",
        old="        cut = cut or len(sharing) > _ALERTS_OF_A_NUMBER_MAX\n",
        new="",
        tests=_EDGE,
    ),
    Mutant(
        name="old-keys-at-the-post",
        promise=KEYS,
        path="edge/store/opening.py",
        old="        filed_keys.file_anew(tx, matcher, at_ms=now_ms())\n",
        new="",
        tests=_EDGE,
    ),
    Mutant(
        name="old-keys-in-a-half-loaded-list",
        promise=KEYS,
        path="edge/store/next_list.py",
        old="    return same and by_these_keys and WANTED.is_current(tx)\n",
        new="    return same and WANTED.is_current(tx)\n",
        tests=_EDGE,
    ),
    Mutant(
        name="old-keys-at-the-centre",
        promise=KEYS,
        path="hub/indexer.py",
        old="                custody.queue_all_for_search(tx, at_ms=kit.now_ms())\n",
        new="",
        tests=_HUB,
    ),
    Mutant(
        name="ingest-waits-for-what-is-filed-anew",
        promise=BOUNDED,
        path="hub/store/custody.py",
        old='"INSERT INTO to_index (base, top, at_ms, later) VALUES (?, ?, ?, 1)"',
        new='"INSERT INTO to_index (base, top, at_ms, later) VALUES (?, ?, ?, 0)"',
        tests=_HUB,
    ),
    Mutant(
        name="keys-changed-without-a-version",
        promise=KEYS,
        path="shared/matching/matcher.py",
        old='            keys.append(_key("v", form))\n',
        new='            keys.append(_key("w", form))\n',
        tests=("tests/shared/matching/test_keys_version.py",),
    ),
    Mutant(
        name="full-disk-is-a-traceback",
        promise=KNOWN_AGE,
        path="edge/fetching.py",
        old="    except OSError as error:\n        if error.errno in _NO_ROOM:\n",
        new="    except IsADirectoryError as error:\n        if error.errno in _NO_ROOM:\n",
        tests=("tests/edge/test_fetching.py",),
    ),
    Mutant(
        name="list-in-the-making-swept",
        promise=NOTHING_LOST,
        path="hub/offered.py",
        old="        fcntl.flock(handle, fcntl.LOCK_SH)\n",
        new="",
        tests=("tests/hub/test_snapshots.py",),
    ),
    Mutant(
        name="left-by-a-crash-for-ever",
        promise=BOUNDED,
        path="hub/hub.py",
        old="        hub.snapshots.sweep(config.data / offered.FOLDER)\n",
        new="        pass\n",
        tests=("tests/hub/test_snapshots.py",),
    ),
)
