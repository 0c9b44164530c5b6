"""A list fetched over a bad link: every byte once, whatever is cut, spoilt or replaced on the way."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import httpx
import pytest

from edge.booth import Booth
from edge.fetching import Fetcher
from edge.kit import World
from edge.loading import Loader
from edge.node import EdgeNode, assemble
from edge.screen import Session
from edge.store.opening import connect_to
from edge.transport_snapshot import SnapshotLink
from hub.app import create_app
from hub.hub import Hub
from hub.kit import World as HubWorld
from hub.store import opening as hub_opening
from shared.crypto import VerifyKey
from shared.errors import KaraulaError, RemoteError, StoreError
from tests.edge.lists import Snapshot, snapshot_of
from tests.edge.posts import Post, rows
from tests.edge.test_cases import capture
from tests.edge.test_loading import busy_centre
from tests.hub.staff import operators_of
from tests.hub.test_merger import alert
from tests.simulation.papers import make_papers


class Road:
    """A link that counts, and fails when told to."""

    def __init__(self, made: Snapshot, key: VerifyKey) -> None:
        self.made = made
        self.key = key
        self.sent = 0
        self.fails: list[int] = []
        self.asked = 0

    def front(self, _scope: str) -> bytes:
        return self.made.opening.write()

    def piece(self, name: bytes, first: int, count: int) -> bytes:
        self.asked += 1
        if self.asked in self.fails:
            raise RemoteError("link_down", "cut", hint="again")
        if name != self.made.manifest.name:
            raise RemoteError("snapshot_unknown", "gone", hint="newest")
        data = b"".join(self.made.blocks)[first : first + count]
        self.sent += len(data)
        return data


def fetch(road: Road, path: Path, *, blocks: int | None = None) -> list[bytes]:
    """The first blocks as one run of the command gets them."""
    with Fetcher(road, path, wait=lambda _: None) as fetcher:
        opening = fetcher.open("all")
        manifest = opening.believe(hub=road.made.manifest.hub, key=road.key)
        return [fetcher.block(manifest, n) for n in range(blocks or len(manifest.sizes))]


@pytest.fixture
def road(post: Post, monkeypatch: pytest.MonkeyPatch) -> Road:
    """A snapshot of twelve alerts on a link of small pieces."""
    monkeypatch.setattr("edge.fetching._PIECE_FIRST_BYTES", 64)
    monkeypatch.setattr("edge.fetching._PIECE_LEAST_BYTES", 16)
    monkeypatch.setattr("edge.fetching.SNAPSHOT_PIECE_MAX_BYTES", 100)
    busy_centre(post, 12)
    return Road(snapshot_of(post.centre), post.centre.keys.sign.verify_key)


def test_every_byte_is_fetched_once_over_a_link_that_fails(road: Road, tmp_path: Path):
    """Cut pieces are asked for again, and nothing else."""
    road.fails = [2, 3, 7]
    assert fetch(road, tmp_path / "f") == list(road.made.blocks)
    assert road.sent == sum(road.made.manifest.sizes)


def test_the_next_run_goes_on_where_the_last_one_was_killed(road: Road, tmp_path: Path):
    """What is on the disk is not fetched again; a file that is complete needs no link for its blocks."""
    fetch(road, tmp_path / "f", blocks=1)
    half = road.sent
    assert 0 < half < sum(road.made.manifest.sizes)
    assert fetch(road, tmp_path / "f") == list(road.made.blocks)
    assert road.sent == sum(road.made.manifest.sizes)
    road.fails = [*range(1000)]
    assert fetch(road, tmp_path / "f") == list(road.made.blocks)


def test_what_a_power_cut_spoilt_is_fetched_again(road: Road, tmp_path: Path):
    """Zeros in place of what was written last: found by the hash, cut off, fetched."""
    fetch(road, tmp_path / "f", blocks=2)
    data = bytearray((tmp_path / "f").read_bytes())
    front = len(road.made.opening.write())
    first = road.made.manifest.sizes[0]
    data[front + first + 3 : front + first + 40] = bytes(37)
    (tmp_path / "f").write_bytes(data)
    assert fetch(road, tmp_path / "f") == list(road.made.blocks)


def test_a_newer_list_at_the_hub_begins_anew(road: Road, post: Post, tmp_path: Path):
    """What was half here of the old one goes; so does a file that is none."""
    fetch(road, tmp_path / "f", blocks=1)
    post.centre.alert(document_number="NEWER")
    road.made = snapshot_of(post.centre)
    assert fetch(road, tmp_path / "f") == list(road.made.blocks)
    (tmp_path / "f").write_bytes(b"something else altogether")
    assert fetch(road, tmp_path / "f") == list(road.made.blocks)


def test_a_link_that_stays_down_says_so_and_keeps_what_came(road: Road, tmp_path: Path):
    """After a few waits that grow, the person is told; the same command goes on later."""
    waits: list[float] = []
    road.fails = [*range(2, 1000)]
    with Fetcher(road, tmp_path / "f", wait=waits.append) as fetcher:
        manifest = fetcher.open("all").believe(hub=road.made.manifest.hub, key=road.key)
        with pytest.raises(KaraulaError) as down:
            fetcher.block(manifest, len(manifest.sizes) - 1)
    assert down.value.code == "link_down"
    assert waits == sorted(waits)
    assert (tmp_path / "f").stat().st_size > len(road.made.opening.write())


@contextmanager
def full_disk(bytes_max: int) -> Iterator[None]:
    """The kernel lets no file of this process grow beyond a size, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_max, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("share", [0.0, 0.4, 1.3, 2.7])
def test_a_full_disk_is_told_and_heals_when_there_is_room(road: Road, tmp_path: Path, share: float):
    """Wherever the room ends, in the front too: a coded error with a hint, and the next run goes on from what
    is there, byte for byte."""
    front, sizes = len(road.made.opening.write()), road.made.manifest.sizes
    room = int(front * share) if share <= 1 else front + int(sizes[0] * (share - 1))
    with full_disk(room), pytest.raises(StoreError) as told:
        fetch(road, tmp_path / "f")
    assert told.value.code == "disk_full"
    assert "same command" in told.value.hint
    assert (tmp_path / "f").stat().st_size == room
    sent = road.sent
    assert fetch(road, tmp_path / "f") == list(road.made.blocks)
    kept = max(0, room - front)
    assert road.sent - sent == sum(sizes) - kept


def test_a_disk_that_fails_is_told_too(road: Road, tmp_path: Path):
    """No traceback where the file's place is no place for a file."""
    (tmp_path / "f").mkdir()
    with pytest.raises(StoreError) as told:
        fetch(road, tmp_path / "f")
    assert told.value.code == "fetched_file_unusable"


def test_todays_list_answers_while_the_disk_is_full_and_the_new_one_after(
    road: Road, post: Post, node: EdgeNode, booth: Booth, session: Session, tmp_path: Path
):
    """The officer notices nothing: an alert heard before is found all the while; then the rest is fetched."""
    post.centre.alert(document_number="L898902C3")
    road.made = snapshot_of(post.centre)
    heard = node.round.run(post.centre.exchange)
    assert heard.applied_changes
    post.centre.alert(document_number="NEWER")
    road.made = snapshot_of(post.centre)
    loader, room = Loader(node.kit), len(road.made.opening.write()) + 50

    def load(*, full: bool) -> None:
        with Fetcher(road, tmp_path / "f", wait=lambda _: None) as fetcher:
            manifest, key = loader.believe(fetcher.open("all"))
            loader.begin(manifest)

            def block(number: int) -> bytes:
                with full_disk(room) if full else nullcontext():
                    return fetcher.block(manifest, number)

            for _ in loader.run(manifest, key, block):
                pass

    with pytest.raises(StoreError):
        load(full=True)
    answer = booth.look(session, capture(booth, session)).answer
    assert (answer and answer.verdict) == "hit"
    load(full=False)
    while loader.tend():
        pass
    assert rows(node, "SELECT count(*) FROM alert_record WHERE document_number = 'NEWER'") == [(1,)]
    answer = booth.look(session, capture(booth, session)).answer
    assert (answer and answer.verdict) == "hit"


def test_a_real_hub_and_a_real_node_over_http(tmp_path: Path):
    """Alerts raised at desks, written by the hub, fetched and loaded by a post, and then the feed goes on."""
    papers = make_papers()
    world = HubWorld(
        connect=hub_opening.connect_to(tmp_path / "hub.db"),
        now_ms=lambda: 1_780_000_000_000,
        random=os.urandom,
    )
    with Hub(papers.hub, world) as hub:
        desks = operators_of(hub)
        for number in range(7):
            alert(hub, desks["RS"], document_number=f"D{number:06}", reference=f"{number}/26")
        identity = papers.posts[0]
        hub.admit(identity.certificate_paper)
        hub.snapshots.offer(tmp_path / "offered", "all")
        node = assemble(identity, _world(tmp_path))
        transport = httpx.WSGITransport(app=create_app(hub))
        with SnapshotLink(identity, transport=transport) as link:
            _load(node, link, tmp_path / "incoming.snapshot")
        assert rows(node, "SELECT count(*) FROM alert_record") == [(7,)]
        alert(hub, desks["RS"], document_number="N000001", reference="8/26")
        outcome = node.round.run(hub.exchange)
        assert rows(node, "SELECT count(*) FROM alert_record") == [(8,)]
        assert outcome.applied_changes == 1
        node.close()


def _world(directory: Path) -> World:
    return World(
        connect=connect_to(directory / "node.db"),
        now_ms=lambda: 1_780_000_000_000,
        monotonic_ms=lambda: 0,
        random=os.urandom,
    )


def _load(node: EdgeNode, link: SnapshotLink, path: Path) -> None:
    loader = Loader(node.kit)
    with Fetcher(link, path, wait=lambda _: None) as fetcher:
        manifest, key = loader.believe(fetcher.open("all"))
        loader.begin(manifest)
        for _ in loader.run(manifest, key, lambda number: fetcher.block(manifest, number)):
            pass
    fetcher.discard()
    assert not path.exists()
    while loader.tend():
        pass
