"""The worlds can fail: each planted fault is found within a few seeds, by the check it concerns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hub.store import custody
from shared.change import Change
from shared.ids import SYSTEM
from shared.ledger.audit import Line
from shared.schema import Kind
from tests.simulation.__main__ import play

SEEDS = range(40)

Original = Callable[..., Any]


def never(_: Original) -> Original:
    return lambda *args, **named: None


def nothing(_: Original) -> Original:
    return lambda *args, **named: 0


def no(_: Original) -> Original:
    return lambda *args, **named: False


def newest_only(siblings: Original) -> Original:
    """Let the last writer win."""
    return lambda *args, **named: siblings(*args, **named)[-1:]


def acked_unread(_: Original) -> Original:
    """Take a bundle into custody, acknowledge it, and never merge it."""

    def merge(self: Any, tx: Any, parcel: Any, header: Any, number: int, at_ms: int) -> bool:
        custody.set_state(tx, number, custody.State.MERGED)
        return True

    return merge


def without_refusals(publish: Original) -> Original:
    """Refuse a change, and tell nobody."""

    def quiet(self: Any, tx: Any, change: Change, **named: Any) -> None:
        if change.kind != Kind.REFUSED_CHANGE:
            publish(self, tx, change, **named)

    return quiet


def forgetful(write: Original) -> Original:
    """Let the audit line of each saved check tell another story than its chain."""

    def other(tx: Any, line: Line) -> Any:
        head = write(tx, line)
        if line.action == "check_saved":
            tx.execute("DROP TRIGGER IF EXISTS audit_no_update")
            tx.execute("UPDATE audit SET officer = ? WHERE number = ?", (SYSTEM, head.number))
        return head

    return other


PLANTS = [
    ("hub.inbox.Inbox._merge", acked_unread, "is at the hub 0 times|differ|holds"),
    ("shared.merge.siblings", newest_only, "never given up"),
    ("hub.store.conflicts.note", never, "in the queue"),
    ("hub.feed.Feed.publish", without_refusals, "differ|holds"),
    ("edge.hitting.late_hits", nothing, "never met alert"),
    ("edge.store.checks.has_hit", no, "hits reported twice"),
    ("edge.store.drafts.finish", never, "captured once, stored more often|at the hub 2 times"),
    ("edge.store.watch.key_check", never, "the check index is off|never met alert"),
    ("shared.ledger.audit.write", forgetful, "audit line"),
    ("hub.indexer.Indexer.turn", nothing, "the search does not find"),
    ("edge.store.watch.let_go", no, "not meant for it"),
]


@pytest.mark.parametrize(("place", "plant", "found"), PLANTS)
def test_a_planted_fault_is_found(
    monkeypatch: pytest.MonkeyPatch, place: str, plant: Callable[[Original], Original], found: str
) -> None:
    """A world of faults in which this one thing is broken ends with the promise it breaks."""
    owner, _, name = place.rpartition(".")
    original = getattr(pytest.importorskip(owner) if owner.islower() else _class(owner), name)
    monkeypatch.setattr(place, plant(original))
    with pytest.raises(Exception, match=found):
        play(SEEDS)


def _class(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(pytest.importorskip(module), name)
