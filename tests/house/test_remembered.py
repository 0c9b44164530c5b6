"""What functions remember stays small: it fills a node's memory, and emptying it later gives none back."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from tests.house.source import Source, sources

ROOM_MAX = 1 << 12  # answers a function keeps, at 100 to 700 B each


def rooms(file: Source) -> Iterator[tuple[int, int]]:
    """(line, answers kept) of each `lru_cache` whose size is written where it stands."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("lru_cache"):
            for given in (*node.args, *(word.value for word in node.keywords if word.arg == "maxsize")):
                if not isinstance(given, ast.Name):
                    yield node.lineno, eval(ast.unparse(given), {"__builtins__": {}})  # noqa: S307 - our own source


def large_rooms(files: Iterable[Source]) -> list[str]:
    """Functions that remember more than `ROOM_MAX` answers, or any number."""
    return [
        f"{file.path}:{line} keeps {kept}"
        for file in files
        for line, kept in rooms(file)
        if kept is None or kept > ROOM_MAX
    ]


def test_no_function_of_a_node_remembers_much():
    """No function of the node or the shared ground keeps more than a few thousand answers."""
    assert large_rooms(sources("edge", "shared")) == []


def test_a_planted_large_room_is_caught():
    """A room larger than that is named, however its size is written."""
    text = "@lru_cache(maxsize=1 << 15)\ndef one(): ...\n@functools.lru_cache(None)\ndef two(): ...\n"
    assert large_rooms([Source(path="shared/x.py", text=text)]) == [
        "shared/x.py:1 keeps 32768",
        "shared/x.py:3 keeps None",
    ]
