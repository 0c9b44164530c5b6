"""Planted faults of whole lists in one file: what a careless hand could do to a load, and who would notice."""

# ruff: noqa: E501 - a piece of source to replace is quoted as it stands

from __future__ import annotations

from typing import Final

from tests.mutants.faults import (
    HOSTILE,
    KNOWN_AGE,
    NO_OVERWRITE,
    NOTHING_LOST,
    NOTHING_READABLE,
    RIGHTS,
    SAME_STATE,
)
from tests.mutants.plant import Mutant

LOADING: Final = (
    "tests/edge/test_loading.py",
    "tests/edge/test_loaded_list.py",
    "tests/edge/test_loading_refused.py",
)
HUB: Final = ("tests/hub/test_snapshots.py",)

MUTANTS: Final = (
    Mutant(
        name="snapshot-block-unverified",
        promise=HOSTILE,
        path="shared/snapshot.py",
        old="    if block_hash(block) != manifest.hashes[number]:",
        new="    if block_hash(block) == b'':",
        tests=("tests/shared/test_snapshot.py",),
    ),
    Mutant(
        name="snapshot-unsigned",
        promise=HOSTILE,
        path="shared/snapshot.py",
        old="        key.verify(Purpose.SNAPSHOT, self.manifest, self.signature)\n",
        new="",
        tests=LOADING,
    ),
    Mutant(
        name="snapshot-block-anywhere",
        promise=HOSTILE,
        path="shared/crypto.py",
        old='    return b"karaula/part/1\\0\\0" + number.to_bytes(8, "big")',
        new='    return b"karaula/part/1\\0\\0" + bytes(8)',
        tests=("tests/shared/test_snapshot.py",),
    ),
    Mutant(
        name="snapshot-switched-early",
        promise=NOTHING_LOST,
        path="edge/loading.py",
        old="            if now.phase is Phase.BLOCKS and now.done < now.blocks:",
        new="            if now.phase is Phase.BLOCKS and now.done < now.blocks - 1:",
        tests=LOADING,
    ),
    Mutant(
        name="snapshot-cursor-first",
        promise=KNOWN_AGE,
        path="edge/loading.py",
        old="                    next_list.make(tx)\n",
        new="                    next_list.make(tx)\n                    feed.move_to(tx, manifest.scope, position=manifest.position, chain=manifest.chain, made_ms=manifest.made_ms)\n",
        tests=LOADING,
    ),
    Mutant(
        name="snapshot-from-zero",
        promise=NOTHING_LOST,
        path="edge/loading.py",
        old="                    if under_way.name == manifest.name and next_list.is_current(tx):",
        new="                    if not under_way.name:",
        tests=LOADING,
    ),
    Mutant(
        name="snapshot-old-list-first",
        promise=NOTHING_LOST,
        path="edge/store/next_list.py",
        old="    for table in SWAPPED:\n        tx.execute(_twin_of(tx, table))\n",
        new='    for table in SWAPPED:\n        tx.execute(_twin_of(tx, table))\n    tx.execute("DELETE FROM watch_key")\n',
        tests=LOADING,
    ),
    Mutant(
        name="snapshot-key-to-anybody",
        promise=NOTHING_READABLE,
        path="hub/snapshots.py",
        old="            if node.node not in gone and scope in _scopes_of(node)\n",
        new="",
        tests=HUB,
    ),
    Mutant(
        name="snapshot-key-to-nobody",
        promise=NOTHING_LOST,
        path="hub/snapshots.py",
        old="            if node.node not in gone and scope in _scopes_of(node)\n",
        new="            if node.node in gone\n",
        tests=HUB,
    ),
    Mutant(
        name="snapshot-fetched-by-anybody",
        promise=RIGHTS,
        path="hub/snapshots.py",
        old="        known.verify_key.verify(Purpose.FETCH, path.encode(), signature)\n",
        new="",
        tests=HUB,
    ),
    Mutant(
        name="snapshot-over-own-changes",
        promise=NO_OVERWRITE,
        path="edge/incoming.py",
        old="        if not (holders or own or next_list.is_unsettled(tx, dots, node=self._kit.node)):",
        new="        if not holders:",
        tests=LOADING,
    ),
    Mutant(
        name="snapshot-over-edits",
        promise=NO_OVERWRITE,
        path="edge/incoming.py",
        old="        found = {each.dot: each for each in records.changes_of(tx, Kind.ALERT, record)}",
        new="        found: dict[int, Change] = {}",
        tests=LOADING,
    ),
    Mutant(
        name="snapshot-over-other-scopes",
        promise=SAME_STATE,
        path="edge/store/next_list.py",
        old='        "UNION SELECT scope FROM held WHERE record = ?1 AND (scope <> ?2 OR ?3)",',
        new='        "UNION SELECT scope FROM held WHERE record = ?1 AND scope <> ?2 AND ?3",',
        tests=LOADING,
    ),
    Mutant(
        name="snapshot-meanwhile-forgotten",
        promise=SAME_STATE,
        path="edge/loading.py",
        old="                for record in waiting:\n                    self._incoming.settle(tx, now, record)\n",
        new="",
        tests=LOADING,
    ),
    Mutant(
        name="snapshot-restored-hub-lets-go",
        promise=NOTHING_LOST,
        path="edge/loading.py",
        old="keeps_all=0 < feed.state(tx).generation < manifest.generation",
        new="keeps_all=False",
        tests=LOADING,
    ),
    Mutant(
        name="snapshot-older-list",
        promise=KNOWN_AGE,
        path="edge/loading.py",
        old="            manifest.generation == held and manifest.position < cursor.position",
        new="            manifest.generation == held and manifest.position < 0",
        tests=LOADING,
    ),
    Mutant(
        name="snapshot-without-late-hits",
        promise=NOTHING_LOST,
        path="edge/loading.py",
        old="                load.move(tx, Phase.LATE_HITS, newest[0].id + 1 if newest else 0)",
        new="                load.move(tx, Phase.SWEEP)",
        tests=LOADING,
    ),
    Mutant(
        name="snapshot-makes-time-certain",
        promise=KNOWN_AGE,
        path="edge/loading.py",
        old="                kit.time.told(now.made_ms)",
        new="                kit.time.heard(now.made_ms)",
        tests=LOADING,
    ),
    Mutant(
        name="snapshot-younger-than-its-position",
        promise=KNOWN_AGE,
        path="hub/snapshots.py",
        old="chain=head.chain, made_ms=made_ms,",
        new="chain=head.chain, made_ms=kit.now_ms(),",
        tests=HUB,
    ),
    Mutant(
        name="snapshot-row-says-less",
        promise=SAME_STATE,
        path="shared/ledger/rows.py",
        old="    return isinstance(cell, tuple) and _gathered(of, cell) == cell",
        new="    return isinstance(cell, tuple)",
        tests=("tests/shared/ledger/test_rows.py",),
    ),
    Mutant(
        name="snapshot-spoilt-tail-kept",
        promise=NOTHING_LOST,
        path="edge/fetching.py",
        old="        if snapshot.block_hash(block) != manifest.hashes[number]:",
        new="        if not block:",
        tests=("tests/edge/test_fetching.py",),
    ),
)
