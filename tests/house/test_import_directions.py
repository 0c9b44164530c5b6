"""Who may import whom: edge, hub and provisioning know shared, never one another; nothing goes in circles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from tests.house.source import PACKAGES, UNREADABLE, Source, imports, sources

MAY_IMPORT = {
    "edge": {"edge", "shared"},
    "hub": {"hub", "shared"},
    "provisioning": {"provisioning", "shared"},
    "shared": {"shared"},
}

# importer -> what it must not reach, not even through others, and why
MUST_NOT_REACH = {
    "shared.errors": ({"shared"}, "the root of everything depends on nothing"),
    "shared.limits": ({"shared"}, "plain numbers"),
    "shared.merge": ({"shared.wire", "shared.crypto", "shared.bundle"}, "a pure function over a table"),
    "shared.wire": ({"shared.crypto", "shared.bundle"}, "knows no keys"),
    "shared.crypto": ({"shared.wire", "shared.schema"}, "knows no meaning"),
}


def direction_faults(files: Iterable[Source]) -> list[str]:
    """Imports of a sibling package, of the tests, or of a module whose name is computed."""
    faults = []
    for file in files:
        for found in imports(file):
            if found.module == UNREADABLE:
                faults.append(f"{file.path}:{found.line} imports a module by a computed name")
            elif found.top in {*PACKAGES, "tests"} - MAY_IMPORT[file.package]:
                faults.append(f"{file.path}:{found.line} imports {found.module}")
    return faults


def import_graph(files: Iterable[Source]) -> dict[str, set[str]]:
    """Module -> the modules among these files that it imports, itself left out."""
    files = list(files)
    known = {file.module for file in files}
    return {
        file.module: ({found.module for found in imports(file)} & known) - {file.module} for file in files
    }


def reach(graph: Mapping[str, set[str]], start: str) -> set[str]:
    """Every module that `start` imports, directly or through others."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for found in graph.get(waiting.pop(), set()) - seen:
            seen.add(found)
            waiting.append(found)
    return seen


def circles(graph: Mapping[str, set[str]]) -> list[str]:
    """Modules that import themselves through others."""
    return sorted(module for module in graph if module in reach(graph, module))


def forbidden_reaches(graph: Mapping[str, set[str]]) -> list[str]:
    """Modules of `MUST_NOT_REACH` that import what they must not know."""
    return [
        f"{start} reaches {found}, but it {reason}"
        for start, (forbidden, reason) in MUST_NOT_REACH.items()
        for found in sorted(reach(graph, start) - {start})
        if any(found == name or found.startswith(f"{name}.") for name in forbidden)
    ]


def test_siblings_never_import_one_another():
    """No file of the four packages imports a sibling, the tests, or anything by a computed name."""
    assert direction_faults(sources(*PACKAGES)) == []


def test_imports_never_go_in_circles():
    """The import graph of all four packages has no cycle, so each module can be read after those it names."""
    assert circles(import_graph(sources(*PACKAGES))) == []


def test_inner_modules_stay_ignorant():
    """Merging knows no bytes, the codec knows no keys, and so on through the table, indirectly too."""
    assert forbidden_reaches(import_graph(sources(*PACKAGES))) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("edge/app.py", "import hub"),
        ("edge/app.py", "def later():\n    from hub.store import rows"),
        ("hub/app.py", "if TYPE_CHECKING:\n    import edge.store as store"),
        ("hub/app.py", "import importlib\nimportlib.import_module('edge.store')"),
        ("hub/app.py", "from importlib import import_module\nimport_module(name='provisioning')"),
        ("hub/app.py", "__import__('provisioning.enrol')"),
        ("hub/app.py", "import pkgutil\npkgutil.resolve_name('edge.app:create_app')"),
        ("provisioning/cli.py", "from hub.cli import hub"),
        ("provisioning/cli.py", "import importlib\nimportlib.import_module(f'{name}.cli')"),
        ("shared/wire.py", "import edge.web"),
        ("shared/wire.py", "from .. import hub"),
        ("edge/app.py", "import tests.programs"),
    ],
)
def test_a_planted_sibling_import_is_caught(path: str, text: str):
    """Each way of writing a sibling import is seen."""
    assert len(direction_faults([Source(path=path, text=text)])) >= 1


@pytest.mark.parametrize(
    "text", ["from shared import ids", "import edge.store.log", "from . import config", "import re"]
)
def test_an_allowed_import_passes(text: str):
    """The check complains about nothing it should let through."""
    assert direction_faults([Source(path="edge/app.py", text=text)]) == []


def test_a_planted_circle_is_caught():
    """A cycle through a lazy import inside a function is seen."""
    planted = [
        Source(path="shared/a.py", text="from shared import b"),
        Source(path="shared/b.py", text="def late():\n    import shared.c"),
        Source(path="shared/c.py", text="from shared.a import thing"),
        Source(path="shared/d.py", text="import shared.a"),
    ]
    assert circles(import_graph(planted)) == ["shared.a", "shared.b", "shared.c"]


def test_a_planted_indirect_reach_is_caught():
    """Merging that knows the codec only through another module is seen."""
    planted = [
        Source(path="shared/merge.py", text="from shared import between"),
        Source(path="shared/between.py", text="from shared.wire import encode"),
        Source(path="shared/wire.py", text=""),
    ]
    assert len(forbidden_reaches(import_graph(planted))) == 1
