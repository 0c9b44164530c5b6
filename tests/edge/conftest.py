"""A post, its node and an officer signed in there, for every test of the edge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.booth import Booth
from edge.node import EdgeNode
from edge.screen import Session
from tests.edge.posts import OWN_PASSWORD, Post, make_post, settled


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    """A post at Klobuk (BA) with one officer known to the centre; nothing has synced yet."""
    made = make_post(tmp_path)
    settled(made)
    yield made
    made.close()


@pytest.fixture
def node(post: Post) -> EdgeNode:
    """The node of that post after its first contact: the officer is there, the list is empty."""
    opened = post.node()
    opened.round.run(post.centre.exchange)
    return opened


@pytest.fixture
def booth(node: EdgeNode) -> Booth:
    return node.booth


@pytest.fixture
def officer_password() -> str:
    return OWN_PASSWORD


@pytest.fixture
def session(booth: Booth) -> Session:
    """The officer `mira`, signed in at the first tablet."""
    return booth.sign_in(login="mira", password=OWN_PASSWORD, device=booth.device(None))
