"""The colours keep their promise: text and signs can be read, by day and by night."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

TOKENS = files("shared.design").joinpath("static/tokens.css").read_text(encoding="utf-8")

# (ink, ground, least ratio): 7 for text, 3 for the edges of controls and for focus rings (WCAG 2.2).
PAIRS = (
    *(("ink", ground, 7.0) for ground in ("ground", "surface", "sunken")),
    *(("ink-soft", ground, 7.0) for ground in ("ground", "surface", "sunken")),
    *(("accent", ground, 4.5) for ground in ("surface", "sunken")),
    ("on-accent", "accent", 7.0),
    ("on-roof", "roof", 7.0),
    ("on-roof-soft", "roof", 7.0),
    *((f"on-{verdict}", verdict, 7.0) for verdict in ("clear", "possible", "hit", "idle")),
    ("wrong", "wrong-ground", 6.5),
    ("wrong", "surface", 7.0),
    ("warn", "warn-ground", 7.0),
    ("good", "surface", 7.0),
    *(("edge", ground, 3.0) for ground in ("surface", "sunken", "ground")),
    *(("focus", ground, 3.0) for ground in ("surface", "ground")),
    ("focus-on-roof", "roof", 3.0),
)


def tokens(theme: str) -> dict[str, str]:
    """The colours of one theme by name."""
    day, night = (
        dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", block))
        for block in re.findall(r':root(?:\[data-theme="night"\])? \{\s*color-scheme.*?\}', TOKENS, re.S)
    )
    return day if theme == "day" else day | night


def luminance(colour: str) -> float:
    """WCAG 2.2 relative luminance of #rrggbb."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["day", "night"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_contrast_holds_in_both_themes(theme: str, ink: str, ground: str, least: float):
    """Each pair that stands together on a page reaches its ratio."""
    colours = tokens(theme)
    assert contrast(colours[ink], colours[ground]) >= least


def test_both_themes_name_the_same_colours():
    """No colour of the day is forgotten at night."""
    day, night = (
        set(re.findall(r"--([\w-]+):", block))
        for block in re.findall(r':root(?:\[data-theme="night"\])? \{\s*color-scheme.*?\}', TOKENS, re.S)
    )
    assert day == night


def test_black_on_white_is_the_whole_range():
    """The measure itself is right at its ends."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#123456", "#123456") == 1
