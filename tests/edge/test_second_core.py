"""The other core: what `map` says, in order, and nothing left running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Final

import pytest

from edge import second_core
from edge.second_core import AHEAD, ahead
from shared.ledger.making_ready import PART, made_ready
from shared.ledger.savepoint import Spoilt
from shared.partial_date import parse
from shared.watchlist import Subject

HERE: Final = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def where(item: int) -> tuple[int, int]:
    """The item, and the process that worked it; some take longer."""
    time.sleep(0.02 * (item % 3))
    return item, os.getpid()


def choking(item: int) -> int:
    if item == 5:
        raise ValueError(f"no {item}")
    return item


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})


@pytest.mark.parametrize("count", [0, 1, 3 * AHEAD])
def test_it_says_what_map_says_in_order(count: int) -> None:
    """However many there are, and whichever core is quicker with one."""
    found = list(ahead(where, range(count)))
    assert [item for item, _ in found] == list(range(count))
    assert len({process for _, process in found}) == min(count, 2)


def test_what_waits_for_a_slow_one_is_bounded() -> None:
    """The rest of a long list is not held in memory while the other process stands still."""
    drawn: list[float] = []

    def items() -> Iterator[float]:
        for place in range(40 * AHEAD):
            drawn.append(place)
            yield 1.0 if place == 1 else 0.0

    told = ahead(time.sleep, items())
    next(told)
    next(told)
    assert len(drawn) <= 2 * AHEAD + 2


@pytest.mark.parametrize(
    ("owner", "name", "error"),
    [(second_core, "Popen", BlockingIOError()), (Thread, "start", RuntimeError("can't start new thread"))],
)
def test_where_nothing_may_be_begun_one_core_does_it(
    monkeypatch: pytest.MonkeyPatch, owner: object, name: str, error: Exception
) -> None:
    """A limit on processes or threads: a post comes up all the same, only later."""

    def refused(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(owner, name, refused)
    own = os.getpid()
    assert list(ahead(where, range(9))) == [(item, own) for item in range(9)]


def test_a_machine_of_one_core_works_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """And what cannot go through a pipe is no trouble there."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    own = os.getpid()
    assert list(ahead(lambda item: (item, os.getpid()), range(30))) == [(item, own) for item in range(30)]


@pytest.mark.parametrize("first", [0, 5])
def test_what_it_raises_is_raised_here(first: int) -> None:
    """Wherever it was raised."""
    told = ahead(choking, range(first, 30))
    with pytest.raises(ValueError, match="no 5"):
        list(told)


def ends(item: bytes) -> int:
    """What the kernel does where memory runs out, to whoever is not this test."""
    if os.getppid() == int(item[-10:]) and item[:1] == b"!":
        os.kill(os.getpid(), signal.SIGKILL)
    return len(item)


def test_what_an_ended_process_had_to_do_is_done_here() -> None:
    """A post comes up all the same, only later; killed while more is written to it than a pipe holds."""
    items = [b"%s%d" % (b"!" if place == 5 else b".", os.getpid()) for place in range(3 * AHEAD)]
    items = [item[:1] + item[1:].rjust(1_000_000, b"0") for item in items]
    assert list(ahead(ends, items)) == [1_000_001] * len(items)


def first_to_go(_: int) -> int:
    return int(Path("/proc/self/oom_score_adj").read_text(encoding="ascii"))


def test_where_memory_runs_out_the_other_process_goes_first() -> None:
    """The kernel ends whom it reckons the greatest; it must not be the post."""
    assert max(ahead(first_to_go, range(9))) == 1000 > first_to_go(0)


def shouting(item: int) -> int:
    print("no answer")
    return item


def test_what_is_printed_is_no_answer() -> None:
    """The pipe of answers is no place for words."""
    assert list(ahead(shouting, range(9))) == list(range(9))


def noting(where_to: str) -> None:
    with Path(where_to).open("a", encoding="ascii") as notes:
        notes.write("done\n")
    time.sleep(0.2)


def test_who_stops_half_way_neither_waits_nor_has_the_rest_done(tmp_path: Path) -> None:
    """A node told to stop while it files a list."""
    notes = tmp_path / "notes"
    told = ahead(noting, [str(notes)] * 5 * AHEAD)
    next(told)
    next(told)
    began = time.monotonic()
    told.close()
    took = time.monotonic() - began
    done = notes.read_text(encoding="ascii")
    time.sleep(0.5)
    assert notes.read_text(encoding="ascii") == done
    assert took < 1.0


def test_the_other_process_ends_with_a_killed_one(tmp_path: Path) -> None:
    """Power, or the out-of-memory killer: no orphan goes on with half of a machine's cores."""
    script = tmp_path / "long.py"
    script.write_text(
        "import os, time\n"
        "os.sched_getaffinity = lambda _: {0, 1}\n"
        "from edge.second_core import ahead\n"
        "if __name__ == '__main__':\n"
        "    for each in ahead(abs, range(100)):\n"
        "        if each == 50:\n"
        "            print('there', flush=True)\n"
        "            time.sleep(60)\n",
        encoding="utf-8",
    )
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=HERE
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "there\n"
        others = _children(running.pid)
        assert others
        running.send_signal(signal.SIGKILL)
        running.wait()
    try:
        _until(lambda: not any(map(_runs, others)))
    finally:
        for left in filter(_runs, others):
            os.kill(left, signal.SIGKILL)


def test_a_long_list_is_made_ready_alike_on_both() -> None:
    """The rows that are filed are the same, in the same order."""
    subjects = [
        (
            owner,
            Subject(
                surname=f"Prezime{owner % 997}",
                given_names=f"Ime{owner % 89}",
                birth=parse(f"19{40 + owner % 60}-0{1 + owner % 9}-1{owner % 10}").day_number(),
            ),
        )
        for owner in range(3 * PART)
    ]
    spoilt = subjects[2 * PART + 7] = (2 * PART + 7, Subject(surname="Prezime", birth="1974"))  # type: ignore[arg-type]  # no number
    alone: Spoilt = {}
    beside: Spoilt = {}
    assert list(made_ready(subjects, beside, mapped=ahead)) == list(made_ready(subjects, alone))
    assert alone == beside == {spoilt[0]: "TypeError"}


def _children(process: int) -> list[int]:
    return [
        int(child)
        for path in Path(f"/proc/{process}/task").glob("*/children")
        for child in path.read_text(encoding="ascii").split()
    ]


def _runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
