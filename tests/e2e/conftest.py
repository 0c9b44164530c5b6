"""Shared by the browser tests: a post and its node as in the edge's own tests."""

from __future__ import annotations

from tests.edge.conftest import node, post

__all__ = ["node", "post"]
