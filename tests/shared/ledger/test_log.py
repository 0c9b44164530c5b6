"""A machine's own log: numbers without gaps, bundles that never change, restarts, reseals."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlcipher3.dbapi2 import IntegrityError

from shared import bundle, wire
from shared.change import SEEN, named
from shared.clock import ms_of
from shared.crypto import BoxKey, SigningKey, digest
from shared.database import Connection
from shared.ids import Dot, Lane, Node, OfficerId, RecordId, Seq, feed_of, seq_of_dot
from shared.ledger import records
from shared.ledger.log import OwnLog
from shared.ledger.outbox import Composed, Sealed
from shared.limits import BUNDLE_MAX_BYTES
from shared.schema import Kind
from tests.shared.ledger.files import open_ledger

NODE = Node(5)
HUB = b"hub!"
SIGNER = SigningKey(b"\1" * 32)
PREKEY, NEW_PREKEY = BoxKey(b"\2" * 32), BoxKey(b"\3" * 32)
OFFICER = OfficerId(77)
NOW_MS = 1_790_000_000_000


class Booth:
    """A log in a file that can be shut and opened again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.now_ms = NOW_MS
        self.reopen()

    def reopen(self) -> None:
        self.database = open_ledger(self._path)
        self.log = OwnLog(node=NODE, now_ms=lambda: self.now_ms)
        with self.database.transaction() as tx:
            self.log.set_up(tx)

    def check(self, tx: Connection, surname: str = "ANIĆ") -> int:
        fields = named(Kind.CHECK, {"owner": "BA", "surname": surname})
        return self.log.append(tx, kind=Kind.CHECK, author=OFFICER, fields=fields).change.dot

    def cut(self, tx: Connection, lane: Lane = Lane.ROUTINE, at_most: int = 50) -> Sealed | None:
        composed = self.compose(tx, lane, at_most=at_most)
        return composed and self.log.keep_cut(tx, composed)

    def compose(self, tx: Connection, lane: Lane = Lane.ROUTINE, *, at_most: int = 50) -> Composed | None:
        return self.log.compose(
            tx, lane, hub=HUB, prekey=1, key=PREKEY.seal_key, signer=SIGNER, at_most=at_most
        )


@pytest.fixture
def booth(tmp_path: Path) -> Iterator[Booth]:
    booth = Booth(tmp_path / "booth.db")
    yield booth
    booth.database.close()


def test_a_rollback_leaves_no_gap(booth: Booth) -> None:
    """A capture that failed gives its number to the next one."""
    with booth.database.transaction() as tx:
        first = booth.check(tx)
    with suppress(RuntimeError), booth.database.transaction() as tx:
        booth.check(tx)
        raise RuntimeError
    with booth.database.transaction() as tx:
        second = booth.check(tx)
        assert records.read(tx, Kind.CHECK, second) is not None
    assert (seq_of_dot(first), seq_of_dot(second)) == (1, 2)


def test_stamps_rise_over_a_restart_with_an_older_clock(booth: Booth) -> None:
    """A board that wakes in 1970 still stamps above what it had stamped."""
    with booth.database.transaction() as tx:
        booth.check(tx)
        before = booth.log.clock(tx).last
    booth.database.close()
    booth.now_ms = 0
    booth.reopen()
    with booth.database.transaction() as tx:
        booth.check(tx)
        assert booth.log.clock(tx).last > before


def test_a_correction_is_kept_over_a_restart(booth: Booth) -> None:
    """After the clock was set right the log stamps with the right time, and goes on to after reopening."""
    booth.now_ms += 3 * 86_400_000
    with booth.database.transaction() as tx:
        booth.check(tx)
    booth.now_ms = NOW_MS
    with booth.database.transaction() as tx:
        correction = booth.log.correct_clock(tx)
    assert correction is not None
    assert (correction.from_ms - correction.to_ms) == 3 * 86_400_000
    booth.database.close()
    booth.reopen()
    with booth.database.transaction() as tx:
        booth.check(tx)
        assert ms_of(booth.log.clock(tx).last) - NOW_MS <= 1


def test_lanes_number_and_cut_apart(booth: Booth) -> None:
    """An urgent hit does not wait for routine checks, nor take their numbers."""
    with booth.database.transaction() as tx:
        booth.check(tx)
        hit = booth.log.append(tx, kind=Kind.HIT, author=OFFICER, fields=named(Kind.HIT, {"owner": "BA"}))
        urgent = booth.cut(tx, Lane.URGENT)
        assert urgent is not None
        assert (urgent.first, urgent.count, seq_of_dot(hit.change.dot)) == (1, 1, 1)
        assert booth.log.heads(tx)[Lane.ROUTINE].cut == 0


def test_a_bundle_composed_while_another_was_cut_is_not_kept(booth: Booth) -> None:
    """Composing holds no lock: two threads may compose the same run, and only the first makes the chain."""
    with booth.database.transaction() as tx:
        booth.check(tx)
        first, second = booth.compose(tx), booth.compose(tx)
        assert first is not None
        assert second is not None
        assert booth.log.keep_cut(tx, first) is not None
        assert booth.log.keep_cut(tx, second) is None
        assert booth.log.heads(tx)[Lane.ROUTINE].cut == 1


def test_bundles_chain_over_their_contents(booth: Booth) -> None:
    """Each bundle builds on the hash of the one before, from the feed's start."""
    with booth.database.transaction() as tx:
        for _ in range(7):
            booth.check(tx)
        chain = bundle.chain_start(feed_of(NODE, Lane.ROUTINE))
        for count in (3, 3, 1):
            cut = booth.cut(tx, at_most=3)
            assert cut is not None
            opened = bundle.open_bundle(cut.raw, PREKEY)
            assert (opened.before, cut.count) == (chain, count)
            chain = opened.chain
        assert booth.cut(tx) is None
        assert booth.log.heads(tx)[Lane.ROUTINE].chain == chain


def test_urgent_goes_first_and_a_budget_never_starves(booth: Booth) -> None:
    """Pending comes by lane, within the budget, and at least one however small the budget."""
    with booth.database.transaction() as tx:
        booth.check(tx)
        booth.cut(tx)
        booth.log.append(tx, kind=Kind.HIT, author=OFFICER, fields=named(Kind.HIT, {"owner": "BA"}))
        booth.cut(tx, Lane.URGENT)
        found = booth.log.pending(tx, budget_bytes=1_000_000)
        assert [sealed.feed for sealed in found] == [feed_of(NODE, Lane.URGENT), feed_of(NODE, Lane.ROUTINE)]
        assert booth.log.pending(tx, budget_bytes=0) == found[:1]


def test_an_ack_never_moves_back_nor_past_the_cut(booth: Booth) -> None:
    """A late answer with an older head, or a hub that claims more than was sent, changes nothing."""
    feed = feed_of(NODE, Lane.ROUTINE)
    with booth.database.transaction() as tx:
        for _ in range(4):
            booth.check(tx)
        booth.cut(tx, at_most=3)
        for head, expected in ((2, 2), (1, 2), (99, 3)):
            booth.log.acknowledge(tx, feed, Seq(head))
            assert booth.log.heads(tx)[Lane.ROUTINE].acked == expected
        assert booth.log.queued(tx) == 1
        assert booth.log.pending(tx, budget_bytes=1) == []


def test_a_reseal_keeps_content_and_chain(booth: Booth) -> None:
    """A new envelope under a newer prekey opens to the same body on the same chain."""
    with booth.database.transaction() as tx:
        for _ in range(4):
            booth.check(tx)
            booth.cut(tx, at_most=1)
        before = booth.log.pending(tx, budget_bytes=1_000_000)
        count = booth.log.reseal(tx, feed=feed_of(NODE, Lane.ROUTINE), first=Seq(3), hub=HUB, prekey=2,
                                 key=NEW_PREKEY.seal_key, signer=SIGNER)  # fmt: skip
        after = booth.log.pending(tx, budget_bytes=1_000_000)
        assert count == 2
        assert after[:2] == before[:2]
        for old, new in zip(before[2:], after[2:], strict=True):
            was, now = bundle.open_bundle(old.raw, PREKEY), bundle.open_bundle(new.raw, NEW_PREKEY)
            assert (was.body, was.before, was.chain) == (now.body, now.before, now.chain)
            assert new.raw != old.raw


def test_a_cut_bundle_and_the_log_refuse_to_be_changed(booth: Booth) -> None:
    """The database itself says no to rewriting history."""
    with booth.database.transaction() as tx:
        booth.check(tx)
        booth.cut(tx)
        for sql in (
            "UPDATE log SET payload = x''",
            "DELETE FROM log",
            "UPDATE sealed SET body = x''",
            "DELETE FROM sealed",
        ):
            with pytest.raises(IntegrityError, match="append-only"):
                tx.execute(sql)


def test_pictures_are_cut_into_bundles_the_hub_can_take(booth: Booth) -> None:
    """Fifty incompressible pieces give several bundles, none over the limit, and lose nothing."""
    with booth.database.transaction() as tx:
        for piece in range(12):
            content = b"".join(digest(wire.pack([piece, place])) for place in range(3_800))
            fields = named(Kind.ATTACHMENT, {"owner": "BA", "piece": piece, "content": content})
            booth.log.append(tx, kind=Kind.ATTACHMENT, author=OFFICER, fields=fields)
        seen = 0
        while (cut := booth.cut(tx, Lane.BULK)) is not None:
            assert len(cut.raw) <= BUNDLE_MAX_BYTES
            assert cut.first == seen + 1
            seen += cut.count
        assert seen == 12


def test_a_backlog_of_pictures_is_cut_though_it_outgrows_a_body(booth: Booth) -> None:
    """What together unpacks to more than a reader takes is cut into fewer to a bundle, not stuck for ever."""
    with booth.database.transaction() as tx:
        for piece in range(80):
            fields = named(Kind.ATTACHMENT, {"owner": "BA", "piece": piece, "content": bytes(60_000)})
            booth.log.append(tx, kind=Kind.ATTACHMENT, author=OFFICER, fields=fields)
        seen = 0
        while (cut := booth.cut(tx, Lane.BULK, at_most=500)) is not None:
            seen += cut.count
        assert seen == 80


def test_an_edit_carries_what_was_shown_of_its_own_fields_only(booth: Booth) -> None:
    """A whole page's contexts may be handed in; those of fields not set stay behind, SEEN goes along."""
    with booth.database.transaction() as tx:
        made = booth.check(tx)
        shown = records.context_of(tx, Kind.CHECK, made)
        edit = booth.log.append(
            tx,
            kind=Kind.CHECK,
            author=OFFICER,
            record=RecordId(Dot(made)),
            fields=named(Kind.CHECK, {"surname": "B"}),
            context=shown,
        )
        assert set(edit.change.context) == {22, SEEN}
