"""The command finds its parts by name; a broken part takes nothing else down."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint, version
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from provisioning import cli
from provisioning.registry import GROUP, SUMMARIES

PARTS = """
import click
from shared.errors import StoreError

@click.command()
@click.argument("name")
def greet(name):
    "Greet NAME."
    click.echo(f"hello {name}")

@click.command()
def fail():
    raise StoreError("disk_full", "no room", hint="Make room.")

@click.command()
def locked():
    raise PermissionError(13, "Permission denied", "/data/hub.keys")

@click.command()
def crash():
    raise ZeroDivisionError

not_a_command = 5
"""


@pytest.fixture
def karaula(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The command with these entry points: `run({"hub.greet": "parts:greet"}, "hub", "greet", "you")`."""
    (tmp_path / "planted_parts.py").write_text(PARTS)
    (tmp_path / "planted_wreck.py").write_text("import nothing_of_that_name")
    monkeypatch.syspath_prepend(str(tmp_path))

    def run(points: dict[str, str], *words: str) -> Result:
        made = {name: EntryPoint(name=name, value=value, group=GROUP) for name, value in points.items()}
        monkeypatch.setattr(cli, "installed", lambda: made)
        return CliRunner().invoke(cli.root(), list(words))

    return run


def test_a_dotted_name_is_a_command_in_a_group(karaula):
    """Groups come into being by the names alone, however deep."""
    points = {
        "hub.greet": "planted_parts:greet",
        "hub.desk.greet": "planted_parts:greet",
        "wave": "planted_parts:greet",
    }
    assert karaula(points, "hub", "greet", "you").output == "hello you\n"
    assert karaula(points, "hub", "desk", "greet", "them").output == "hello them\n"
    assert karaula(points, "wave", "all").output == "hello all\n"


def test_a_broken_part_says_so_and_the_others_work(karaula):
    """The neighbour of a wreck runs, the list names the wreck, and calling it is a coded refusal."""
    points = {
        "hub.greet": "planted_parts:greet",
        "hub.wreck": "planted_wreck:x",
        "hub.odd": "planted_parts:not_a_command",
    }
    assert karaula(points, "hub", "greet", "you").exit_code == 0
    listed = karaula(points, "hub", "--help").output
    assert "Greet NAME" in listed
    assert listed.count("(broken: ") == 2
    assert "nothing_of_that_name" in listed
    called = karaula(points, "hub", "wreck", "--any", "thing")
    assert (called.exit_code, "broken_command" in called.output) == (1, True)
    assert "Traceback" not in called.output


def test_a_name_that_is_command_and_group_at_once_is_broken(karaula):
    """Two packages that disagree about a name are told, not silently preferred."""
    points = {"hub": "planted_parts:greet", "hub.greet": "planted_parts:greet"}
    result = karaula(points, "hub", "greet")
    assert (result.exit_code, "broken_command" in result.output) == (1, True)


def test_a_refusal_is_one_line(karaula):
    """Code, message and hint on one line of the error output, status 1, no traceback."""
    result = karaula({"hub.fail": "planted_parts:fail"}, "hub", "fail")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "✗ disk_full: no room — Make room.\n"


def test_a_file_the_account_may_not_use_is_no_traceback(karaula):
    """Wherever the operating system refuses a file, its name and a hint are one line."""
    result = karaula({"hub.locked": "planted_parts:locked"}, "hub", "locked")
    assert (result.exit_code, result.stderr.partition(":")[0]) == (1, "✗ no_permission")
    assert "/data/hub.keys" in result.stderr


def test_our_own_mistakes_keep_their_traceback(karaula):
    """Only expected errors are made pretty."""
    result = karaula({"hub.crash": "planted_parts:crash"}, "hub", "crash")
    assert isinstance(result.exception, ZeroDivisionError)


def test_help_loads_no_part(karaula, monkeypatch: pytest.MonkeyPatch):
    """The top-level help imports nothing that has a summary."""
    for name in ("planted_parts", "planted_wreck"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    points = {"hub.greet": "planted_parts:greet", "demo": "planted_wreck:x"}
    result = karaula(points, "--help")
    assert result.exit_code == 0
    assert SUMMARIES["demo"].split(",")[0] in result.output
    assert "planted_parts" not in sys.modules
    assert "planted_wreck" not in sys.modules


def test_the_real_help_imports_nothing_heavy():
    """`karaula --help` starts without flask, nacl, sqlcipher, httpx or rich."""
    program = (
        "import sys\nfrom provisioning.cli import root\n"
        "try:\n    root().main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({'flask', 'nacl', 'sqlcipher3', 'httpx', 'rich', 'msgpack'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_version(karaula):
    """`--version` is the installed one."""
    assert version("karaula") in karaula({}, "--version").output


def test_this_packages_commands_all_load():
    """Every command of authority and node, and hub init, is installed and whole."""
    for group, commands in {
        "authority": {"init", "certify-hub", "recover-key"},
        "hub": {"init"},
        "node": {"issue", "enrol", "approve", "revoke", "list"},
    }.items():
        for command in commands:
            result = CliRunner().invoke(cli.root(), [group, command, "--help"])
            assert result.exit_code == 0, result.output
            assert "broken" not in result.output
