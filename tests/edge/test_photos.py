"""Photos of a case at the booth: kept with it, saved with its check, sent after everything else."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from edge.booth import Booth
from edge.node import EdgeNode
from edge.outgoing import plan
from edge.screen import CaseId, Session
from shared import wire
from shared.bundle import Opened
from shared.change import Change
from shared.database import Connection
from shared.errors import InputError, MissingError, RemoteError, StaleError, StoreError
from shared.ids import Lane, lane_of_feed
from shared.ledger import records
from shared.limits import BULK_SHARE_OF_REQUEST, PHOTO_PIECE_BYTES, PHOTOS_PER_CHECK_MAX, PIECE_MIN_BYTES
from shared.photo import Piece, State, address_of, put_together
from shared.schema import Kind, field_by_name
from tests.edge.pictures import card, noise, scene, written
from tests.edge.posts import TD3, Post, changes_of, rows
from tests.edge.test_cases import BIH, capture

LARGE = written(noise(220, 220), quality=80)  # some 40 kB: several pieces


def taken(booth: Booth, session: Session, *uploads: bytes, category: str = "face") -> CaseId:
    case = capture(booth, session)
    for upload in uploads:
        booth.add_photo(session, case, upload, category=category)
    return case


def saved(booth: Booth, session: Session, *uploads: bytes) -> str:
    case = taken(booth, session, *uploads)
    return booth.decide(session, case, {"decision": "admit"}).check


def pieces_in(opened: list[Opened]) -> list[Piece]:
    """The pieces of photos in what a centre received."""
    found = [change for change in changes_of(opened) if change.kind == Kind.ATTACHMENT]
    return [_piece(change) for change in found]


def _piece(change: Change) -> Piece:
    value = {name: change.fields.get(field_by_name(Kind.ATTACHMENT, name).number) for name in _NAMES}
    return Piece(
        id=change.dot,
        category=str(value["category"]),
        media_type=str(value["media_type"]),
        size_bytes=int(str(value["size_bytes"])),
        address=bytes(value["digest"]),
        number=int(str(value["piece"])),
        count=int(str(value["pieces"])),
        content=bytes(value["content"]),
    )


_NAMES = ("category", "media_type", "size_bytes", "digest", "piece", "pieces", "content")


# --- in the case ---


def test_a_photo_stays_with_its_case_until_it_is_saved(
    node: EdgeNode, post: Post, booth: Booth, session: Session
):
    """Taken, looked at, still there after a restart; then the check's own, and opened again."""
    case = taken(booth, session, LARGE)
    (shot,) = booth.look(session, case).photos
    kept = booth.case_photo(session, case, shot.name)
    assert (address_of(kept).hex(), shot.category, shot.size_bytes) == (shot.name, "face", len(kept))
    restarted = post.node().booth
    assert restarted.look(session, case).photos == (shot,)
    check = restarted.decide(session, case, {"decision": "admit"}).check
    (photo,) = restarted.check(session, check).photos
    assert (photo.name, photo.category, photo.state, photo.sent) == (shot.name, "face", State.WHOLE, 0)
    assert restarted.photo(session, check, photo.name) == kept
    assert restarted.recent(session)[0].photos == 1
    assert rows(node, "SELECT count(*) FROM draft_photo") == [(0,)]


def test_the_same_photo_twice_is_stored_once(post: Post, node: EdgeNode, booth: Booth, session: Session):
    """The same file taken twice is one photo; what it shows is what was said last."""
    case = taken(booth, session, LARGE, LARGE)
    booth.add_photo(session, case, LARGE, category="document")
    assert [shot.category for shot in booth.look(session, case).photos] == ["document"]
    check = booth.decide(session, case, {"decision": "admit"}).check
    assert len(booth.check(session, check).photos) == 1
    pieces = rows(node, "SELECT piece, pieces FROM attachment_record")
    assert sorted(pieces) == [(number, len(pieces)) for number in range(1, len(pieces) + 1)]


def test_a_photo_can_be_removed_again(node: EdgeNode, booth: Booth, session: Session):
    """Before saving, without a trace; removing what is not there is no fault."""
    case = taken(booth, session, card())
    (shot,) = booth.look(session, case).photos
    booth.remove_photo(session, case, shot.name)
    booth.remove_photo(session, case, shot.name)
    assert booth.look(session, case).photos == ()
    booth.decide(session, case, {"decision": "admit"})
    assert rows(node, "SELECT count(*) FROM attachment_record") == [(0,)]


def test_a_dropped_case_takes_its_photos_along(node: EdgeNode, booth: Booth, session: Session):
    """No photo of somebody who was never checked stays behind."""
    booth.drop_case(session, taken(booth, session, card()))
    assert rows(node, "SELECT count(*) FROM draft_photo") == [(0,)]


def test_what_a_case_refuses(booth: Booth, session: Session):
    """Too many, of nothing we know, into a case that is over, or into somebody else's."""
    case = taken(booth, session, *(card((n, n, n)) for n in range(10, 10 + 20 * PHOTOS_PER_CHECK_MAX, 20)))
    with pytest.raises(InputError) as caught:
        booth.add_photo(session, case, card((250, 0, 0)), category="face")
    assert (caught.value.code, caught.value.field) == ("photos_too_many", "photo")
    with pytest.raises(InputError) as caught:
        booth.add_photo(session, case, card(), category="passport")
    assert caught.value.code == "photo_of_nothing"
    stranger = replace(session, device="T9")
    for act in (
        lambda: booth.add_photo(stranger, case, card(), category="face"),
        lambda: booth.case_photo(stranger, case, "0" * 64),
        lambda: booth.case_photo(session, case, "../../database"),
    ):
        with pytest.raises(MissingError):
            act()
    booth.decide(session, case, {"decision": "admit"})
    with pytest.raises(StaleError):
        booth.add_photo(session, case, card(), category="face")


def test_a_photo_taken_before_another_document_is_asked_about(booth: Booth, session: Session):
    """The next traveller's document over the last one's photo: the face is marked, the vehicle is not."""
    case = taken(booth, session, card())
    booth.add_photo(session, case, card((90, 90, 90)), category="vehicle")
    assert [shot.doubtful for shot in booth.look(session, case).photos] == [False, False]
    booth.enter(session, case, {"mrz": BIH})
    assert [shot.doubtful for shot in booth.look(session, case).photos] == [True, False]
    booth.enter(session, case, {"mrz": TD3})
    assert [shot.doubtful for shot in booth.look(session, case).photos] == [False, False]


def test_check_and_photos_are_saved_together_or_not_at_all(
    post: Post, node: EdgeNode, session: Session, monkeypatch: pytest.MonkeyPatch
):
    """The disk is full at any piece: nothing is saved, the case keeps all, the next try saves each once."""
    booth = node.booth
    case = taken(booth, session, LARGE)
    append, left = node.kit.log.append, 0

    def fail(tx: Connection, **change: object) -> object:
        nonlocal left
        if change["kind"] is Kind.ATTACHMENT:
            left -= 1
            if left < 0:
                raise StoreError("disk_full", "the disk is full", hint="Free space.")
        return append(tx, **change)

    monkeypatch.setattr(node.kit.log, "append", fail)
    for pieces in range(3):
        left = pieces
        with pytest.raises(StoreError):
            booth.decide(session, case, {"decision": "admit"})
        assert rows(node, "SELECT count(*) FROM check_record") == [(0,)]
        assert rows(node, "SELECT count(*) FROM attachment_record") == [(0,)]
        assert len(booth.look(session, case).photos) == 1
    left = 1_000
    first = booth.decide(session, case, {"decision": "admit"})
    assert booth.decide(session, case, {"decision": "admit"}).repeated
    (photo,) = booth.check(session, first.check).photos
    assert (photo.state, photo.pieces) == (State.WHOLE, 1_000 - left)


def test_opening_a_photo_is_written_down(node: EdgeNode, booth: Booth, session: Session):
    """Who looked at whose face stands in the post's audit."""
    check = saved(booth, session, card())
    (shot,) = booth.check(session, check).photos
    booth.photo(session, check, shot.name)
    lines = rows(node, "SELECT action, record, detail FROM audit ORDER BY number DESC LIMIT 1")
    assert lines == [("photo_opened", int(check), "face")]
    for name in ("0" * 64, "x", shot.name.upper()):
        with pytest.raises(MissingError):
            booth.photo(session, check, name)


def test_a_void_check_keeps_its_photos(booth: Booth, session: Session):
    """As it keeps its other fields: that it does not count is said, what it showed stays."""
    check = saved(booth, session, card())
    view = booth.check(session, check)
    view = booth.void(
        session, check, reason=booth.choices("void_reason")[0].code, contexts=view.contexts, note="x"
    )
    assert [shot.state for shot in view.photos] == [State.WHOLE]


# --- on the way ---


def test_a_photo_travels_in_pieces_and_arrives_whole(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """One piece a bundle, each within its size; put together they are the photo, and the page says so."""
    check = saved(booth, session, LARGE)
    (shot,) = booth.check(session, check).photos
    node.round.run(post.centre.exchange)
    assert post.centre.received == []  # no photo goes ahead of its check, which waits for its batch
    node.round.run(post.centre.exchange, everything=True)
    pieces = pieces_in(post.centre.received)
    bulk = [each for each in post.centre.received if lane_of_feed(each.header.feed) == Lane.BULK]
    assert {each.header.count for each in bulk} == {1}
    assert max(len(piece.content or b"") for piece in pieces) == PHOTO_PIECE_BYTES
    (photo,) = put_together(pieces)
    assert (photo.name, photo.state, photo.count) == (shot.name, State.WHOLE, len(bulk))
    (sent,) = booth.check(session, check).photos
    assert (sent.sent, sent.pieces) == (len(bulk), len(bulk))


def counting(
    post: Post, sent: list[Lane], meanwhile: Callable[[int], None] = lambda _: None
) -> Callable[[bytes], bytes]:
    """An exchange that notes the lanes of the bundles it gets, and lets something happen meanwhile."""

    def exchange(question: bytes) -> bytes:
        before = len(post.centre.received)
        answer = post.centre.exchange(question)
        sent.extend(Lane(lane_of_feed(each.header.feed)) for each in post.centre.received[before:])
        meanwhile(len(sent))
        return answer

    return exchange


def test_a_half_sent_photo_is_overtaken_by_a_hit_and_by_checks(
    post: Post, booth: Booth, session: Session, node: EdgeNode
):
    """A hit raised while photos are under way is in the very next question, before all pieces that wait."""
    post.centre.alert(document_number="L898902C3", document_issuer="UTO")
    node.round.run(post.centre.exchange)  # the list, and all that waited
    for seed in range(3, 6):
        case = capture(booth, session, BIH, confirm_digits="yes")
        booth.add_photo(session, case, written(noise(330, 330, seed), quality=80), category="face")
        booth.decide(session, case, {"decision": "admit"})
    post.dial.pass_ms(61_000)
    sent: list[Lane] = []
    raised: list[int] = []

    def meanwhile(count: int) -> None:
        if sent.count(Lane.BULK) >= 4 and not raised:
            raised.append(count)
            case = capture(booth, session, TD3)
            booth.decide(session, case, {"decision": "second_line"})
            post.dial.pass_ms(61_000)

    node.round.run(counting(post, sent, meanwhile))
    after = sent[raised[0] :]
    assert after[:2] == [Lane.URGENT, Lane.ROUTINE]
    assert after.count(Lane.BULK) > 4
    assert sent[0] is Lane.ROUTINE


def test_photos_share_a_question_instead_of_filling_it(
    post: Post, booth: Booth, session: Session, node: EdgeNode
):
    """A question takes a quarter of its budget of photos, after all else."""
    for seed in range(4):
        saved(booth, session, written(noise(330, 330, seed), quality=80))
    node.sealer.seal(link_appeared=True)
    with node.kit.database.snapshot() as tx:
        for budget in (2 * 1024, 16 * 1024, 64 * 1024, 256 * 1024):
            going = plan(node.kit.log.pending(tx, budget_bytes=budget), {}, budget_bytes=budget)
            lanes = [Lane(lane_of_feed(each.feed)) for each in going.bundles]
            assert lanes == sorted(lanes)
            assert lanes[0] is Lane.ROUTINE
            bulk = sum(len(each.raw) for each in going.bundles if lane_of_feed(each.feed) == Lane.BULK)
            piece = len(going.piece.data) if going.piece is not None else 0
            assert bulk + piece <= max(budget // BULK_SHARE_OF_REQUEST, PIECE_MIN_BYTES)
            assert bulk + piece > 0 or budget < 16 * 1024  # a small question is for what comes before


def test_a_cut_loses_at_most_the_pieces_under_way(post: Post, booth: Booth, session: Session, node: EdgeNode):
    """The link dies again and again; what was acknowledged is never sent twice."""
    saved(booth, session, written(noise(400, 400), quality=80))
    calls = 0

    def flaky(question: bytes) -> bytes:
        nonlocal calls
        calls += 1
        if calls % 3 == 0:
            raise RemoteError("link_down", "cut", hint="Try again.")
        return post.centre.exchange(question)

    for _ in range(60):
        try:
            node.round.run(flaky, everything=True)
        except RemoteError:
            continue
    assert booth.status().queue == 0
    firsts = [
        each.header.first for each in post.centre.received if lane_of_feed(each.header.feed) == Lane.BULK
    ]
    assert firsts == sorted(set(firsts))
    assert [photo.state for photo in put_together(pieces_in(post.centre.received))] == [State.WHOLE]


def test_a_piece_costs_little_beyond_its_bytes(post: Post, booth: Booth, session: Session, node: EdgeNode):
    """Seal, signature, header and what a piece says of its photo: under 4 % on the wire."""
    check = saved(booth, session, written(scene(1600, 1200), quality=90))
    (shot,) = booth.check(session, check).photos
    node.sealer.seal(link_appeared=True)
    (on_wire,) = rows(node, "SELECT sum(length(raw)) FROM sealed WHERE feed & 3 = 2")[0]
    print(f"{shot.size_bytes} B of photo, {on_wire} B of bundles, {shot.pieces} pieces")
    assert isinstance(on_wire, int)
    assert shot.size_bytes < on_wire < 1.04 * shot.size_bytes + 300


# --- erased, and let go ---


def test_an_erased_check_takes_its_photos_along(post: Post, booth: Booth, session: Session, node: EdgeNode):
    """The tombstone names the check alone; its pieces go with it, the neighbour's stay."""
    check, other = saved(booth, session, LARGE, card()), saved(booth, session, card((1, 1, 1)))
    node.round.run(post.centre.exchange)
    post.centre.say(Kind.TOMBSTONE, {"owner": "BA", "of": int(check), "reason": "expired"})
    node.round.run(post.centre.exchange)
    assert rows(node, 'SELECT DISTINCT "of" FROM attachment_record') == [(int(other),)]
    with pytest.raises(MissingError):
        booth.check(session, check)


def test_a_piece_that_comes_after_the_purge_is_not_stored(
    post: Post, booth: Booth, session: Session, node: EdgeNode
):
    """In whatever order tombstone and pieces come, nothing is left but ids."""
    check = saved(booth, session, LARGE)
    with node.kit.database.snapshot() as tx:
        pieces = [
            records.changes_of(tx, Kind.ATTACHMENT, row[0])[0]
            for row in rows(node, "SELECT id FROM attachment_record")
        ]
    with node.kit.database.transaction() as tx:
        records.purge(tx, int(check))
        for piece in pieces:
            assert records.apply(tx, piece).effect is records.Effect.PURGED
    assert rows(node, "SELECT count(*) FROM attachment_record") == [(0,)]
    assert rows(node, "SELECT count(*) FROM purged") == [(1 + len(pieces),)]


def test_a_node_lets_go_of_photos_only_as_of_other_sent_data(
    post: Post, booth: Booth, session: Session, node: EdgeNode
):
    """Acknowledged is not enough, covered is not enough, fourteen days are not enough: all three are."""
    check = saved(booth, session, LARGE)
    (shot,) = booth.check(session, check).photos
    node.round.run(post.centre.exchange, everything=True)
    day = 86_400_000
    post.dial.pass_ms(15 * day)
    node.round.run(post.centre.exchange)
    node.prune()
    assert booth.check(session, check).photos[0].state is State.WHOLE  # no backup covers it
    post.centre.safe_ms = post.dial.wall_ms - 14 * day
    node.round.run(post.centre.exchange)
    late = saved(booth, session, card((7, 7, 7)))
    assert node.prune() > 0
    (gone,) = booth.check(session, check).photos
    assert (gone.name, gone.state, gone.sent) == (shot.name, State.SENT, gone.pieces)
    assert booth.check(session, late).photos[0].state is State.WHOLE
    with pytest.raises(MissingError):
        booth.photo(session, check, shot.name)


def test_the_wire_spends_no_time_on_compressing_photos():
    """A body of pieces costs far less than zstd at its best level would take; it is no longer for that."""
    body = wire.pack([1, 0, b"", b"", [os.urandom(8192) for _ in range(19)]])
    start = time.perf_counter()
    payload = wire.compress(body)
    took_ms = (time.perf_counter() - start) * 1000
    assert len(payload) <= len(body) + 1
    assert wire.decompress(payload) == body
    assert took_ms < 50
