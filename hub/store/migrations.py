"""The tables a hub has beside the ledger's.

    node        every admitted node: its certificate, when it was last heard
    reader      how far each node has read each of its scopes
    feed        the contiguous head of every feed received, its chain there, its quarantine
    bundle      custody: every bundle received, its raw bytes for as long as they are kept
    quarantine  what could not be used: a bundle, one row of it, or the evidence of a fork
    flag        changes whose stamp cannot have been right, with both times
    conflict    records whose changes disagree; party: whose countries are in it
    opened      records of one country that another may see, by which route, through what
    scope       the scope logs; scope_entry their entries; segment the signed, immutable cuts
    held        which scopes hold a record that has an audience
    snapshot    the whole lists that were written into files, and what opens them
    to_index    what the search has yet to take in; `later` what an upgrade has it file anew, behind the rest
    upload      of each node and lane, the beginning of a bundle whose rest has not come yet
    carried_slip  where a node stood when a stick or a neighbour last spoke for it
    reseal_wanted  from which seq a feed carried here must be put into new envelopes
    submitted   forms of the console, and the record each became
    to_rematch  what the search took in, and has yet to be matched again; how far that has come
    impossible_time  pairs of checks that lie nearer in time than the road allows
    life        every number this hub has had, with the generation of its log then
    past_scope  how far this hub has what an earlier life had said in a scope
    alert_person_…  the persons of alerts, filed by name and birth (`shared.ledger.person_index`)

Must not know: what the rows mean to an operator.
"""

from __future__ import annotations

import sqlite_utils
from sqlite_utils.migrations import Migrations

from shared.ledger import person_index

migrations = Migrations("hub")


@migrations()
def m001_custody(db: sqlite_utils.Database) -> None:
    for sql in (
        """CREATE TABLE node (
            node INTEGER PRIMARY KEY, serial INTEGER NOT NULL, country TEXT NOT NULL, post TEXT NOT NULL,
            epoch INTEGER NOT NULL, verify_key BLOB NOT NULL, seal_key BLOB NOT NULL,
            certificate BLOB NOT NULL, admitted_ms INTEGER NOT NULL,
            seen_ms INTEGER, complete_ms INTEGER, emptied_ms INTEGER) STRICT""",
        """CREATE TABLE reader (
            node INTEGER NOT NULL REFERENCES node (node), scope TEXT NOT NULL, position INTEGER NOT NULL,
            PRIMARY KEY (node, scope)) STRICT, WITHOUT ROWID""",
        """CREATE TABLE feed (
            feed INTEGER PRIMARY KEY, node INTEGER NOT NULL REFERENCES node (node),
            head INTEGER NOT NULL DEFAULT 0, chain BLOB, quarantined TEXT) STRICT""",
        """CREATE TABLE bundle (
            id INTEGER PRIMARY KEY, feed INTEGER NOT NULL REFERENCES feed (feed),
            first INTEGER NOT NULL, count INTEGER NOT NULL CHECK (count > 0),
            base INTEGER NOT NULL, top INTEGER NOT NULL CHECK (top = base + count - 1),
            prekey INTEGER NOT NULL, digest BLOB NOT NULL, chain BLOB, received_ms INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('merged', 'waiting', 'quarantined')),
            raw BLOB, UNIQUE (feed, first)) STRICT""",
        "CREATE INDEX bundle_unmerged ON bundle (state, feed, first) WHERE state <> 'merged'",
        "CREATE INDEX bundle_raw ON bundle (received_ms) WHERE raw IS NOT NULL",
        """CREATE TABLE quarantine (
            id INTEGER PRIMARY KEY, bundle INTEGER REFERENCES bundle (id), feed INTEGER NOT NULL,
            first INTEGER NOT NULL, count INTEGER NOT NULL, dot INTEGER, code TEXT NOT NULL,
            hint TEXT NOT NULL, evidence BLOB, received_ms INTEGER NOT NULL, settled_ms INTEGER) STRICT""",
        "CREATE INDEX quarantine_open ON quarantine (received_ms) WHERE settled_ms IS NULL",
        """CREATE TABLE flag (
            dot INTEGER PRIMARY KEY, record INTEGER NOT NULL, code TEXT NOT NULL,
            claimed_ms INTEGER NOT NULL, received_ms INTEGER NOT NULL) STRICT""",
        "CREATE INDEX flag_record ON flag (record)",
        """CREATE TABLE to_index (
            id INTEGER PRIMARY KEY, base INTEGER NOT NULL, top INTEGER NOT NULL,
            at_ms INTEGER NOT NULL) STRICT""",
    ):
        db.execute(sql)


@migrations()
def m002_people(db: sqlite_utils.Database) -> None:
    for sql in (
        """CREATE TABLE conflict (
            id INTEGER PRIMARY KEY, record INTEGER NOT NULL, kind INTEGER NOT NULL, owner TEXT NOT NULL,
            standing INTEGER NOT NULL CHECK (standing IN (1, 2)), opened_ms INTEGER NOT NULL,
            resolved_ms INTEGER, resolved_by INTEGER, resolution INTEGER, correction INTEGER) STRICT""",
        "CREATE UNIQUE INDEX conflict_open ON conflict (record) WHERE resolved_ms IS NULL",
        """CREATE TABLE party (
            conflict INTEGER NOT NULL REFERENCES conflict (id), country TEXT NOT NULL,
            PRIMARY KEY (conflict, country)) STRICT, WITHOUT ROWID""",
        """CREATE TABLE opened (
            record INTEGER NOT NULL, country TEXT NOT NULL, route TEXT NOT NULL, via INTEGER NOT NULL,
            PRIMARY KEY (record, country, route, via)) STRICT, WITHOUT ROWID""",
        "CREATE INDEX opened_country ON opened (country, route, record)",
        "CREATE INDEX opened_via ON opened (via)",
        'CREATE INDEX hit_check ON hit_record ("check")',
        "CREATE INDEX hit_alert ON hit_record (alert)",
        "CREATE INDEX alert_newest ON alert_record (stamp)",
        "CREATE INDEX correction_of ON correction_record (of)",
        "CREATE INDEX officer_login ON officer_record (login)",
        "CREATE INDEX audit_officer ON audit (officer, number) WHERE officer <> 0",
    ):
        db.execute(sql)


@migrations()
def m003_scopes(db: sqlite_utils.Database) -> None:
    for sql in (
        """CREATE TABLE scope (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, position INTEGER NOT NULL DEFAULT 0,
            cut INTEGER NOT NULL DEFAULT 0 CHECK (cut <= position), chain BLOB NOT NULL) STRICT""",
        """CREATE TABLE scope_entry (
            scope INTEGER NOT NULL REFERENCES scope (id), position INTEGER NOT NULL CHECK (position > 0),
            at_ms INTEGER NOT NULL, payload BLOB NOT NULL,
            PRIMARY KEY (scope, position)) STRICT, WITHOUT ROWID""",
        """CREATE TABLE segment (
            scope INTEGER NOT NULL REFERENCES scope (id), first INTEGER NOT NULL, last INTEGER NOT NULL,
            raw BLOB NOT NULL, signature BLOB NOT NULL, chain BLOB NOT NULL,
            PRIMARY KEY (scope, first), CHECK (last >= first)) STRICT""",
        """CREATE TABLE held (
            record INTEGER NOT NULL, scope INTEGER NOT NULL REFERENCES scope (id),
            PRIMARY KEY (record, scope)) STRICT, WITHOUT ROWID""",
        """CREATE TRIGGER segment_no_update BEFORE UPDATE ON segment
            BEGIN SELECT RAISE(ABORT, 'segments are immutable'); END""",
        """CREATE TRIGGER scope_entry_no_update BEFORE UPDATE ON scope_entry
            BEGIN SELECT RAISE(ABORT, 'scope entries are immutable'); END""",
    ):
        db.execute(sql)


@migrations()
def m004_uploads(db: sqlite_utils.Database) -> None:
    db.execute(
        """CREATE TABLE upload (
            node INTEGER NOT NULL REFERENCES node (node), lane INTEGER NOT NULL, tail BLOB NOT NULL,
            at_ms INTEGER NOT NULL, PRIMARY KEY (node, lane)) STRICT"""
    )


@migrations()
def m004_courier(db: sqlite_utils.Database) -> None:
    for sql in (
        """CREATE TABLE carried_slip (
            node INTEGER PRIMARY KEY REFERENCES node (node), raw BLOB NOT NULL, signature BLOB NOT NULL,
            at_ms INTEGER NOT NULL) STRICT""",
        """CREATE TABLE reseal_wanted (
            feed INTEGER PRIMARY KEY REFERENCES feed (feed), first INTEGER NOT NULL) STRICT""",
    ):
        db.execute(sql)


@migrations()
def m005_schema_version(db: sqlite_utils.Database) -> None:
    db.execute("ALTER TABLE node ADD COLUMN schema INTEGER")


@migrations()
def m006_matching(db: sqlite_utils.Database) -> None:
    for sql in person_index.statements("alert_person"):
        db.execute(sql)


@migrations()
def m007_submitted(db: sqlite_utils.Database) -> None:
    db.execute(
        """CREATE TABLE submitted (
            token TEXT NOT NULL, act TEXT NOT NULL, officer INTEGER NOT NULL, record INTEGER NOT NULL,
            at_ms INTEGER NOT NULL, PRIMARY KEY (token, act, officer)) STRICT, WITHOUT ROWID"""
    )


@migrations()
def m008_carried_word(db: sqlite_utils.Database) -> None:
    for column in ("carried_ms INTEGER", "written_ms INTEGER", "route TEXT"):
        db.execute(f"ALTER TABLE node ADD COLUMN {column}")


@migrations()
def m009_rematch(db: sqlite_utils.Database) -> None:
    for sql in (
        """CREATE TABLE to_rematch (
            id INTEGER PRIMARY KEY, base INTEGER NOT NULL, top INTEGER NOT NULL, at_ms INTEGER NOT NULL,
            record INTEGER NOT NULL DEFAULT 0, other INTEGER NOT NULL DEFAULT 0) STRICT""",
        # What a hub held before it could do this is asked about once.
        "INSERT INTO to_rematch (base, top, at_ms) SELECT id, id, stamp >> 15 FROM alert_record",
        # A traveller cleared of an alert is looked up for every match.
        "CREATE INDEX cleared_person ON cleared_pair_record (person_key)",
    ):
        db.execute(sql)


@migrations()
def m008_impossible_times(db: sqlite_utils.Database) -> None:
    for sql in (
        """CREATE TABLE impossible_time (
            one INTEGER NOT NULL, other INTEGER NOT NULL, same TEXT NOT NULL, metres INTEGER NOT NULL,
            needed_ms INTEGER NOT NULL, at_most_ms INTEGER NOT NULL, at_ms INTEGER NOT NULL,
            PRIMARY KEY (one, other), CHECK (one < other)) STRICT, WITHOUT ROWID""",
        "CREATE INDEX impossible_time_other ON impossible_time (other)",
    ):
        db.execute(sql)


@migrations()
def m010_snapshot(db: sqlite_utils.Database) -> None:
    db.execute(
        """CREATE TABLE snapshot (
            name BLOB PRIMARY KEY, scope TEXT NOT NULL, generation INTEGER NOT NULL,
            position INTEGER NOT NULL, made_ms INTEGER NOT NULL, key BLOB NOT NULL,
            manifest BLOB NOT NULL, signature BLOB NOT NULL, path TEXT) STRICT"""
    )


@migrations()
def m011_lives(db: sqlite_utils.Database) -> None:
    for sql in (
        """CREATE TABLE life (
            generation INTEGER PRIMARY KEY, node INTEGER NOT NULL UNIQUE,
            began_ms INTEGER NOT NULL) STRICT""",
        """CREATE TABLE past_scope (
            generation INTEGER NOT NULL REFERENCES life (generation), scope TEXT NOT NULL,
            position INTEGER NOT NULL, PRIMARY KEY (generation, scope)) STRICT, WITHOUT ROWID""",
    ):
        db.execute(sql)


@migrations()
def m012_succession(db: sqlite_utils.Database) -> None:
    for sql in (
        """CREATE TABLE succession (
            node INTEGER NOT NULL REFERENCES node (node), replaces INTEGER NOT NULL,
            PRIMARY KEY (node, replaces)) STRICT, WITHOUT ROWID""",
        "CREATE INDEX succession_of ON succession (replaces)",
        """CREATE TABLE formerly (
            old INTEGER NOT NULL, record INTEGER NOT NULL, digest BLOB NOT NULL,
            PRIMARY KEY (old, record)) STRICT, WITHOUT ROWID""",
        "CREATE INDEX formerly_of ON formerly (record)",
    ):
        db.execute(sql)


@migrations()
def m013_gaps(db: sqlite_utils.Database) -> None:
    db.execute(
        """CREATE TABLE lost_run (
            feed INTEGER NOT NULL REFERENCES feed (feed), first INTEGER NOT NULL, last INTEGER NOT NULL,
            at_ms INTEGER NOT NULL, PRIMARY KEY (feed, first), CHECK (last >= first)) STRICT, WITHOUT ROWID"""
    )


@migrations()
def m014_filed_anew(db: sqlite_utils.Database) -> None:
    db.execute("ALTER TABLE to_index ADD COLUMN later INTEGER NOT NULL DEFAULT 0")
    db.execute("CREATE INDEX to_index_order ON to_index (later, id)")


@migrations()
def m015_edits_by_number(db: sqlite_utils.Database) -> None:
    """A creating change is found by its record; an edit is asked for by its own number."""
    db.execute("CREATE INDEX history_edit ON history (dot) WHERE dot <> record")
