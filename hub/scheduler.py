"""What a hub does by the clock: search, retro-check, prekeys, the write-ahead log, letting old bytes go.

Invariants: one job of a kind at a time; a job that fails is logged by its code and tried again; the
search runs often and in short transactions, so that nobody who brings bundles waits for it.
Must not know: what the jobs do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from hub.hub import Hub
from shared.errors import KaraulaError

_log = structlog.get_logger("hub")
_SEARCH_S: Final = 1.0
_REMATCH_S: Final = 1.0
_CHECKPOINT_S: Final = 30
_ROTATE_S: Final = 60 * 60
_LET_GO_S: Final = 6 * 60 * 60


class Scheduler:
    """The jobs of one hub: `start`, then `stop`."""

    def __init__(self, hub: Hub) -> None:
        self._jobs = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        for name, job, seconds in (
            ("search", hub.catch_up, _SEARCH_S),
            ("rematch", hub.rematch, _REMATCH_S),
            ("checkpoint", hub.checkpoint, _CHECKPOINT_S),
            ("rotate_prekeys", hub.rotate_prekeys, _ROTATE_S),
            ("let_go", hub.let_go, _LET_GO_S),
        ):
            self._jobs.add_job(_guarded(name, job), "interval", seconds=seconds, id=name)

    def start(self) -> None:
        self._jobs.start()

    def stop(self) -> None:
        """Wait for a running job, then end."""
        self._jobs.shutdown(wait=True)


def _guarded(name: str, job: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        try:
            job()
        except KaraulaError as error:
            _log.error("job_failed", job=name, code=error.code, hint=error.hint)
        except Exception:  # noqa: BLE001 - logged with its traceback, and the next turn tries again
            _log.exception("job_failed", job=name)

    return run
