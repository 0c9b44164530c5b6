"""A missing program: a skip with its reason for a person, a failure where CI=true."""

from __future__ import annotations

import ast

import pytest

from tests.house.source import ROOT, called, sources

ABSENT = "no-such-program-anywhere"


@pytest.fixture
def inner(pytester: pytest.Pytester) -> pytest.Pytester:
    """A test session of its own, with this project's conftest and one test that needs an absent program."""
    pytester.makeconftest((ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"))
    pytester.makeini("[pytest]\nmarkers = requires_program")
    pytester.makepyfile(f"import pytest\n@pytest.mark.requires_program('{ABSENT}')\ndef test_it(): pass")
    return pytester


def test_a_person_gets_a_skip_that_names_the_program(inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """On a machine of one's own the test is skipped and says what is missing."""
    monkeypatch.delenv("CI", raising=False)
    result = inner.runpytest("-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines([f"*missing program: {ABSENT}*"])


def test_ci_gets_a_failure(inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """Where the machine was to be complete, the absence fails the run."""
    monkeypatch.setenv("CI", "true")
    result = inner.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*missing program: {ABSENT}*CI=true*"])


def test_a_program_that_is_there_is_used(inner: pytest.Pytester):
    """The marker lets a test run when its program exists."""
    inner.makepyfile("import pytest\n@pytest.mark.requires_program('sh')\ndef test_it(): pass")
    inner.runpytest().assert_outcomes(passed=1)


def test_no_test_looks_for_programs_by_itself():
    """Only `tests/programs.py` asks for a program on PATH, so that no skip escapes the rule for CI."""
    found = [
        f"{file.path}:{node.lineno}"
        for file in sources("tests")
        if file.path != "tests/programs.py"
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Call) and called(node).rpartition(".")[2] == "which"
    ]
    assert found == []
