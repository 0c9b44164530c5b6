"""The shape of files: names that say what is inside, lengths one can read, ignores that give their reason."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable

import pytest

from tests.house.source import PACKAGES, Source, sources

LINES_MAX = 400

# file -> why it is longer than LINES_MAX and better in one piece
LONG_FILES: dict[str, str] = {}

# Names that say nothing about what is inside, as a whole or as one word of a name.
EMPTY_WORDS = frozenset({"util", "utils", "helper", "helpers", "manager", "managers", "misc", "common"})

IGNORE = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma|nosec)\b")
REASONED_IGNORE = re.compile(
    r"#\s*(?:noqa: [A-Z]+\d+(?:, ?[A-Z]+\d+)*|type: ignore\[[a-z, -]+\])\s*[#—–-]\s*\w+"
)


def long_files(files: Iterable[Source]) -> list[str]:
    """Files over the limit and not in the table."""
    return [
        f"{file.path} has {len(file.text.splitlines())} lines"
        for file in files
        if len(file.text.splitlines()) > LINES_MAX and file.path not in LONG_FILES
    ]


def empty_names(files: Iterable[Source]) -> list[str]:
    """Files and folders whose name is a word for anything."""
    return [
        file.path
        for file in files
        if EMPTY_WORDS & set(re.split(r"[/_.]", file.path.removesuffix(".py").lower()))
    ]


def bare_ignores(files: Iterable[Source]) -> list[str]:
    """Comments that silence a check without naming its rule and a reason."""
    return [
        f"{file.path}:{token.start[0]} {token.string}"
        for file in files
        for token in tokenize.generate_tokens(io.StringIO(file.text).readline)
        if token.type == tokenize.COMMENT
        and IGNORE.search(token.string)
        and not REASONED_IGNORE.search(token.string)
    ]


def everything() -> tuple[Source, ...]:
    """All Python of the project, the tests and the tools included."""
    return sources(*PACKAGES, "tests", ".ci")


def test_files_stay_short():
    """No Python file is over the limit, save those whose reason stands in the table."""
    assert long_files(everything()) == []


def test_the_table_of_long_files_is_current():
    """A file that has become short, or has gone, is struck from the table."""
    lines = {file.path: len(file.text.splitlines()) for file in everything()}
    assert [path for path in LONG_FILES if lines.get(path, 0) <= LINES_MAX] == []


def test_names_say_what_is_inside():
    """No file or folder is called utils, helpers, manager or the like."""
    assert empty_names(everything()) == []


def test_every_ignore_names_its_rule_and_reason():
    """A silenced check says which one and why, on the same line."""
    assert bare_ignores(everything()) == []


def test_a_planted_long_file_is_caught():
    """One line over the limit is one too many."""
    assert len(long_files([Source(path="hub/inbox.py", text="\n" * (LINES_MAX + 1))])) == 1
    assert long_files([Source(path="hub/inbox.py", text="\n" * LINES_MAX)]) == []


@pytest.mark.parametrize(
    "path", ["hub/utils.py", "edge/helpers/form.py", "shared/key_manager.py", "hub/date_utils.py"]
)
def test_a_planted_empty_name_is_caught(path: str):
    """The empty word is seen as a file, a folder or a part of a name."""
    assert empty_names([Source(path=path, text="")]) == [path]


@pytest.mark.parametrize(
    "comment",
    ["# noqa", "# noqa: S608", "# type: ignore", "# type: ignore[arg-type]", "# type: ignore - because"],
)
def test_a_planted_bare_ignore_is_caught(comment: str):
    """Neither a bare ignore nor one without a reason passes."""
    assert len(bare_ignores([Source(path="hub/inbox.py", text=f"x = 1  {comment}\n")])) == 1


@pytest.mark.parametrize(
    "line",
    [
        "x = 1  # noqa: S608 - the table name is a constant",
        "x = 1  # type: ignore[arg-type]  # the driver is untyped",
        "x = '# noqa'",
        "x = 1  # a comment",
    ],
)
def test_a_reasoned_ignore_passes(line: str):
    """A rule and a reason suffice; text in strings is no ignore."""
    assert bare_ignores([Source(path="hub/inbox.py", text=line + "\n")]) == []
