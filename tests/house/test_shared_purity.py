"""`shared` opens no file and no socket, reads no clock and no environment: all that is handed in."""

from __future__ import annotations

import ast
from collections.abc import Iterable

import pytest

from tests.house.source import Source, called, imports, matches, sources

WORLDLY_MODULES = frozenset(
    {
        *("asyncio", "concurrent", "ctypes", "multiprocessing", "queue", "selectors", "signal", "subprocess"),
        *("threading", "_thread", "getpass", "locale", "logging", "os", "platform", "structlog", "sys"),
        *("fcntl", "glob", "mmap", "pathlib", "shutil", "tempfile", "importlib", "pkgutil", "zoneinfo"),
        *(
            "http",
            "requests",
            "select",
            "socket",
            "socketserver",
            "ssl",
            "httpx",
            "flask",
            "waitress",
            "click",
        ),
        *("random", "secrets", "time", "uuid"),
        *("sqlite3", "sqlcipher3", "sqlite_utils"),
    }
)
"""Modules that reach for the machine, the network, the clock, chance or a database."""

WORLDLY_CALLS = frozenset({"open", "input", "print", "breakpoint", "exec", "eval", "compile"})
WORLDLY_METHODS = frozenset(
    {"now", "utcnow", "today", "read_text", "read_bytes", "write_text", "write_bytes", "urlopen", "urandom"}
)
"""Calls of these names reach out whatever the object is called."""

# file -> (what it may import all the same, why)
EXEMPT: dict[str, tuple[frozenset[str], str]] = {
    "shared/database.py": (
        frozenset({"sqlcipher3", "sqlite3", "sqlite_utils", "sys", "threading"}),
        "keys and guards the database both sides use; whoever composes a process opens the file",
    ),
    "shared/codelists/__init__.py": (
        frozenset({"pkgutil"}),
        "reads the code lists delivered beside it, and nothing else",
    ),
    "shared/ledger/": (
        frozenset({"sqlite3", "sqlite_utils"}),
        "the tables both sides keep; the connection is handed in",
    ),
}


def impurities(files: Iterable[Source]) -> list[str]:
    """Imports and calls by which a file of `shared` would reach out into the world."""
    faults = []
    for file in files:
        allowed = frozenset().union(
            *(names for path, (names, _) in EXEMPT.items() if matches(file.path, [path]))
        )
        faults += [
            f"{file.path}:{line} imports {top}"
            for line, top in sorted({(found.line, found.top) for found in imports(file)})
            if top in WORLDLY_MODULES - allowed
        ]
        faults += [
            f"{file.path}:{node.lineno} calls {called(node)}"
            for node in ast.walk(file.tree)
            if isinstance(node, ast.Call) and _reaches_out(called(node))
        ]
    return faults


def _reaches_out(name: str) -> bool:
    before, _, last = name.rpartition(".")
    return last in WORLDLY_METHODS if before else last in WORLDLY_CALLS


def test_shared_is_pure():
    """Nothing in `shared` reaches for the world, but for the rows of the table with their reasons."""
    assert impurities(sources("shared")) == []


@pytest.mark.parametrize(
    "text",
    [
        "import os",
        "from pathlib import Path",
        "def late():\n    import socket",
        "from time import time",
        "import secrets",
        "from datetime import datetime, UTC\nstamp = datetime.now(UTC)",
        "import datetime\nstamp = datetime.date.today()",
        "handle = open('file')",
        "text = thing.read_text()",
        "print('hello')",
        "import sqlite3",
        "from importlib import resources",
    ],
)
def test_a_planted_reach_into_the_world_is_caught(text: str):
    """Each kind of reaching out is seen, inside functions too."""
    assert len(impurities([Source(path="shared/ids.py", text=text)])) == 1


def test_an_exemption_covers_only_its_own_modules():
    """The database module may import its drivers and still no socket."""
    planted = Source(path="shared/database.py", text="import sqlcipher3\nimport socket")
    assert impurities([planted]) == ["shared/database.py:2 imports socket"]


@pytest.mark.parametrize(
    "text", ["from datetime import datetime", "import io", "clock.read()", "self._open(sealed)"]
)
def test_pure_code_passes(text: str):
    """Values, buffers and injected clocks are left alone."""
    assert impurities([Source(path="shared/ids.py", text=text)]) == []
