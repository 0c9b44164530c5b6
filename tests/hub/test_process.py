"""The hub as a real process: started by its command, asked over HTTP, stopped by a signal."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.api import OCTETS
from shared.enrolment import Revocations, files
from tests.hub.outpost import Outpost, Realm

KARAULA = Path(sys.executable).with_name("karaula")


def karaula(*words: str, code: int = 0, text: str = "") -> str:
    """Run a command; its output."""
    done = subprocess.run(
        [KARAULA, *words], capture_output=True, text=True, input=text, check=False, timeout=60
    )
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


@contextmanager
def running(home: Path) -> Iterator[str]:
    """The hub's process; yields its URL and stops it by SIGTERM."""
    command = [KARAULA, "hub", "run", "--data", str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.fullmatch(r"listening on (http://127\.0\.0\.1:\d+)\n", line)
            assert found is not None, line
            yield found[1]
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0


def ask(url: str, post: Outpost, *bundles: bytes) -> None:
    """One round over HTTP."""
    end = post.end()
    request = urllib.request.Request(  # noqa: S310 - our own loopback address
        f"{url}/sync/v1", data=post.question(end, bundles), headers={"Content-Type": OCTETS}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
        heard = end.hear(answer.read())
    post.cursors, post.generation = heard.cursors, heard.head.generation
    post.heard += [change for piece in heard.segments for change in piece.changes]


def test_the_hub_runs_says_where_and_stops_at_a_signal(home: Path, klobuk: Outpost):
    """The URL is printed and written beside the data; what was acknowledged is there after a restart."""
    klobuk.check()
    with running(home) as url:
        assert (home / "url").read_text() == f"{url}\n"
        ask(url, klobuk, klobuk.bundle())
    assert not (home / "url").exists()
    klobuk.check()
    with running(home) as url:
        ask(url, klobuk, klobuk.bundle())


@pytest.mark.parametrize(
    "words",
    [
        ("run", "--host", "192.0.2.1"),  # an address for documentation: nobody's
        ("run", "--host", "no.such.host.invalid"),
        ("doorbell", "--host", "192.0.2.1"),
    ],
)
def test_where_it_cannot_listen_is_told(home: Path, words: tuple[str, ...]):
    """An address that is not this machine's ends with the reason and what to do, not with a traceback."""
    said = karaula("hub", *words, "--data", str(home), code=1)
    assert "port_taken" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "words", [("run", "--port", "99999"), ("doorbell", "--port", "-1"), ("run", "--threads", "0")]
)
def test_numbers_that_cannot_be_are_no_use_of_the_command(home: Path, words: tuple[str, ...]):
    """A port that none has is not cut down to another one."""
    assert "is not in the range" in karaula("hub", *words, "--data", str(home), code=2)


def test_a_second_hub_in_one_directory_is_refused(home: Path):
    """Two processes never run one hub."""
    with running(home) as url:
        assert "already_running" in karaula("hub", "run", "--data", str(home), code=1)
        assert (home / "url").read_text() == f"{url}\n"


def test_officers_are_made_at_the_hubs_own_machine(home: Path, klobuk: Outpost):
    """A first password is shown once; the officer reaches the post, and so does the disabling."""
    told = karaula(
        *("officer", "add", "--data", str(home), "--country", "BA", "--post", "KLOBUK"),
        *("--name", "Mira Test", "mira"),
    )
    assert re.search(r"first password: (?:[2-9a-z]{4}-){3}[2-9a-z]{4}\b", told)
    with running(home) as url:
        ask(url, klobuk)
        karaula("officer", "disable", "--data", str(home), "--country", "BA", "mira")  # while it runs
        ask(url, klobuk)
    assert [change.fields.get(11) for change in klobuk.heard] == [False, True]
    assert "disabled" in karaula("officer", "list", "--data", str(home), "--country", "BA")


def test_an_asked_for_password_is_prompted_and_never_printed(home: Path):
    """The password goes by the prompt only: not as an argument, not back onto the screen."""
    secret = "three quiet words"
    told = karaula(
        *("officer", "add", "--data", str(home), "--country", "RS", "--role", "operator", "--ask"),
        *("--name", "Night Desk", "rs.night"),
        text=f"{secret}\n{secret}\n",
    )
    assert secret not in told


def test_a_revocation_list_is_taken_over_while_the_hub_runs(home: Path, realm: Realm, klobuk: Outpost):
    """The next contact of a revoked node is refused, without a restart."""
    listed = Revocations(number=1, issued_ms=1, nodes=frozenset({klobuk.certificate.node}))
    paper = realm.directory / "list"
    paper.write_bytes(listed.signed(realm.authority.sign))
    with running(home) as url:
        ask(url, klobuk)
        assert "1 nodes revoked" in karaula("hub", "revocations", "--data", str(home), str(paper))
        with pytest.raises(urllib.error.HTTPError) as refused:
            ask(url, klobuk)
        with refused.value as answer:
            assert answer.code == 403


def test_a_node_can_be_admitted_by_its_certificate(home: Path, realm: Realm, klobuk: Outpost):
    """For bundles that come on a stick before the node ever spoke itself."""
    paper = realm.directory / "node.cert"
    paper.write_bytes(klobuk.paper)
    assert "KLOBUK-1 is node 5 of BA" in karaula("hub", "admit", "--data", str(home), str(paper))


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        (files.HUB_CERTIFICATE, "not_a_hub"),
        (files.DATABASE_KEY, "no_database_key"),
    ],
)
def test_a_directory_that_is_no_hub_is_said_with_a_hint(home: Path, missing: str, code: str):
    """An engineer is told what is missing and what to do, not shown a traceback."""
    (home / missing).unlink()
    told = karaula("hub", "run", "--data", str(home), code=1)
    assert code in told
    assert "Traceback" not in told


def test_a_wrong_key_opens_nothing(home: Path):
    """Another key is named as such; the database is not touched."""
    karaula("officer", "list", "--data", str(home), "--country", "BA")
    (home / files.DATABASE_KEY).write_bytes(os.urandom(32))
    assert "Traceback" not in karaula("hub", "run", "--data", str(home), code=1)
