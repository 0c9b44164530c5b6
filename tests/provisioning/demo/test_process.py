from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from provisioning.demo import tether
from provisioning.demo.process import Server, run
from shared.errors import ConfigError


def gone(pid: int) -> bool:
    """Whether a process ends within a while (a zombie has ended)."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def test_a_tethered_command_dies_with_its_parent(tmp_path: Path):
    """The parent is killed without a chance to tidy up; the kernel ends the child all the same."""
    note = tmp_path / "pid"
    child = f"import os,time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    parent = (
        "import os,subprocess,sys,time\n"
        f"subprocess.Popen([sys.executable, '-I', '-S', {tether.__file__!r}, str(os.getpid()), "
        f"sys.executable, '-c', {child!r}])\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", parent]) as running:
        end = time.monotonic() + 20
        while not (note.exists() and note.read_text()) and time.monotonic() < end:
            time.sleep(0.02)
        running.send_signal(signal.SIGKILL)
    assert gone(int(note.read_text()))


def test_a_tethered_command_does_not_start_for_a_dead_parent():
    """A child that comes too late to be tethered does not run at all."""
    command = [sys.executable, "-I", "-S", tether.__file__, "1", "/bin/echo", "ran"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")


def test_a_server_that_does_not_start_says_why(tmp_path: Path):
    """The refusal of the command itself reaches the person, with the place of its log."""
    server = Server(name="klobuk", arguments=("edge", "run", "--data", str(tmp_path)), log=tmp_path / "log")
    server.start()
    with pytest.raises(ConfigError, match="not_enrolled"):
        server.wait()
    assert not server.is_running


def test_a_command_that_fails_says_why(tmp_path: Path):
    """What a failing command says is in the error."""
    with pytest.raises(ConfigError, match="demo_command_failed"):
        run("node", "list", "--authority", str(tmp_path / "nowhere"))


def test_the_demo_keeps_no_credentials_of_a_service(monkeypatch: pytest.MonkeyPatch):
    """A key that systemd gave to this very process opens none of the demo's machines."""
    from provisioning.demo.process import environment

    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials/karaula")
    assert "CREDENTIALS_DIRECTORY" not in environment()
    assert os.environ["PATH"] == environment()["PATH"]
