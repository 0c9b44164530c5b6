"""Planted faults: wrong uses of the commands, a reader that types into any field, a page hard to read."""

from __future__ import annotations

from typing import Final

from tests.mutants.faults import NOTHING_LOST
from tests.mutants.plant import Mutant

TOLD: Final = "a wrong use is told, and changes nothing"
SEEN: Final = "pages are read by whoever must read them"

MUTANTS: Final = (
    Mutant(
        name="two-nodes-in-one-directory",
        promise=TOLD,
        path="edge/serve.py",
        old="        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)",
        new="        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)",
        tests=("tests/edge/test_process.py",),
    ),
    Mutant(
        name="two-hubs-in-one-directory",
        promise=TOLD,
        path="hub/cli.py",
        old="        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)",
        new="        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)",
        tests=("tests/hub/test_process.py",),
    ),
    Mutant(
        name="authority-with-an-unreadable-name",
        promise=TOLD,
        path="provisioning/authority.py",
        old="    check_name(name)\n    own_directory",
        new="    own_directory",
        tests=("tests/provisioning/test_authority.py",),
    ),
    Mutant(
        name="list-of-a-scope-nobody-has",
        promise=TOLD,
        path="hub/snapshots.py",
        old="        return scope == EVERYBODY\n",
        new="        return bool(scope)\n",
        tests=("tests/hub/test_snapshots.py",),
    ),
    Mutant(
        name="scan-mixed-with-the-text-it-fell-into",
        promise=NOTHING_LOST,
        path="edge/static/edge.js",
        old="  const start = field.value.slice(before.at, field.selectionStart);",
        new="  const start = field.value;",
        tests=("tests/e2e/test_officer_flow.py",),
    ),
    Mutant(
        name="page-without-a-heading",
        promise=SEEN,
        path="edge/templates/edge/case.html",
        old='<h1 class="unseen">{{ _("Check") }}</h1>\n',
        new="",
        tests=("tests/e2e/test_accessibility.py",),
    ),
)
