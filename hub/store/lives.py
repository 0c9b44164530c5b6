"""The lives of this hub: the first, and one more for each time it was restored from a backup.

Job: know every number the hub has had, begin a new life where the certificate brings a new number, and keep
how far this hub has what earlier lives had said.
Invariants
* A life's generation is the number the authority gave it: two restores of one backup never share one.
* A new life begins whole or not at all; what earlier lives had said stays, and is cut and signed anew.
* What is known of an earlier life's scope is known without a gap up to its position.
Must not know: keys, files, who returns what.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hub.store import opening
from shared.database import Connection
from shared.errors import ConfigError
from shared.ids import Node
from shared.segment import CHAIN_START

BEHIND: Final = "behind_its_posts"
"""The note of when a post had last read further than this hub has written (UTC ms); 0 for never."""
Past = tuple[tuple[int, tuple[int, ...]], ...]
"""(generation, the position of each scope asked about), oldest first."""


def settle(tx: Connection, *, node: Node, at_ms: int) -> tuple[int, bool]:
    """(The generation of this hub's log, whether its life begins just now in what another life left).

    Raises ConfigError `older_certificate`, `backup_started`.
    """
    row = tx.execute("SELECT generation, node FROM life ORDER BY generation DESC LIMIT 1").fetchone()
    if row is None:  # a hub from before there were lives has its generation in a note
        generation = opening.kept_number(tx, "generation") or int(node)
        _note(tx, generation, node, at_ms=at_ms)
        return generation, False
    generation, before = int(row[0]), int(row[1])
    if node < before:
        raise ConfigError(
            "older_certificate",
            f"this database has been hub {before}, and the certificate is of hub {node}",
            hint="Put the newest hub.cert back, or restore the database under a new number.",
        )
    if node > before:
        _begin(tx, generation, node, at_ms=at_ms)
        return int(node), True
    if opening.kept_number(tx, "copied_ms"):
        raise ConfigError(
            "backup_started",
            "this database is a backup, and the certificate is still the one of the hub it was taken from",
            hint="Restore it under a new number: see docs/running.md, “The hub is lost”.",
        )
    return generation, False


def _begin(tx: Connection, before: int, node: Node, *, at_ms: int) -> None:
    """Leave the old life: its positions are noted, its cuts go, its number's feeds are not gone on with."""
    _note(tx, int(node), node, at_ms=at_ms)
    tx.execute(
        "INSERT INTO past_scope (generation, scope, position) SELECT ?, name, position FROM scope", (before,)
    )
    tx.execute("DELETE FROM segment")
    tx.execute("UPDATE scope SET cut = 0, chain = ?", (CHAIN_START,))
    tx.execute("DELETE FROM reader")
    tx.execute("DELETE FROM own_head")
    tx.execute("DELETE FROM web_session")  # some had ended since
    for name in ("copied_ms", "backup_generation", BEHIND):
        opening.keep_number(tx, name, 0)


def _note(tx: Connection, generation: int, node: Node, *, at_ms: int) -> None:
    tx.execute(
        "INSERT OR IGNORE INTO life (generation, node, began_ms) VALUES (?, ?, ?)", (generation, node, at_ms)
    )


def is_hub(tx: Connection, node: int) -> bool:
    """Whether a number is, or was, this hub's own."""
    return tx.execute("SELECT 1 FROM life WHERE node = ?", (node,)).fetchone() is not None


def numbers(tx: Connection) -> frozenset[int]:
    """Every number this hub has had."""
    return frozenset(node for (node,) in tx.execute("SELECT node FROM life"))


def generation(tx: Connection) -> int:
    """The generation of this hub's log now."""
    (newest,) = tx.execute("SELECT max(generation) FROM life").fetchone()
    return int(newest)


def count(tx: Connection) -> int:
    """How many lives there are known to have been."""
    (lives,) = tx.execute("SELECT count(*) FROM life").fetchone()
    return int(lives)


# --- what earlier lives had said ---


def past(tx: Connection, *, before: int, scopes: Sequence[str]) -> Past:
    """How far this hub has each of these scopes, of each life before this generation."""
    lives = tx.execute("SELECT generation FROM life WHERE generation < ? ORDER BY generation", (before,))
    return tuple(
        (generation, tuple(position_of(tx, generation, scope) for scope in scopes))
        for (generation,) in lives.fetchall()
    )


def position_of(tx: Connection, generation: int, scope: str) -> int:
    """Up to where this hub has a scope of an earlier life without a gap."""
    row = tx.execute(
        "SELECT position FROM past_scope WHERE generation = ? AND scope = ?", (generation, scope)
    ).fetchone()
    return 0 if row is None else int(row[0])


def come_back(tx: Connection, *, generation: int, scope: str, first: int, last: int, at_ms: int) -> bool:
    """Note that a run of an earlier life's scope is here; whether it was not known to be.

    One beyond a gap leaves the position as it is.
    """
    _note(tx, generation, Node(generation), at_ms=at_ms)  # of a life that no backup saw
    before = position_of(tx, generation, scope)
    if first <= before + 1:
        tx.execute(
            "INSERT INTO past_scope (generation, scope, position) VALUES (?1, ?2, ?3) "
            "ON CONFLICT (generation, scope) DO UPDATE SET position = max(position, ?3)",
            (generation, scope, last),
        )
    return last > before
