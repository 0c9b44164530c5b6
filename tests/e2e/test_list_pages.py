"""What an officer sees while a whole new list is loaded: how far it is, and that today's list answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from edge.loading import Loader
from edge.node import EdgeNode
from tests.e2e.shots import picture
from tests.e2e.test_officer_pictures import address, page, pictures
from tests.edge.lists import snapshot_of
from tests.edge.posts import Post

__all__ = ["address", "page", "pictures"]
pytestmark = pytest.mark.requires_program("chromium")


def test_the_status_page_shows_how_far_a_list_is(page: Page, post: Post, node: EdgeNode, pictures: Path):
    """Percent and records on the page and the bar; once it is in use, what is still being done."""
    for place in range(24):
        post.centre.alert(document_number=f"D{place:06}")
    made, loader = snapshot_of(post.centre), Loader(node.kit)
    manifest, key = loader.believe(made.opening)
    loader.begin(manifest)
    steps = loader.run(manifest, key, made.block)
    for _ in range(4):
        next(steps)
    page.keyboard.press("Alt+s")
    expect(page.locator("main")).to_contain_text("A new alert list is being loaded: 32 %")
    expect(page.locator("main")).to_contain_text("12 of 27 records")
    expect(page.locator("#bar")).to_contain_text("32 %")
    picture(page, pictures, "list-loading")
    for _ in steps:
        pass
    page.reload()
    expect(page.locator("main")).to_contain_text("The new alert list is in use.")
