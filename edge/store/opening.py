"""The node's file: opened, and made ready with every table, head and cursor in place.

Must not know: what is asked of it afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher

from edge.store import feed, filed_keys, migrations, watch
from shared.database import Connect, Connection, Database
from shared.enrolment import Prekey
from shared.ledger import accounts, growth, tables
from shared.ledger.log import OwnLog
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
    log: OwnLog,
    *,
    matcher: Matcher,
    scopes: Sequence[str],
    prekeys: Iterable[Prekey],
    now_ms: int,
) -> None:
    """Bring the tables, and what is found by keys, to this version; harmless when they are."""
    tools = database.tools()
    for each in (tables.migrations, accounts.migrations, migrations.migrations):
        each.apply(tools)
    with database.transaction() as tx:
        if growth.has_grown(tx):
            growth.grow(tx)
        log.set_up(tx)
        feed.set_up(tx, scopes)
        watch.file_anew(tx)
        filed_keys.file_anew(tx, matcher, at_ms=now_ms)
        for prekey in prekeys:
            feed.keep_prekey(tx, prekey)
