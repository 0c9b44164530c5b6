"""The retro-check of the centre: newer alerts against earlier checks, and late checks against alerts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from threading import Thread

import pytest

from hub import rematch
from hub.desk.directory import Directory
from hub.desk.view import Operator
from hub.hub import Hub
from shared.database import Connection
from shared.errors import KaraulaError, MissingError
from shared.ids import Lane, node_of_dot
from shared.ledger.records import Record
from shared.limits import REMATCH_DAYS
from shared.partial_date import from_date
from shared.schema import Kind
from tests.hub.failing import FailingFile
from tests.hub.outpost import Outpost, Realm
from tests.hub.staff import operators_of
from tests.hub.test_merger import alert
from tests.hub.world import count, records_of

WANTED = "L898902C3"
_DAY_MS = 24 * 60 * 60 * 1000


def asked(hub: Hub) -> int:
    """Let everything findable be asked about to the end; returns how many late hits came of it."""
    hub.catch_up()
    late = hub.retro_check.catch_up(turns=10_000)
    with hub.kit.database.snapshot() as tx:
        assert tx.execute("SELECT count(*) FROM to_rematch").fetchone() == (0,)
    return late


def hits(hub: Hub) -> list[Record]:
    return records_of(hub, Kind.HIT)


def test_an_alert_finds_an_earlier_check_and_both_desks_see_the_late_hit(
    hub: Hub, klobuk: Outpost, gostun: Outpost, operators: dict[str, Operator]
):
    """RS's alert meets BA's check of before: a late hit for the two desks, named with all it needs, once."""
    check = klobuk.check(document_number=WANTED, plate="A12-B-345")
    gostun.check()
    klobuk.send(hub)
    gostun.send(hub)
    assert asked(hub) == 0
    raised = alert(hub, operators["RS"])
    assert asked(hub) == 1
    (hit,) = hits(hub)
    assert (hit.values["check"], hit.values["alert"], hit.values["late"]) == (check.dot, raised.dot, True)
    assert (hit.text("owner"), hit.text("alert_owner"), hit.text("post")) == ("BA", "RS", "KLOBUK")
    assert (hit.text("surname"), hit.text("plate"), hit.text("category")) == (
        "TESTOVIC",
        "A12-B-345",
        "arrest",
    )
    assert hit.number("alert_dot") == raised.dot
    assert asked(hub) == 0
    for country, seen in (("BA", 1), ("RS", 1), ("ME", 0)):
        rows = hub.desk.hits(operators[country], open_only=True)
        assert [row.late for row in rows] == [True] * seen, country
        assert hub.desk.waiting(operators[country]).hits == seen


@pytest.mark.parametrize("desk", ["BA", "ME", "RS"])
@pytest.mark.parametrize("post", ["BA", "RS"])
@pytest.mark.parametrize("owner", ["BA", "ME", "RS"])
def test_only_the_desks_of_the_post_and_of_the_alert_see_a_late_hit(
    hub: Hub,
    klobuk: Outpost,
    gostun: Outpost,
    operators: dict[str, Operator],
    desk: str,
    post: str,
    owner: str,
):
    """Every desk, post and owner: the hit and its check open to two countries, and every look is audited."""
    outpost = {"BA": klobuk, "RS": gostun}[post]
    check = outpost.check(document_number=WANTED)
    outpost.send(hub)
    alert(hub, operators[owner])
    assert asked(hub) == 1
    (hit,) = hits(hub)
    operator = operators[desk]
    for record in (hit.id, check.dot):
        if desk in (post, owner):
            hub.desk.record(operator, str(record))
            assert str(record) in {str(int(_id(hub, line.record))) for line in hub.desk.own_audit(operator)}
        else:
            with pytest.raises(MissingError):
                hub.desk.record(operator, str(record))


def _id(hub: Hub, printed: str) -> int:
    if not printed:
        return 0
    with hub.kit.database.snapshot() as tx:
        return Directory(hub.kit, tx).read(printed)


def test_a_check_that_comes_late_meets_the_alerts_that_were_here_first(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """The other order: the alert is here, a cut-off post's check comes later without a hit of its own."""
    alert(hub, operators["RS"], surname="Скендербеговић", given_names="Адалета", birth="1974-08-12")
    assert asked(hub) == 0
    klobuk.check(surname="SKENDERBEGOVC", given_names="ADALETA", birth=from_iso("1974-08-12"))
    klobuk.send(hub)
    assert asked(hub) == 1


def test_a_hit_the_post_made_itself_is_not_reported_again(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """The post's own hit overtakes its check; the centre has nothing to add, whatever changes later."""
    raised = alert(hub, operators["RS"])
    check = klobuk.check(document_number=WANTED)
    klobuk.say(
        Kind.HIT,
        {"owner": "BA", "check": check.dot, "alert": raised.dot, "alert_owner": "RS", "outcome": "possible"},
    )
    klobuk.send(hub)
    assert asked(hub) == 0
    klobuk.edit(check, {"given_names": "ANNA"})
    klobuk.send(hub)
    assert asked(hub) == 0


def test_a_changed_alert_and_a_changed_check_are_asked_about_again(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """A number set right at the post finds the alert; so does a widened audience find the check."""
    check = klobuk.check(document_number="L898902C8888")
    klobuk.send(hub)
    alert(hub, operators["RS"])
    assert asked(hub) == 0
    klobuk.edit(check, {"document_number": WANTED})
    klobuk.send(hub)
    assert asked(hub) == 1


def test_a_number_set_right_in_an_alert_finds_the_check_of_before(hub: Hub, klobuk: Outpost, gostun: Outpost):
    """The corrected alert is asked about by its new words, whatever was asked about it before."""
    klobuk.check(document_number=WANTED)
    klobuk.send(hub)
    assert asked(hub) == 0
    raised = gostun.say(
        Kind.ALERT, {"owner": "RS", "category": "arrest", "document_number": "L9", "surname": "TEST"}
    )
    gostun.send(hub)
    assert asked(hub) == 0
    gostun.edit(raised, {"document_number": WANTED})
    gostun.send(hub)
    assert asked(hub) == 1


@pytest.mark.parametrize("outcome", ["possible", "cleared"])
@pytest.mark.parametrize("first", ["forged", "true"])
def test_another_countrys_node_silences_no_hit(
    hub: Hub, klobuk: Outpost, gostun: Outpost, operators: dict[str, Operator], outcome: str, first: str
):
    """A forged hit of RS's names BA's check: BA's desk is told of the true one, and it stays a task."""
    check = klobuk.check(document_number=WANTED)
    klobuk.send(hub)
    raised = alert(hub, operators["ME"])
    late = asked(hub) if first == "true" else 0
    forged = {"owner": "RS", "check": check.dot, "alert": raised.dot, "alert_owner": "RS", "outcome": outcome}
    gostun.say(Kind.HIT, forged)
    gostun.send(hub)
    assert late + asked(hub) == 1
    for country in ("BA", "ME"):
        (row,) = hub.desk.hits(operators[country], open_only=True)
        assert row.late
        assert hub.desk.waiting(operators[country]).hits == 1


def test_an_alert_that_ends_on_no_date_stops_no_other(hub: Hub, klobuk: Outpost, gostun: Outpost):
    """A hostile node's alert says a number that is no date: it matches, and so does the one behind it."""
    klobuk.check(document_number=WANTED)
    klobuk.send(hub)
    for ends in (-1, 20_000_000):
        said = {"owner": "RS", "category": "arrest", "document_number": WANTED, "expires": ends}
        gostun.say(Kind.ALERT, said)
    gostun.send(hub)
    assert asked(hub) == 2


def test_what_the_post_may_not_hold_is_not_matched_against_its_checks(
    hub: Hub, klobuk: Outpost, gostun: Outpost, operators: dict[str, Operator]
):
    """RS keeps an alert to itself: its own post's check is found, and BA's crossing stays BA's."""
    klobuk.check(document_number=WANTED)
    own = gostun.check(document_number=WANTED)
    klobuk.send(hub)
    gostun.send(hub)
    alert(hub, operators["RS"], audience="RS")
    assert asked(hub) == 1
    assert [hit.values["check"] for hit in hits(hub)] == [own.dot]


def test_void_training_withdrawn_expired_and_old_make_no_late_hit(
    realm: Realm, hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """What does not count is not reported; a check too old by its clock counts where it came lately."""
    klobuk.check(document_number=WANTED, void="mistake")
    klobuk.check(document_number=WANTED, training=True)
    klobuk.send(hub)
    raised = alert(hub, operators["RS"], expires=iso_in(realm, days=30))
    assert asked(hub) == 0
    row = hub.desk.record(operators["RS"], str(raised.record))
    klobuk.check(document_number="OTHER1", happened=0)
    klobuk.send(hub)
    realm.dial.ms += 40 * _DAY_MS  # the alert's last day is over
    klobuk.check(document_number=WANTED)
    klobuk.send(hub)
    assert asked(hub) == 0
    hub.desk.withdraw_alert(operators["RS"], row.id, reason="found", contexts=row.contexts)
    alert(hub, operators["RS"], document_number="OTHER1")
    assert asked(hub) == 1  # a board without a battery wrote 1970, forty days ago
    realm.dial.ms += REMATCH_DAYS * _DAY_MS
    alert(hub, operators["ME"], document_number="OTHER1")
    assert asked(hub) == 0


def test_a_weak_match_on_a_discreet_alert_is_no_late_hit(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """A namesake with another digit in the date is not reported, a full match is, to both desks."""
    klobuk.check(surname="Skenderbegovic", given_names="Adaleta", birth=from_iso("1974-08-13"))
    klobuk.send(hub)
    form = {"surname": "Skenderbegović", "given_names": "Adaleta", "birth": "1974-08-12"}
    alert(hub, operators["RS"], **form, document_number="", category="discreet")
    assert asked(hub) == 0
    klobuk.check(surname="Skenderbegovic", given_names="Adaleta", birth=from_iso("1974-08-12"))
    klobuk.send(hub)
    assert asked(hub) == 1


def test_the_late_hit_goes_down_to_the_post_and_its_outcome_comes_back(
    hub: Hub, klobuk: Outpost, gostun: Outpost, operators: dict[str, Operator]
):
    """In the urgent lane, to the post of the check alone; what the post decides on it counts."""
    klobuk.check(document_number=WANTED)
    klobuk.send(hub)
    alert(hub, operators["RS"])
    asked(hub)
    klobuk.ask(hub)
    gostun.ask(hub)
    (told,) = [change for change in klobuk.heard if change.kind == Kind.HIT]
    assert node_of_dot(told.dot) == 1
    assert (told.dot >> 40) & 3 == 0
    assert [change for change in gostun.heard if change.kind == Kind.HIT] == []
    klobuk.edit(told, {"outcome": "cleared", "outcome_reason": "other fingerprints"})
    klobuk.send(hub)
    assert hits(hub)[0].text("outcome") == "cleared"
    assert hub.desk.hits(operators["BA"], open_only=True) == ()


def test_post_and_centre_that_find_the_same_pair_apart_show_one_task(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """Cut off from one another both report it: both are kept, one is shown, and settling it settles both."""
    raised = alert(hub, operators["RS"])
    check = klobuk.check(document_number=WANTED)
    klobuk.ask(hub, klobuk.bundle(Lane.ROUTINE))
    assert asked(hub) == 1
    klobuk.say(
        Kind.HIT,
        {"owner": "BA", "check": check.dot, "alert": raised.dot, "alert_owner": "RS", "outcome": "possible"},
    )
    klobuk.send(hub)
    assert count(hub, "hit_record") == 2
    operator = operators["BA"]
    (row,) = hub.desk.hits(operator, open_only=True)
    assert hub.desk.waiting(operator).hits == 1
    shown = hub.desk.record(operator, row.id)
    hub.desk.settle_hit(operator, row.id, outcome="confirmed", reason="it is she", contexts=shown.contexts)
    assert hub.desk.hits(operator, open_only=True) == ()
    assert [each.outcome for each in hub.desk.hits(operator)] == ["confirmed"]


@pytest.mark.parametrize("first", ["checks", "alert"])
def test_very_many_alike_are_asked_about_in_bounded_slices(
    hub: Hub,
    klobuk: Outpost,
    operators: dict[str, Operator],
    monkeypatch: pytest.MonkeyPatch,
    first: str,
):
    """No turn looks at more than its share, whatever one plate has passed; together they find all, once."""
    monkeypatch.setattr(rematch, "EFFORT_A_TURN", 20)
    form = {"document_number": "", "plate": "A12-B-345", "plate_country": "BIH"}

    def checks() -> None:
        for _ in range(45):
            klobuk.check(plate="A12-B-345", plate_country="BIH")
        klobuk.send(hub)

    def wanted() -> None:
        alert(hub, operators["RS"], category="plate", **form)

    for act in (checks, wanted) if first == "checks" else (wanted, checks):
        assert count(hub, "hit_record") == 0
        act()
        hub.catch_up()
        turns = []
        while (late := hub.retro_check.turn()) is not None:
            turns.append(late)
    assert sum(turns) == count(hub, "hit_record") == 45
    assert max(turns) <= 20


def test_the_desk_is_told_when_asking_again_lags(
    realm: Realm, hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """What has been findable for ten minutes and was not asked about shows on the first page until it is."""
    klobuk.check()
    klobuk.send(hub)
    hub.catch_up()
    realm.dial.ms += 600_000
    assert hub.desk.overview(operators["BA"]).rematch_behind_s == 600
    assert asked(hub) == 0
    assert hub.desk.overview(operators["BA"]).rematch_behind_s == 0


def test_a_crash_at_any_statement_of_a_slice_misses_nothing_and_reports_nothing_twice(realm: Realm):
    """The disk dies at each statement in turn, a new process goes on: every check has its one late hit."""
    file = FailingFile(realm.path)
    klobuk = realm.post(5, "BA", "KLOBUK")
    with realm.hub(connect=file.connect) as hub:
        operators = operators_of(hub)
        for number in range(4):
            klobuk.check(document_number=WANTED, given_names=f"ANA {number}")
        klobuk.send(hub)
        alert(hub, operators["RS"])
        hub.catch_up()
    died, statement = 0, 0
    while statement < 400:
        with realm.hub(connect=file.connect) as hub:
            before = (count(hub, "hit_record"), count(hub, "to_rematch"))
            file.fail_after(statement)
            try:
                hub.retro_check.turn()
            except KaraulaError:
                died += 1
            file.heal()
            after = (count(hub, "hit_record"), count(hub, "to_rematch"))
            if after != before:
                assert after[0] == 4  # all of the slice or nothing of it
                break
        statement += 1
    assert died > 20
    with realm.hub() as hub:
        assert asked(hub) == 0
        assert len({hit.values["check"] for hit in hits(hub)}) == len(hits(hub)) == 4


def test_what_came_between_looking_and_reporting_is_heeded(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator], monkeypatch: pytest.MonkeyPatch
):
    """The alert is withdrawn while a slice looks: the pair is judged again before it is reported."""
    klobuk.check(document_number=WANTED)
    klobuk.send(hub)
    raised = alert(hub, operators["RS"])
    hub.catch_up()
    looked = hub.retro_check._look

    def withdraw() -> None:
        row = hub.desk.record(operators["RS"], str(raised.record))
        hub.desk.withdraw_alert(operators["RS"], row.id, reason="found", contexts=row.contexts)

    def look_and_wait(tx: Connection) -> object:
        found = looked(tx)
        if found.pairs:
            desk = Thread(target=withdraw)
            desk.start()
            desk.join()
        return found

    monkeypatch.setattr(hub.retro_check, "_look", look_and_wait)
    assert hub.retro_check.catch_up() == 0
    assert hits(hub) == []


def from_iso(text: str) -> int:
    return from_date(date.fromisoformat(text)).day_number()


def iso_in(realm: Realm, *, days: int) -> str:
    return datetime.fromtimestamp(realm.dial.ms / 1000 + days * 86400, UTC).date().isoformat()
