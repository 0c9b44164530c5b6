"""A hundred thousand bent inputs: every decoder refuses with a code and a hint, or reads, and that is all."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.errors import WireError
from tests.fuzz import __main__ as fuzz
from tests.fuzz import door
from tests.fuzz.__main__ import Escaped, feed, main, run
from tests.fuzz.doors import doors
from tests.fuzz.target import Target
from tests.fuzz.targets import targets

COUNT = 100_000
PIECES = 6
AT_THE_DOOR = 1_500
BEHIND_A_DOOR = 250
CHILD_S = 120


@pytest.mark.parametrize("piece", range(PIECES))
def test_nothing_but_refusals_comes_out(piece: int):
    """Bundles, bodies, segments, the conversation, sticks, photos, papers, forms, what people type, lists."""
    tallies = run(COUNT, piece=piece, pieces=PIECES)
    assert sum(tally.inputs for tally in tallies) > 0.1 * COUNT / PIECES


def test_all_pieces_together_are_as_many_as_they_say():
    """The shares add up: no decoder is left out and the count holds."""
    whole = sum(target.share for target in targets())
    assert sum(max(1, COUNT * target.share // whole) for target in targets()) > 0.99 * COUNT
    assert len({target.name for target in targets()}) == len(targets()) > 60


def test_good_inputs_are_believed():
    """Unbent, every decoder reads its seeds: what refuses everything would pass any fuzzing."""
    deaf = []
    for target in targets():
        tally = feed(target, 400, seed=1)
        if not tally.believed and "signed" in target.name.split(", "):
            deaf.append(target.name)
    assert deaf == []


def test_the_door_of_the_hub_refuses_with_a_code(tmp_path: Path):
    """Bent questions, rightly and wrongly signed, with strange headers, as HTTP brings them."""
    with door.target(tmp_path) as target:
        tally = feed(target, AT_THE_DOOR, seed=fuzz.SEED)
    assert tally.believed > 0
    assert len(tally.codes) > 5


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Target]]:
    """The doors with a store behind them, by name."""
    with doors(tmp_path_factory.mktemp("doors")) as opened:
        yield {target.name: target for target in opened}


@pytest.mark.parametrize(
    "name",
    [
        *("hub takes a load", "hub reads a stick", "post takes a packet", "post reads a stick"),
        *("post hears the hub", "relay takes a load", "relay hears the hub", "post hears its relay"),
        *("doorbell", "doorbell over HTTP"),
    ],
)
def test_no_store_is_asked_for_what_it_cannot_hold(behind: dict[str, Target], name: str):
    """Loads, packets, replies, answers and calls, rightly signed and bent, go as far as they are believed."""
    assert feed(behind[name], BEHIND_A_DOOR, seed=fuzz.SEED).inputs == BEHIND_A_DOOR


@pytest.mark.parametrize(
    "name", ["hub takes a load", "post takes a packet", "post hears the hub", "doorbell"]
)
def test_some_of_what_is_bent_is_believed_and_some_is_not(behind: dict[str, Target], name: str):
    """A door that believes nothing, or everything, would pass any fuzzing."""
    tally = feed(behind[name], 200, seed=1)
    assert tally.believed > 0
    assert len(tally.codes) > 3


def test_every_module_that_unpacks_has_its_bombs():
    """Compressed bytes and pictures are opened in two places; a third one needs bombs of its own here."""
    opens = re.compile(
        r"^(?:import|from) (?:zstandard|zlib|gzip|bz2|lzma|zipfile|tarfile|PIL)\b", re.MULTILINE
    )
    found = {
        str(path)
        for part in ("edge", "hub", "shared", "provisioning")
        for path in sorted(Path(part).rglob("*.py"))
        if opens.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"shared/wire/payload.py", "edge/photo.py"}


def test_bombs_stay_within_64_mib_and_a_second():
    """Frames, nesting, false lengths, columns that multiply, texts that swell; the process has a limit."""
    command = [sys.executable, "-m", "tests.fuzz.bombs"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=CHILD_S)
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-2_000:]
    assert len(done.stdout.splitlines()) > 40


def _reads(error: Exception | None) -> Target:
    def read(_: bytes) -> None:
        if error is not None:
            raise error

    return Target(name="planted", seeds=[b"x"], bend=lambda _, seed: seed, read=read)


def test_what_escapes_is_named_with_its_input():
    """A KeyError, and a refusal that says not what to do, end the run."""
    with pytest.raises(Escaped, match=r"planted: KeyError.*\n.*78"):
        feed(_reads(KeyError("dot")), 1, seed=1)
    with pytest.raises(Escaped, match="without code or hint"):
        feed(_reads(WireError("bad_body", "bad", hint="")), 1, seed=1)
    feed(_reads(WireError("bad_body", "bad", hint="Send it again.")), 1, seed=1)


def test_a_slow_answer_and_kept_memory_escape_too(monkeypatch: pytest.MonkeyPatch):
    """Time by each input, memory over all of a decoder's."""
    monkeypatch.setattr(fuzz, "SLOWEST_MAX_S", 0.0)
    with pytest.raises(Escaped, match="s for 78"):
        feed(_reads(None), 1, seed=1)
    monkeypatch.undo()
    sizes = iter((0.0, 65.0))
    monkeypatch.setattr(fuzz, "peak_mib", lambda: next(sizes))
    with pytest.raises(Escaped, match="memory grew by 65 MiB"):
        run(100, only="date")


def test_the_command_prints_what_each_decoder_did(capsys: pytest.CaptureFixture[str]):
    """`python -m tests.fuzz --count …`, as the long run is called."""
    assert main(["--count", "500", "--seed", "3"]) == 0
    said = capsys.readouterr().out
    assert "machine-readable zone" in said
    assert "nothing escaped" in said
