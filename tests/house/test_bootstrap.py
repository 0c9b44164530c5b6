"""Making the environment: only the pinned uv is run, and the pins agree wherever they are written."""

from __future__ import annotations

import ast
import hashlib
import io
import os
import subprocess
import tomllib
import zipfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from tests.house.source import ROOT
from tests.programs import require_program

SCRIPT = ROOT / ".ci" / "bootstrap.py"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def bootstrap() -> ModuleType:
    """The script as a module."""
    spec = spec_from_file_location("bootstrap", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def wheel_of(bootstrap: ModuleType, program: bytes) -> bytes:
    """A wheel laid out like uv's, with `program` as its program."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"uv-{bootstrap.dotted(bootstrap.UV_PINNED)}.data/scripts/uv", program)
    return packed.getvalue()


def test_a_wheel_with_the_pinned_hash_is_unpacked(bootstrap: ModuleType, tmp_path: Path):
    """The program arrives whole and may be run."""
    wheel = wheel_of(bootstrap, b"#!/bin/sh\n")
    target = tmp_path / "new" / "uv"
    bootstrap.unpack_uv(wheel, hashlib.sha256(wheel).hexdigest(), target)
    assert (target.read_bytes(), os.access(target, os.X_OK)) == (b"#!/bin/sh\n", True)


def test_a_wheel_with_another_hash_leaves_nothing_behind(bootstrap: ModuleType, tmp_path: Path):
    """A tampered download is refused before a byte of it is unpacked."""
    wheel = wheel_of(bootstrap, b"#!/bin/sh\n")
    with pytest.raises(bootstrap.BootstrapError, match="not the pinned one"):
        bootstrap.unpack_uv(wheel + b"\0", hashlib.sha256(wheel).hexdigest(), tmp_path / "uv")
    assert list(tmp_path.iterdir()) == []


def test_an_endless_download_is_cut(bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A body longer than any wheel is refused, not kept in memory."""
    body = tmp_path / "body"
    body.write_bytes(b"x" * 11)
    monkeypatch.setattr(bootstrap, "WHEEL_BYTES_MAX", 10)
    with pytest.raises(bootstrap.BootstrapError, match="far longer"):
        bootstrap.download(body.as_uri())


def test_an_unreachable_host_says_what_to_check(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch):
    """After its tries the script names the network, the proxy and the certificates, not a traceback."""
    monkeypatch.setattr(bootstrap.time, "sleep", lambda seconds: None)
    with pytest.raises(bootstrap.BootstrapError, match="ca-certificates"):
        bootstrap.download("file:///nowhere/at/all")


def test_another_index_in_the_environment_is_not_followed(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
):
    """The caller's uv settings cannot redirect the packages, the folder or the interpreter."""
    for name in ("UV_INDEX_URL", "UV_FIND_LINKS", "UV_PYTHON", "UV_PROJECT_ENVIRONMENT", "VIRTUAL_ENV"):
        monkeypatch.setenv(name, "elsewhere")
    assert "elsewhere" not in bootstrap.uv_environment(kept=True).values()


def test_a_fetched_uv_stays_inside_the_checkout(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch):
    """Without a uv of the machine's own, the cache lies in the checkout too, so HOME may be empty."""
    monkeypatch.delenv("UV_CACHE_DIR", raising=False)
    assert bootstrap.uv_environment(kept=True)["UV_CACHE_DIR"].startswith(str(ROOT))
    assert "UV_CACHE_DIR" not in bootstrap.uv_environment(kept=False)


def test_the_pins_agree(bootstrap: ModuleType):
    """The script, `required-version`, the build backend and the wheels' names mean the same uv and Python."""
    pinned, too_new = bootstrap.dotted(bootstrap.UV_PINNED), bootstrap.dotted(bootstrap.UV_TOO_NEW[:2])
    assert PROJECT["tool"]["uv"]["required-version"] == f">={pinned},<{too_new}"
    assert PROJECT["build-system"]["requires"] == [f"uv_build>={pinned},<{too_new}"]
    assert [file for _, file, _ in bootstrap.UV_WHEELS.values() if f"uv-{pinned}-" not in file] == []
    oldest, newest = bootstrap.dotted(bootstrap.PYTHON_MIN), bootstrap.dotted(bootstrap.PYTHON_TOO_NEW)
    assert PROJECT["project"]["requires-python"] == f">={oldest},<{newest}"


def test_an_old_python_can_read_the_script():
    """The script parses as Python 3.7, so that an old interpreter prints a sentence, not a syntax error."""
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 7))


@pytest.mark.prove
def test_a_bare_machine_makes_the_environment(tmp_path: Path):
    """A fresh clone, an empty HOME and the system's PATH give a `karaula` command, compiled, and a second run
    idles."""
    git, make = require_program("git"), require_program("make")
    checkout, home = tmp_path / "checkout", tmp_path / "home"
    home.mkdir()
    subprocess.run([git, "clone", "--quiet", str(ROOT), str(checkout)], check=True)
    bare = {"PATH": "/usr/bin:/bin", "HOME": str(home)}
    subprocess.run([make, "env"], cwd=checkout, env=bare, check=True)
    assert os.access(checkout / ".venv" / "bin" / "karaula", os.X_OK)
    assert [*checkout.glob("edge/__pycache__/node.*.pyc")]
    assert [*checkout.glob(".venv/lib/*/site-packages/flask/__pycache__/app.*.pyc")]
    again = subprocess.run([make, "env"], cwd=checkout, env=bare, check=True, capture_output=True, text=True)
    assert "bootstrap" not in again.stderr
    assert list(home.iterdir()) == []
