"""Whole lists in files: what a reader of the scope would have, opened by its readers alone."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hub.app import create_app
from hub.config import Config
from hub.desk.view import Operator
from hub.hub import Hub, build
from hub.offered import FOLDER
from shared import snapshot, wire
from shared.change import Change, named
from shared.crypto import Purpose, SigningKey
from shared.enrolment import Revocations
from shared.errors import KaraulaError
from shared.ids import SYSTEM, Node
from shared.schema import Kind
from tests.hub.outpost import Outpost, Realm
from tests.hub.test_merger import alert


def killed_while_offering(home: Path, at: str) -> None:
    """A process that makes a list to offer, and is killed at a place of the code."""
    child = os.fork()
    if child == 0:
        try:
            monkey = pytest.MonkeyPatch()
            monkey.setattr(at, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
            with build(Config(data=home)) as hub:
                hub.snapshots.offer(home / FOLDER, "all")
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


@pytest.mark.parametrize(
    ("at", "left"),
    [
        ("hub.snapshots._Writer.flush", "making-"),
        ("hub.snapshots._assemble", "making-"),
        ("hub.snapshots.Snapshots._note", "making-"),
        ("hub.store.snapshots.offer", ".snapshot"),
    ],
)
def test_what_a_kill_left_of_a_list_is_cleared_away_at_the_next_start(home: Path, at: str, left: str):
    """Wherever it was killed: what is offered stays, what nobody offers goes, and another can be made."""
    with build(Config(data=home), tends=True) as hub:
        kept = hub.snapshots.offer(home / FOLDER, "all").name.hex()
    killed_while_offering(home, at)
    files = {each.name for each in (home / FOLDER).iterdir()} - {f"{kept}.snapshot"}
    assert files
    assert all(left in name for name in files)
    with build(Config(data=home)):
        assert len([*(home / FOLDER).iterdir()]) > 1, "a command beside the hub clears nothing away"
    with build(Config(data=home), tends=True) as hub:
        assert [each.name for each in (home / FOLDER).iterdir()] == [f"{kept}.snapshot"]
        hub.snapshots.offer(home / FOLDER, "all")
        assert len([*(home / FOLDER).iterdir()]) == 2


def test_a_list_in_the_making_is_left_alone_by_a_hub_that_starts(home: Path):
    """The command that writes it runs beside the hub: neither its file nor any other is swept meanwhile."""
    with build(Config(data=home)) as command:
        looked = []

        def start(_done: int, _all: int) -> None:
            with build(Config(data=home), tends=True):
                looked.append(len([*(home / FOLDER).iterdir()]))

        written = command.snapshots.offer(home / FOLDER, "all", say=start)
    assert looked
    assert min(looked) > 0
    assert (home / FOLDER / f"{written.name.hex()}.snapshot").exists()


def read(path: Path, hub: Hub, post: Outpost) -> tuple[snapshot.Manifest, list[Change]]:
    """A file as one post reads it."""
    data = path.read_bytes()
    front = snapshot.front_bytes(data[: snapshot.PREFACE_BYTES])
    opening = snapshot.read_opening(data[:front])
    manifest = opening.believe(hub=hub.kit.identity.tag, key=hub.kit.identity.keys.sign.verify_key)
    key = opening.content_key(manifest, node=post.number, box=post.keys.box)
    ends = manifest.offsets()
    changes: list[Change] = []
    for number in range(len(manifest.sizes)):
        block = data[front + ends[number] : front + ends[number + 1]]
        changes += snapshot.open_block(block, manifest, key, number=number).changes()
    assert front + ends[-1] == len(data)
    return manifest, changes


def refusal_code(file: Path, hub: Hub, post: Outpost) -> str:
    with pytest.raises(KaraulaError) as refused:
        read(file, hub, post)
    return refused.value.code


def purge(hub: Hub, record: int) -> Change:
    with hub.kit.database.transaction() as tx:
        fields = named(Kind.TOMBSTONE, {"owner": "RS", "of": record})
        applied = hub.kit.log.append(tx, kind=Kind.TOMBSTONE, author=SYSTEM, fields=fields)
        hub.merger.accept_own(tx, applied)
    return applied.change


def test_a_file_holds_what_a_reader_to_the_end_would_hold(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator], tmp_path: Path
):
    """Alerts, their edits, refusals and erasures of the scope, at the feed's own position and chain; an
    alert for others, and one that was narrowed to others, is not in it."""
    kept = [alert(hub, operators["RS"], reference=f"{n}/26") for n in range(5)]
    alert(hub, operators["RS"], audience="RS")
    klobuk.ask(hub)
    klobuk.edit(kept[1], {"reason": "not Klobuk's to say"})  # refused
    own = klobuk.say(Kind.ALERT, {"owner": "BA", "status": "active", "category": "arrest"})
    klobuk.edit(own, {"phone": "+387 1"})
    klobuk.send(hub)
    erased = purge(hub, kept[4].record)
    klobuk.heard.clear()
    klobuk.cursors = tuple(type(c)(scope=c.scope) for c in klobuk.cursors)
    heard = klobuk.ask(hub)
    written = hub.snapshots.write(tmp_path / "all.snapshot", "all")
    manifest, changes = read(tmp_path / "all.snapshot", hub, klobuk)
    by_feed = {c.dot: c for s in heard.segments if s.scope == "all" for c in s.changes}
    assert {c.dot: c for c in changes} == {d: c for d, c in by_feed.items() if c.record != kept[4].record}
    assert erased.dot in by_feed
    (cursor,) = (c for c in heard.cursors if c.scope == "all")
    assert (manifest.position, manifest.chain) == (cursor.position, cursor.chain)
    assert (written.records, written.readers) == (manifest.records, 1)
    assert manifest.changes == len(changes)
    at = [c.record for c in changes]
    assert all(at.index(c.record) == place for place, c in enumerate(changes) if c.creates)


def test_long_lists_are_cut_into_blocks(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Memory holds one block: with small ones there are many, and none is empty; progress is told."""
    monkeypatch.setattr("hub.snapshots.BUNDLE_MAX_CHANGES", 3)
    monkeypatch.setattr("hub.snapshots._PART", 2)
    for n in range(10):
        alert(hub, operators["RS"], reference=f"{n}/26")
    klobuk.ask(hub)
    said: list[tuple[int, int]] = []
    hub.snapshots.write(tmp_path / "s", "all", say=lambda done, of: said.append((done, of)))
    manifest, changes = read(tmp_path / "s", hub, klobuk)
    assert (len(manifest.sizes), len(changes)) == (4, 10)
    assert said == [(2, 10), (4, 10), (6, 10), (8, 10), (10, 10), (10, 10)]
    assert sorted(path.name for path in tmp_path.iterdir() if path.name[0] == "s") == ["s"]


def test_a_file_is_as_old_as_its_position(
    hub: Hub,
    realm: Realm,
    klobuk: Outpost,
    operators: dict[str, Operator],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    """Writing a long list takes minutes: the file dates from before them, for so old may what it says be."""
    monkeypatch.setattr("hub.snapshots._PART", 1)
    alert(hub, operators["RS"], reference="1/26")
    klobuk.ask(hub)
    began = realm.dial.ms

    def later(_done: int, _of: int) -> None:
        realm.dial.ms += 600_000

    hub.snapshots.write(tmp_path / "s", "all", say=later)
    manifest, _ = read(tmp_path / "s", hub, klobuk)
    assert manifest.made_ms < began + 600_000 <= realm.dial.ms


def test_what_changes_while_a_file_is_written_comes_by_the_feed(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The position was taken before: file and feed from there make the whole, whichever has the newcomer."""
    monkeypatch.setattr("hub.snapshots._PART", 1)
    for n in range(4):
        alert(hub, operators["RS"], reference=f"{n}/26")
    klobuk.ask(hub)
    late: list[Change] = []

    def meanwhile(done: int, _of: int) -> None:
        if done == 2:
            late.append(alert(hub, operators["RS"], reference="late/26"))

    hub.snapshots.write(tmp_path / "s", "all", say=meanwhile)
    manifest, changes = read(tmp_path / "s", hub, klobuk)
    heard = klobuk.ask(hub)
    assert manifest.position == 4
    assert late[0].dot in {c.dot for s in heard.segments for c in s.changes}
    assert len({c.dot for c in changes} | {late[0].dot}) == 5


def test_only_readers_in_good_standing_get_a_key(
    hub: Hub, realm: Realm, klobuk: Outpost, gostun: Outpost, operators: dict[str, Operator], tmp_path: Path
):
    """Another country's post, a revoked one and one nobody admitted open nothing; a wrong key neither."""
    alert(hub, operators["RS"], audience="BA")
    revoked, stranger = realm.post(9, "BA", "ZUPCI"), realm.post(10, "BA", "ZUPCI")
    for post in (klobuk, gostun, revoked):
        post.ask(hub)
    listed = Revocations(number=1, issued_ms=1, nodes=frozenset({Node(9)}))
    hub.revoked.take(listed.signed(realm.authority.sign))
    written = hub.snapshots.write(tmp_path / "s", "country:BA")
    assert (written.records, written.readers) == (1, 1)
    assert len(read(tmp_path / "s", hub, klobuk)[1]) == 1
    for post in (gostun, revoked, stranger):
        assert refusal_code(tmp_path / "s", hub, post) == "snapshot_not_for_us"
    pretender = realm.post(5, "BA", "KLOBUK")  # the right number, other keys
    assert refusal_code(tmp_path / "s", hub, pretender) == "cannot_open"


def test_a_node_admitted_later_gets_its_key_into_the_same_file(
    hub: Hub, realm: Realm, klobuk: Outpost, operators: dict[str, Operator], tmp_path: Path
):
    """The blocks stay as they are; only the front is written anew, and one revoked since is left out."""
    alert(hub, operators["RS"])
    klobuk.ask(hub)
    hub.snapshots.write(tmp_path / "s", "all")
    before = (tmp_path / "s").read_bytes()
    later = realm.post(8, "ME", "DOBRAKOVO")
    later.ask(hub)
    assert hub.snapshots.rekey(tmp_path / "s").readers == 2
    manifest, changes = read(tmp_path / "s", hub, later)
    assert len(changes) == 1
    assert (tmp_path / "s").read_bytes().endswith(before[-sum(manifest.sizes) :])
    listed = Revocations(number=1, issued_ms=1, nodes=frozenset({Node(5)}))
    hub.revoked.take(listed.signed(realm.authority.sign))
    assert hub.snapshots.rekey(tmp_path / "s").readers == 1
    assert refusal_code(tmp_path / "s", hub, klobuk) == "snapshot_not_for_us"


@pytest.mark.parametrize("scope", ["", "node:5", "nonsense", "country:XX", "post:NOWHERE", "country"])
def test_a_scope_without_a_list_is_refused(hub: Hub, tmp_path: Path, scope: str):
    """A node's own scope is no list: what is in it the feed brings."""
    with pytest.raises(KaraulaError) as refused:
        hub.snapshots.write(tmp_path / "s", scope)
    assert refused.value.code == "unknown_scope"


# --- by the link ---


@pytest.fixture
def client(hub: Hub) -> FlaskClient:
    return create_app(hub).test_client()


def ask(
    client: FlaskClient, path: str, post: Outpost, *, signer: SigningKey | None = None, wanted: str = ""
) -> TestResponse:
    signature = (signer or post.keys.sign).sign(Purpose.FETCH, path.encode()).hex()
    headers = {"Karaula-Node": str(post.number), "Karaula-Signature": signature}
    return client.get(path, headers=headers | ({"Range": wanted} if wanted else {}))


def code_of(answer: TestResponse) -> object:
    match wire.unpack(answer.data, max_bytes=10_000):
        case [1, str() as code, str(), str() as hint] if hint:
            return code
        case other:
            return other


def test_a_node_fetches_the_newest_list_in_pieces(
    hub: Hub, client: FlaskClient, klobuk: Outpost, operators: dict[str, Operator], tmp_path: Path
):
    """The front has this node's key alone; the pieces put together are the blocks; the last two are kept."""
    names = []
    for n in range(3):
        alert(hub, operators["RS"], reference=f"{n}/26")
        klobuk.ask(hub)
        names.append(hub.snapshots.offer(tmp_path / "offered", "all").name)
    front = ask(client, "/snapshot/v1/list/all", klobuk)
    assert (front.status_code, front.headers["Cache-Control"]) == (200, "no-store")
    opening = snapshot.read_opening(front.data)
    assert set(opening.keys) == {5}
    blocks, path = b"", f"/snapshot/v1/blocks/{names[2].hex()}"
    while True:
        piece = ask(client, path, klobuk, wanted=f"bytes={len(blocks)}-{len(blocks) + 99}")
        assert piece.status_code == 206
        blocks += piece.data
        if len(blocks) == int(piece.headers["Content-Range"].partition("/")[2]):
            break
    (tmp_path / "s").write_bytes(front.data + blocks)
    assert len(read(tmp_path / "s", hub, klobuk)[1]) == 3
    assert sorted(p.name for p in (tmp_path / "offered").iterdir()) == sorted(
        f"{name.hex()}.snapshot" for name in names[1:]
    )
    gone = ask(client, f"/snapshot/v1/blocks/{names[0].hex()}", klobuk, wanted="bytes=0-9")
    assert (gone.status_code, code_of(gone)) == (404, "snapshot_unknown")


def test_who_asks_wrongly_is_told_so(
    hub: Hub,
    client: FlaskClient,
    realm: Realm,
    klobuk: Outpost,
    operators: dict[str, Operator],
    tmp_path: Path,
):
    """No list yet, no name, another's signature, another path's, a stranger, a revoked node, a bad range."""
    alert(hub, operators["RS"])
    klobuk.ask(hub)
    path = "/snapshot/v1/list/all"
    assert code_of(ask(client, path, klobuk)) == "no_snapshot"
    name = hub.snapshots.offer(tmp_path / "offered", "all").name.hex()
    blocks = f"/snapshot/v1/blocks/{name}"
    assert code_of(client.get(path)) == "bad_request"
    assert code_of(ask(client, path, klobuk, signer=SigningKey.generate())) == "bad_signature"
    assert code_of(ask(client, "/snapshot/v1/list/country:RS", klobuk)) == "no_snapshot"
    assert code_of(ask(client, path, realm.post(77, "BA", "KLOBUK"))) == "node_unknown"
    for wanted in ("", "bytes=9-1", "bytes=-5", "bytes=0-1,3-4", "bytes=99999999-99999999"):
        assert code_of(ask(client, blocks, klobuk, wanted=wanted)) == "bad_range"
    assert code_of(ask(client, f"{blocks}00", klobuk, wanted="bytes=0-9")) == "bad_request"
    headers = {"Karaula-Node": "5", "Karaula-Signature": klobuk.keys.sign.sign(Purpose.FETCH, b"/").hex()}
    assert code_of(client.get(path, headers=headers)) == "bad_signature"
    listed = Revocations(number=1, issued_ms=1, nodes=frozenset({Node(5)}))
    hub.revoked.take(listed.signed(realm.authority.sign))
    assert code_of(ask(client, blocks, klobuk, wanted="bytes=0-9")) == "node_revoked"


def test_once_a_backup_was_made_a_file_holds_what_it_covers(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator], tmp_path: Path
):
    """What a post learns from a file alone it could not give back: what is newer than the newest verified
    backup comes by the feed."""
    folder = tmp_path / "backups"
    folder.mkdir()
    klobuk.ask(hub)
    covered = alert(hub, operators["RS"], reference="1/26")
    made = hub.backups.make(folder, papers={})
    alert(hub, operators["RS"], reference="2/26")
    hub.snapshots.write(tmp_path / "list", "all")
    manifest, changes = read(tmp_path / "list", hub, klobuk)
    assert {change.record for change in changes} == {covered.record}
    assert (manifest.position, manifest.made_ms) == (1, made.covers_ms)
    shutil.rmtree(made.path)
    with pytest.raises(KaraulaError) as told:
        hub.snapshots.write(tmp_path / "another", "all")
    assert told.value.code == "backup_away"
