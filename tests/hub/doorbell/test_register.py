"""Who may be rung, and when: on a real store, with real signatures, without sockets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.doorbell import Register
from hub.hub import Hub
from shared.change import named
from shared.doorbell import Call, write_call
from shared.enrolment import Revocations
from shared.errors import RemoteError
from shared.ids import SYSTEM, Node
from shared.limits import DOORBELL_CALL_MS
from shared.schema import Kind
from tests.hub.outpost import Outpost, Realm


class Line:
    """A line that notes what happens to it."""

    def __init__(self) -> None:
        self.rings = 0
        self.open = True

    def ring(self) -> None:
        self.rings += 1

    def hang_up(self) -> None:
        self.open = False


@pytest.fixture
def register(realm: Realm, hub: Hub, klobuk: Outpost, gostun: Outpost) -> Iterator[Register]:
    """A doorbell in its own process, as far as the store can tell, after two posts were in contact."""
    for post in (klobuk, gostun):
        post.ask(hub)
    with realm.hub() as beside:
        yield Register(beside.kit, beside.revoked)


def call_of(post: Outpost, **changed: object) -> bytes:
    given = {
        "node": Node(post.number),
        "time_ms": post.realm.dial(),
        "generation": post.generation,
        "positions": tuple(cursor.position for cursor in post.cursors),
    } | changed
    return write_call(Call(**given), signer=post.keys.sign)  # type: ignore[arg-type]  # a test's own fields


def seated(register: Register, post: Outpost) -> Line:
    line = Line()
    register.seat(register.believe(call_of(post)), line)
    return line


def refused(register: Register, data: bytes) -> str:
    with pytest.raises(RemoteError) as told:
        register.believe(data)
    return told.value.code


def say(hub: Hub, **values: object) -> None:
    """An operator's alert, committed by the hub's own process."""
    with hub.kit.database.transaction() as tx:
        whole = {"owner": "RS", "category": "arrest", "status": "active", "document_number": "X1"} | values
        said = hub.kit.log.append(tx, kind=Kind.ALERT, author=SYSTEM, fields=named(Kind.ALERT, whole))  # type: ignore[arg-type]  # plain values
        hub.merger.accept_own(tx, said)


def test_a_node_is_rung_when_a_scope_of_its_own_has_news(
    hub: Hub, register: Register, klobuk: Outpost, gostun: Outpost
):
    """An alert for BA rings the BA post alone; one for everybody rings both; silence rings nobody."""
    ba, rs = seated(register, klobuk), seated(register, gostun)
    assert register.look() == 0
    say(hub, audience=("BA",))
    register.look()
    assert (ba.rings, rs.rings) == (1, 0)
    say(hub)
    register.look()
    assert (ba.rings, rs.rings) == (2, 1)
    assert register.look() == 0
    assert (ba.rings, rs.rings) == (2, 1)


def test_news_between_the_contact_and_the_call_rings_at_once(hub: Hub, register: Register, klobuk: Outpost):
    """The call says how far the node has read, so that nothing falls between two chairs."""
    say(hub)
    register.look()
    assert seated(register, klobuk).rings == 1
    klobuk.ask(hub)
    assert seated(register, klobuk).rings == 0


def test_a_node_of_another_generation_is_rung_at_once(register: Register, klobuk: Outpost):
    """The hub was restored: its positions mean something else now."""
    line = Line()
    register.seat(register.believe(call_of(klobuk, generation=7)), line)
    assert line.rings == 1


def test_the_same_call_opens_no_second_line(register: Register, klobuk: Outpost):
    """Whoever recorded it learns nothing from saying it again, not even after the line has ended."""
    recorded = call_of(klobuk)
    line = Line()
    register.seat(register.believe(recorded), line)
    register.leave(klobuk.number, line)
    assert refused(register, recorded) == "call_out_of_time"


@pytest.mark.parametrize("off_ms", [-DOORBELL_CALL_MS - 60_000, DOORBELL_CALL_MS + 60_000])
def test_a_call_from_another_time_is_refused(register: Register, klobuk: Outpost, off_ms: int):
    """A call kept for later, or made ahead, opens no line."""
    assert refused(register, call_of(klobuk, time_ms=klobuk.realm.dial() + off_ms)) == "call_out_of_time"


def test_strangers_and_the_revoked_are_refused(hub: Hub, register: Register, realm: Realm, klobuk: Outpost):
    """No certificate here, a foreign key, a struck-off node: three codes."""
    stranger = realm.post(77, "BA", "UVAC")
    assert refused(register, call_of(stranger)) == "node_unknown"
    thief = realm.post(klobuk.number, "BA", "KLOBUK")
    assert refused(register, call_of(thief)) == "bad_signature"
    _revoke(hub, realm, klobuk)
    assert refused(register, call_of(klobuk)) == "node_revoked"


def test_a_node_revoked_while_it_listens_is_shut_out(
    hub: Hub, register: Register, realm: Realm, klobuk: Outpost, gostun: Outpost
):
    """At the next look; its neighbour's line stays."""
    ba, rs = seated(register, klobuk), seated(register, gostun)
    _revoke(hub, realm, klobuk)
    register.look()
    assert (ba.open, rs.open, len(register)) == (False, True, 1)


def test_a_newer_call_takes_the_place_of_the_older_line(hub: Hub, register: Register, klobuk: Outpost):
    """A line that died silently must not swallow the ring; and its late end must not end the new one."""
    old = seated(register, klobuk)
    new = seated(register, klobuk)
    assert (old.open, new.open, len(register)) == (False, True, 1)
    register.leave(klobuk.number, old)
    say(hub)
    register.look()
    assert (old.rings, new.rings) == (0, 1)


def test_a_line_that_ended_is_rung_no_more(hub: Hub, register: Register, klobuk: Outpost):
    """And takes no memory."""
    line = seated(register, klobuk)
    register.leave(klobuk.number, line)
    say(hub)
    register.look()
    assert (line.rings, len(register)) == (0, 0)


def _revoke(hub: Hub, realm: Realm, post: Outpost) -> None:
    listed = Revocations(number=1, issued_ms=realm.dial(), nodes=frozenset({Node(post.number)}))
    hub.revoked.take(listed.signed(realm.authority.sign))
