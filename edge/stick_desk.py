"""Sticks for people without a terminal: which are in the machine, and one export or import at a time.

Job: find sticks below the configured mount roots; carry in a worker, so that no page waits for a stick;
say how far it is and what came of it.
Invariants
* A stick is chosen among those found, by name: nobody types a path.
* One at a time; a second request while one runs is told so.
* What ends badly ends with a code and a hint, and what is on the stick is whole.
Must not know: flask, what is carried.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from edge.courier import Courier
from edge.screen import Session
from edge.stick import Stick
from shared.courier import FOLDER, Report
from shared.errors import InputError, KaraulaError, MissingError, StaleError

IDLE: Final = "idle"
RUNNING: Final = "running"
DONE: Final = "done"
FAILED: Final = "failed"
EXPORT: Final = "export"
IMPORT: Final = "import"
_STICKS_MAX: Final = 8  # more at one tablet is a fault of the configuration
_PROBLEMS_SHOWN: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class CarryView:
    """The sticks in this machine, and the export or import that runs or ran last.

    `state` is idle | running | done | failed; `action` is export | import. `done` of `of` is the way so
    far: changes on an export, files on an import. `problems` holds (file, code, hint) of what was passed
    over; `code`, `message` and `hint` say why it failed.
    """

    state: str
    sticks: tuple[str, ...] = ()
    action: str = ""
    stick: str = ""
    done: int = 0
    of: int = 0
    files: int = 0
    changes: int = 0
    packets: int = 0
    others: int = 0
    problems: tuple[tuple[str, str, str], ...] = ()
    code: str = ""
    message: str = ""
    hint: str = ""


class Sticks:
    """What is mounted below some roots: `/media/LABEL`, `/media/NAME/LABEL`."""

    def __init__(self, roots: tuple[Path, ...]) -> None:
        self._roots = roots

    def found(self) -> dict[str, Path]:
        """Sticks by the name people see: a mount point, or a directory that has our folder already."""
        sticks: dict[str, Path] = {}
        for root in self._roots:
            for one in _folders(root):
                for place in (one, *(_folders(one) if not _is_stick(one) else ())):
                    if _is_stick(place) and len(sticks) < _STICKS_MAX:
                        sticks[str(place.relative_to(root))] = place
        return sticks


class StickDesk:
    """What the status page offers. Safe to call from any thread; `stop` ends it."""

    def __init__(self, courier: Courier, sticks: Sticks) -> None:
        self._courier = courier
        self._sticks = sticks
        self._lock = threading.Lock()
        self._worker: ThreadPoolExecutor | None = None
        self._stopping = False
        self._view = CarryView(state=IDLE)

    def view(self) -> CarryView:
        """The sticks there are, and the one job that runs or ran last."""
        names = tuple(self._sticks.found())
        with self._lock:
            return replace(self._view, sticks=names)

    def begin(self, session: Session, *, action: str, stick: str) -> None:
        """Start an export or import; returns at once.

        Raises InputError `bad_action`; MissingError `no_stick`; StaleError `stick_busy`.
        """
        if action not in (EXPORT, IMPORT):
            raise InputError(
                "bad_action", "a stick is exported to or imported from", hint="Load the page again."
            )
        path = self._sticks.found().get(stick)
        if path is None:
            raise MissingError(
                "no_stick", "this stick is not there any more", hint="Put it in, wait, and try again."
            )
        with self._lock:
            if self._view.state == RUNNING:
                raise StaleError(
                    "stick_busy", "a stick is being carried already", hint="Wait until it is done."
                )
            self._view = CarryView(state=RUNNING, action=action, stick=stick)
            if self._worker is None:  # one thread for all: each keeps a connection to the store
                self._worker = ThreadPoolExecutor(1, thread_name_prefix="stick")
            self._worker.submit(self._run, session, action, path)

    def stop(self) -> None:
        """End the job that runs, after the file it is at."""
        self._stopping = True
        if self._worker is not None:
            self._worker.shutdown(wait=True, cancel_futures=True)

    def _run(self, session: Session, action: str, path: Path) -> None:
        try:
            report = self._carry(session, action, path)
        except KaraulaError as refused:
            self._end(state=FAILED, code=refused.code, message=refused.message, hint=refused.hint)
        except BaseException:
            self._end(
                state=FAILED, code="internal", message="something went wrong here", hint="Call the engineer."
            )
            raise
        else:
            problems = [(each.name, each.code, each.hint) for each in report.problems]
            self._end(
                state=DONE,
                files=report.written,
                changes=report.changes,
                packets=report.taken + report.repeated,
                others=report.others,
                problems=tuple(problems[:_PROBLEMS_SHOWN]),
            )

    def _carry(self, session: Session, action: str, path: Path) -> Report:
        who = {"officer": session.officer, "device": session.device}
        with Stick(path, make=action == EXPORT) as shelf:
            run: Callable[..., Report] = self._courier.export if action == EXPORT else self._courier.import_
            return run(shelf, progress=self._progress, **who)

    def _progress(self, done: int, of: int) -> None:
        if self._stopping:
            raise StaleError("stopping", "this node is being stopped", hint="Start again afterwards.")
        with self._lock:
            self._view = replace(self._view, done=done, of=max(done, of))

    def _end(self, **what: object) -> None:
        with self._lock:
            self._view = replace(self._view, **what)  # type: ignore[arg-type]  # its own fields


def _folders(place: Path) -> list[Path]:
    """The real directories in a place, by name; none where it cannot be read."""
    try:
        return sorted(one for one in place.iterdir() if one.is_dir() and not one.is_symlink())
    except OSError:
        return []


def _is_stick(place: Path) -> bool:
    try:
        return os.path.ismount(place) or (place / FOLDER).is_dir()
    except OSError:
        return False
