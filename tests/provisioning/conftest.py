"""A machine for the ceremony: the real command in temporary directories, with a quick key derivation.

The passphrase's argon2id takes half a second by design; here a hash stands in for it, except in the
tests that start the real program.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from provisioning.cli import root
from shared.crypto import digest

PASSPHRASE = "nine synthetic words nobody says aloud"
URL = "http://127.0.0.1:8440"


@dataclass(frozen=True, slots=True)
class Machine:
    """Directories of an authority, a hub and nodes below one folder, and the command to work on them."""

    place: Path

    @property
    def authority(self) -> Path:
        return self.place / "authority"

    @property
    def hub(self) -> Path:
        return self.place / "hub"

    @property
    def hub_card(self) -> Path:
        return self.hub / "hub.card"

    def run(self, *arguments: str | Path, answer: str = "") -> Result:
        """Run `karaula` with the arguments; the passphrase is added where the command takes one."""
        words = [str(argument) for argument in arguments]
        if words[1] != "list" and "--passphrase-file" not in words:
            words += ["--passphrase-file", str(self.place / "passphrase")]
        return CliRunner().invoke(root(), words, input=answer)

    def did(self, *arguments: str | Path, answer: str = "") -> str:
        """Run a command that must succeed; returns what it said."""
        result = self.run(*arguments, answer=answer)
        assert result.exit_code == 0, result.output
        return result.output

    def refused(self, *arguments: str | Path, answer: str = "") -> str:
        """Run a command that must be refused in one line; returns the code."""
        result = self.run(*arguments, answer=answer)
        assert result.exit_code == 1, result.output
        (line,) = [line for line in result.output.splitlines() if line.startswith("✗ ")]
        assert " — " in line, "a refusal carries its hint"
        return line.removeprefix("✗ ").partition(":")[0]

    def init_authority(self, name: str = "authority") -> Path:
        self.did("authority", "init", self.place / name)
        return self.place / name

    def init_hub(self) -> Path:
        self.did("hub", "init", self.hub, "--authority", self.authority, "--url", URL)
        return self.hub

    def issue(self, post: str = "KLOBUK", name: str = "pack", *more: str) -> Path:
        out = self.place / name
        self.did(
            *("node", "issue", "--authority", self.authority, "--hub-card", self.hub_card),
            *("--post", post, "--out", out, *more),
        )
        return out

    def enrol(self, pack: Path, data: str, *more: str | Path) -> Path:
        self.did("node", "enrol", pack, "--data", self.place / data, *more)
        return self.place / data

    def enrol_here(self, pack: Path, data: str) -> Path:
        return self.enrol(pack, data, "--approve-with", self.authority, "--yes")


@pytest.fixture
def quick_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash in place of argon2id."""
    monkeypatch.setattr(
        "shared.enrolment.keys.passphrase_key",
        lambda passphrase, salt: digest(passphrase.encode(), salt, size=32),
    )


@pytest.fixture
def machine(tmp_path: Path, quick_passphrase: None) -> Iterator[Machine]:
    """An empty machine with a passphrase file."""
    before = os.umask(0)  # the modes must not depend on a kind umask
    made = Machine(tmp_path)
    (tmp_path / "passphrase").write_text(f"{PASSPHRASE}\n")
    yield made
    os.umask(before)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority with one hub, made once; tests take copies."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "shared.enrolment.keys.passphrase_key",
            lambda passphrase, salt: digest(passphrase.encode(), salt, size=32),
        )
        made = Machine(tmp_path_factory.mktemp("prepared"))
        (made.place / "passphrase").write_text(PASSPHRASE)
        made.init_authority()
        made.init_hub()
    return made.place


@pytest.fixture
def ready(machine: Machine, prepared: Path) -> Machine:
    """A machine with an authority and a certified hub."""
    for name in ("authority", "hub"):
        shutil.copytree(prepared / name, machine.place / name)
    return machine
