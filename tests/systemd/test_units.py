"""The systemd units: they call commands that exist, and give a thief or a bug as little as they can."""

from __future__ import annotations

import subprocess
from importlib.metadata import entry_points
from pathlib import Path

import click
import pytest

from provisioning.registry import GROUP
from shared.enrolment import files
from tests.house.source import ROOT
from tests.programs import require_program

UNITS = sorted((ROOT / "systemd").glob("*.service"))
HARDENING = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "CapabilityBoundingSet": "",
    "MemoryDenyWriteExecute": "yes",
    "StateDirectoryMode": "0700",
    "UMask": "0077",
    "LimitCORE": "0",
    "User": "karaula",
}
"""What each unit must say, in systemd.exec(5)'s words."""


def settings(unit: Path) -> dict[str, list[str]]:
    """Every setting of a unit, repeated ones in order."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.setdefault(name.strip(), []).append(value.strip())
    return found


def test_there_is_a_unit_for_a_node_for_a_hub_and_for_its_doorbell():
    """The three long-running commands can be installed."""
    named = {"karaula-edge.service", "karaula-hub.service", "karaula-doorbell.service"}
    assert named <= {unit.name for unit in UNITS}


def test_the_hub_is_backed_up_each_night():
    """The timer starts the unit of its own name, and makes up for a night without power."""
    timer = settings(ROOT / "systemd" / "karaula-hub-backup.timer")
    assert (ROOT / "systemd" / "karaula-hub-backup.service") in UNITS
    assert timer["Persistent"] == ["yes"]


def test_the_doorbell_may_open_as_many_files_as_it_has_listeners():
    """A line is a file: under the system's usual limit it would stop at a thousand nodes."""
    said = settings(ROOT / "systemd" / "karaula-doorbell.service")
    (point,) = entry_points(group=GROUP, name="hub.doorbell")
    (listeners,) = [each for each in point.load().params if each.name == "listeners"]
    assert int(said["LimitNOFILE"][0]) > listeners.default


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_the_command_line_is_one_the_command_takes(unit: Path):
    """A renamed option would leave a post without its node after an upgrade."""
    _, group, name, *arguments = settings(unit)["ExecStart"][0].split()
    (point,) = entry_points(group=GROUP, name=f"{group}.{name}")
    command = point.load()
    known = {option for parameter in command.params for option in parameter.opts}
    assert isinstance(command, click.Command)
    assert [word for word in arguments if word.startswith("--") and word not in known] == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_the_database_key_comes_as_a_credential(unit: Path):
    """Under the name the programs look for, and never as an argument or a variable."""
    said = settings(unit)
    assert said["LoadCredentialEncrypted"][0].partition(":")[0] == files.DATABASE_KEY
    assert "--key-file" not in said["ExecStart"][0]
    assert "Environment" not in said


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_each_unit_is_hardened(unit: Path):
    """The settings that contain a hijacked process are there, with the values meant."""
    said = settings(unit)
    assert {name: said.get(name, ["missing"])[0] for name in HARDENING} == HARDENING


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_understands_each_unit(unit: Path, tmp_path: Path):
    """systemd itself finds nothing to complain of (the program's place apart, which is another here)."""
    analyze = require_program("systemd-analyze")
    command = settings(unit)["ExecStart"][0].split()[0]
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text(encoding="utf-8").replace(command, "/bin/true"), encoding="utf-8")
    done = subprocess.run([analyze, "verify", str(copy)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
