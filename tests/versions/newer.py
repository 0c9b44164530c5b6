"""The house of tomorrow: a copy of this one whose schema has a field and a kind more.

The copy is real source that real processes run, so nothing is patched while it runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.mutants.plant import copy_house

KIND: Final = 40
"""The new kind: a landslide report, made by posts."""
HAIR, TOLD, GATE, ROADS = 60, 61, 60, 3
"""New fields: two of an alert (what is told gathers), one of a check, and one of the new kind."""

_GROWN: Final = (
    (
        "shared/schema/watch.py",
        '            (34, "note", _T, Rule.APPEND),\n',
        (
            '            (34, "note", _T, Rule.APPEND),\n            (60, "hair", _T, _LATEST),\n'
            '            (61, "told", _T, Rule.APPEND),\n'
        ),
    ),
    (
        "shared/schema/crossing.py",
        '            (37, "verdict", _C)',
        '            (60, "gate", _I),\n            (37, "verdict", _C)',
    ),
    ("shared/schema/model.py", "    SCOPE_LEAVE = 20\n", "    SCOPE_LEAVE = 20\n    LANDSLIDE = 40\n"),
    ("shared/schema/__init__.py", "SCHEMA_VERSION: Final = 1", "SCHEMA_VERSION: Final = 2"),
    (
        "shared/schema/__init__.py",
        "_ROWS: Final = (\n",
        (
            "_ROWS: Final = (\n"
            "    RecordType(kind=Kind.LANDSLIDE, lane=post.SHIFT.lane, fields=(*post.SHIFT.fields[:2], "
            'Field(number=3, name="roads", type=Type.TEXT, rule=Rule.LATEST))),\n'
        ),
    ),
)


def make_newer(folder: Path) -> Path:
    """Copy the house and grow its schema; returns where it stands."""
    folder.mkdir()
    copy_house(folder)
    for path, old, new in _GROWN:
        file = folder / path
        source = file.read_text()
        assert source.count(old) == 1, f"{path} has changed: {old!r} is there {source.count(old)} times"
        file.write_text(source.replace(old, new))
    return folder
