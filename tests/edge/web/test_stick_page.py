"""The stick on the status page: found below the roots, exported and imported with two buttons, no script."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from edge.app import create_app
from edge.node import EdgeNode, assemble
from edge.stick_desk import Sticks
from shared import courier
from shared.courier import FOLDER, Down, Sort, close_file, name_of
from shared.ids import Lane
from shared.scope import scopes_of_node
from shared.session import Head, feeds_digest
from tests.edge.posts import HUB, OWN_PASSWORD, Post
from tests.edge.web.conftest import Browser


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """A mount root with one stick of mira's in it."""
    (tmp_path / "media" / "mira" / "KINGSTON" / FOLDER).mkdir(parents=True)
    return tmp_path / "media"


@pytest.fixture
def node(post: Post, media: Path) -> Iterator[EdgeNode]:
    opened = assemble(post.identity, post.world, stick_roots=(media,))
    opened.round.run(post.centre.exchange)
    yield opened
    opened.close()


@pytest.fixture
def app(node: EdgeNode) -> Flask:
    made = create_app(node.booth, secret_key=b"pages" * 8)
    made.testing = True
    return made


@pytest.fixture
def officer(app: Flask) -> Browser:
    browser = Browser(app.test_client())
    browser.get("/sign-in")
    browser.post("/sign-in", login="mira", password=OWN_PASSWORD)
    return browser


def settle(officer: Browser) -> str:
    """Load the page until the job has ended."""
    end = time.monotonic() + 30
    while 'http-equiv="refresh"' in officer.get("/status").text:
        assert time.monotonic() < end
        time.sleep(0.02)
    return officer.text


def packet(post: Post, *, seconds_later: int = 0) -> bytes:
    """What this post's centre would put on a stick."""
    scopes = scopes_of_node(node=post.centre.node.node, post="KLOBUK", country="BA")
    for scope in scopes:
        post.centre._cut(scope)
    ends = tuple(post.centre._end(scope) for scope in scopes)
    head = Head(
        time_ms=post.dial.wall_ms + 1000 * seconds_later,
        hub_node=HUB,
        generation=1,
        acks=tuple(post.centre.heads.get((post.centre.node.node << 2) | lane, 0) for lane in Lane),
        safe=0,
        positions=tuple(cursor.position for cursor in ends),
        feeds_digest=feeds_digest(ends),
        prekey=post.centre.prekey,
    )
    segments = [(raw, sign) for scope in scopes for raw, sign, _, _ in post.centre.cuts[scope]]
    return courier.write_packet(
        head,
        node=post.centre.node.node,
        hub=post.centre.tag,
        segments=segments,
        reader=post.centre.node.seal_key,
        signer=post.centre.keys.sign,
    )


def test_a_stick_is_offered_by_its_name(officer: Browser):
    """The status page names the stick and has both buttons; nowhere can a path be typed."""
    page = officer.get("/status").text
    assert "mira/KINGSTON" in page
    assert "Export to stick" in page
    assert "Import from stick" in page
    assert 'type="file"' not in page


def test_an_export_of_nothing_says_so(officer: Browser):
    """With an empty queue the stick still tells the centre what this post lacks."""
    officer.get("/status")
    officer.post("/status/stick", action="export", stick="mira/KINGSTON")
    assert "Nothing waits to be sent" in settle(officer)


def test_export_writes_and_says_so(officer: Browser, node: EdgeNode, media: Path):
    """The button writes the queue; the page says what happened, and that it stays queued."""
    node.reporter.report()
    officer.get("/status")
    answer = officer.post("/status/stick", follow=False, action="export", stick="mira/KINGSTON")
    assert answer.status_code == 303
    page = settle(officer)
    assert "You can take it out" in page
    assert "stay in the queue" in page
    assert list((media / "mira" / "KINGSTON" / FOLDER).glob("up-*.krl"))


def test_export_and_import_are_audited_under_the_officers_name(
    officer: Browser, node: EdgeNode, post: Post, media: Path
):
    """Who carried is a line in the chained audit, under the officer's id and tablet."""
    officer.post("/status/stick", action="export", stick="mira/KINGSTON")
    settle(officer)
    (line,) = node.kit.database.connection().execute(
        "SELECT officer > 0, device FROM audit WHERE action = 'courier_exported'"
    )
    assert line == (1, "T1")


def test_import_brings_the_centres_word(officer: Browser, node: EdgeNode, post: Post, media: Path):
    """An alert on the stick is on the list afterwards; the page says how many changes came."""
    post.dial.pass_ms(60_000)
    post.centre.alert(document_number="L898902C3")
    name = name_of(Down(node=node.kit.node, time_ms=1, place=0))
    (media / "mira" / "KINGSTON" / FOLDER / name).write_bytes(close_file(Sort.PACKET, packet(post)))
    officer.post("/status/stick", action="import", stick="mira/KINGSTON")
    page = settle(officer)
    assert "Read from mira/KINGSTON" in page
    assert node.booth.status().alerts == 1


def test_an_old_stick_is_told_as_old(officer: Browser, node: EdgeNode, post: Post, media: Path):
    """A late stick says so in words, beside its code."""
    name = name_of(Down(node=node.kit.node, time_ms=1, place=0))
    old = packet(post, seconds_later=-60)
    (media / "mira" / "KINGSTON" / FOLDER / name).write_bytes(close_file(Sort.PACKET, old))
    officer.post("/status/stick", action="import", stick="mira/KINGSTON")
    page = settle(officer)
    assert "Older than what this post already knows" in page
    assert "packet_older" in page


def test_a_damaged_file_is_named(officer: Browser, node: EdgeNode, media: Path):
    """The file's name and code stand on the page."""
    name = name_of(Down(node=node.kit.node, time_ms=1, place=0))
    (media / "mira" / "KINGSTON" / FOLDER / name).write_bytes(b"half a file")
    officer.post("/status/stick", action="import", stick="mira/KINGSTON")
    page = settle(officer)
    assert name in page
    assert "file_incomplete" in page


@pytest.mark.parametrize("name", ["", "..", "../..", "/etc", "mira/OTHER", "mira/KINGSTON/karaula"])
def test_no_path_can_be_typed(officer: Browser, name: str):
    """Only what was found is taken: anything else is a missing stick."""
    officer.get("/status")
    assert officer.post("/status/stick", action="export", stick=name).status_code == 404
    assert "no_stick" in officer.text


def test_an_unknown_action_is_refused(officer: Browser):
    """A form nobody made is answered by a code."""
    officer.get("/status")
    assert officer.post("/status/stick", action="erase", stick="mira/KINGSTON").status_code == 400


def test_the_button_needs_its_token(officer: Browser):
    """A POST without the page's CSRF token does nothing."""
    answer = officer.client.post("/status/stick", data={"action": "export", "stick": "mira/KINGSTON"})
    assert answer.status_code in {400, 403}


def test_without_a_stick_the_page_says_so(officer: Browser, media: Path):
    """Nothing is offered that is not there."""
    (media / "mira" / "KINGSTON" / FOLDER).rmdir()
    assert "No stick is in this machine" in officer.get("/status").text


def test_links_below_the_roots_are_no_sticks(tmp_path: Path):
    """A link into the machine is not offered, however deep."""
    (tmp_path / "system" / FOLDER).mkdir(parents=True)
    root = tmp_path / "media"
    (root / "a").mkdir(parents=True)
    (root / "link").symlink_to(tmp_path / "system")
    (root / "a" / "link").symlink_to(tmp_path / "system")
    assert Sticks((root, tmp_path / "nowhere")).found() == {}
