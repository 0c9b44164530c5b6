"""The `karaula` command as the demo runs it: once for an answer, or for as long as the demo lasts.

Job: start, wait until it listens, stop or kill. Invariants
* A server never outlives the demo: it is stopped by name, and the kernel ends it should the demo be
  killed itself (`tether`).
* A server is in a session of its own, so that Ctrl-C reaches the demo alone, which then stops all
  of them in order.
* What a server says goes to its log file; the demo's terminal stays the demo's.
Must not know: what the commands do.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from provisioning.demo import tether
from shared.errors import ConfigError

_START_S: Final = 60.0  # a cold start on a busy small machine
_STOP_S: Final = 10.0
_COMMAND_S: Final = 120.0
_TICK_S: Final = 0.02
_LISTENING: Final = re.compile(r"listening on (http://\S+)")
_TAIL_LINES: Final = 12


def karaula() -> list[str]:
    """How to run the command of this very installation."""
    beside = Path(sysconfig.get_path("scripts")) / "karaula"
    if beside.exists():
        return [str(beside)]
    return [sys.executable, "-c", "from provisioning.cli import main; main()"]


def environment() -> dict[str, str]:
    """The demo's own environment without a service's credentials, which are another machine's."""
    kept = {name: value for name, value in os.environ.items() if name != "CREDENTIALS_DIRECTORY"}
    return kept | {"PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}


def run(*arguments: str) -> str:
    """Run one command to its end; returns what it said. Raises ConfigError `demo_command_failed`."""
    done = subprocess.run(  # noqa: S603 - our own command
        [*karaula(), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
        stdin=subprocess.DEVNULL,
        timeout=_COMMAND_S,
    )
    if done.returncode:
        raise ConfigError(
            "demo_command_failed",
            f"karaula {' '.join(arguments[:2])} failed: {(done.stderr or done.stdout).strip()}",
            hint="Run the demo again; if it fails again, run that command by hand to see why.",
        )
    return done.stdout


@dataclass(slots=True, kw_only=True)
class Server:
    """One long-running `karaula` command. `url` is set while it listens."""

    name: str
    arguments: Sequence[str]
    log: Path
    port: int = 0
    url: str = ""
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)
    _read_from: int = field(default=0, init=False, repr=False)

    def start(self) -> None:
        """Start it; `wait` says when it listens. From the main thread only: see `tether`."""
        self._read_from = self.log.stat().st_size if self.log.exists() else 0
        command = [*karaula(), *self.arguments, "--port", str(self.port)]
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-I", "-S", str(tether.__file__), str(os.getpid()), *command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=environment(),
            )

    def wait(self) -> str:
        """Wait until it listens; returns its URL. The port stays its own over restarts.

        Raises ConfigError `demo_server_failed` with the end of its log.
        """
        end = time.monotonic() + _START_S
        while time.monotonic() < end:
            found = _LISTENING.search(self.said())
            if found:
                self.url = found[1].rstrip("/")
                self.port = int(self.url.rpartition(":")[2])
                return self.url
            if not self.is_running:
                break
            time.sleep(_TICK_S)
        self.kill()
        tail = " / ".join(self.said().strip().splitlines()[-_TAIL_LINES:])
        raise ConfigError(
            "demo_server_failed", f"{self.name} did not start: {tail}", hint=f"Its log is {self.log}."
        )

    def said(self) -> str:
        """What it has written since its last start."""
        with self.log.open("rb") as log:
            log.seek(self._read_from)
            return log.read().decode(errors="replace")

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid if self._process is not None else 0

    def ask_to_stop(self) -> None:
        """SIGTERM, without waiting."""
        self._signal(signal.SIGTERM)

    def stop(self) -> None:
        """SIGTERM and wait; SIGKILL for one that does not go."""
        self.ask_to_stop()
        if self._process is None:
            return
        try:
            self._process.wait(timeout=_STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()
        self.url = ""

    def kill(self) -> None:
        """SIGKILL, as a power cut would: nothing is tidied up."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()
        self.url = ""

    def freeze(self) -> None:
        """SIGSTOP: the process stays, and answers nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None or not self.is_running:
            return
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:  # it went in this very moment
            return
