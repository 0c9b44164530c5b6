"""Signing in at the post: first passwords, throttle, sessions, and nothing to learn from outside."""

from __future__ import annotations

import pytest

from edge.booth import Booth
from edge.node import EdgeNode
from edge.screen import Session
from shared.errors import ForbiddenError, InputError, SignInError
from shared.limits import SESSION_IDLE_S, SIGN_IN_TRIES, SIGN_IN_WAIT_S
from shared.schema import Kind
from tests.edge.posts import FIRST_PASSWORD, OWN_PASSWORD, Post, changes_of, rows


def sign_in(booth: Booth, login: str = "mira", password: str = OWN_PASSWORD) -> Session:
    return booth.sign_in(login=login, password=password, device=booth.device(None))


def code_of(booth: Booth, login: str, password: str) -> str:
    with pytest.raises(SignInError) as told:
        sign_in(booth, login, password)
    return told.value.code


def test_the_first_password_must_be_changed_before_anything_else(post: Post, node: EdgeNode, booth: Booth):
    """A new officer can do nothing but choose a password; the old one is then of no use."""
    post.centre.officer(login="vesna")
    node.round.run(post.centre.exchange)
    session = sign_in(booth, "vesna", FIRST_PASSWORD)
    assert session.must_change
    with pytest.raises(ForbiddenError):
        booth.open_case(session)
    changed = booth.change_password(
        session, current=FIRST_PASSWORD, new="brown bridge winter", again="brown bridge winter"
    )
    assert not changed.must_change
    assert booth.open_case(changed)
    assert code_of(booth, "vesna", FIRST_PASSWORD) == "wrong_sign_in"
    assert not sign_in(booth, "vesna", "brown bridge winter").must_change


def test_the_new_password_travels_as_a_verifier_only(post: Post, node: EdgeNode, booth: Booth):
    """The desk gets the verifier in the urgent lane; the password itself is in no change and no row."""
    post.centre.officer(login="vesna")
    node.round.run(post.centre.exchange)
    session = sign_in(booth, "vesna", FIRST_PASSWORD)
    booth.change_password(
        session, current=FIRST_PASSWORD, new="brown bridge winter", again="brown bridge winter"
    )
    node.round.run(post.centre.exchange)
    (change,) = changes_of(post.centre.received)
    assert {10: 1}.items() <= dict(change.fields).items()
    assert "brown bridge winter" not in repr(change)
    assert str(change.fields[9]).startswith("$argon2id$")


def test_a_reset_by_the_desk_ends_sessions_and_asks_for_a_new_password(
    post: Post, node: EdgeNode, booth: Booth, session: Session
):
    """After the desk's reset the own password is void and the open session is over."""
    (officer,) = rows(node, "SELECT id FROM officer_record")[0]
    assert isinstance(officer, int)
    post.centre.say(Kind.OFFICER, {"reset": 2}, record=officer, scope="post:KLOBUK")
    node.round.run(post.centre.exchange)
    with pytest.raises(SignInError):
        booth.session(session.token)
    assert code_of(booth, "mira", OWN_PASSWORD) == "wrong_sign_in"
    assert sign_in(booth, "mira", FIRST_PASSWORD).must_change


def test_an_unknown_login_is_told_the_same_as_a_wrong_password(booth: Booth):
    """Nobody learns from the answer which logins exist."""
    assert (
        code_of(booth, "nobody", OWN_PASSWORD)
        == code_of(booth, "mira", "not the password")
        == "wrong_sign_in"
    )


def test_an_unknown_login_costs_the_same_work(booth: Booth, monkeypatch: pytest.MonkeyPatch):
    """A verifier is computed for a login that does not exist, too."""
    looked_at: list[str] = []

    def matches(verifier: str, password: str) -> bool:
        looked_at.append(verifier)
        return False

    monkeypatch.setattr("shared.ledger.accounts.password_matches", matches)
    code_of(booth, "nobody", OWN_PASSWORD)
    code_of(booth, "mira", OWN_PASSWORD)
    assert len(looked_at) == 2
    assert all(verifier.startswith("$argon2id$") for verifier in looked_at)


def test_the_wait_after_wrong_tries_outlives_a_restart(post: Post, node: EdgeNode, booth: Booth):
    """After five wrong tries even the right password waits, also after the process was started again."""
    for _ in range(SIGN_IN_TRIES):
        assert code_of(booth, "mira", "wrong wrong wrong") == "wrong_sign_in"
    assert code_of(booth, "mira", OWN_PASSWORD) == "sign_in_wait"
    again = post.node().booth
    assert code_of(again, "MIRA", OWN_PASSWORD) == "sign_in_wait"
    post.dial.pass_ms(SIGN_IN_WAIT_S * 1000 + 1)
    assert sign_in(again).login == "mira"


def test_the_desks_new_password_ends_the_wait(post: Post, node: EdgeNode, booth: Booth, session: Session):
    """Who has guessed too often is told to ask the desk: what the desk then gives works at once."""
    for _ in range(SIGN_IN_TRIES):
        code_of(booth, "mira", "wrong wrong wrong")
    assert code_of(booth, "mira", FIRST_PASSWORD) == "sign_in_wait"
    (officer,) = rows(node, "SELECT id FROM officer_record")[0]
    assert isinstance(officer, int)
    post.centre.say(Kind.OFFICER, {"reset": 2}, record=officer, scope="post:KLOBUK")
    node.round.run(post.centre.exchange)
    assert sign_in(booth, "mira", FIRST_PASSWORD).must_change


def test_the_wait_doubles_and_a_clock_set_back_does_not_prolong_it(post: Post, booth: Booth):
    """The sixth wrong try waits twice as long; a clock a year back waits no longer than that."""
    for _ in range(SIGN_IN_TRIES):
        code_of(booth, "mira", "wrong wrong wrong")
    post.dial.pass_ms(SIGN_IN_WAIT_S * 1000 + 1)
    assert code_of(booth, "mira", "wrong wrong wrong") == "wrong_sign_in"
    post.dial.pass_ms(SIGN_IN_WAIT_S * 1000 + 1)
    assert code_of(booth, "mira", OWN_PASSWORD) == "sign_in_wait"
    post.dial.wall_ms -= 365 * 86_400_000
    with pytest.raises(SignInError) as told:
        sign_in(booth)
    assert told.value.hint.startswith(f"Wait {2 * SIGN_IN_WAIT_S} seconds")


def test_one_officers_wait_is_nobody_elses(post: Post, node: EdgeNode, booth: Booth):
    """Guessing at one login does not shut out another."""
    for _ in range(SIGN_IN_TRIES + 1):
        code_of(booth, "nobody", "wrong wrong wrong")
    assert sign_in(booth).login == "mira"


def test_a_session_ends_after_a_shift_without_use(post: Post, booth: Booth, session: Session):
    """Use keeps it alive; twelve idle hours end it."""
    post.dial.pass_ms((SESSION_IDLE_S - 60) * 1000)
    assert booth.session(session.token).login == "mira"
    post.dial.pass_ms((SESSION_IDLE_S - 60) * 1000)
    assert booth.session(session.token).login == "mira"
    post.dial.pass_ms((SESSION_IDLE_S + 60) * 1000)
    with pytest.raises(SignInError) as told:
        booth.session(session.token)
    assert told.value.code == "session_ended"


def test_signing_out_ends_the_session(booth: Booth, session: Session):
    """The token is of no use afterwards."""
    booth.sign_out(session)
    with pytest.raises(SignInError):
        booth.session(session.token)


@pytest.mark.parametrize("token", [None, "", "0" * 64, "x" * 10_000, "\x00", "\udcff"])
def test_a_made_up_token_is_nobodys(booth: Booth, token: str | None):
    """Neither an absent nor an invented token opens anything."""
    with pytest.raises(SignInError):
        booth.session(token)


def test_the_file_holds_no_token(node: EdgeNode, session: Session):
    """Only a hash of the session's and the device's token is kept."""
    kept = rows(node, "SELECT token FROM web_session UNION ALL SELECT token FROM device")
    assert all(bytes.fromhex(session.token) != token and session.token.encode() != token for (token,) in kept)


@pytest.mark.parametrize(
    ("current", "new", "again", "field", "code"),
    [
        (OWN_PASSWORD, "short", "short", "new", "password_short"),
        (OWN_PASSWORD, "x" * 201, "x" * 201, "new", "password_long"),
        (OWN_PASSWORD, OWN_PASSWORD, OWN_PASSWORD, "new", "password_same"),
        (OWN_PASSWORD, "mira mira mira", "mira mira mira", "new", "password_is_login"),
        (OWN_PASSWORD, "brown bridge winter", "brown bridge summer", "again", "password_differs"),
        ("not the password", "brown bridge winter", "brown bridge winter", "current", "wrong_password"),
    ],
)
def test_a_bad_new_password_is_refused_beside_its_field(
    booth: Booth, session: Session, current: str, new: str, again: str, field: str, code: str
):
    """Each rule has its code and blames the right field; the old password stays."""
    with pytest.raises(InputError) as told:
        booth.change_password(session, current=current, new=new, again=again)
    assert (told.value.field, told.value.code) == (field, code)
    assert sign_in(booth).login == "mira"


def test_changing_the_password_ends_the_other_sessions(booth: Booth, session: Session):
    """Whoever knew the old password and sits at another tablet is out."""
    other = sign_in(booth)
    booth.change_password(
        session, current=OWN_PASSWORD, new="brown bridge winter", again="brown bridge winter"
    )
    assert booth.session(session.token).login == "mira"
    with pytest.raises(SignInError):
        booth.session(other.token)


def test_a_tablet_gets_its_name_with_the_first_sign_in_and_keeps_it(node: EdgeNode, booth: Booth):
    """The cookie brings the same name back; another tablet gets another; strangers name none."""
    first, second = booth.device(None), booth.device("made up")
    code_of(booth, "mira", "wrong wrong wrong")
    assert rows(node, "SELECT count(*) FROM device") == [(0,)]
    at_first = booth.sign_in(login="mira", password=OWN_PASSWORD, device=first)
    at_second = booth.sign_in(login="mira", password=OWN_PASSWORD, device=second)
    assert (at_first.device, at_second.device) == ("T1", "T2")
    assert booth.device(first.token).name == booth.session(at_first.token).device == "T1"
