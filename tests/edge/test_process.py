"""A node as a real process: it starts, serves, survives being killed, and stops when told."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from edge.node import assemble
from edge.store.opening import connect_to
from shared.enrolment import files as names
from shared.ledger.making_ready import PART
from tests.edge.posts import Post, make_post, rows, settled

START = "import sys; from provisioning.cli import main; sys.exit(main())"


@pytest.fixture
def post(tmp_path: Path) -> Post:
    """An enrolled directory whose node has met its hub once."""
    made = make_post(tmp_path)
    settled(made)
    identity = made.identity
    (tmp_path / names.AUTHORITY_CARD).write_bytes(identity.authority.signed(made.authority.sign))
    (tmp_path / names.NODE_CERTIFICATE).write_bytes(identity.certificate_paper)
    (tmp_path / names.NODE_KEYS).write_bytes(identity.keys.lock(identity.database_key))
    (tmp_path / names.HUB_CARD).write_bytes(identity.hub.signed(made.centre.keys.sign))
    (tmp_path / names.DATABASE_KEY).write_bytes(identity.database_key)
    with_file = assemble(identity, _world(made, tmp_path))
    with_file.round.run(made.centre.exchange)
    with_file.close()
    return made


def _world(made: Post, directory: Path) -> object:
    return type(made.world)(
        connect=connect_to(directory / names.DATABASE),
        now_ms=made.world.now_ms,
        monotonic_ms=made.world.monotonic_ms,
        random=os.urandom,
    )


class Running:
    """One `karaula edge run`."""

    def __init__(self, directory: Path) -> None:
        command = [
            sys.executable,
            "-c",
            START,
            "edge",
            "run",
            "--data",
            str(directory),
            "--sync-interval",
            "600",
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline()
        self.url = self.line.removeprefix("listening on ").strip()

    def stop(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        self.process.communicate(timeout=60)
        return self.process.returncode


@pytest.fixture
def running(post: Post) -> Iterator[Running]:
    node = Running(post.path.parent)
    yield node
    if node.process.poll() is None:
        node.stop(signal.SIGKILL)


def test_it_says_where_it_listens_and_serves(post: Post, running: Running):
    """One line on standard output, the same in the file `url`, and the sign-in page behind it."""
    assert running.line == f"listening on {running.url}\n"
    assert (post.path.parent / "url").read_text() == f"{running.url}\n"
    page = httpx.get(running.url + "/", follow_redirects=True)
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    assert "Server" not in page.headers


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told(running: Running, how: signal.Signals):
    """Both usual signals end it in good order, with a clean exit status."""
    assert httpx.get(running.url + "/sign-in").status_code == 200
    assert running.stop(how) == 0


def test_it_comes_back_after_being_killed(post: Post, running: Running):
    """A killed process leaves a file that the next one opens and serves from."""
    httpx.get(running.url + "/sign-in")
    running.stop(signal.SIGKILL)
    again = Running(post.path.parent)
    try:
        assert httpx.get(again.url + "/sign-in").status_code == 200
    finally:
        assert again.stop(signal.SIGTERM) == 0


def test_a_form_of_ten_megabytes_is_refused_and_memory_stays_flat(running: Running):
    """The oversized form is a coded refusal; the process goes on, no larger than before."""
    before = _resident_kb(running.process.pid)
    for _ in range(3):
        reply = httpx.post(running.url + "/sign-in", content=bytes(10_000_000), timeout=60)
        assert reply.status_code == 413
        assert "form_too_large" in reply.text
    assert httpx.get(running.url + "/sign-in").status_code == 200
    assert _resident_kb(running.process.pid) - before < 12_000


def test_a_photo_on_its_way_in_lies_in_memory_alone(running: Running):
    """Most of a large photo has been sent: whatever file it waits in is none on a disk."""
    host, _, port = running.url.removeprefix("http://").partition(":")
    head = b"POST /case/x/photo HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=20) as link:
        link.sendall(head + bytes(2_900_000))
        time.sleep(0.5)
        files = Path(f"/proc/{running.process.pid}/fd")
        opened = [os.readlink(each) for each in files.iterdir() if each.is_symlink()]
    spooled = [name for name in opened if name.endswith("(deleted)")]
    memory = "/dev/shm"  # noqa: S108 - where the process spools, when there is one
    assert bool(spooled) == os.path.ismount(memory)
    assert [name for name in spooled if not name.startswith(f"{memory}/")] == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--host", "192.0.2.1"), "port_taken"),  # an address for documentation: nobody's
        (("--host", "no.such.host.invalid"), "port_taken"),
        (("--hub-url", "nowhere"), "bad_url"),
    ],
)
def test_where_it_cannot_listen_or_call_is_told(post: Post, words: tuple[str, str], code: str):
    """An address that is not this machine's, or none at all, ends with the reason and what to do."""
    assert code in _refused(post, *words)


def test_a_second_node_in_one_directory_is_refused(post: Post, running: Running):
    """Two processes never share a directory; a killed one holds nothing."""
    assert "already_running" in _refused(post)
    assert running.process.poll() is None
    running.stop(signal.SIGKILL)
    again = Running(post.path.parent)
    assert again.stop(signal.SIGTERM) == 0


def test_a_taken_port_is_told(post: Post):
    """A port somebody listens on ends with the reason and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert "port_taken" in _refused(post, "--port", str(taken.getsockname()[1]))


def _refused(post: Post, *words: str) -> str:
    """What a node says that cannot start."""
    command = [sys.executable, "-c", START, "edge", "run", "--data", str(post.path.parent), *words]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    return refused.stderr


def test_a_directory_that_is_no_node_is_told(tmp_path: Path):
    """An empty directory is refused by code, with the command that enrols."""
    empty = tmp_path / "empty"
    empty.mkdir()
    command = [sys.executable, "-c", START, "edge", "run", "--data", str(empty)]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode == 1
    assert "not_enrolled" in refused.stderr
    assert "karaula node enrol" in refused.stderr


def _resident_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def test_a_long_list_filed_anew_at_a_start_is_told_and_answers_afterwards(post: Post):
    """After an upgrade: with the real command, its other process, and a list long enough to need it."""
    many = 2 * PART + 10
    node = assemble(post.identity, _world(post, post.path.parent))
    with node.kit.database.transaction() as tx:
        tx.executemany(
            "INSERT INTO alert_record (id, stamp, author, standing, edited, owner, surname, given_names, "
            "birth) VALUES (?, 1, 0, 0, 0, 'BA', ?, ?, 30000)",
            [(1 + each, f"Prezime{each % 991}", f"Ime{each % 83}") for each in range(many)],
        )
        tx.execute("UPDATE wanted_total SET version = 0")
    node.close()
    running = Running(post.path.parent)
    assert running.url
    running.process.send_signal(signal.SIGTERM)
    _, said = running.process.communicate(timeout=60)
    told = [line for line in said.splitlines() if "persons_filed_anew" in line]
    assert [f'"persons": {many}' in line and '"alert"' in line for line in told] == [True]
    assert "Traceback" not in said
    node = assemble(post.identity, _world(post, post.path.parent))
    assert rows(node, "SELECT persons FROM wanted_total") == [(many,)]
    node.close()


def test_the_file_is_of_no_use_without_the_key(post: Post):
    """Neither names nor documents nor logins can be read in the bytes on disk."""
    node = assemble(post.identity, _world(post, post.path.parent))
    assert rows(node, "SELECT login FROM officer_record") == [("mira",)]
    node.close()
    for part in post.path.parent.glob("karaula.db*"):
        data = part.read_bytes()
        assert b"mira" not in data
        assert b"SQLite format" not in data
