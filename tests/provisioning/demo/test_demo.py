"""The demo as a person runs it: the real command, real processes, an empty HOME, a bare PATH."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from provisioning.demo.process import karaula
from provisioning.demo.sabotage import FAULTS

PATIENCE_S = 180
OFTEN = ("plaintext-leak",)  # in every run; the others in the long proofs


def command(directory: Path, *options: str) -> list[str]:
    return [*karaula(), "demo", "--dir", str(directory), *options]


def bare(tmp_path: Path) -> dict[str, str]:
    """The environment of a fresh machine."""
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    return {"HOME": str(home), "PATH": "/usr/bin:/bin"}


def ask(tmp_path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(tmp_path / "demo", *options),
        capture_output=True,
        text=True,
        check=False,
        env=bare(tmp_path),
        timeout=600,
    )


def processes_of(directory: Path) -> list[int]:
    """Every process that works in the directory."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if str(directory).encode() in words:
            found.append(int(entry.name))
    return found


def wait_until(happened, what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if happened():
            return
        time.sleep(0.05)
    pytest.fail(f"waited in vain: {what}")


@contextmanager
def running(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A demo that has come up; whatever the test does, it is gone afterwards."""
    said = tmp_path / "said"
    with said.open("w") as out:
        process = subprocess.Popen(
            command(tmp_path / "demo", "--alerts", "9"),
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
            env=bare(tmp_path),
            start_new_session=True,
        )
    try:
        wait_until(lambda: "Ctrl-C stops everything" in said.read_text() or process.poll() is not None, "up")
        assert process.poll() is None, said.read_text()
        yield process, said
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def test_the_story_ends_with_all_promises_kept(tmp_path: Path):
    """`--scenario` on a bare machine: exit status 0, a timeline, and six lines of evidence."""
    done = ask(tmp_path, "--scenario")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.findall(r"^ok +(\d)\.", done.stdout, re.MULTILINE) == list("123456")
    assert "All six promises hold" in done.stdout
    assert done.stderr == ""
    assert processes_of(tmp_path / "demo") == []


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in OFTEN else [pytest.mark.prove]) for name in FAULTS],
)
def test_a_planted_fault_is_named(tmp_path: Path, name: str):
    """Each sabotage ends with a failure status and names the promise that it broke."""
    done = ask(tmp_path, "--scenario", "--sabotage", name)
    assert done.returncode == 1, done.stdout + done.stderr
    broken = re.findall(r"^BROKEN (\d)\.", done.stdout, re.MULTILINE)
    assert str(FAULTS[name].promise) in broken, done.stdout


def test_every_promise_has_a_fault():
    """There is a sabotage for each of the six, and at least eight in all."""
    assert {fault.promise for fault in FAULTS.values()} == set(range(1, 7))
    assert len(FAULTS) >= 8


def test_the_names_of_the_faults_stand_one_a_line(tmp_path: Path):
    """A script can read the list and play each."""
    assert ask(tmp_path, "--list-sabotage").stdout.splitlines() == list(FAULTS)


def test_an_unknown_fault_is_refused(tmp_path: Path):
    """A misspelt name does not pass for a story in which nothing broke."""
    done = ask(tmp_path, "--scenario", "--sabotage", "no-such")
    assert done.returncode == 1
    assert "no_such_sabotage" in done.stderr


def test_an_unknown_post_is_refused_with_the_known_ones(tmp_path: Path):
    """`--link-down` of a post that is not in the demo lists those that are."""
    done = ask(tmp_path, "--link-down", "nowhere")
    assert done.returncode == 2
    assert "klobuk" in done.stderr


def test_links_status_and_the_end(tmp_path: Path):
    """From other terminals: a link is cut and healed, a second start is refused; Ctrl-C leaves nothing.

    And the demo starts again at once, and leaves nothing even when it is killed itself.
    """
    at = tmp_path / "demo"
    with running(tmp_path) as (process, said):
        assert said.read_text().count("P<") == 3
        post = re.search(r"Klobuk, BA +(http://\S+)", said.read_text())
        assert post is not None
        url = post[1]
        assert httpx.get(f"{url}/bar").status_code == 200
        wait_until(lambda: "Link up" in httpx.get(f"{url}/bar").text, "link up")

        assert ask(tmp_path, "--link-down", "KLOBUK").returncode == 0
        assert re.search(r"Klobuk .*down", ask(tmp_path, "--status").stdout)
        wait_until(lambda: "No link" in httpx.get(f"{url}/bar").text, "link down")
        assert ask(tmp_path, "--link-up", "klobuk").returncode == 0
        wait_until(lambda: "Link up" in httpx.get(f"{url}/bar").text, "link up again")

        second = ask(tmp_path)
        assert second.returncode == 1
        assert "demo_running" in second.stderr

        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(timeout=60) == 0
        assert processes_of(at) == []
    # Started again at once, and killed without a chance to tidy up: the kernel takes the servers along.
    with running(tmp_path) as (process, _):
        assert len(processes_of(at)) >= 5
        process.kill()
        process.wait()
        wait_until(lambda: processes_of(at) == [], "the servers end")


def test_a_demo_can_be_stopped_while_it_starts(tmp_path: Path):
    """SIGTERM in the middle of the ceremony ends everything just as well."""
    said = tmp_path / "said"
    with said.open("w") as out:
        process = subprocess.Popen(
            command(tmp_path / "demo"),
            stdout=out,
            stderr=subprocess.STDOUT,
            env=bare(tmp_path),
            start_new_session=True,
        )
    wait_until(lambda: "operators sign in" in said.read_text() or process.poll() is not None, "starting")
    process.terminate()
    assert process.wait(timeout=60) == 0, said.read_text()
    assert processes_of(tmp_path / "demo") == []


def test_without_a_demo_the_other_commands_say_so(tmp_path: Path):
    """Status and links need a running demo, and say how to get one."""
    for options in (("--status",), ("--link-down", "klobuk")):
        done = ask(tmp_path, *options)
        assert done.returncode == 1
        assert "demo_not_running" in done.stderr
