"""What the matcher does at the booth: names in any spelling, weak matches, cleared pairs, late hits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from edge.booth import Booth
from edge.node import EdgeNode, assemble
from edge.screen import Answer, Session
from edge.store import watch
from shared.ids import RecordId
from shared.ledger.making_ready import Part, Ready
from shared.schema import Kind
from shared.watchlist import Subject
from tests.edge.posts import Post, rows
from tests.edge.test_answering import heard, verdict
from tests.edge.test_cases import admit, capture

ZONE = "P<SRBDJORDJEVIC<<ANA<<<<<<<<<<<<<<<<<<<<<<<<\n1234567897SRB9005178F3001019<<<<<<<<<<<<<<<8"


def looked(booth: Booth, session: Session, mrz: str = ZONE) -> Answer:
    answer = booth.look(session, capture(booth, session, mrz)).answer
    assert answer is not None
    return answer


def changed(post: Post, node: EdgeNode, alert: RecordId, **values: str) -> None:
    """The desk changes an alert, with everything in view, and the post hears of it."""
    seen = node.kit.database.connection().execute("SELECT dot FROM history WHERE record = ?", (alert,))
    dots = tuple(dot for (dot,) in seen.fetchall()) or (alert,)
    post.centre.say(Kind.ALERT, dict(values), record=alert, context={21: dots})
    heard(post, node)


def test_a_cyrillic_alert_finds_the_traveller_and_says_by_which_letters(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """Ђорђевић on the list is DJORDJEVIC in the zone; the officer reads the rule."""
    post.centre.alert(surname="Ђорђевић", given_names="Ана", birth="1990-05-17")
    heard(post, node)
    answer = looked(booth, session)
    assert answer.verdict == "hit"
    assert answer.candidates[0].reasons == ("same name", "Ђ = DJ", "same birth date")


def test_a_misspelt_name_is_possible_with_its_reason(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """One letter wrong and the rest equal is worth a look, and says which words nearly agree."""
    post.centre.alert(surname="Đorđevrć", given_names="Ana", birth="1990-05-17", nationality="SRB", sex="F")
    heard(post, node)
    answer = looked(booth, session)
    assert answer.verdict == "possible"
    assert any("nearly the same letters" in reason for reason in answer.candidates[0].reasons)


def test_a_swapped_birth_date_is_possible_and_never_a_hit(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """Day and month the other way round with the very same name: an officer looks, nobody is detained."""
    post.centre.alert(surname="Đorđević", given_names="Ana", birth="1974-12-08", nationality="UTO")
    post.centre.alert(surname="Eriksson", given_names="Anna Maria", birth="1974-12-08", nationality="UTO")
    heard(post, node)
    answer = booth.look(session, capture(booth, session)).answer
    assert answer is not None
    assert answer.verdict == "possible"
    assert any("day and month swapped" in reason for reason in answer.candidates[0].reasons)


def test_a_weak_match_on_a_discreet_alert_leaves_no_trace_at_the_booth(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """A namesake with another digit in the date raises no cue, no hit, nothing to open."""
    post.centre.alert(
        surname="Eriksson",
        given_names="Anna Maria",
        birth="1974-08-13",
        category="discreet",
        action="observe",
    )
    heard(post, node)
    view = booth.look(session, capture(booth, session))
    assert view.answer is not None
    assert (view.answer.verdict, view.answer.candidates, view.answer.cue) == ("clear", (), "")
    assert admit(booth, session).cue == ""
    assert booth.hits(session) == ()


def test_a_strong_match_on_a_discreet_alert_still_raises_the_cue(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """The same name and the whole birth date are no namesake's."""
    post.centre.alert(
        surname="Eriksson",
        given_names="Anna Maria",
        birth="1974-08-12",
        category="discreet",
        action="observe",
    )
    heard(post, node)
    assert admit(booth, session).cue != ""


def test_a_cleared_pair_is_not_raised_again_until_the_alert_changes(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """Cleared once with a reason, the traveller passes; a new version of the alert asks again."""
    alert = post.centre.alert(surname="Eriksson", given_names="Anna Maria", birth="1974-08-12")
    heard(post, node)
    admit(booth, session)
    (row,) = booth.hits(session, open_only=True)
    shown = booth.open_hit(session, row.hit).contexts
    booth.settle_hit(session, row.hit, outcome="cleared", reason="other fingerprints", contexts=shown)
    assert verdict(booth, session) == "clear"
    changed(post, node, alert, reason="seen again")
    assert verdict(booth, session) == "hit"


def test_clearing_one_document_clears_no_namesake(post: Post, node: EdgeNode, booth: Booth, session: Session):
    """Who comes with the same name and birth date on another document is asked about."""
    post.centre.alert(surname="Eriksson", given_names="Anna Maria", birth="1974-08-12")
    heard(post, node)
    admit(booth, session)
    (row,) = booth.hits(session, open_only=True)
    shown = booth.open_hit(session, row.hit).contexts
    booth.settle_hit(session, row.hit, outcome="cleared", reason="other fingerprints", contexts=shown)
    assert verdict(booth, session, document_number="M11111111") == "hit"


def test_a_new_alert_finds_an_earlier_traveller_whose_name_was_spelled_otherwise(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """The retro-check uses the same matcher: another order and script, and the hit is late."""
    admit(booth, session, ZONE)
    post.centre.alert(surname="Ана", given_names="Ђорђевић", birth="1990-05-17")
    heard(post, node)
    (row,) = booth.hits(session)
    assert (row.late, row.name) == (True, "DJORDJEVIC ANA")


def test_a_new_alert_with_a_slip_in_it_finds_an_earlier_traveller(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """No equality key is shared; the index of names still brings the two together, late."""
    admit(booth, session, ZONE)
    post.centre.alert(surname="Đorđevrć", given_names="Ana", birth="1990-05-17", nationality="SRB", sex="F")
    heard(post, node)
    (row,) = booth.hits(session)
    assert (row.late, row.name) == (True, "DJORDJEVIC ANA")


def test_a_look_up_finds_own_checks_under_another_spelling(node: EdgeNode, booth: Booth, session: Session):
    """An officer types the name as it is said, and the check made from the zone is found."""
    admit(booth, session, ZONE)
    found = booth.look_up(
        session,
        {"surname": "Đorđević", "given_names": "Ana", "birth": "1990-05-17", "purpose": "first_line"},
    )
    assert len(found.checks) == 1


def test_a_withdrawn_alerts_person_is_filed_no_longer(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """The index goes with the alert: no row of the person stays behind."""
    alert = post.centre.alert(surname="Eriksson", given_names="Anna Maria", birth="1974-08-12")
    heard(post, node)
    assert rows(node, "SELECT owner FROM wanted_entry") == [(alert,)]
    seen = rows(node, "SELECT dot FROM history WHERE record = ?", (alert,)) or [(alert,)]
    post.centre.say(
        Kind.ALERT, {"status": "withdrawn"}, record=alert, context={5: tuple(dot for (dot,) in seen)}
    )  # type: ignore[misc]  # dots
    heard(post, node)
    assert rows(node, "SELECT (SELECT count(*) FROM wanted_entry), (SELECT count(*) FROM wanted_key)") == [
        (0, 0)
    ]


def test_an_index_of_an_older_version_is_built_anew(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """A node that starts with another version's index files every alert and check again."""
    post.centre.alert(surname="Eriksson", given_names="Anna Maria", birth="1974-08-12")
    heard(post, node)
    with node.kit.database.transaction() as tx:
        before = tx.execute("SELECT key, entry FROM wanted_key ORDER BY 1, 2").fetchall()
        tx.execute("UPDATE wanted_total SET version = 0")
        tx.execute("DELETE FROM wanted_key")
        assert watch.file_anew(tx, at_ms=1)
        assert tx.execute("SELECT count(*) FROM wanted_key").fetchone()[0] == len(before)
        assert not watch.file_anew(tx, at_ms=1)
    assert verdict(booth, session) == "hit"


def test_a_post_that_files_its_list_anew_uses_what_it_has_and_tells_how_far_it_is(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """Minutes for a long list, in which a silent start would look like a broken one."""
    post.centre.alert(surname="Eriksson", given_names="Anna Maria", birth="1974-08-12")
    heard(post, node)
    with node.kit.database.transaction() as tx:
        tx.execute("UPDATE wanted_total SET version = 0")
    told: list[tuple[str, int]] = []
    parts: list[int] = []

    def mapped(make: Callable[[Part], Ready], items: Iterable[Part]) -> Iterator[Ready]:
        for part in items:
            parts.append(len(part))
            yield make(part)

    again = assemble(
        post.identity, replace(post.world, mapped=mapped), filing=lambda *each: told.append(each)
    )
    post.opened.append(again)
    assert told == [("alert", 1)]
    assert parts == [1]
    assert verdict(again.booth, session) == "hit"


def test_the_persons_of_old_checks_leave_the_index_and_are_still_found_by_their_keys(
    node: EdgeNode, booth: Booth, session: Session
):
    """The retro-check looks at the newest checks only; the index of names holds no more than those."""
    for _ in range(3):
        admit(booth, session, ZONE)
    with node.kit.database.transaction() as tx:
        assert watch.forget_old_checks(tx, newest=1, most=1) == 1
        assert watch.forget_old_checks(tx, newest=1, most=9) == 1
        assert watch.forget_old_checks(tx, newest=1, most=9) == 0
    assert len(rows(node, "SELECT owner FROM seen_entry")) == 1
    form = {"surname": "Đorđević", "given_names": "Ana", "birth": "1990-05-17", "purpose": "first_line"}
    assert len(booth.look_up(session, form).checks) == 3


def test_a_traveller_like_nobody_has_no_alert_read(post: Post, node: EdgeNode):
    """Most travellers are on no list: the list's size is nothing to them, and no alert's row is touched."""
    for number in range(3):
        post.centre.alert(surname="Eriksson", given_names="Anna Maria", document_number=f"AB000{number}")
    heard(post, node)
    connection, asked = node.kit.database.connection(), []
    connection.set_trace_callback(asked.append)
    stranger = Subject(surname="Vuković", given_names="Dragan", document_number="ZZ9999999")
    assert watch.find(connection, node.kit.matcher, stranger).alerts == []
    connection.set_trace_callback(None)
    assert any("wanted_key" in each for each in asked)
    assert not [each for each in asked if "alert_record" in each]


def test_a_thousand_alerts_on_one_number_do_not_hold_up_the_booth(post: Post, node: EdgeNode):
    """A list gone wrong names one document again and again: some of its alerts are read, not all of them."""
    alert = post.centre.alert(document_number="AB0001234")
    heard(post, node)
    with node.kit.database.transaction() as tx:
        ((key,),) = tx.execute("SELECT key FROM watch_key WHERE alert = ?", (alert,)).fetchall()
        tx.executemany(
            "INSERT INTO watch_key (key, alert) VALUES (?, ?)", [(key, -n) for n in range(1, 1_000)]
        )
    connection, read = node.kit.database.connection(), []
    connection.set_trace_callback(read.append)
    watch.find(connection, node.kit.matcher, Subject(document_number="AB0001234"))
    connection.set_trace_callback(None)
    (statement,) = (each for each in read if "alert_record" in each)
    assert statement.count(",") < 300
