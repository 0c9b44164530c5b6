"""The tables a node has beside the ledger's.

    watched     every alert that can match now, with the keys it is found by
    watch_key   those keys the other way round: what a check looks up
    check_key   the keys of this node's own checks, for look-ups and the retro-check
    held        which scopes brought a record here: it goes when the last one lets go
    cursor      how far this node has read each scope, and the chain there
    feed_segment  the hub's signed segments as received, to give back to a hub that lost them
    hub_state   one row: what the hub last vouched for
    prekey      the hub's signed prekeys by number
    ack_mark    when (hub time) which of our seqs was acknowledged: the measure for pruning
    draft       half-captured cases, and decided ones long enough to recognise a second submit
    clock_mark  checks made while the clock could not be trusted, to be set right at the next contact
    device      the tablets of this post
    traffic     bytes sent and received, a day
    draft_photo photos of half-captured cases, made fit to keep; they go with their case
    relay_slip  where each neighbour stands that this node carries for; relay_bundle what it carries up,
                relay_packet down, relay_acked how far the hub has signed for them, relay_gift the
                newest it gives back to a restored hub
    unmatched   checks made while the list was locked, to be asked about when it opens
    passed_over  what could not be taken in or matched, alone; with its change where it came by the feed
    wanted_…    the persons of the alerts, filed by name and birth (`shared.ledger.person_index`)
    seen_…      the persons of this node's newest checks, likewise, for look-ups and the retro-check
    snapshot_load  one row while a whole new list is loaded, and until the old one is gone
    load_run    the keys of the list to come, part by part, until they are sorted in
    load_person  its persons, block by block, until they are filed by birth
    load_touched  records that changed in the list of today while the one to come was being made

Must not know: what the rows mean to an officer.
"""

from __future__ import annotations

import sqlite_utils
from sqlite_utils.migrations import Migrations

from shared.ledger import person_index

migrations = Migrations("edge")


@migrations()
def m001_watch_list(db: sqlite_utils.Database) -> None:
    for sql in (
        """CREATE TABLE watched (
            alert INTEGER PRIMARY KEY, keys BLOB NOT NULL, expires INTEGER) STRICT""",
        """CREATE TABLE watch_key (
            key INTEGER NOT NULL, alert INTEGER NOT NULL, PRIMARY KEY (key, alert)) STRICT, WITHOUT ROWID""",
        """CREATE TABLE check_key (
            key INTEGER NOT NULL, record INTEGER NOT NULL,
            PRIMARY KEY (key, record)) STRICT, WITHOUT ROWID""",
        """CREATE TABLE held (
            record INTEGER NOT NULL, scope TEXT NOT NULL,
            PRIMARY KEY (record, scope)) STRICT, WITHOUT ROWID""",
        """CREATE INDEX hit_pair ON hit_record ("check", alert)""",
        """CREATE INDEX hit_open ON hit_record (outcome) WHERE outcome = 'possible'""",
        """CREATE INDEX correction_of ON correction_record ("of")""",
    ):
        db.execute(sql)


@migrations()
def m002_feed(db: sqlite_utils.Database) -> None:
    for sql in (
        """CREATE TABLE cursor (
            scope TEXT PRIMARY KEY, place INTEGER NOT NULL UNIQUE,
            position INTEGER NOT NULL, chain BLOB NOT NULL) STRICT""",
        """CREATE TABLE feed_segment (
            generation INTEGER NOT NULL, scope TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
            raw BLOB NOT NULL, signature BLOB NOT NULL, received_ms INTEGER NOT NULL,
            PRIMARY KEY (generation, scope, first)) STRICT""",
        """CREATE TABLE hub_state (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            generation INTEGER NOT NULL DEFAULT 0, head_ms INTEGER NOT NULL DEFAULT 0,
            mark_ms INTEGER NOT NULL DEFAULT 0, list_ms INTEGER NOT NULL DEFAULT 0,
            contact_ms INTEGER NOT NULL DEFAULT 0, safe_ms INTEGER NOT NULL DEFAULT 0,
            prekey INTEGER NOT NULL DEFAULT 0, skew_ms INTEGER,
            revocations_number INTEGER NOT NULL DEFAULT 0, revocations BLOB,
            trouble TEXT, hint TEXT) STRICT""",
        """INSERT INTO hub_state (one) VALUES (1)""",
        """CREATE TABLE prekey (
            number INTEGER PRIMARY KEY, key BLOB NOT NULL, made_ms INTEGER NOT NULL) STRICT""",
        """CREATE TABLE ack_mark (
            lane INTEGER NOT NULL, seq INTEGER NOT NULL, head_ms INTEGER NOT NULL,
            PRIMARY KEY (lane, seq)) STRICT, WITHOUT ROWID""",
    ):
        db.execute(sql)


@migrations()
def m003_booth(db: sqlite_utils.Database) -> None:
    for sql in (
        """CREATE TABLE draft (
            case_id TEXT PRIMARY KEY, officer INTEGER NOT NULL, device TEXT NOT NULL,
            opened_ms INTEGER NOT NULL, changed_ms INTEGER NOT NULL,
            form TEXT NOT NULL, shown TEXT,
            saved INTEGER, cue INTEGER NOT NULL DEFAULT 0) STRICT""",
        """CREATE INDEX draft_open ON draft (officer, device) WHERE saved IS NULL""",
        """CREATE TABLE clock_mark (
            record INTEGER PRIMARY KEY, boot BLOB NOT NULL, monotonic_ms INTEGER NOT NULL) STRICT""",
        """CREATE TABLE device (
            token BLOB PRIMARY KEY, name TEXT NOT NULL UNIQUE, made_ms INTEGER NOT NULL) STRICT""",
    ):
        db.execute(sql)


@migrations()
def m004_uploads(db: sqlite_utils.Database) -> None:
    db.execute(
        """CREATE TABLE traffic (
            day INTEGER PRIMARY KEY, sent INTEGER NOT NULL, received INTEGER NOT NULL) STRICT"""
    )


@migrations()
def m005_photos(db: sqlite_utils.Database) -> None:
    db.execute(
        """CREATE TABLE draft_photo (
            id INTEGER PRIMARY KEY,
            case_id TEXT NOT NULL REFERENCES draft (case_id) ON DELETE CASCADE,
            digest BLOB NOT NULL, category TEXT NOT NULL, whose BLOB NOT NULL, content BLOB NOT NULL,
            UNIQUE (case_id, digest)) STRICT"""
    )


@migrations()
def m006_relay(db: sqlite_utils.Database) -> None:
    for sql in (
        """CREATE TABLE relay_slip (
            node INTEGER PRIMARY KEY, raw BLOB NOT NULL, signature BLOB NOT NULL) STRICT""",
        """CREATE TABLE relay_bundle (
            node INTEGER NOT NULL REFERENCES relay_slip (node), feed INTEGER NOT NULL,
            first INTEGER NOT NULL, last INTEGER NOT NULL, raw BLOB NOT NULL,
            PRIMARY KEY (feed, first)) STRICT""",
        """CREATE INDEX relay_bundle_node ON relay_bundle (node)""",
        """CREATE TABLE relay_packet (
            node INTEGER NOT NULL REFERENCES relay_slip (node), place INTEGER NOT NULL, raw BLOB NOT NULL,
            PRIMARY KEY (node, place)) STRICT""",
        """CREATE TABLE relay_acked (
            feed INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT""",
    ):
        db.execute(sql)


@migrations()
def m007_lease(db: sqlite_utils.Database) -> None:
    for sql in (
        "ALTER TABLE hub_state ADD COLUMN lease_ms INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE hub_state ADD COLUMN charged_ms INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE hub_state ADD COLUMN revoked INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE hub_state ADD COLUMN running INTEGER NOT NULL DEFAULT 0",
        # A node from before there were leases has one from its last contact on.
        "UPDATE hub_state SET lease_ms = contact_ms + 604800000 WHERE contact_ms > 0",
        "CREATE TABLE unmatched (record INTEGER PRIMARY KEY) STRICT",
    ):
        db.execute(sql)


@migrations()
def m008_matching(db: sqlite_utils.Database) -> None:
    for sql in (*person_index.statements("wanted"), *person_index.statements("seen")):
        db.execute(sql)
    # A traveller cleared of an alert is looked up at each check.
    db.execute("""CREATE INDEX cleared_person ON cleared_pair_record (person_key)""")


@migrations()
def m009_snapshot(db: sqlite_utils.Database) -> None:
    for sql in (
        """CREATE TABLE snapshot_load (
            one INTEGER PRIMARY KEY CHECK (one = 1), name BLOB NOT NULL, scope TEXT NOT NULL,
            generation INTEGER NOT NULL, position INTEGER NOT NULL, chain BLOB NOT NULL,
            made_ms INTEGER NOT NULL, blocks INTEGER NOT NULL, records INTEGER NOT NULL,
            phase TEXT NOT NULL CHECK (phase IN
                ('blocks', 'persons', 'keys', 'held', 'rows', 'changes', 'switch',
                 'late_hits', 'sweep', 'drop')),
            done INTEGER NOT NULL DEFAULT 0, loaded INTEGER NOT NULL DEFAULT 0,
            late_floor INTEGER NOT NULL DEFAULT 0, keeps_all INTEGER NOT NULL DEFAULT 0) STRICT""",
        """CREATE TABLE load_run (
            bucket INTEGER NOT NULL, block INTEGER NOT NULL, pairs BLOB NOT NULL,
            PRIMARY KEY (bucket, block)) STRICT, WITHOUT ROWID""",
        """CREATE TABLE load_person (
            bucket INTEGER NOT NULL, block INTEGER NOT NULL, persons BLOB NOT NULL,
            PRIMARY KEY (bucket, block)) STRICT, WITHOUT ROWID""",
        """CREATE TABLE load_touched (record INTEGER PRIMARY KEY) STRICT""",
    ):
        db.execute(sql)


@migrations()
def m010_returns(db: sqlite_utils.Database) -> None:
    for sql in (
        # The life of the hub to which an original was given back, or which has it.
        "ALTER TABLE feed_segment ADD COLUMN returned INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE hub_state ADD COLUMN owes_list INTEGER NOT NULL DEFAULT 0",
    ):
        db.execute(sql)


@migrations()
def m011_lives(db: sqlite_utils.Database) -> None:
    for sql in (
        """CREATE TABLE life (
            node INTEGER PRIMARY KEY, place INTEGER NOT NULL UNIQUE, epoch INTEGER NOT NULL) STRICT""",
        """CREATE TABLE renewal (
            feed INTEGER PRIMARY KEY, known INTEGER, done INTEGER NOT NULL DEFAULT 0) STRICT""",
        """CREATE TABLE former_feed (
            feed INTEGER PRIMARY KEY, last INTEGER NOT NULL, hub_head INTEGER, chain BLOB,
            covered_ms INTEGER) STRICT""",
        """CREATE TABLE formerly (
            old INTEGER PRIMARY KEY, record INTEGER NOT NULL, mark BLOB NOT NULL) STRICT""",
        "CREATE INDEX formerly_of ON formerly (record)",
        """CREATE TABLE apart (
            dot INTEGER PRIMARY KEY, scope TEXT NOT NULL, payload BLOB NOT NULL) STRICT""",
    ):
        db.execute(sql)


@migrations()
def m012_lost(db: sqlite_utils.Database) -> None:
    db.execute(
        """CREATE TABLE lost_run (
            feed INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
            PRIMARY KEY (feed, first)) STRICT, WITHOUT ROWID"""
    )


@migrations()
def m013_passed_over(db: sqlite_utils.Database) -> None:
    db.execute(
        """CREATE TABLE passed_over (
            dot INTEGER PRIMARY KEY, record INTEGER NOT NULL, failure TEXT NOT NULL, at_ms INTEGER NOT NULL,
            scope TEXT, payload BLOB, CHECK ((scope IS NULL) = (payload IS NULL))) STRICT"""
    )


@migrations()
def m014_relay_gift(db: sqlite_utils.Database) -> None:
    db.execute(
        """CREATE TABLE relay_gift (
            node INTEGER PRIMARY KEY REFERENCES relay_slip (node),
            prekey INTEGER NOT NULL, sealed BLOB NOT NULL, revocations BLOB) STRICT"""
    )
