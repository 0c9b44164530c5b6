"""The lock: every package pinned, hashed, public and free of licences we may not pass on."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from urllib.parse import urlsplit

import pytest
from packaging.requirements import Requirement

from tests.house.source import ROOT

PUBLIC_HOSTS = {"pypi.org", "files.pythonhosted.org"}
LOCK = (ROOT / "uv.lock").read_text(encoding="utf-8")
LOCKED = tomllib.loads(LOCK)["package"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# Declared nowhere but in the licence file that comes along, as read there.
READ_IN_FILE = {"sqlcipher3": "Zlib"}

# The strong copyleft licences, in SPDX, in prose and as classifiers; the Lesser GPL is another matter.
COPYLEFT = re.compile(r"(?<!L)\bA?GPL|(?<!LESSER )GENERAL PUBLIC LICENSE|AFFERO", re.IGNORECASE)


def strangers(text: str) -> set[str]:
    """Hosts named in a lock file that are not the public index."""
    return {urlsplit(url).hostname or url for url in re.findall(r"https?://[^\s\"]+", text)} - PUBLIC_HOSTS


def run_time_distributions() -> Iterator[Distribution]:
    """Every installed distribution that the product needs when it runs, its own needs included."""
    seen: set[str] = set()
    waiting = [Requirement(line).name for line in PROJECT["dependencies"]]
    while waiting:
        name = waiting.pop().lower()
        if name in seen:
            continue
        seen.add(name)
        found = distribution(name)
        yield found
        needs = map(Requirement, found.requires or [])
        waiting += [need.name for need in needs if not need.marker or need.marker.evaluate({"extra": ""})]


def licence_of(found: Distribution) -> str:
    """What the distribution declares: SPDX expression, licence field's first line and classifiers."""
    declared = found.metadata
    lines = [declared.get("License-Expression") or "", (declared.get("License") or "").partition("\n")[0]]
    lines += [line for line in declared.get_all("Classifier") or [] if line.startswith("License ::")]
    return " / ".join(line for line in lines if line) or READ_IN_FILE.get(declared["Name"], "")


def test_the_lock_answers_to_the_project_file():
    """A dependency changed without `make lock` is noticed before it surprises someone."""
    command = [sys.executable, ".ci/bootstrap.py", "uv", "lock", "--check", "--offline"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_the_lock_names_only_the_public_index():
    """No mirror of one machine is written into the lock."""
    assert strangers(LOCK) == set()


def test_a_planted_mirror_is_caught():
    """A private host beside the public ones is seen."""
    planted = 'url = "https://files.pythonhosted.org/a.whl"\nurl = "https://mirror.example/simple"'
    assert strangers(planted) == {"mirror.example"}


def test_everything_locked_is_a_hashed_wheel():
    """Nothing has to be built from source, and every file has a hash to be checked against."""
    bare = [
        package["name"]
        for package in LOCKED
        if "registry" in package["source"]
        and not (package.get("wheels") and all("hash" in wheel for wheel in package["wheels"]))
    ]
    assert bare == []


def test_nothing_at_run_time_is_under_the_gpl():
    """No dependency of the delivered product is under the GPL or AGPL, and each declares some licence."""
    licences = {found.metadata["Name"]: licence_of(found) for found in run_time_distributions()}
    assert {name: text for name, text in licences.items() if COPYLEFT.search(text) or not text} == {}


@pytest.mark.parametrize(
    ("text", "strong"),
    [
        ("GPL-3.0-or-later", True),
        ("AGPL-3.0-only", True),
        ("License :: OSI Approved :: GNU General Public License v3 (GPLv3)", True),
        ("LGPL-3.0-only", False),
        ("License :: OSI Approved :: GNU Lesser General Public License v3", False),
        ("MIT / Apache-2.0", False),
    ],
)
def test_a_planted_copyleft_licence_is_caught(text: str, strong: bool):  # noqa: FBT001 - a parametrized expectation
    """The pattern tells the GPL and AGPL from the others."""
    assert bool(COPYLEFT.search(text)) is strong
