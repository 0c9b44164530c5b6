"""The other core: what `map` says, in order, and nothing left running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing import parent_process
from pathlib import Path
from typing import Final

import pytest

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


def test_where_no_process_may_be_begun_one_core_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A post comes up all the same, only later."""

    def refused(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr("multiprocessing.synchronize.SemLock.__init__", refused)
    own = os.getpid()
    assert {process for _, process in ahead(where, range(9))} == {own}


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


def ends(item: int) -> int:
    """What the kernel does where memory runs out, to whoever is not this test."""
    if parent_process() is not None and item == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def test_what_an_ended_process_had_to_do_is_done_here() -> None:
    """A post comes up all the same, only later."""
    assert list(ahead(ends, range(3 * AHEAD))) == list(range(3 * AHEAD))


def test_a_service_that_may_not_lower_its_priority_has_two_cores_too(tmp_path: Path) -> None:
    """The unit file forbids the call."""
    script = tmp_path / "strict.py"
    script.write_text(
        "import os\n"
        "def refused(_):\n"
        "    raise PermissionError\n"
        "os.nice = refused\n"
        "from edge.second_core import ahead\n"
        "from tests.edge.test_second_core import where\n"
        "if __name__ == '__main__':\n"
        "    print(len({process for _, process in ahead(where, range(9))}))\n",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, env=HERE, check=True)
    assert done.stdout == "2\n"


def test_who_stops_half_way_does_not_wait() -> None:
    """A node told to stop while it files a list: what nobody takes any more is not worked out."""
    told = ahead(time.sleep, [0.0, 0.0, *[2.0] * AHEAD, 0.0])
    next(told)
    next(told)
    began = time.monotonic()
    told.close()
    assert time.monotonic() - began < 1.0


def test_the_other_process_ends_with_a_killed_one(tmp_path: Path) -> None:
    """Power, or the out-of-memory killer: no orphan goes on with half of a machine's cores."""
    script = tmp_path / "long.py"
    script.write_text(
        "import time\n"
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
    except FileNotFoundError:
        return False
    return state != "Z"


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
