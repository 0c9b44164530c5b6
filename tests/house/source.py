"""Python files as syntax trees, and every import in them, however it is written.

Job: let the structure checks read code without running it. An import inside a function, under `TYPE_CHECKING`
or by name (`importlib.import_module("…")`) counts like one at the top.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("edge", "hub", "provisioning", "shared")

# Calls that import what their first argument names, by the last part of the called name.
IMPORTING_CALLS = frozenset({"import_module", "__import__", "resolve_name", "run_module", "find_spec"})
UNREADABLE = "?"
"""The module of an import whose name is computed, so that nobody can read it here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One Python file: its path below the root, with forward slashes, and its text."""

    path: str
    text: str

    @property
    def package(self) -> str:
        """The top-level folder."""
        return self.path.partition("/")[0]

    @property
    def module(self) -> str:
        """The dotted name it is imported by."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return _parse(self.path, self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One imported module (`UNREADABLE` if computed) and the line that does it."""

    module: str
    line: int

    @property
    def top(self) -> str:
        """The first part: the package or distribution meant."""
        return self.module.partition(".")[0]


@cache
def _parse(path: str, text: str) -> ast.Module:
    return ast.parse(text, path)


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """Every Python file below these folders of the checkout, in a fixed order."""
    return tuple(
        Source(path=path.relative_to(ROOT).as_posix(), text=path.read_text(encoding="utf-8"))
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
    )


def imports(source: Source) -> Iterator[Import]:
    """Every import of the file. `from a import b` gives `a` and `a.b`, since `b` may be a module."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(module=alias.name, line=node.lineno)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(source, node)
            yield Import(module=base, line=node.lineno)
            for alias in node.names:
                yield Import(module=f"{base}.{alias.name}".lstrip("."), line=node.lineno)
        elif isinstance(node, ast.Call) and called(node).rpartition(".")[2] in IMPORTING_CALLS:
            yield Import(module=_named(node), line=node.lineno)


def called(node: ast.Call) -> str:
    """The called name with its dots (`datetime.now`); empty parts where it is not a plain name."""
    parts: list[str] = []
    target: ast.expr = node.func
    while isinstance(target, ast.Attribute):
        parts.append(target.attr)
        target = target.value
    parts.append(target.id if isinstance(target, ast.Name) else "")
    return ".".join(reversed(parts))


def matches(path: str, patterns: Sequence[str]) -> bool:
    """Whether one of the patterns is this path, a folder above it (`hub/store/`), or a wildcard for it."""
    return any(
        path.startswith(pattern) if pattern.endswith("/") else fnmatchcase(path, pattern)
        for pattern in patterns
    )


def _absolute(source: Source, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    # One level up drops the last part, whether that is a module or __init__.
    parts = source.path.removesuffix(".py").split("/")
    return ".".join([*parts[: -node.level], *([node.module] if node.module else [])])


def _named(node: ast.Call) -> str:
    values = [
        *node.args,
        *(keyword.value for keyword in node.keywords if keyword.arg in {"name", "mod_name"}),
    ]
    first = values[0] if values else None
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return first.value.partition(":")[0]
    return UNREADABLE
