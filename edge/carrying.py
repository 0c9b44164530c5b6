"""The node's courier as the command `karaula courier` finds it: a data directory and a stick, no pages.

It works beside the running node. Must not know: what is carried.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from edge.config import Config
from edge.node import EdgeNode, build
from edge.stick import Stick
from shared.courier import Report
from shared.errors import InputError


class Carrier:
    """Exports and imports for one node. `name` is the node's, for people."""

    def __init__(self, node: EdgeNode) -> None:
        self._node = node
        self.name = f"{node.kit.post}-{node.kit.epoch}"

    def export(self, stick: Path, *, nodes: Sequence[str], everyone: bool) -> Report:
        """Put what waits on the stick. Raises InputError `only_at_the_hub` where other nodes are named."""
        if nodes or everyone:
            raise InputError(
                "only_at_the_hub", "a node exports for the hub alone", hint="Leave --node and --everyone out."
            )
        with Stick(stick, make=True) as shelf:
            return self._node.courier.export(shelf)

    def import_(self, stick: Path) -> Report:
        """Take what the stick holds for this node."""
        with Stick(stick) as shelf:
            return self._node.courier.import_(shelf)


@contextmanager
def carrier(data: Path, key_file: Path | None) -> Iterator[Carrier]:
    """The carrier of a node's directory. Raises ConfigError, StoreError."""
    node = build(Config(data=data, key_file=key_file))
    try:
        yield Carrier(node)
    finally:
        node.close()
