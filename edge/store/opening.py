"""The node's file: opened, and made ready with every table, head and cursor in place.

Must not know: what is asked of it afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher

from edge.store import feed, filed_keys, lives, migrations, watch
from edge.store.watch import Filing
from shared.clock import Millis
from shared.database import Connect, Connection, Database
from shared.enrolment import Certificate, Life, Prekey
from shared.errors import ConfigError
from shared.ids import Node
from shared.ledger import accounts, growth, tables
from shared.ledger.log import OwnLog
from shared.ledger.making_ready import Mapped
from shared.scope import scopes_of_node
from shared.watchlist import Matcher

STATEMENTS_CACHED = 128
"""Prepared statements kept by a connection: a page and a sync turn together use fewer."""


def connect_to(path: Path) -> Connect:
    """A function that opens this file. It is made where there is none."""

    def connect() -> Connection:
        opened: Connection = sqlcipher.connect(
            str(path), isolation_level=None, check_same_thread=False, cached_statements=STATEMENTS_CACHED
        )
        return opened

    return connect


def make_ready(
    database: Database,
    certificate: Certificate,
    *,
    matcher: Matcher,
    now_ms: Millis,
    prekeys: Iterable[Prekey],
    mapped: Mapped,
    filing: Filing,
) -> OwnLog:
    """Bring the tables, and what is found by keys, to this version; harmless when they are.

    `mapped` makes the persons of a long list ready, `filing` is told how many are filed.
    Returns the log, under the number it has. Raises ConfigError `another_nodes_log`.
    """
    tools = database.tools()
    for each in (tables.migrations, accounts.migrations, migrations.migrations):
        each.apply(tools)
    with database.transaction() as tx:
        if growth.has_grown(tx):
            growth.grow(tx)
        number = _number_of_log(tx, certificate)
        log = OwnLog(node=number, now_ms=now_ms, silent=number != certificate.node)
        log.set_up(tx)
        feed.set_up(
            tx,
            scopes_of_node(node=certificate.node, post=certificate.post, country=certificate.country),
        )
        watch.file_anew(tx, at_ms=now_ms(), mapped=mapped, filing=filing)
        filed_keys.file_anew(tx, matcher, at_ms=now_ms())
        for prekey in prekeys:
            feed.keep_prekey(tx, prekey)
    return log


def _number_of_log(tx: Connection, certificate: Certificate) -> Node:
    """The number the log is under: this certificate's, or one whose place it takes."""
    known, read_as = lives.everyone(tx), lives.read_as(tx)
    epochs = {life.node: life.epoch for life in certificate.replaces} | {certificate.node: certificate.epoch}
    number = known[0].node if known else Node(read_as or certificate.node)
    if number not in epochs:
        raise ConfigError(
            "another_nodes_log",
            f"the database is node {number}'s, and the certificate {certificate.node}'s does not replace it",
            hint="Put this node's own database back, or enrol with a pack that replaces "
            f"{certificate.post}'s node {number}.",
        )
    if not known:
        lives.begin(tx, Life(node=number, epoch=epochs[number]))
    if read_as is not None and read_as != certificate.node:
        lives.read_no_more_as(tx, read_as)
    return number
