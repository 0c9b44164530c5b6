"""What search and matching choke on is passed over under a code, alone; what they hold up is bounded."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from hub import indexer, unmatchable
from hub.desk.view import Operator
from hub.hub import Hub
from hub.kit import World
from hub.store import custody, persons
from shared.change import Value
from shared.ledger import concern, making_ready
from shared.limits import REPORT_SLICE_MS, SEARCH_MAX_ROWS
from shared.matching.matcher import PersonMatcher
from shared.matching.person import Person
from shared.schema import Kind
from shared.watchlist import Subject, subject_of
from tests.hub.outpost import Outpost, Realm
from tests.hub.staff import operators_of
from tests.hub.test_merger import alert
from tests.hub.test_rematch import WANTED, asked, hits
from tests.hub.world import count, faults, records_of

POISON = "P0150N"
PURPOSE = {"purpose": "investigation", "reference": "K-1/26"}


def spoil_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folding that chokes on one number, as no rule foresaw."""
    sound = PersonMatcher.keys_of

    def choking(self: PersonMatcher, subject: Subject) -> tuple[int, ...]:
        if subject.document_number == POISON:
            raise IndexError(f"no such place in {POISON}")
        return sound(self, subject)

    monkeypatch.setattr(PersonMatcher, "keys_of", choking)


def noted(hub: Hub) -> list[int | None]:
    return [fault.dot for fault in faults(hub) if fault.code == unmatchable.CODE]


def test_one_row_the_search_chokes_on_does_not_hold_up_its_neighbours(
    realm: Realm, klobuk: Outpost, monkeypatch: pytest.MonkeyPatch
):
    """It becomes a fault at the console, once and without its words; whoever came with it is found and
    matched; after an upgrade it is found and matched too, and the fault is settled."""
    with monkeypatch.context() as broken, realm.hub() as hub:
        operators = operators_of(hub)
        spoil_keys(broken)
        checks = [klobuk.check(document_number=number) for number in (WANTED, POISON, "N30000001")]
        klobuk.send(hub)
        alert(hub, operators["RS"])
        assert asked(hub) == 1
        hub.catch_up()
        assert count(hub, "to_index") == 0
        assert noted(hub) == [checks[1].dot]
        (row,) = hub.desk.quarantine(operators["BA"])
        assert (row.code, row.post, row.count) == (unmatchable.CODE, "KLOBUK", 1)
        assert POISON not in row.hint
        for number in (WANTED, "N30000001"):
            assert len(hub.desk.search(operators["BA"], {"document_number": number} | PURPOSE).checks) == 1
    with monkeypatch.context() as broken, realm.hub() as hub:
        spoil_keys(broken)
        assert asked(hub) == 0
        assert noted(hub) == [checks[1].dot]
    with realm.hub() as hub:
        alert(hub, operators["RS"], document_number=POISON)
        assert asked(hub) == 1
        assert noted(hub) == []
        assert len(hub.desk.search(operators["BA"], {"document_number": POISON} | PURPOSE).checks) == 1


def test_one_alert_whose_person_cannot_be_filed_does_not_hold_up_the_others(
    realm: Realm, monkeypatch: pytest.MonkeyPatch
):
    """Two alerts in one range: the sound one is found by its name, the other is a fault until the upgrade."""
    sound = persons.person_in

    def choking(subject: Subject) -> Person:
        if subject.given_names.upper() == "NECITLJIVA":
            raise RecursionError
        return sound(subject)

    def choking_on_values(values: Mapping[str, Value]) -> Subject:
        choking(subject_of(values))
        return subject_of(values)

    with monkeypatch.context() as broken, realm.hub() as hub:
        operators = operators_of(hub)
        broken.setattr(persons, "person_in", choking)
        bad = alert(hub, operators["RS"], surname="Test", given_names="Necitljiva", birth="1974-08-12")
        good = alert(hub, operators["RS"], surname="Skenderbegović", given_names="Ada", birth="1974-08-12")
        with hub.kit.database.transaction() as tx:
            tx.execute("DELETE FROM to_index")
            custody.queue_for_search(tx, bad.record, good.record, at_ms=0)
        hub.catch_up()
        assert noted(hub) == [bad.dot]
        assert count(hub, "alert_person_entry") == 1
        with hub.kit.database.transaction() as tx:  # an upgrade of the index, which does not mend it
            tx.execute("UPDATE alert_person_total SET version = 0")
    for module, name, chokes in (
        (making_ready, "person_in", choking),  # while its person is made ready
        (persons, "subject_of", choking_on_values),  # and while its record is read
    ):
        with monkeypatch.context() as broken:
            broken.setattr(persons, "person_in", choking)
            broken.setattr(module, name, chokes)
            with realm.hub() as hub:
                hub.catch_up()
                assert (noted(hub), count(hub, "alert_person_entry")) == ([bad.dot], 1)
                with hub.kit.database.transaction() as tx:
                    tx.execute("UPDATE alert_person_total SET version = 0")
    with realm.hub() as hub:
        hub.catch_up()
        assert (noted(hub), count(hub, "alert_person_entry")) == ([], 2)


@pytest.mark.parametrize("first", ["checks", "alert"])
def test_one_pair_that_cannot_be_judged_does_not_hold_up_the_retro_check(
    realm: Realm, klobuk: Outpost, monkeypatch: pytest.MonkeyPatch, first: str
):
    """Three checks of one number, one of which no rule can weigh: two late hits now, the third after the
    upgrade; whichever of alert and checks was looked at stands among the faults."""
    sound = concern.judge

    def choking(*args: object, subject: Subject, **more: object) -> object:
        if subject.given_names == "NECITLJIVA":
            raise ZeroDivisionError
        return sound(*args, subject=subject, **more)  # type: ignore[arg-type]  # a stand-in passes on what it is given

    with monkeypatch.context() as broken, realm.hub() as hub:
        operators = operators_of(hub)
        broken.setattr(concern, "judge", choking)
        if first == "alert":
            raised = alert(hub, operators["RS"])
            hub.catch_up()
            asked(hub)
        checks = [klobuk.check(document_number=WANTED, given_names=n) for n in ("ANA", "NECITLJIVA", "EVA")]
        klobuk.send(hub)
        if first == "checks":
            asked(hub)
            raised = alert(hub, operators["RS"])
        assert asked(hub) == 2
        assert noted(hub) == [raised.dot if first == "checks" else checks[1].dot]
    with realm.hub() as hub:
        assert asked(hub) == 1
        assert noted(hub) == []
        assert len(hits(hub)) == 3


def test_a_hit_that_cannot_be_written_does_not_hold_up_the_others(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator], monkeypatch: pytest.MonkeyPatch
):
    """Half a report is undone whole; the reports beside it stand, and the audit's chain holds."""
    checks = [klobuk.check(document_number=WANTED, given_names=name) for name in ("ANA", "EVA", "IVA")]
    klobuk.send(hub)
    alert(hub, operators["RS"])
    sound = hub.merger.accept_own

    def choking(tx: object, said: object) -> None:
        sound(tx, said)  # type: ignore[arg-type]  # a stand-in passes on what it is given
        (hit,) = records_of(hub, Kind.HIT)[-1:]
        if hit.values["check"] == checks[1].dot:
            raise AttributeError

    monkeypatch.setattr(hub.merger, "accept_own", choking)
    assert asked(hub) == 2
    assert noted(hub) == [checks[1].dot]
    assert {hit.values["check"] for hit in hits(hub)} == {checks[0].dot, checks[2].dot}


def test_a_failing_machine_is_no_fault_of_a_record(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator], monkeypatch: pytest.MonkeyPatch
):
    """A disk that does not answer stops the queue, blames nobody, and the same slice is done when it does."""
    klobuk.check(document_number=WANTED)
    klobuk.send(hub)
    alert(hub, operators["RS"])
    hub.catch_up()
    with monkeypatch.context() as broken:
        broken.setattr(concern, "judge", lambda *_, **__: (_ for _ in ()).throw(OSError(5, "I/O error")))
        with pytest.raises(OSError, match="I/O"):
            hub.retro_check.turn()
    assert noted(hub) == []
    assert asked(hub) == 1


# --- how long who brings bundles waits ---


def test_late_hits_are_written_a_slice_of_time_at_once(
    realm: Realm, klobuk: Outpost, monkeypatch: pytest.MonkeyPatch
):
    """Each takes 6 ms: no transaction holds more than the slice and one more, others get the lock between any
    two, and a crash in between loses none and doubles none."""
    with realm.hub() as hub:
        operators = operators_of(hub)
        for number in range(30):
            klobuk.check(document_number=WANTED, given_names=f"ANA {number}")
        klobuk.send(hub)
        alert(hub, operators["RS"])
        hub.catch_up()
        clock, breaths = [0], []
        sound = hub.retro_check._report

        def slow(*args: object, **more: object) -> int:
            clock[0] += 6
            return sound(*args, **more)  # type: ignore[arg-type]  # a stand-in passes on what it is given

        def breathe() -> None:
            breaths.append(count(hub, "hit_record"))
            if len(breaths) == 3:
                raise KeyboardInterrupt

        world = hub.kit.world
        monkeypatch.setattr(hub.retro_check, "_report", slow)
        timed = World(
            connect=world.connect, now_ms=world.now_ms, random=world.random,
            monotonic_ms=lambda: clock[0], breathe=breathe,
        )  # fmt: skip
        object.__setattr__(hub.kit, "world", timed)
        with pytest.raises(KeyboardInterrupt):
            hub.retro_check.turn()
        most = REPORT_SLICE_MS // 6 + 1
        assert breaths == [most, 2 * most, 3 * most]
    with realm.hub() as hub:
        assert asked(hub) == 30 - 3 * most
        assert len({hit.values["check"] for hit in hits(hub)}) == len(hits(hub)) == 30


# --- very many of one number ---


def test_a_plate_that_passed_very_often_hides_no_alert_and_no_late_hit(
    hub: Hub, klobuk: Outpost, gostun: Outpost, operators: dict[str, Operator],
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    """A question reads no more than its bound of checks, still finds the alert behind them all, shows the
    newest, and says that there are more."""
    monkeypatch.setattr("hub.desk.searching.SEARCH_READ_MAX", 15)
    car = {"plate": "A12-B-345", "plate_country": "BIH"}
    for post in (klobuk, gostun):
        for _ in range(10):
            post.check(**car)
        post.send(hub)
    alert(hub, operators["BA"], category="plate", document_number="", **car)
    assert asked(hub) == 20
    found = hub.desk.search(operators["BA"], {"plate": "A12-B-345"} | PURPOSE)
    assert (len(found.alerts), found.more) == (1, True)
    assert len(found.checks) <= 15
    alone = hub.desk.search(operators["BA"], {"document_number": "nobody1"} | PURPOSE)
    assert (alone.checks, alone.more) == ((), False)


def test_more_rows_than_are_shown_are_told(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator], monkeypatch: pytest.MonkeyPatch
):
    """Everything was read, not everything is shown: that is told too."""
    monkeypatch.setattr("hub.desk.searching.SEARCH_MAX_ROWS", 3)
    assert SEARCH_MAX_ROWS > 3
    for _ in range(4):
        klobuk.check(document_number=WANTED)
    klobuk.send(hub)
    hub.catch_up()
    found = hub.desk.search(operators["BA"], {"document_number": WANTED} | PURPOSE)
    assert (len(found.checks), found.more) == (3, True)


# --- an upgrade that files by other keys ---


def test_an_upgrade_of_the_keys_files_every_record_anew_behind_what_is_new(
    realm: Realm, klobuk: Outpost, monkeypatch: pytest.MonkeyPatch
):
    """Keys of another version: checks and alerts of before are found by them and meet, a turn at a time and
    after what just came; and it is done once."""
    monkeypatch.setattr(indexer, "RECORDS_A_TURN", 1)
    with monkeypatch.context() as before:
        before.setattr(PersonMatcher, "keys_of", lambda *_: (7,))
        with realm.hub() as hub:
            operators = operators_of(hub)
            klobuk.check(document_number=WANTED)
            klobuk.send(hub)
            alert(hub, operators["RS"], document_number="L898902C4")
            hub.catch_up()
    with monkeypatch.context() as after:
        after.setattr(PersonMatcher, "keys_version", 2)
        with realm.hub() as hub:
            klobuk.check(document_number=WANTED, given_names="EVA")
            klobuk.send(hub)
            assert hub.indexer.waited_ms() < 100, "who brings bundles waits for what is new alone"
            question = {"document_number": WANTED} | PURPOSE
            found = []
            for _ in range(6):
                hub.catch_up()
                found.append(len(hub.desk.search(operators["BA"], question).checks))
            assert found[0] == 1, "what is new goes first"
            assert found[-1] == 2
            with hub.kit.database.snapshot() as tx:
                assert hub.indexer.behind_s(tx) == 0
        with realm.hub() as hub:
            assert count(hub, "to_index") == 0
