"""The lease: when it ends the list is locked and nothing else; no clock and no reboot lengthens it."""

from __future__ import annotations

import dataclasses

import pytest

from edge import lease
from edge.booth import Booth
from edge.node import EdgeNode
from edge.screen import Answer, Session
from shared import session as talks
from shared.enrolment import AuthorityKeys, Revocations
from shared.errors import RemoteError, TrustError
from shared.ids import Node
from shared.limits import LEASE_DAYS, LEASE_WARN_HOURS, MARK_EVERY_S
from shared.session import Head
from tests.edge.posts import OWN_PASSWORD, TD3, Post, rows
from tests.edge.test_cases import BIH, admit, capture

HOUR_MS = 3_600_000
LEASE_MS = LEASE_DAYS * 24 * HOUR_MS
SECRET = "Convicted in absence (synthetic)"


def heard(post: Post, node: EdgeNode) -> int:
    return node.round.run(post.centre.exchange, everything=True).late_hits


def wanted(post: Post, node: EdgeNode) -> None:
    """The traveller of `TD3` is on the list."""
    post.centre.alert(document_number="L898902C3", document_issuer="UTO", surname="ERIKSSON", reason=SECRET)
    heard(post, node)


def answer_of(booth: Booth, session: Session, mrz: str = TD3) -> Answer:
    found = booth.look(session, capture(booth, session, mrz)).answer
    assert found is not None
    return found


def locked(node: EdgeNode) -> str:
    with node.kit.database.snapshot() as tx:
        return lease.state(node.kit, tx).locked


def left_s(node: EdgeNode) -> int:
    with node.kit.database.snapshot() as tx:
        left = lease.state(node.kit, tx).left_s
    assert left is not None
    return left


def signed_in(node: EdgeNode) -> Session:
    return node.booth.sign_in(login="mira", password=OWN_PASSWORD, device=node.booth.device(None))


# --- the lock ---


def test_the_list_answers_to_the_last_second_of_the_lease_and_then_not(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """Seven days after the last contact the same scan gets no alert, but why, and since when."""
    wanted(post, node)
    contact_ms = post.dial.wall_ms
    post.dial.pass_ms(LEASE_MS - 1000)
    session = signed_in(node)
    assert answer_of(booth, session).verdict == "hit"
    post.dial.pass_ms(1000)
    answer = answer_of(booth, session)
    assert (answer.verdict, answer.locked, answer.since_ms) == ("locked", "lease_ended", contact_ms)
    assert (answer.candidates, answer.cue) == ((), "")


def test_capture_goes_on_and_says_that_nobody_was_asked(post: Post, node: EdgeNode, booth: Booth):
    """A check under a locked list is saved, travels, and records that it was not matched."""
    wanted(post, node)
    post.dial.pass_ms(LEASE_MS)
    session = signed_in(node)
    saved = admit(booth, session)
    assert (saved.hits, booth.recent(session)[0].verdict) == (0, "not_matched")
    assert booth.status().unmatched == 1


def test_what_was_captured_meanwhile_is_matched_when_the_lease_is_renewed(
    post: Post, node: EdgeNode, booth: Booth
):
    """The list the node held all along finds them late, once; those without a match cost nothing."""
    wanted(post, node)
    post.dial.pass_ms(LEASE_MS)
    session = signed_in(node)
    admit(booth, session)
    admit(booth, session, BIH, confirm_digits="yes")
    assert heard(post, node) == 1
    (hit,) = booth.hits(session)
    assert (hit.late, hit.document_number) == (True, "L898902C3")
    assert booth.status().unmatched == 0
    assert answer_of(booth, session).verdict == "hit"
    assert heard(post, node) == 0


def test_an_alert_that_came_with_the_renewal_finds_them_too(post: Post, node: EdgeNode, booth: Booth):
    """Raised while the post was locked: one late hit, not two."""
    heard(post, node)
    post.dial.pass_ms(LEASE_MS)
    session = signed_in(node)
    admit(booth, session)
    post.centre.alert(document_number="L898902C3", document_issuer="UTO")
    assert heard(post, node) == 1
    assert len(booth.hits(session)) == 1


def test_a_correction_under_the_lock_is_matched_later_too(post: Post, node: EdgeNode, booth: Booth):
    """A number mended while the list was locked finds its alert when the list opens."""
    wanted(post, node)
    post.dial.pass_ms(LEASE_MS)
    session = signed_in(node)
    saved = admit(booth, session, BIH, confirm_digits="yes")
    shown = booth.check(session, saved.check).contexts
    booth.correct(
        session,
        saved.check,
        form={"document_number": "L898902C3", "document_issuer": "UTO"},
        reason="Read again",
        contexts=shown,
    )
    assert booth.hits(session) == ()
    assert heard(post, node) == 1


def test_nothing_of_an_alert_is_shown_while_the_list_is_locked(post: Post, node: EdgeNode, booth: Booth):
    """Not in a look-up, not behind the cue, and not on the page of an older hit."""
    wanted(post, node)
    post.centre.alert(category="discreet", action="observe", document_number="L898902C3")
    heard(post, node)
    session = signed_in(node)
    admit(booth, session)
    (open_hit,) = (hit for hit in booth.hits(session) if not hit.discreet)
    assert booth.open_hit(session, open_hit.hit).alert is not None
    post.dial.pass_ms(LEASE_MS)
    session = signed_in(node)
    case = capture(booth, session)
    assert booth.open_cue(session, case) == ()
    purpose = booth.choices("search_purpose")[0].code
    asked = {"document_number": "L898902C3", "document_issuer": "UTO"}
    asked |= {"purpose": purpose, "reference": "1/26"}
    found = booth.look_up(session, asked)
    assert found.answer is not None
    assert (found.answer.verdict, found.answer.candidates) == ("locked", ())
    assert booth.open_look_up_cue(session, asked) == ()
    view = booth.open_hit(session, open_hit.hit)
    assert (view.alert, view.row.phone) == (None, "")


def test_two_days_before_the_end_every_page_can_say_so(post: Post, node: EdgeNode, booth: Booth):
    """In time to mend a link or to fetch a stick."""
    heard(post, node)
    assert booth.status().locks_in_s is None
    post.dial.pass_ms(LEASE_MS - LEASE_WARN_HOURS * HOUR_MS + 1000)
    assert booth.status().locks_in_s == LEASE_WARN_HOURS * 3600 - 1
    post.dial.pass_ms(LEASE_MS)
    assert (booth.status().locked, booth.status().locks_in_s) == ("lease_ended", None)


def test_a_node_that_never_had_a_list_is_not_locked(post: Post):
    """It says that it has no list, which is the truth."""
    fresh = post.node()
    post.dial.pass_ms(10 * LEASE_MS)
    assert locked(fresh) == ""


# --- time ---


@pytest.mark.parametrize("back_ms", [HOUR_MS, LEASE_MS, 60 * 365 * 24 * HOUR_MS])
def test_a_clock_set_back_does_not_help(post: Post, node: EdgeNode, back_ms: int):
    """The wall clock is not asked: what ran, ran."""
    heard(post, node)
    post.dial.pass_ms(LEASE_MS)
    post.dial.wall_ms -= back_ms
    assert locked(node) == "lease_ended"
    node.keep_time()
    assert locked(post.node()) == "lease_ended"


def test_a_clock_set_ahead_does_not_lock(post: Post, node: EdgeNode):
    """Nobody loses the list because a battery died and a board woke up in 2099."""
    heard(post, node)
    post.dial.wall_ms += 10 * LEASE_MS
    assert locked(node) == ""
    assert locked(post.node()) == ""


def test_a_reboot_extends_nothing(post: Post, node: EdgeNode):
    """What the machine ran before it stopped counts after it, from the last mark at the latest."""
    heard(post, node)
    post.dial.pass_ms(LEASE_MS - 2 * HOUR_MS)
    node.keep_time()
    post.dial.up_ms = 5_000  # power off and on
    again = post.node()
    assert left_s(again) <= 2 * 3600
    post.dial.pass_ms(2 * HOUR_MS)
    assert locked(again) == "lease_ended"


def test_a_node_that_reboots_each_minute_is_locked_sooner_not_later(post: Post, node: EdgeNode):
    """Uptime lost between two marks is charged at its most: seven days of such reboots are enough."""
    heard(post, node)
    for _ in range(50):
        before = left_s(node)
        post.dial.pass_ms(MARK_EVERY_S * 1000 - 1)  # no mark is ever kept
        post.dial.up_ms = 5_000
        node = post.node()
        assert left_s(node) <= before - MARK_EVERY_S


def test_a_stop_in_good_order_costs_nothing(post: Post, node: EdgeNode):
    """An upgrade or a shutdown notes the time exactly."""
    heard(post, node)
    post.dial.pass_ms(30_000)
    before = left_s(node)
    node.end_run()
    post.dial.up_ms = 5_000
    assert left_s(post.node()) == before


def test_a_charge_is_forgiven_at_the_next_contact(post: Post, node: EdgeNode):
    """A post with bad power and a good link never feels it."""
    heard(post, node)
    for _ in range(5):
        node = post.node()
    assert left_s(node) < LEASE_MS // 1000
    heard(post, node)
    assert left_s(node) == LEASE_MS // 1000


# --- what the hub says ---


def granting(post: Post, hours: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(question: talks.Question, head: Head, **more: object) -> bytes:
        return talks.answer(question, dataclasses.replace(head, lease_h=hours), **more)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr("tests.edge.posts.answer", answer)


def test_the_hub_may_grant_less_but_not_more(post: Post, node: EdgeNode, monkeypatch: pytest.MonkeyPatch):
    """A day where the centre has agreed on a day; never longer than nodes themselves allow."""
    granting(post, 100_000, monkeypatch)
    heard(post, node)
    assert left_s(node) == LEASE_MS // 1000
    post.dial.pass_ms(LEASE_MS)
    granting(post, 24, monkeypatch)
    heard(post, node)
    assert left_s(node) == 24 * 3600


def test_a_lease_of_nothing_locks_at_once(post: Post, node: EdgeNode, monkeypatch: pytest.MonkeyPatch):
    """The head's 0 hours."""
    granting(post, 0, monkeypatch)
    heard(post, node)
    assert locked(node) == "lease_ended"


def test_an_older_paper_takes_nothing_away(post: Post, node: EdgeNode):
    """A stick that was on its way for a week shortens nothing; a newer one renews."""
    heard(post, node)
    signed_ms = post.dial.wall_ms
    with node.kit.database.transaction() as tx:
        lease.renew(tx, signed_ms=signed_ms - 5 * 24 * HOUR_MS, hours=24)
    assert left_s(node) == LEASE_MS // 1000
    post.dial.pass_ms(LEASE_MS)
    with node.kit.database.transaction() as tx:
        lease.renew(tx, signed_ms=post.dial.wall_ms, hours=48)
    assert left_s(node) == 48 * 3600


def refusing(paper: bytes | None) -> TrustError:
    refused = TrustError("node_revoked", "revoked", hint="Call the authority.")
    refused.paper = paper
    return refused


def listed(authority: AuthorityKeys, number: int, *nodes: int) -> bytes:
    revocations = Revocations(number=number, issued_ms=1, nodes=frozenset(map(Node, nodes)))
    return revocations.signed(authority.sign)


def turned_away(node: EdgeNode, refused: RemoteError) -> None:
    def exchange(_: bytes) -> bytes:
        raise refused

    with pytest.raises(RemoteError):
        node.round.run(exchange)


def test_a_revoked_node_that_asks_locks_at_once(post: Post, node: EdgeNode, booth: Booth, session: Session):
    """The refusal carries the authority's list; after a restart the node still knows."""
    wanted(post, node)
    turned_away(node, refusing(listed(post.authority, 3, node.kit.node)))
    assert locked(node) == "node_revoked"
    assert answer_of(booth, session).locked == "node_revoked"
    assert ("node_revoked", "Call the authority.") in booth.status().trouble
    assert locked(post.node()) == "node_revoked"
    assert admit(booth, session).check  # the capture is nobody's to take away


@pytest.mark.parametrize("paper", [None, b"", b"no list", "foreign", "others"])
def test_nobody_on_the_way_can_lock_a_list(post: Post, node: EdgeNode, paper: bytes | str | None):
    """Without the authority's list that names this node the word "revoked" is only shown."""
    heard(post, node)
    papers = {
        "foreign": listed(AuthorityKeys.generate(), 3, node.kit.node),
        "others": listed(post.authority, 3, 7, 8),
    }
    turned_away(node, refusing(papers.get(paper, b"") if isinstance(paper, str) else paper))
    assert locked(node) == ""


def test_an_older_list_neither_locks_nor_opens(post: Post, node: EdgeNode):
    """The highest number counts, whatever is shown later."""
    heard(post, node)
    turned_away(node, refusing(listed(post.authority, 5, 7)))
    turned_away(node, refusing(listed(post.authority, 4, node.kit.node)))
    assert locked(node) == ""
    turned_away(node, refusing(listed(post.authority, 6, node.kit.node)))
    turned_away(node, refusing(listed(post.authority, 5, 7)))
    assert locked(node) == "node_revoked"


# --- a frozen feed ---


def test_a_relay_that_repeats_an_old_answer_is_named_and_shows_by_age(
    post: Post, node: EdgeNode, booth: Booth
):
    """An answer fits one question, so an old one is refused; the list grows old in plain sight, and locks."""
    recorded: list[bytes] = []

    def recording(question: bytes) -> bytes:
        recorded.append(post.centre.exchange(question))
        return recorded[-1]

    node.round.run(recording)
    for _ in range(3):
        post.dial.pass_ms(HOUR_MS)
        with pytest.raises(RemoteError) as told:
            node.round.run(lambda _: recorded[-1])
        assert told.value.code == "bad_signature"
    status = booth.status()
    assert (status.list.text, [code for code, _ in status.trouble]) == ("3 h 0 min", ["bad_signature"])
    post.dial.pass_ms(LEASE_MS)
    assert booth.status().locked == "lease_ended"


def test_a_node_from_before_there_were_leases_has_one_from_its_last_contact(post: Post, node: EdgeNode):
    """An upgrade neither locks a list nor leaves it open for ever."""
    heard(post, node)
    assert rows(node, "SELECT lease_ms - contact_ms FROM hub_state") == [(LEASE_MS,)]
