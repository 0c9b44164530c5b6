"""What a node cannot take in or match is passed over alone, told, kept, and tried again after a start."""

from __future__ import annotations

from typing import Any

import pytest

from edge import answering
from edge.booth import Booth
from edge.loading import Loader
from edge.node import EdgeNode
from edge.screen import Session
from edge.store import filed_keys, watch
from shared.ledger import concern, person_rows
from shared.ledger.person_index import WEIGHED_MAX
from shared.ledger.records import Record
from shared.matching.matcher import PersonMatcher
from shared.matching.tokens import Token
from shared.partial_date import parse
from shared.schema import Kind
from shared.watchlist import Subject
from tests.edge.lists import load_whole, snapshot_of
from tests.edge.posts import TD3, Post, rows
from tests.edge.test_cases import BIH, admit, capture
from tests.edge.test_lease import LEASE_MS, answer_of, heard, signed_in, wanted
from tests.edge.test_loading import beside, left_over

POISON = "P0150N"
ANNA = "L898902C3"
SPOILT_DAY = "1991-07-23"


def spoil_keys(monkeypatch: pytest.MonkeyPatch, number: str = POISON) -> None:
    """A folding that chokes on one number, as no rule foresaw."""
    sound = PersonMatcher.keys_of

    def choking(self: PersonMatcher, subject: Subject) -> tuple[int, ...]:
        if subject.document_number == number:
            raise IndexError(f"no such place in {number}")
        return sound(self, subject)

    monkeypatch.setattr(PersonMatcher, "keys_of", choking)


def spoil_filing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys of persons that choke on everybody born on one day."""
    day, sound = parse(SPOILT_DAY).day_number(), person_rows.stored_keys

    def choking(name: tuple[Token, ...], birth: int | None) -> set[int]:
        if birth == day:
            raise IndexError
        return sound(name, birth)

    monkeypatch.setattr(person_rows, "stored_keys", choking)


def troubles(node: EdgeNode) -> list[str]:
    return [code for code, _ in node.reporter.status().trouble]


def passed_over(node: EdgeNode) -> list[int]:
    return [dot for (dot,) in rows(node, "SELECT dot FROM passed_over ORDER BY dot")]  # type: ignore[misc]  # rows are of one number here


def test_one_alert_the_node_chokes_on_stops_neither_the_feed_nor_the_lease(
    post: Post, node: EdgeNode, booth: Booth, session: Session, monkeypatch: pytest.MonkeyPatch
):
    """Its neighbours in the segment are on the list, the contact ends well, the page tells of it without its
    words; after an upgrade the alert is on the list and finds the check of before."""
    admit(booth, session, BIH, confirm_digits="yes")
    number = str(rows(node, "SELECT document_number FROM check_record")[0][0])
    with monkeypatch.context() as broken:
        bad = post.centre.alert(document_number=number)
        post.centre.alert(document_number=ANNA)
        spoil_keys(broken, number)
        heard(post, node)
        assert answer_of(booth, session).verdict == "hit"
        assert (passed_over(node), troubles(node)) == ([bad], ["record_unmatchable"])
        assert number not in str(node.reporter.status().trouble)
        heard(post, node)
        assert post.node().reporter.status().trouble[0][0] == "record_unmatchable"
    again = post.node()
    assert (passed_over(again), troubles(again)) == ([], [])
    assert rows(again, "SELECT late FROM hit_record") == [(1,)]


def test_a_change_that_cannot_be_applied_goes_when_its_record_is_erased(
    post: Post, node: EdgeNode, monkeypatch: pytest.MonkeyPatch
):
    """Nothing of an erased person stays among what was passed over."""
    spoil_keys(monkeypatch)
    bad = post.centre.alert(document_number=POISON)
    heard(post, node)
    assert passed_over(node) == [bad]
    post.centre.say(Kind.TOMBSTONE, {"owner": "RS", "of": bad, "reason": "retention"})
    heard(post, node)
    assert passed_over(node) == []


def test_one_check_that_cannot_be_asked_about_does_not_hold_up_the_others(
    post: Post, node: EdgeNode, booth: Booth, monkeypatch: pytest.MonkeyPatch
):
    """Three were saved under the lock, one chokes: two late hits at once, the third after an upgrade."""
    wanted(post, node)
    post.dial.pass_ms(LEASE_MS)
    session = signed_in(node)
    checks = [admit(booth, session).check for _ in range(3)]
    sound = answering.search
    number = rows(node, "SELECT id FROM check_record ORDER BY id")[1][0]

    def choking(*args: object) -> object:
        waiting = rows(node, "SELECT min(record) FROM unmatched")[0][0]
        if waiting == number:
            raise ZeroDivisionError
        return sound(*args)  # type: ignore[arg-type]  # a stand-in passes on what it is given

    with monkeypatch.context() as broken:
        broken.setattr(answering, "search", choking)
        assert heard(post, node) == 2
        assert (passed_over(node), booth.status().unmatched, troubles(node)) == (
            [number], 0, ["record_unmatchable"],
        )  # fmt: skip
    again = post.node()
    assert heard(post, again) == 1
    assert (passed_over(again), len(checks)) == ([], len(rows(again, "SELECT id FROM hit_record")))


def test_a_correction_stands_though_it_cannot_be_matched(
    post: Post, node: EdgeNode, booth: Booth, session: Session, monkeypatch: pytest.MonkeyPatch
):
    """The officer's work is saved; the match comes after the upgrade."""
    wanted(post, node)
    saved = admit(booth, session, BIH, confirm_digits="yes")
    shown = booth.check(session, saved.check).contexts
    form = {"document_number": ANNA, "document_issuer": "UTO"}
    with monkeypatch.context() as broken:
        broken.setattr(watch, "find", lambda *_: {}["no such place"])
        booth.correct(session, saved.check, form=form, reason="Read again", contexts=shown)
    assert rows(node, "SELECT document_number FROM check_record") == [(ANNA,)]
    again = post.node()
    assert heard(post, again) == 1
    assert passed_over(again) == []


def test_a_traveller_who_cannot_be_compared_is_captured_all_the_same(
    post: Post, node: EdgeNode, booth: Booth, session: Session, monkeypatch: pytest.MonkeyPatch
):
    """The page never says "no match": it says that comparing failed. The check is saved, and matched after an
    upgrade."""
    wanted(post, node)
    with monkeypatch.context() as broken:
        spoil_keys(broken, ANNA)
        answer = answer_of(booth, session)
        assert (answer.verdict, answer.failed, answer.candidates) == ("not_matched", True, ())
        admit(booth, session)
        assert rows(node, "SELECT verdict FROM check_record") == [("not_matched",)]
        assert heard(post, node) == 0
        assert troubles(node) == ["record_unmatchable"]
    again = post.node()
    assert heard(post, again) == 1
    assert passed_over(again) == []


def test_one_alert_that_cannot_be_compared_hides_no_other(
    post: Post, node: EdgeNode, booth: Booth, session: Session, monkeypatch: pytest.MonkeyPatch
):
    """What matches is shown, and that there may be more; the check is asked about again."""
    wanted(post, node)
    bad = post.centre.alert(document_number=ANNA)
    heard(post, node)
    judge = concern.judge

    def choking(*args: Any, alert: Record, **others: Any) -> object:
        if alert.id == bad:
            raise ZeroDivisionError
        return judge(*args, alert=alert, **others)

    with monkeypatch.context() as broken:
        broken.setattr(concern, "judge", choking)
        answer = answer_of(booth, session)
        assert (answer.verdict, answer.failed, len(answer.candidates)) == ("hit", True, 1)
        admit(booth, session)
    assert heard(post, post.node()) == 1


def test_a_look_up_that_cannot_be_compared_says_so(
    post: Post, node: EdgeNode, booth: Booth, session: Session, monkeypatch: pytest.MonkeyPatch
):
    """An empty answer would be taken for a good one."""
    wanted(post, node)
    spoil_keys(monkeypatch, ANNA)
    view = booth.look_up(session, {"document_number": ANNA, "purpose": "first_line"})
    assert view.answer is not None
    assert (view.answer.verdict, view.answer.failed) == ("not_matched", True)


def test_one_alert_of_a_whole_list_does_not_stop_its_load(
    post: Post, node: EdgeNode, booth: Booth, session: Session, monkeypatch: pytest.MonkeyPatch
):
    """The list is loaded, switched to and tidied up; after an upgrade the alert is found too."""
    bad = post.centre.alert(document_number=POISON)
    post.centre.alert(document_number=ANNA)
    with monkeypatch.context() as broken:
        spoil_keys(broken)
        load_whole(node, snapshot_of(post.centre))
        assert left_over(node) == []
        assert answer_of(booth, session).verdict == "hit"
        assert passed_over(node) == [bad]
    again = post.node()
    assert passed_over(again) == []
    assert rows(again, "SELECT count(*) FROM watched") == [(2,)]


def test_one_check_does_not_stop_what_a_whole_list_has_left_to_do(
    post: Post, node: EdgeNode, booth: Booth, session: Session, monkeypatch: pytest.MonkeyPatch
):
    """The late hits of a loaded list go on behind it, and the old list goes."""
    for _ in range(3):
        admit(booth, session)
    post.centre.alert(document_number=ANNA)
    sound, calls = answering.search, [0]

    def choking(*args: object) -> object:
        calls[0] += 1
        if calls[0] == 2:
            raise TypeError
        return sound(*args)  # type: ignore[arg-type]  # a stand-in passes on what it is given

    with monkeypatch.context() as broken:
        broken.setattr(answering, "search", choking)
        load_whole(node, snapshot_of(post.centre))
    assert (left_over(node), len(rows(node, "SELECT id FROM hit_record"))) == ([], 2)
    assert len(passed_over(node)) == 1


# --- an upgrade that files by other keys ---


def test_an_upgrade_of_the_keys_files_alerts_and_checks_anew(
    post: Post, node: EdgeNode, booth: Booth, session: Session, monkeypatch: pytest.MonkeyPatch
):
    """What was filed by old keys is found by the new ones: documents, plates, own checks; once."""
    with monkeypatch.context() as before:
        before.setattr(PersonMatcher, "keys_of", lambda *_: (7,))
        post.centre.alert(document_number=ANNA)
        heard(post, node)
        admit(booth, session)
    with node.kit.database.transaction() as tx:
        filed_keys.note(tx, filed_keys.TODAY, 0)
    again = post.node()
    twin = beside(post)
    for sql in ("SELECT key, alert FROM watch_key ORDER BY 1, 2", "SELECT alert, keys FROM watched"):
        assert rows(again, sql) == rows(twin, sql)
    assert answer_of(again.booth, signed_in(again)).verdict == "hit"
    form = {
        "document_number": ANNA,
        "purpose": again.booth.choices("search_purpose")[0].code,
        "reference": "1",
    }
    assert len(again.booth.look_up(session, form).checks) == 1
    assert rows(again, "SELECT count(*) FROM check_key WHERE key = 7") == [(0,)]
    again.kit.database.connection().execute("DELETE FROM watch_key")
    assert rows(post.node(), "SELECT count(*) FROM watch_key") == [(0,)], "it is done once"


def test_a_node_starts_though_one_person_cannot_be_filed_anew(
    post: Post, node: EdgeNode, booth: Booth, session: Session, monkeypatch: pytest.MonkeyPatch
):
    """After an upgrade of the index all others are found; the one is told, and tried at the next start."""
    bad = post.centre.alert(surname="POISONED", birth=SPOILT_DAY)
    heard(post, node)
    wanted(post, node)
    admit(booth, session, BIH, confirm_digits="yes")
    with node.kit.database.transaction() as tx:
        tx.execute("UPDATE wanted_total SET version = 0")
    with monkeypatch.context() as broken:
        spoil_filing(broken)
        again = post.node()
        assert (passed_over(again), troubles(again)) == ([bad], ["record_unmatchable"])
        assert rows(again, "SELECT count(*) FROM wanted_entry") == [(1,)]
        assert rows(again, "SELECT count(*) FROM seen_entry") == [(1,)]
    again = post.node()
    assert (passed_over(again), troubles(again)) == ([], [])
    assert rows(again, "SELECT count(*) FROM wanted_entry") == [(2,)]


def test_a_list_half_loaded_by_old_keys_begins_anew(
    post: Post, node: EdgeNode, monkeypatch: pytest.MonkeyPatch
):
    """An upgrade in the middle of a load: what was filed by other keys is not gone on with."""
    for number in range(5):
        post.centre.alert(document_number=f"D{number}")
    made, loader = snapshot_of(post.centre), Loader(node.kit)
    loader.begin(made.manifest)
    steps = loader.run(*loader.believe(made.opening), lambda number: made.blocks[number])
    next(steps)
    next(steps)
    done = rows(node, "SELECT loaded FROM snapshot_load")
    loader.begin(made.manifest)
    assert rows(node, "SELECT loaded FROM snapshot_load") == done
    monkeypatch.setattr(PersonMatcher, "keys_version", 99)
    loader.begin(made.manifest)
    assert rows(node, "SELECT loaded, phase FROM snapshot_load") == [(0, "blocks")]


# --- an answer that was cut ---


def test_an_answer_that_was_cut_says_so_at_the_booth_and_in_a_look_up(
    post: Post, node: EdgeNode, booth: Booth, session: Session, monkeypatch: pytest.MonkeyPatch
):
    """A number on more alerts than are read: both answers say that not all were compared."""
    monkeypatch.setattr("edge.store.watch._ALERTS_OF_A_NUMBER_MAX", 3)
    for place in range(4):
        post.centre.alert(document_number=ANNA, reference=f"{place}/26")
    heard(post, node)
    assert answer_of(booth, session).cut
    form = {"document_number": ANNA, "purpose": booth.choices("search_purpose")[0].code, "reference": "1"}
    found = booth.look_up(session, form).answer
    assert found is not None
    assert (found.cut, len(found.candidates)) == (True, 3)
    other = booth.look(session, capture(booth, session, BIH)).answer
    assert other is not None
    assert not other.cut
    post.dial.pass_ms(LEASE_MS)
    assert not answer_of(booth, signed_in(node), TD3).cut


def test_a_crowd_of_one_name_and_date_is_told_and_a_few_of_them_are_not(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """As many match as are weighed at most: there may be others. One fewer, and all were compared."""
    for place in range(WEIGHED_MAX):
        assert not answer_of(booth, session).cut
        post.centre.alert(
            surname="ERIKSSON", given_names="ANNA MARIA", birth="1974-08-12", reference=f"{place}"
        )
        heard(post, node)
    assert answer_of(booth, session).cut


def test_a_crowd_of_discreet_alerts_tells_nothing_on_the_screen(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """Whoever looks on must not learn that somebody is watched: the cue alone, as for one of them."""
    for place in range(WEIGHED_MAX):
        post.centre.alert(
            category="discreet", action="observe", surname="ERIKSSON", given_names="ANNA MARIA",
            birth="1974-08-12", reference=f"{place}",
        )  # fmt: skip
    heard(post, node)
    answer = answer_of(booth, session)
    assert (answer.verdict, answer.cut, bool(answer.cue)) == ("clear", False, True)
