"""`karaula edge load` as a real process: killed and called again beside a running node, given bad files."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from edge.node import EdgeNode, assemble
from edge.store.load import Phase
from tests.edge.lists import Snapshot, load_whole, snapshot_of
from tests.edge.posts import Post, rows
from tests.edge.test_loading import another_file, left_over, listed, persons
from tests.edge.test_process import START, Running, _world
from tests.edge.test_process import post as enrolled_post

post = enrolled_post
RECORDS = 3_000


@pytest.fixture
def made(post: Post) -> Snapshot:
    """A list that takes a few seconds to load."""
    for place in range(RECORDS):
        post.centre.alert(document_number=f"D{place:07}", surname=f"Synthetic{place}")
    return snapshot_of(post.centre, per_block=40)


def command(directory: Path, file: Path) -> list[str]:
    return [sys.executable, "-c", START, "edge", "load", str(file), "--data", str(directory)]


def load(directory: Path, file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(directory, file), capture_output=True, text=True, check=False, timeout=120)


def opened(post: Post) -> EdgeNode:
    return assemble(post.identity, _world(post, post.path.parent))  # type: ignore[arg-type]  # a World


def test_a_load_killed_again_and_again_finishes_beside_a_running_node(
    post: Post, made: Snapshot, tmp_path: Path
):
    """SIGKILL wherever it is: the next call goes on; the node's pages answer all the while and show it."""
    file, chance = made.write(tmp_path / "list.snapshot"), random.Random(7)
    node, slowest, reached, kills = Running(tmp_path), 0.0, 0, 0
    try:
        while True:
            process = subprocess.Popen(
                command(tmp_path, file), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            until = reached + chance.randint(1, 25)
            while process.poll() is None and reached < until:
                began = time.monotonic()
                page = httpx.get(f"{node.url}/bar", timeout=20)
                slowest = max(slowest, time.monotonic() - began)
                now = max(map(int, re.findall(r"(\d+) %", page.text)), default=reached)
                assert now >= reached - 1  # it went on, and did not begin anew
                reached = max(reached, now)
                time.sleep(0.01)
            if process.poll() is not None:
                break
            process.send_signal(signal.SIGKILL)
            process.communicate()
            kills += 1
        _, err = process.communicate()
        assert process.returncode == 0, err
        assert kills > 2
        assert slowest < 5  # it waits for no step; the machine may be busy with other things
    finally:
        node.stop(signal.SIGTERM)
    after = opened(post)
    assert rows(after, "SELECT count(*) FROM alert_record") == [(RECORDS,)]
    assert rows(after, "SELECT count(*) FROM watch_key") == [(RECORDS,)]
    assert rows(after, "SELECT position FROM cursor WHERE scope = 'all'") == [(RECORDS,)]
    assert left_over(after) == []
    after.close()


def test_a_load_killed_in_each_phase_is_the_list_of_one_never_killed(
    post: Post, made: Snapshot, tmp_path: Path
):
    """SIGKILL among the blocks, the persons, the keys and what follows: nothing twice, nothing missing."""
    file, killed = made.write(tmp_path / "list.snapshot"), set()
    looker, phases = opened(post), list(Phase)
    for place, _ in enumerate(phases[: phases.index(Phase.SWEEP)]):
        with subprocess.Popen(command(tmp_path, file), stderr=subprocess.DEVNULL) as process:
            while process.poll() is None:
                now = rows(looker, "SELECT phase FROM snapshot_load")
                if now and phases.index(Phase(now[0][0])) >= place:  # type: ignore[arg-type]  # a phase's name
                    process.kill()
        killed.update(phase for (phase,) in rows(looker, "SELECT phase FROM snapshot_load"))
    assert killed >= {Phase.BLOCKS, Phase.PERSONS, Phase.KEYS}
    looker.close()
    done = load(tmp_path, file)
    assert done.returncode == 0, done.stderr
    after, never_killed = opened(post), another_file(post)
    load_whole(never_killed, made)
    found_by = ("alert_record", "watched", "watch_key")
    assert listed(after, *found_by) == listed(never_killed, *found_by)
    assert persons(after) == persons(never_killed)
    assert left_over(after) == []
    after.close()


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda data: data[:-100], "truncated"),
        (lambda data: data + b"x", "trailing_bytes"),
        (lambda data: b"", "truncated"),
        (lambda data: b"PK\x03\x04" + data, "not_a_snapshot"),
        (lambda data: data[:60] + bytes((data[60] ^ 1,)) + data[61:], "bad_signature"),
        (lambda data: data[:-5] + bytes((data[-5] ^ 1,)) + data[-4:], "block_damaged"),
    ],
)
def test_a_spoilt_file_is_refused_in_one_line(post: Post, tmp_path: Path, spoil: object, code: str):
    """Cut short, too long, empty, something else, one bit over: a code, what to do, and the old list."""
    post.centre.alert(document_number="D1")
    file = snapshot_of(post.centre).write(tmp_path / "list.snapshot")
    file.write_bytes(spoil(file.read_bytes()))  # type: ignore[operator]  # one of the above
    done = load(tmp_path, file)
    assert done.returncode == 1
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("✗")]
    assert line.startswith(f"✗ {code}: ")
    assert " — " in line
    after = opened(post)
    assert rows(after, "SELECT count(*) FROM alert_record") == [(0,)]
    after.close()


def test_what_the_command_says_and_that_it_is_done(post: Post, tmp_path: Path):
    """The bar's words, the sentence at the end; a second time there is nothing to do, and it says so."""
    post.centre.alert(document_number="D1")
    file = snapshot_of(post.centre).write(tmp_path / "list.snapshot")
    done = load(tmp_path, file)
    assert done.returncode == 0, done.stderr
    assert "100 %" in done.stderr.replace("100 % · in use", "100 %")
    assert done.stdout.splitlines() == [
        "The list of all is in use (1 in the file).",
        "Now earlier checks are run against it, and the old list is cleared away.",
        "Done. The feed goes on from here at the next contact.",
    ]
    again = load(tmp_path, file)
    assert again.returncode == 0, again.stderr
    assert again.stdout == "This node already holds that list. Nothing to do.\n"
