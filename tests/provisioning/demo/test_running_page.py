"""docs/running.md says what is so: its options exist, its table of faults is the code's."""

from __future__ import annotations

import re

import pytest

from provisioning.cli import root
from provisioning.demo.cli import demo
from provisioning.demo.sabotage import FAULTS
from tests.house.source import ROOT

PAGE = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")


def test_the_table_of_faults_is_the_codes():
    """Name, promise and words of each sabotage stand in the page, in the order of the list."""
    rows = re.findall(r"^\| `([a-z-]+)` \| (\d) \| (.+) \|$", PAGE, re.MULTILINE)
    assert rows == [(name, str(fault.promise), fault.summary) for name, fault in FAULTS.items()]


def test_every_option_of_the_demo_is_told_and_exists():
    """No option is undocumented, and none that is documented is missing."""
    told = set(re.findall(r"karaula demo[^\n|`]*", PAGE))
    named = {option for line in told for option in re.findall(r"--[a-z-]+", line)} | {"--dir"}
    assert named == {option for parameter in demo.params for option in parameter.opts}


@pytest.mark.parametrize("words", sorted(set(re.findall(r"`karaula ([a-z]+ [a-z-]+)", PAGE))))
def test_every_command_named_exists(words: str):
    """The commands in the text are the product's."""
    command = root()
    with command.make_context("karaula", [], resilient_parsing=True) as context:
        for word in words.split():
            found = command.get_command(context, word)
            assert found is not None, words
            command = found
            if not hasattr(command, "get_command"):
                break
