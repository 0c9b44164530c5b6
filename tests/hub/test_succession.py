"""A device that goes on under a new number, as the hub meets it: who may speak, who hears what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hub.desk.view import NodeState, Operator
from hub.hub import Hub
from hub.store import successors
from shared.change import Change
from shared.crypto import HASH_BYTES
from shared.errors import KaraulaError, TrustError
from shared.formerly import FORMERLY, with_former
from shared.ids import Lane, feed_of, print_dot
from shared.ledger import records
from shared.schema import Kind
from shared.session import Ask, mark_of
from tests.hub.outpost import Outpost, Realm
from tests.hub.world import count, faults, heads, record

ROUTINE = Lane.ROUTINE


def renewed(realm: Realm, old: Outpost, number: int, *earlier: int) -> Outpost:
    """The device of `old`, enrolled again."""
    return realm.post(number, old.country, old.post, replaces=(old.number, *earlier))


def ask(
    old: Outpost, *, known: int | None = None, ends: tuple[tuple[int, bytes], ...] = ()
) -> tuple[Ask, ...]:
    return (Ask(feed=feed_of(old.number, ROUTINE), known=known, ends=ends, most=100),)


def correct(hub: Hub, operator: Operator, check: Change, name: str) -> None:
    """The desk sets a surname right."""
    view = hub.desk.record(operator, str(check.record))
    hub.desk.correct(operator, view.id, form={"surname": name}, reason="misread", contexts=view.contexts)


def edits_heard(post: Outpost, check: Change) -> int:
    return sum(each.kind == Kind.CHECK and each.record == check.record for each in post.heard)


def test_a_replaced_node_is_told_so_and_nothing_of_it_is_taken(hub: Hub, klobuk: Outpost, realm: Realm):
    """Neither a question nor a load of the old number changes anything once another took its place."""
    klobuk.check()
    klobuk.send(hub)
    renewed(realm, klobuk, 7).ask(hub)
    klobuk.check()
    with pytest.raises(TrustError) as refused:
        klobuk.send(hub)
    assert refused.value.code == "node_replaced"
    assert "enrolled again" in refused.value.hint
    assert heads(hub, klobuk)[ROUTINE] == 1


def test_it_is_on_the_authoritys_word_and_not_by_revocation(hub: Hub, klobuk: Outpost, realm: Realm):
    """A node that does not replace it changes nothing for the first; what the first sent still counts."""
    check = klobuk.check()
    klobuk.send(hub)
    realm.post(7, "BA", "KLOBUK").ask(hub)
    klobuk.send(hub)
    renewed(realm, klobuk, 8).ask(hub)
    assert record(hub, Kind.CHECK, check.record).text("surname") == "TESTOVIC"
    assert count(hub, "refused") == 0


def test_every_life_hears_what_any_earlier_one_was_told(
    hub: Hub, klobuk: Outpost, realm: Realm, operators: dict[str, Operator]
):
    """One number, two successors, and a successor of one of these: each hears of the first one's check."""
    check = klobuk.check()
    klobuk.send(hub)
    correct(hub, operators["BA"], check, "JOVIC")
    one, other = renewed(realm, klobuk, 7), renewed(realm, klobuk, 8)
    one.ask(hub)
    other.ask(hub)
    third = renewed(realm, one, 9, klobuk.number)
    third.ask(hub)
    correct(hub, operators["BA"], check, "MARKOVIC")
    for post in (other, third):
        post.ask(hub)
        assert edits_heard(post, check) == 2, post.number


def test_what_a_life_was_told_is_handed_down_once(
    hub: Hub, klobuk: Outpost, realm: Realm, operators: dict[str, Operator]
):
    """The log of a number in between holds its predecessor's already: the next one gets each change once."""
    check = klobuk.check()
    klobuk.send(hub)
    one = renewed(realm, klobuk, 7)
    one.ask(hub)
    correct(hub, operators["BA"], check, "JOVIC")
    third = renewed(realm, one, 9, klobuk.number)
    third.ask(hub)
    assert edits_heard(third, check) == 1


def test_the_first_life_is_known_though_the_one_between_never_spoke(hub: Hub, klobuk: Outpost, realm: Realm):
    """The certificate names all of them."""
    klobuk.check()
    klobuk.send(hub)
    renewed(realm, renewed(realm, klobuk, 7), 9, klobuk.number).ask(hub)
    with hub.kit.database.snapshot() as tx:
        assert successors.predecessors(tx, 9) == (5, 7)
    with pytest.raises(KaraulaError) as refused:
        klobuk.send(hub)
    assert refused.value.code == "node_replaced"


def test_it_is_told_marks_of_what_is_here_after_the_common_part(hub: Hub, klobuk: Outpost, realm: Realm):
    """From the last end of a bundle that both know under one chain, a mark for each change."""
    changes = [klobuk.check() for _ in range(2)]
    klobuk.send(hub)
    end = (2, klobuk.chain[ROUTINE])
    changes += [klobuk.check() for _ in range(3)]
    klobuk.send(hub)
    one = renewed(realm, klobuk, 7)
    one.asks = ask(klobuk, ends=((4, bytes(HASH_BYTES)), end))
    (told,) = one.ask(hub).head.former
    assert (told.head, told.chain, told.since) == (5, klobuk.chain[ROUTINE], 2)
    assert told.marks == b"".join(mark_of(each) for each in changes[2:])
    one.asks = ask(klobuk, known=4)
    assert one.ask(hub).head.former[0].marks == mark_of(changes[4])


def let_go_of_bytes(hub: Hub) -> None:
    """As a while after a backup."""
    with hub.kit.database.transaction() as tx:
        tx.execute("UPDATE bundle SET raw = NULL")


def test_marks_are_told_from_the_records_where_bytes_are_let_go(hub: Hub, klobuk: Outpost, realm: Realm):
    """Of what was edited since, of edits and of what nobody edited: each as it was said."""
    checks = [klobuk.check(surname=name) for name in ("JOVIC", "MARKOVIC")]
    changes = [*checks, klobuk.edit(checks[0], {"surname": "PETROVIC"}), klobuk.check()]
    klobuk.send(hub)
    let_go_of_bytes(hub)
    one = renewed(realm, klobuk, 7)
    for known in range(5):
        one.asks = ask(klobuk, known=known)
        (told,) = one.ask(hub).head.former
        assert (told.head, told.marks) == (4, b"".join(mark_of(each) for each in changes[known:]))


def test_a_change_that_cannot_be_read_any_more_has_no_mark(hub: Hub, klobuk: Outpost, realm: Realm):
    """Its record is erased and its bytes are let go: then it counts as another one, with all behind it."""
    kept, erased, _ = [klobuk.check() for _ in range(3)]
    klobuk.send(hub)
    with hub.kit.database.transaction() as tx:
        records.purge(tx, erased.record)
    let_go_of_bytes(hub)
    one = renewed(realm, klobuk, 7)
    one.asks = ask(klobuk, known=0)
    (told,) = one.ask(hub).head.former
    assert (told.head, told.marks) == (3, mark_of(kept))


def test_nobody_is_told_of_a_number_that_is_not_theirs(hub: Hub, klobuk: Outpost, gostun: Outpost):
    """Marks say something of what was captured: only the device itself gets them."""
    klobuk.check()
    klobuk.send(hub)
    gostun.asks = ask(klobuk, known=0)
    assert gostun.ask(hub).head.former == ()


def test_a_forked_feed_is_settled_when_its_device_goes_on(
    hub: Hub, klobuk: Outpost, realm: Realm, operators: dict[str, Operator]
):
    """The fault goes, the console shows who took whose place."""
    klobuk.check()
    klobuk.send(hub)
    klobuk.log[ROUTINE].clear()
    klobuk.seq[ROUTINE] = klobuk.cut[ROUTINE] = 0
    klobuk.check(surname="ANOTHER")
    klobuk.send(hub)
    assert [fault.code for fault in faults(hub)] == ["feed_forked"]
    renewed(realm, klobuk, 7).ask(hub)
    assert not faults(hub)
    rows = {row.node: row for row in hub.desk.nodes(operators["BA"])}
    assert (rows[5].state, rows[5].successors) == (NodeState.REPLACED, ("KLOBUK-2",))
    assert rows[7].predecessors == ("KLOBUK-1",)


def test_a_restored_hub_gets_the_old_numbers_bundles_from_the_new_one(
    hub: Hub, klobuk: Outpost, realm: Realm
):
    """Signed with the key the device has now; from nobody else."""
    klobuk.check()
    first = klobuk.bundle(ROUTINE)
    one = renewed(realm, klobuk, 7)
    one.ask(hub)
    klobuk.keys = one.keys
    klobuk.cut[ROUTINE], klobuk.chain[ROUTINE] = 0, klobuk.realm.post(5, "BA", "KLOBUK").chain[ROUTINE]
    again = klobuk.bundle(ROUTINE)
    other = realm.post(8, "BA", "ZUPCI")
    assert other.ask(hub, again).head.refusals == ((0, "node_replaced"),)
    assert one.ask(hub, first).head.refusals == ((0, "bad_signature"),)
    assert one.ask(hub, again).head.refusals == ()
    assert heads(hub, klobuk)[ROUTINE] == 1


@pytest.mark.parametrize(("until", "copied"), [(3, False), (4, False), (3, True)])
def test_what_waited_gives_way_to_the_device_that_fills_the_gap(
    hub: Hub, klobuk: Outpost, realm: Realm, until: int, *, copied: bool
):
    """A stick brought a later bundle of the old number; the device cuts its log anew, over that border. What
    either says is there once; of a copied disk's other words the bytes are kept."""
    start = klobuk.chain[ROUTINE]
    checks = [klobuk.check(surname=f"NO {place}") for place in range(1, until + 1)]
    klobuk.bundle(count=1)
    klobuk.ask(hub, klobuk.bundle())
    one = renewed(realm, klobuk, 7)
    one.ask(hub)
    klobuk.keys, klobuk.cut[ROUTINE], klobuk.chain[ROUTINE] = one.keys, 0, start
    if copied:
        klobuk.log[ROUTINE][2] = replace(checks[2], fields={**checks[2].fields, 22: "ANOTHER"})
    assert one.ask(hub, klobuk.bundle(count=3)).head.refusals == ()
    assert heads(hub, klobuk)[ROUTINE] == 3
    names = [record(hub, Kind.CHECK, check.record).text("surname") for check in checks]
    assert names == ["NO 1", "NO 2", "ANOTHER" if copied else "NO 3", "NO 4"][:until]
    assert [fault.code for fault in faults(hub)] == (["feed_forked"] if copied else [])
    assert count(hub, "bundle") == 1


def test_what_waited_of_an_old_number_is_told_to_its_heir(hub: Hub, klobuk: Outpost, realm: Realm):
    """The older copy of the disk lacks the edit; it counts once the heir has filled the gap before it."""
    check = klobuk.check()
    klobuk.bundle(ROUTINE)
    edit = klobuk.edit(check, {"surname": "MARKOVIC"})
    klobuk.ask(hub, klobuk.bundle(ROUTINE))
    one = renewed(realm, klobuk, 7)
    one.ask(hub)
    klobuk.keys = one.keys
    klobuk.cut[ROUTINE], klobuk.chain[ROUTINE] = 0, klobuk.realm.post(5, "BA", "KLOBUK").chain[ROUTINE]
    assert one.ask(hub, klobuk.bundle(ROUTINE, count=1)).head.refusals == ()
    assert record(hub, Kind.CHECK, check.record).text("surname") == "MARKOVIC"
    one.ask(hub)
    assert [heard.dot for heard in one.heard] == [edit.dot]


def test_papers_printed_under_the_old_number_still_lead_to_the_record(
    hub: Hub, klobuk: Outpost, realm: Realm, operators: dict[str, Operator]
):
    """Two devices printed one id: it leads to who has it still, whose page names the other."""
    theirs = klobuk.check()
    klobuk.send(hub)
    ours = klobuk.check()
    one = renewed(realm, klobuk, 7)
    fields = {FORMERLY: with_former(theirs, old=theirs.dot, mark=mark_of(theirs))}
    copied = one.say(Kind.CHECK, {}, fields={**theirs.fields, **fields, 1: "BA"})
    moved = one.say(
        Kind.CHECK, {}, fields={**ours.fields, FORMERLY: with_former(ours, old=ours.dot, mark=mark_of(ours))}
    )
    one.send(hub)
    desk, operator = hub.desk, operators["BA"]
    page = desk.record(operator, print_dot(ours.dot, post="KLOBUK", epoch=1))
    assert page.id == str(moved.record)
    assert page.formerly.startswith("KLOBUK-1-R-2-")
    assert (
        desk.record(operator, str(theirs.record)).also_called
        == desk.record(operator, str(copied.record)).printed
    )
