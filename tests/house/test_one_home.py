"""Each dependency has one home: exchanging it means editing the files of one row."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.house.source import PACKAGES, Source, imports, matches, sources

# import name -> the files that may import it: a path, a folder (ending in /) or a wildcard
HOMES: dict[str, tuple[str, ...]] = {
    "PIL": ("edge/photo.py",),
    "anyascii": ("shared/matching/script.py",),
    "apscheduler": ("*/scheduler.py",),
    "flask": ("edge/app.py", "edge/web/", "hub/api*", "hub/app.py", "hub/console/"),
    "flask_babel": ("edge/app.py", "edge/web/", "hub/app.py", "hub/console/"),
    "flask_wtf": ("edge/app.py", "edge/web/", "hub/app.py", "hub/console/"),
    "httpx": ("edge/transport.py", "edge/transport_snapshot.py", "provisioning/demo/"),
    "msgpack": ("shared/wire*", "shared/session*"),
    "nacl": ("shared/crypto.py",),
    "rapidfuzz": ("shared/matching/", "shared/ledger/person_index.py"),
    "sqlcipher3": (
        "shared/database.py",
        "edge/store/",
        "hub/store/",
        "provisioning/demo/stores.py",
        "provisioning/match_list.py",
    ),
    "sqlite3": ("edge/store/", "hub/store/", "shared/database.py", "shared/ledger/"),
    "sqlite_utils": ("edge/store/", "hub/store/", "shared/database.py", "shared/ledger/"),
    "waitress": ("*/serve.py", "*/server.py", "*/cli.py", "*/process.py"),
    "werkzeug": ("edge/app.py", "edge/web/", "hub/api*", "hub/app.py", "hub/console/"),
    "zstandard": ("shared/wire*",),
}


def stray_imports(files: Iterable[Source]) -> list[str]:
    """Imports of a dependency outside the files its row names."""
    return [
        f"{file.path}:{line} imports {top}, whose home is {', '.join(HOMES[top])}"
        for file in files
        for line, top in sorted({(found.line, found.top) for found in imports(file)})
        if top in HOMES and not matches(file.path, HOMES[top])
    ]


def test_each_dependency_stays_at_home():
    """No file imports a dependency outside its row of the table."""
    assert stray_imports(sources(*PACKAGES)) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("hub/inbox.py", "from nacl.signing import VerifyKey"),
        ("edge/outbox.py", "def late():\n    import msgpack"),
        ("hub/merger.py", "import flask"),
        ("edge/photos.py", "from PIL import Image"),
        ("edge/sync.py", "import importlib\nimportlib.import_module('httpx')"),
        ("edge/web/pages.py", "import sqlite3"),
        ("edge/store_of_hats.py", "import sqlite_utils"),
        ("edge/app.py", "from apscheduler.schedulers.background import BackgroundScheduler"),
    ],
)
def test_a_planted_stray_import_is_caught(path: str, text: str):
    """A dependency used away from home is seen, lazily imported or not."""
    assert len(stray_imports([Source(path=path, text=text)])) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("edge/web/kiosk/pages.py", "import flask"),
        ("shared/crypto.py", "import nacl.hash"),
        ("hub/scheduler.py", "import apscheduler"),
    ],
)
def test_an_import_at_home_passes(path: str, text: str):
    """A dependency used where its row says is left alone."""
    assert stray_imports([Source(path=path, text=text)]) == []
