"""What is delivered: one wheel with the four packages, their pages and data, the command, and no tests."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from importlib import import_module
from pathlib import Path

import pytest

from tests.house.source import PACKAGES, ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
COMMANDS = PROJECT["entry-points"]["karaula.commands"] | PROJECT["scripts"]


def delivered_files(root: Path) -> set[str]:
    """Every file of the packages below `root`, byte code apart."""
    return {
        path.relative_to(root).as_posix()
        for package in PACKAGES
        for path in (root / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as it would be delivered. The pinned uv carries the build backend: no network is needed."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, ".ci/bootstrap.py", "uv", "build", "--wheel", "--offline", "--out-dir", folder]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("karaula-*.whl")
    return path


def test_the_wheel_holds_the_packages_with_their_data_and_nothing_else(wheel: Path):
    """Every module, template, translation and data file is inside; tests, tools and documents are not."""
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
    assert {name for name in names if ".dist-info/" not in name} == delivered_files(ROOT)


def test_the_wheel_names_the_command(wheel: Path):
    """Installing the wheel gives the `karaula` command and the groups it gathers."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/entry_points.txt")]
        text = archive.read(name).decode()
    assert [target for target in COMMANDS.values() if target not in text] == []


def test_the_delivered_packages_stand_alone(wheel: Path, tmp_path: Path):
    """Every package imports from the unpacked wheel, with the checkout out of reach."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    program = (
        "import sys; root, checkout, *names = sys.argv[1:]\n"
        "sys.path[:] = [root] + [path for path in sys.path if path not in ('', checkout)]\n"
        "for name in names: assert __import__(name).__file__.startswith(root), name\n"
    )
    command = [sys.executable, "-I", "-c", program, str(tmp_path), str(ROOT), *PACKAGES]
    subprocess.run(command, cwd=tmp_path, check=True)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_registered_command_exists(name: str):
    """Each entry point leads to something callable, so that no command dies with a traceback on start."""
    module, _, attribute = COMMANDS[name].partition(":")
    assert callable(getattr(import_module(module), attribute))
