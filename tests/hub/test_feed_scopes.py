"""Scopes under handling codes, several writers at once, and what serving many readers costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hub.config import Config
from hub.desk.view import Operator
from hub.hub import Hub, build
from hub.store import feeds
from shared import segment, wire
from shared.change import Change
from shared.crypto import SealKey
from shared.schema import Kind
from tests.hub.outpost import Outpost, Realm
from tests.hub.test_merger import alert

WRITERS, EACH = 2, 40


def kinds(post: Outpost) -> list[int]:
    return [change.kind for change in post.heard]


def send(hub: Hub, *posts: Outpost) -> None:
    for post in posts:
        post.send(hub)


# --- handling codes ---


def test_an_alert_not_to_be_passed_on_reaches_its_own_countrys_posts(
    hub: Hub, klobuk: Outpost, gostun: Outpost, operators: dict[str, Operator]
):
    """RS raises it under H2 and names nobody: RS's post has it, BA's never hears of it."""
    alert(hub, operators["RS"], handling="H2")
    send(hub, klobuk, gostun)
    assert (kinds(klobuk), kinds(gostun)) == ([], [Kind.ALERT])


def test_whom_the_owner_names_gets_it_beside_them(
    hub: Hub, klobuk: Outpost, gostun: Outpost, operators: dict[str, Operator], realm: Realm
):
    """One BA post named: that post, and no other of BA."""
    zupci = realm.post(8, "BA", "ZUPCI")
    alert(hub, operators["RS"], handling="H3", handling_text="Klobuk only", audience="KLOBUK")
    send(hub, klobuk, gostun, zupci)
    assert (kinds(klobuk), kinds(gostun), kinds(zupci)) == ([Kind.ALERT], [Kind.ALERT], [])


def two_codes(hub: Hub, gostun: Outpost, uvac: Outpost, made: Change) -> tuple[Change, Change]:
    """Two posts of the owner set different codes, neither knowing of the other."""
    mild = gostun.edit(made, {"handling": "H1"})
    strict = uvac.edit(made, {"handling": "H2"})
    return mild, strict


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["mild first", "strict first"])
def test_of_two_conflicting_codes_the_narrowest_holds(
    hub: Hub,
    klobuk: Outpost,
    gostun: Outpost,
    operators: dict[str, Operator],
    realm: Realm,
    order: tuple[int, int],
):
    """H1 and H2 set at once: BA's post lets the alert go, RS's keep it, whichever arrived first; and when
    somebody decides for H1 it comes back to everybody with its whole history."""
    uvac = realm.post(9, "RS", "UVAC")
    made = alert(hub, operators["RS"])
    send(hub, klobuk, gostun, uvac)
    mild, strict = two_codes(hub, gostun, uvac, made)
    for place in order:
        (gostun, uvac)[place].send(hub)
    send(hub, klobuk, gostun, uvac)
    assert kinds(klobuk)[-1] == Kind.SCOPE_LEAVE
    assert holders(hub, made) == {"country:RS"}
    gostun.edit(made, {"handling": "H1"}, seen=(mild.dot, strict.dot))
    gostun.send(hub)
    klobuk.heard.clear()
    send(hub, klobuk)
    assert holders(hub, made) == {"all"}
    assert {change.dot for change in klobuk.heard} >= {made.dot, mild.dot, strict.dot}


def test_a_code_that_narrows_sends_the_whole_record_where_it_stays(
    hub: Hub, klobuk: Outpost, gostun: Outpost, operators: dict[str, Operator]
):
    """From everybody to the owner's posts: one `leave` for all, the full state for those who keep it."""
    made = alert(hub, operators["RS"])
    send(hub, klobuk, gostun)
    gostun.edit(made, {"handling": "H2"})
    gostun.heard.clear()
    gostun.send(hub)
    send(hub, klobuk, gostun)
    assert kinds(klobuk) == [Kind.ALERT, Kind.SCOPE_LEAVE]
    assert sorted(kinds(gostun)) == [Kind.ALERT, Kind.ALERT, Kind.SCOPE_LEAVE]
    assert made.dot in {change.dot for change in gostun.heard}


def test_a_foreign_desk_cannot_widen_it(
    hub: Hub, klobuk: Outpost, gostun: Outpost, operators: dict[str, Operator]
):
    """BA's post lowers the code of an RS alert it was named for: refused, and nothing moves."""
    made = alert(hub, operators["RS"], handling="H2", audience="KLOBUK")
    send(hub, klobuk)
    klobuk.edit(made, {"handling": "H0"})
    klobuk.send(hub)
    assert holders(hub, made) == {"country:RS", "post:KLOBUK"}


def holders(hub: Hub, of: Change) -> set[str]:
    with hub.kit.database.snapshot() as tx:
        return set(feeds.holders(tx, of.record))


# --- several writers ---

WRITER = """
import sys, time
from pathlib import Path
from hub.config import Config
from hub.desk.people import desk_itself
from hub.hub import build
with build(Config(data=Path(sys.argv[1]))) as hub:
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(int(sys.argv[3])):
        hub.desk.raise_alert(desk_itself(sys.argv[2]), {
            "category": "arrest", "document_number": f"{sys.argv[2]}{number:06}", "authority": "Court",
            "reference": f"{number}/26", "reason": "synthetic", "phone": "+381 11 000 0000",
        })
        time.sleep(0.005)  # else two that never rest keep a reader from the lock until they are through
"""


def test_no_reader_skips_a_position_while_two_processes_write(home: Path, klobuk: Outpost, realm: Realm):
    """Two hub processes raise alerts in one file while a post reads on and on: it hears each, and once."""
    with build(Config(data=home)) as hub:
        realm.dial.ms = hub.kit.now_ms()
        klobuk.ask(hub)
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER, str(home), country, str(EACH)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for country in ("BA", "RS")[:WRITERS]
        ]
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.write("go\n")
            writer.stdin.flush()
        rounds = 0
        while any(writer.poll() is None for writer in writers):
            klobuk.ask(hub)
            rounds += 1
        for writer in writers:
            writer.communicate(timeout=60)
            assert writer.returncode == 0
        for _ in range(WRITERS * EACH):  # an answer brings as much as a node takes at once
            if klobuk.cursors[0].position == WRITERS * EACH:
                break
            klobuk.ask(hub)
        with hub.kit.database.snapshot() as tx:
            written = [
                int(position)
                for (position,) in tx.execute(
                    "SELECT e.position FROM scope_entry e JOIN scope s ON s.id = e.scope "
                    "WHERE s.name = 'all' ORDER BY 1"
                )
            ]
            raised = {int(dot) for (dot,) in tx.execute("SELECT id FROM alert_record")}
    assert rounds > 1, "nothing was read while they wrote"
    assert written == list(range(1, WRITERS * EACH + 1))
    heard = [change.dot for change in klobuk.heard]
    assert sorted(heard) == sorted(raised)
    assert klobuk.cursors[0].position == WRITERS * EACH


# --- many readers ---


def test_many_readers_of_a_range_cost_one_compression_and_a_seal_each(
    hub: Hub, realm: Realm, operators: dict[str, Operator], monkeypatch: pytest.MonkeyPatch
):
    """Twelve posts read the same alerts: compressed and signed once, sealed twelve times."""
    posts = [realm.post(100 + number, "BA", f"POST{number}") for number in range(12)]
    for post in posts:
        post.ask(hub)
    for number in range(5):
        alert(hub, operators["RS"], reference=f"{number}/26")
    compressed, cut, sealed = [0], [0], [0]

    def counting(count: list[int], real: Any) -> Any:
        def counted(*args: Any, **given: Any) -> Any:
            count[0] += 1
            return real(*args, **given)

        return counted

    monkeypatch.setattr(wire, "compress", counting(compressed, wire.compress))
    monkeypatch.setattr(segment, "cut", counting(cut, segment.cut))
    monkeypatch.setattr(SealKey, "seal", counting(sealed, SealKey.seal))
    for post in posts:
        post.ask(hub)
    assert all(len(post.heard) == 5 for post in posts)
    assert (compressed, cut, sealed) == ([1], [1], [12])
