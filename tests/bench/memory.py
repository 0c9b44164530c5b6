"""How much memory a process holds, as the kernel counts it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

_MB = 1e6


def resident_mb(pid: int | str = "self") -> float:
    """What a process holds now."""
    return _status_mb(pid, "VmRSS")


def peak_mb(pid: int | str = "self") -> float:
    """The most it has held since its start, or since `forget_peak`."""
    return _status_mb(pid, "VmHWM")


@contextmanager
def peak_of_children() -> Iterator[Callable[[], float]]:
    """The most that the processes this one starts meanwhile hold together, by a look ten times a second."""
    most, going = [0.0], Event()

    def look() -> None:
        while not going.wait(0.1):
            most[0] = max(most[0], sum(map(_held_by, _children())))

    looking = Thread(target=look)
    looking.start()
    try:
        yield lambda: most[0]
    finally:
        going.set()
        looking.join()


def _children() -> list[str]:
    found: list[str] = []
    for each in Path("/proc/self/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that has just ended
            found += each.read_text(encoding="ascii").split()
    return found


def _held_by(pid: str) -> float:
    try:
        return resident_mb(pid)
    except (FileNotFoundError, IndexError, ProcessLookupError):  # it has just ended
        return 0.0


def forget_peak() -> None:
    """Count this process's peak from now on."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _status_mb(pid: int | str, line: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.partition(f"{line}:")[2].split()[0]) * 1024 / _MB
