"""The documentation is true: what it tells people to type exists, and what it walks through is done here."""

from __future__ import annotations

import re

import click
import pytest

from provisioning.demo.sabotage import FAULTS
from tests.house.documentation import LINK, Page, every_command, karaula, options_of, pages, verbs
from tests.house.source import ROOT

# The first word of a documented line that is neither `make` nor `karaula` -> why it stands there.
OTHERS = {
    "echo": "writes the passphrase of the walk-through",
    "mkdir": "part of the walk-through",
    "cmp": "part of the walk-through",
    "rm": "part of the walk-through",
    "systemd-creds": "installing a service; needs systemd and root",
    "shred": "as above",
    "cp": "as above",
    "systemctl": "as above",
}
FOR_USERS = {"README.md", "docs/running.md"}


def unknown_words(page: Page) -> list[str]:
    """Documented commands and options that do not exist."""
    faults = []
    for words in page.commands():
        line = " ".join(words)
        if words[0] == "make":
            faults += [f"{page.path}: {line}" for verb in _verbs(words) - verbs()]
            continue
        command, rest = _command(words[1:])
        if command is None:
            faults.append(f"{page.path}: {line}")
            continue
        given = {word.partition("=")[0] for word in rest if word.startswith("--")}
        faults += [f"{page.path}: {line} has no {option}" for option in given - options_of(command)]
    return faults


def unknown_options(page: Page) -> list[str]:
    """Options spoken of by themselves that no command takes."""
    commands = [karaula(*names) for names in every_command()]
    known = {option for command in commands if command is not None for option in options_of(command)}
    return sorted(page.options() - known)


def _verbs(words: list[str]) -> set[str]:
    return {word for word in words[1:] if "=" not in word and not word.startswith("-")}


def _command(words: list[str]) -> tuple[click.Command | None, list[str]]:
    """The command these words begin with, and the words after its name."""
    for count in (2, 1, 0):
        names = words[:count]
        if len(names) == count and not any(name.startswith("-") for name in names):
            found = karaula(*names)
            if found is not None and not (isinstance(found, click.Group) and _goes_on(words[count:])):
                return found, words[count:]
    return None, words


def _goes_on(rest: list[str]) -> bool:
    """Whether a group is asked for a command it does not have."""
    return bool(rest) and not rest[0].startswith("-")


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.path)
def test_documented_commands_exist(page: Page):
    """Each `make` verb, each `karaula` command and each of their options named anywhere is real."""
    assert unknown_words(page) == []


@pytest.mark.parametrize("page", [each for each in pages() if each.path in FOR_USERS], ids=lambda p: p.path)
def test_options_spoken_of_exist(page: Page):
    """An option named by itself in a handbook belongs to some command."""
    assert unknown_options(page) == []


@pytest.mark.parametrize("page", [each for each in pages() if each.path in FOR_USERS], ids=lambda p: p.path)
def test_every_documented_line_is_of_a_known_kind(page: Page):
    """A handbook's block holds commands that are checked here, or others that say why they are not."""
    heads = {line.split()[0].removeprefix(".venv/bin/") for line in page.lines()}
    assert heads - {"make", "karaula"} - set(OTHERS) == set()


def test_no_kind_of_line_is_left_over():
    """Every entry of the table is still needed."""
    heads = {line.split()[0] for page in pages() if page.path in FOR_USERS for line in page.lines()}
    assert set(OTHERS) - heads == set()


@pytest.mark.parametrize("names", list(every_command()), ids=" ".join)
def test_every_command_is_documented(names: tuple[str, ...]):
    """A registered command is in the README or in docs/running.md; whoever adds one writes it down."""
    spoken = [words[1:] for page in pages() if page.path in FOR_USERS for words in page.commands()]
    assert any(tuple(words[: len(names)]) == names for words in spoken)


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.path)
def test_links_lead_somewhere(page: Page):
    """Each link to a file of this repository has its target."""
    here = (ROOT / page.path).parent
    assert [target for target in LINK.findall(page.text) if not (here / target).exists()] == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.path)
def test_named_files_exist(page: Page):
    """A path into the repository that a page names in code is there."""
    named = re.findall(
        r"`((?:tests|docs|edge|hub|shared|provisioning|systemd|\.ci)/[\w./-]*\w)(?=[`:])", page.text
    )
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_table_of_sabotages_is_the_list_of_sabotages():
    """docs/running.md describes each, and the promise it breaks, and none that is gone."""
    (page,) = [each for each in pages() if each.path == "docs/running.md"]
    rows = re.findall(r"^\| `([a-z-]+)` \| (\d) \|", page.text, re.MULTILINE)
    assert {name: int(promise) for name, promise in rows} == {
        name: fault.promise for name, fault in FAULTS.items()
    }


@pytest.mark.parametrize(
    "text",
    [
        "Run `make coffee`.",
        "Run `karaula brew`.",
        "Run `karaula node brew`.",
        "    karaula node issue --sugar two",
        "```\nmake demo tea\n```",
        "    karaula hub init hub \\\n        --sugar two",
    ],
)
def test_a_wrong_command_is_caught(text: str):
    """Each way of writing a command is looked at."""
    assert len(unknown_words(Page(path="x.md", text=text))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Run `make bench` with `ONLY=wire`, or `make soak SEEDS=1-2`.",
        "Run `karaula node …` or `karaula edge run --data DIR`; see `karaula --help`.",
        "    .venv/bin/karaula demo --link-down klobuk     # cut it",
    ],
)
def test_a_right_command_passes(text: str):
    """The check complains about nothing it should let through."""
    assert unknown_words(Page(path="x.md", text=text)) == []
