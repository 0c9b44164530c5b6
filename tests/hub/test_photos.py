"""Photos at the hub: put together from pieces in any order, shown when right, to whoever sees the check."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import permutations

import pytest

from hub.desk.view import Operator
from hub.hub import Hub
from shared.change import Change, Value, named
from shared.errors import MissingError
from shared.ids import SYSTEM, Lane, feed_of
from shared.ledger.photos import pieces_of
from shared.photo import MEDIA_TYPE, address_of, cut, put_together
from shared.schema import Kind
from tests.hub.outpost import Outpost, Realm
from tests.hub.test_merger import alert
from tests.hub.world import audit_lines, count, faults
from tests.shared.jpegs import plain_jpeg

PHOTO = plain_jpeg(20_000)
OTHER = plain_jpeg(9_000, seed=2)


def attach(
    post: Outpost,
    check: int | None,
    photo: bytes = PHOTO,
    *,
    only: Sequence[int] | None = None,
    **changed: Value,
) -> list[Change]:
    """A photo's pieces in the post's log, or some of them, with what is to be wrong about them."""
    pieces = cut(photo)
    whole: dict[str, Value] = {
        "owner": post.country,
        "of": check,
        "category": "face",
        "media_type": MEDIA_TYPE,
        "size_bytes": len(photo),
        "digest": address_of(photo),
        "pieces": len(pieces),
    }
    numbers = range(1, len(pieces) + 1) if only is None else only
    return [
        post.say(
            Kind.ATTACHMENT,
            {**whole, "piece": number, "content": pieces[(number - 1) % len(pieces)], **changed},
        )
        for number in numbers
    ]


def send(hub: Hub, post: Outpost, *, each: int = 1) -> None:
    """The bulk lane, so many pieces a bundle."""
    bundles = []
    while post.cut[Lane.BULK] < len(post.log[Lane.BULK]):
        bundles.append(post.bundle(Lane.BULK, count=each))
    post.ask(hub, *bundles)


@pytest.fixture
def check(hub: Hub, klobuk: Outpost) -> int:
    made = klobuk.check()
    klobuk.send(hub)
    return made.record


@pytest.fixture
def ba(operators: dict[str, Operator]) -> Operator:
    return operators["BA"]


def test_a_photo_arrives_piece_by_piece(hub: Hub, klobuk: Outpost, ba: Operator, check: int):
    """ "2 of 3 pieces have arrived", then the photo, byte for byte; each view leaves its audit line."""
    attach(klobuk, check)
    klobuk.ask(hub, klobuk.bundle(Lane.BULK, count=2))
    (row,) = hub.desk.record(ba, str(check)).photos
    assert (row.state, row.arrived, row.pieces, row.category) == ("arriving", 2, 3, "face")
    with pytest.raises(MissingError):
        hub.desk.photo(ba, str(check), row.name)
    send(hub, klobuk)
    (row,) = hub.desk.record(ba, str(check)).photos
    assert (row.state, row.arrived, row.name) == ("whole", 3, address_of(PHOTO).hex())
    before = audit_lines(hub)
    assert hub.desk.photo(ba, str(check), row.name) == PHOTO
    assert audit_lines(hub) == before + 1
    assert (hub.desk.own_audit(ba)[0].action, hub.desk.own_audit(ba)[0].detail) == (
        "photo_viewed",
        "face, as own",
    )
    assert faults(hub) == []


@pytest.mark.parametrize("each", [1, 2, 50])
def test_one_bundle_may_hold_any_number_of_pieces(
    hub: Hub, klobuk: Outpost, ba: Operator, check: int, each: int
):
    """Whole columns and single changes are weighed alike."""
    attach(klobuk, check)
    attach(klobuk, check, OTHER)
    send(hub, klobuk, each=each)
    assert [row.state for row in hub.desk.record(ba, str(check)).photos] == ["whole", "whole"]


def test_pieces_may_come_before_their_check(hub: Hub, klobuk: Outpost, ba: Operator):
    """Lanes know no order among each other: the photo waits for its check, and loses nothing."""
    klobuk.ask(hub)
    later = klobuk.check()
    attach(klobuk, later.record)
    send(hub, klobuk)
    klobuk.send(hub)
    assert [row.state for row in hub.desk.record(ba, str(later.record)).photos] == ["whole"]


def test_a_piece_counts_once(hub: Hub, klobuk: Outpost, ba: Operator, check: int):
    """The same piece in two records (a node enrolled again sends what was unacknowledged) fills no gap."""
    attach(klobuk, check, only=(1, 1, 2))
    send(hub, klobuk)
    (row,) = hub.desk.record(ba, str(check)).photos
    assert (row.state, row.arrived) == ("arriving", 2)
    attach(klobuk, check, only=(3, 3, 1))
    send(hub, klobuk)
    (row,) = hub.desk.record(ba, str(check)).photos
    assert (row.state, row.arrived) == ("whole", 3)
    assert hub.desk.photo(ba, str(check), row.name) == PHOTO
    assert faults(hub) == []


def test_a_photo_that_is_not_its_address_is_never_shown(hub: Hub, klobuk: Outpost, ba: Operator, check: int):
    """All pieces are here and one bit differs: a quarantine row by code, and no photo."""
    attach(klobuk, check, only=(1, 2))
    bent = bytearray(cut(PHOTO)[2])
    bent[100] ^= 1
    attach_bent(klobuk, check, bytes(bent))
    send(hub, klobuk)
    assert [(fault.code, fault.first) for fault in faults(hub)] == [("photo_address_wrong", 3)]
    (row,) = hub.desk.record(ba, str(check)).photos
    assert row.state == "wrong"
    with pytest.raises(MissingError):
        hub.desk.photo(ba, str(check), row.name)
    attach(klobuk, check, only=(3,))  # the right piece comes after all
    send(hub, klobuk)
    assert faults(hub) == []
    assert hub.desk.photo(ba, str(check), row.name) == PHOTO


def attach_bent(post: Outpost, check: int, content: bytes) -> None:
    whole: dict[str, Value] = {
        "owner": post.country,
        "of": check,
        "category": "face",
        "media_type": MEDIA_TYPE,
        "size_bytes": len(PHOTO),
        "digest": address_of(PHOTO),
        "pieces": 3,
        "piece": 3,
        "content": content,
    }
    post.say(Kind.ATTACHMENT, whole)


def test_a_wrong_piece_beside_a_right_one_does_no_harm(hub: Hub, klobuk: Outpost, ba: Operator, check: int):
    """The photo stays whole; the stray piece is named."""
    attach(klobuk, check)
    attach_bent(klobuk, check, b"x" * 100)
    send(hub, klobuk)
    assert [(fault.code, fault.first) for fault in faults(hub)] == [("photo_piece_wrong", 4)]
    assert hub.desk.photo(ba, str(check), address_of(PHOTO).hex()) == PHOTO


@pytest.mark.parametrize(
    "changed",
    [
        {"piece": 0},
        {"piece": 4},
        {"pieces": 65},
        {"pieces": None},
        {"size_bytes": 161 * 1024},
        {"size_bytes": 0},
        {"digest": b"short"},
        {"media_type": "image/svg+xml"},
        {"content": b""},
        {"of": None},
    ],
)
def test_a_piece_of_nothing_is_named(
    hub: Hub, klobuk: Outpost, ba: Operator, check: int, changed: dict[str, Value]
):
    """Numbers, sizes, type and address that no photo can have: one row under one code, nothing shown."""
    attach(klobuk, check, only=(1,), **changed)
    send(hub, klobuk)
    assert {fault.code for fault in faults(hub)} == {"photo_piece_wrong"}
    assert hub.desk.record(ba, str(check)).photos == ()


def test_what_is_more_than_pixels_is_never_shown(hub: Hub, klobuk: Outpost, ba: Operator, check: int):
    """A stolen node may send anything under a right address: pages, metadata, a JPEG with a tail."""
    exif = PHOTO[:2] + b"\xff\xe1\x00\x08Exif\0\0" + PHOTO[2:]
    for content in (b"<svg onload=alert(1)>" * 9, exif, PHOTO + b"tail", b"\xff\xd8\xff\xd9"):
        attach(klobuk, check, content)
    send(hub, klobuk)
    assert {fault.code for fault in faults(hub)} == {"photo_not_plain"}
    assert {row.state for row in hub.desk.record(ba, str(check)).photos} == {"wrong"}


def test_a_photo_is_seen_by_whoever_sees_its_check(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator], check: int
):
    """Not by another desk; by the alert's owner once a hit opens the check, under its own audit line."""
    attach(klobuk, check)
    send(hub, klobuk)
    name, rs = address_of(PHOTO).hex(), operators["RS"]
    for desk in ("RS", "ME"):
        with pytest.raises(MissingError):
            hub.desk.photo(operators[desk], str(check), name)
    raised = alert(hub, rs)
    values: dict[str, Value] = {"owner": "BA", "check": check, "alert": raised.record, "alert_owner": "RS"}
    klobuk.say(Kind.HIT, values)
    klobuk.send(hub)
    assert hub.desk.photo(rs, str(check), name) == PHOTO
    assert hub.desk.own_audit(rs)[0].detail == "face, as hit"
    with pytest.raises(MissingError):
        hub.desk.photo(operators["ME"], str(check), name)


def test_nobody_hangs_a_photo_on_another_country_s_check(
    hub: Hub, realm: Realm, klobuk: Outpost, gostun: Outpost, ba: Operator, check: int
):
    """An id can be guessed: what an RS post attaches to a BA check shows at neither desk's view of it."""
    attach(gostun, check, OTHER)
    send(hub, gostun)
    assert hub.desk.record(ba, str(check)).photos == ()


def test_an_erased_check_takes_its_photos_along(hub: Hub, klobuk: Outpost, ba: Operator, check: int):
    """Pieces that were here go; pieces that come later are acknowledged and not stored; ids are left."""
    attach(klobuk, check)
    klobuk.ask(hub, klobuk.bundle(Lane.BULK, count=2))
    with hub.kit.database.transaction() as tx:
        values: dict[str, Value] = {"owner": "BA", "of": check, "reason": "expired"}
        said = hub.kit.log.append(
            tx, kind=Kind.TOMBSTONE, author=SYSTEM, fields=named(Kind.TOMBSTONE, values)
        )
        hub.merger.accept_own(tx, said)
    assert count(hub, "attachment_record") == 0
    send(hub, klobuk)
    assert count(hub, "attachment_record") == 0
    assert {fault.code for fault in faults(hub)} == {"record_purged"}
    with hub.kit.database.snapshot() as tx:
        feed = feed_of(klobuk.number, Lane.BULK)
        assert tx.execute("SELECT count(*) FROM history WHERE record >> 40 = ?", (feed,)).fetchone() == (0,)
        assert tx.execute("SELECT count(*) FROM purged WHERE record >> 40 = ?", (feed,)).fetchone() == (3,)


def test_the_order_of_pieces_makes_no_difference(tmp_path):
    """Every order of three pieces and a repeat, in bundles of one: the same photo in the end."""
    for place, order in enumerate(permutations((1, 2, 3))):
        directory = tmp_path / str(place)
        directory.mkdir()
        realm = Realm(directory=directory)
        with realm.hub() as hub:
            post = realm.post(5, "BA", "KLOBUK")
            made = post.check()
            post.send(hub)
            attach(post, made.record, only=(*order, random.Random(place).choice(order)))
            send(hub, post)
            with hub.kit.database.snapshot() as tx:
                (photo,) = put_together(pieces_of(tx, made.record, owner="BA"))
            assert photo.content == PHOTO
