"""Screenshots at the sizes and lights of a booth, and what must hold on each."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize

DESK: ViewportSize = {"width": 1366, "height": 768}
TABLET: ViewportSize = {"width": 800, "height": 1280}


def folder_of(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: a temporary folder, or what `KARAULA_PICTURES` says."""
    chosen = os.environ.get("KARAULA_PICTURES")
    folder = Path(chosen) if chosen else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def picture(page: Page, folder: Path, name: str) -> None:
    """The page by day and by night, on a booth's screen and an upright tablet; never wider than it."""
    for size, suffix in ((DESK, ""), (TABLET, "-tablet")):
        page.set_viewport_size(size)
        for theme in ("day", "night"):
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            page.screenshot(path=folder / f"officer-{name}{suffix}{'' if theme == 'day' else '-night'}.png")
            overflow = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert overflow <= 0, f"{name} is wider than the screen{suffix}"
    page.evaluate("() => { document.documentElement.dataset.theme = 'day' }")
    page.set_viewport_size(DESK)
