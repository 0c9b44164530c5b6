"""The page on attacks points at proofs that exist."""

from __future__ import annotations

import re

from tests.house.source import PACKAGES, ROOT, sources

PAGE = (ROOT / "docs" / "attacks.md").read_text(encoding="utf-8")


def test_every_named_file_exists():
    """A proof or a place the page names is in the repository."""
    named = re.findall(r"`((?:tests|shared|edge|hub|provisioning|docs)/[\w/.]+)`", PAGE)
    assert len(named) > 5
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_named_code_is_raised_somewhere():
    """An error code the page promises is one the program can give."""
    text = "".join(file.text for file in sources(*PACKAGES))
    codes = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", PAGE))
    assert len(codes) > 8
    assert [code for code in sorted(codes) if f'"{code}"' not in text] == []


def test_every_standing_is_one_of_the_three():
    """The page says held, by people or open (or partly), and each of them at least once."""
    marks = set(re.findall(r"\*\*(held|by people|open|partly)\*\*", PAGE))
    assert marks == {"held", "by people", "open", "partly"}
