"""Another core of this machine, for what can be worked out beside the caller's own work.

Job: `ahead`, a `map` of two cores. Invariants: in order; a single item, or a machine of one core, needs no
other process; the other ends with this one, however this one ends; where it cannot be begun or is ended, this
one does its work too. Must not know: what is worked out.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import suppress
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from signal import SIG_IGN, SIGINT, signal
from threading import Thread
from typing import Final, TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")

AHEAD: Final = 8
"""Items that wait for the other core: it has work while the caller is at something else for seconds.

Of what is begun, twice as many are held at most: where the other is slow, this one waits."""

_NICENESS: Final = 5  # a booth's answer comes first


def ahead(make: Callable[[Item], Made], items: Iterable[Item]) -> Iterator[Made]:
    """What `make` makes of each item, in order, like `map`, worked by this core and another.

    `make`, its items and what it makes have to go through a pipe. What it raises is raised here.
    """
    source = iter(items)
    yield from map(make, islice(source, 1))
    further = list(islice(source, 1))
    other = _other_core() if further else None
    if other is None:
        yield from map(make, chain(further, source))
        return
    begun: deque[tuple[Item, Future[Made]]] = deque()
    with other:
        try:
            for item in chain(further, source):
                waiting = sum(not made.done() for _, made in begun)
                begun.append((item, _handed(other, make, item) if waiting < AHEAD else _made(make(item))))
                while begun and (begun[0][1].done() or len(begun) > 2 * AHEAD):
                    yield _taken(make, *begun.popleft())
            while begun:
                yield _taken(make, *begun.popleft())
        except BaseException:  # whoever stops half-way does not wait for what nobody takes
            other.shutdown(wait=False, cancel_futures=True)
            raise


def _other_core() -> ProcessPoolExecutor | None:
    """None where there is none, or where no process may be begun."""
    if len(os.sched_getaffinity(0)) < 2:
        return None
    try:  # not forked: this process has threads and open databases, and the other must have neither
        return ProcessPoolExecutor(1, get_context("spawn"), _begin)
    except (OSError, ImportError, NotImplementedError):
        return None


def _handed(other: ProcessPoolExecutor, make: Callable[[Item], Made], item: Item) -> Future[Made]:
    try:
        return other.submit(make, item)
    except RuntimeError:  # it has ended, or could not be begun after all
        return _made(make(item))


def _made(result: Made) -> Future[Made]:
    made: Future[Made] = Future()
    made.set_result(result)
    return made


def _taken(make: Callable[[Item], Made], item: Item, made: Future[Made]) -> Made:
    try:
        return made.result()
    except BrokenExecutor:  # memory ran out, perhaps: this core does it all
        return make(item)


def _begin() -> None:
    signal(SIGINT, SIG_IGN)  # a terminal sends it to both; this one ends with its parent
    with suppress(OSError):  # a service may be forbidden to change it
        os.nice(_NICENESS)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
