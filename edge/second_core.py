"""Another core of this machine, for what can be worked out beside the caller's own work.

Job: `ahead`, a `map` of two cores. Invariants: results come in order; a single item, or a machine of one
core, needs no other process; the other ends with this one, however this one ends; where it cannot be begun,
or is ended, this one does its work too. Must not know: what is worked out.

Not `concurrent.futures`' pool of processes: before Python 3.11.5 it waits for ever when its process is killed
in the middle of a message, and a post must come up (python/cpython#94777).
"""

from __future__ import annotations

import os
import pickle
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import chain, islice
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal
from subprocess import PIPE, Popen
from typing import Any, Final, TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")

AHEAD: Final = 8
"""Items that wait for the other core: it has work while the caller is at something else for seconds.

Of what is begun, twice as many are held at most: where the other is slow, this one waits."""

_BEGIN: Final = (
    "import sys; sys.path[:] = {path!r}; from edge.second_core import work_for_parent; work_for_parent()"
)
_FIRST_TO_GO: Final = "1000"  # where memory runs out, the kernel ends this process and not the post
_BROKEN: Final = (OSError, EOFError, ValueError, pickle.PickleError)  # a pipe whose other end has gone


def ahead(make: Callable[[Item], Made], items: Iterable[Item]) -> Iterator[Made]:
    """What `make` makes of each item, in order, like `map`, worked by this core and another.

    `make`, its items and what it makes have to go through a pipe. What it raises is raised here, perhaps
    before all that came earlier was told.
    """
    source = iter(items)
    few = list(islice(source, 2))
    with ThreadPoolExecutor(1) as speaking, _other_process(wanted=len(few) > 1) as other:
        if other is None:
            yield from map(make, chain(few, source))
            return
        begun: deque[tuple[Item, Future[tuple[bool, Any]]]] = deque()
        for item in chain(few, source):
            waiting = sum(not answer.done() for _, answer in begun)
            answer = _handed(speaking, other, make, item) if waiting < AHEAD else None
            begun.append((item, answer or _worked(make(item))))
            while begun and (begun[0][1].done() or len(begun) > 2 * AHEAD):
                yield _taken(make, *begun.popleft())
        while begun:
            yield _taken(make, *begun.popleft())


@contextmanager
def _other_process(*, wanted: bool) -> Iterator[Popen[bytes] | None]:
    """None where none is wanted, where there is no core for it, or where none may be begun."""
    process = None
    if wanted and len(os.sched_getaffinity(0)) > 1:
        # Not forked: this process has threads and open databases, and the other must have neither.
        with suppress(OSError):
            command = [sys.executable, "-c", _BEGIN.format(path=sys.path)]
            process = Popen(command, stdin=PIPE, stdout=PIPE)  # noqa: S603 — this program itself
    try:
        yield process
    finally:  # whoever stops half-way does not wait for what nobody takes
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):
                    pipe.close()  # type: ignore[union-attr]  # both were asked for


def _handed(
    speaking: ThreadPoolExecutor, other: Popen[bytes], make: Callable[[Item], Made], item: Item
) -> Future[tuple[bool, Any]] | None:
    """What the other process will answer; None where no thread can be begun to ask it."""
    try:
        return speaking.submit(_asked, other, make, item)
    except RuntimeError:
        return None


def _asked(other: Popen[bytes], make: Callable[[Item], Made], item: Item) -> tuple[bool, Any]:
    """(whether it worked, what it made)."""
    assert other.stdin is not None
    assert other.stdout is not None
    try:
        pickle.dump((make, item), other.stdin, pickle.HIGHEST_PROTOCOL)
        other.stdin.flush()
        answer: tuple[bool, Any] = pickle.load(other.stdout)  # noqa: S301 — our own process
    except _BROKEN:
        return False, None
    return answer


def _worked(made: Made) -> Future[tuple[bool, Any]]:
    answer: Future[tuple[bool, Any]] = Future()
    answer.set_result((True, made))
    return answer


def _taken(make: Callable[[Item], Made], item: Item, answer: Future[tuple[bool, Any]]) -> Made:
    """What was made; worked here where the other could not, so that what it raises is raised here."""
    worked, made = answer.result()
    return made if worked else make(item)


def work_for_parent() -> None:
    """The other process: make what is asked for, until nobody asks any more."""
    signal(SIGINT, SIG_IGN)  # a terminal sends it to both; this one ends with its parent
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO, encoding="ascii")
    told = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever is printed is no answer
    with suppress(*_BROKEN):
        while True:
            make, item = pickle.load(sys.stdin.buffer)  # noqa: S301 — our own parent
            try:
                answer = (True, make(item))
            except Exception:  # noqa: BLE001 — the parent finds out what, and says it
                answer = (False, None)
            pickle.dump(answer, told, pickle.HIGHEST_PROTOCOL)
            told.flush()
