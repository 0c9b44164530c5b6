"""The hub's courier as the command `karaula courier` finds it: a data directory and a stick, no pages.

It works beside the running hub. Must not know: what is carried.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hub.config import Config
from hub.hub import Hub, build
from hub.stick import Stick
from hub.store import nodes as known_nodes
from shared.courier import Report
from shared.errors import InputError


class Carrier:
    """Exports and imports for the hub. `name` is the hub's, for people."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.name = hub.kit.identity.certificate.name

    def export(self, stick: Path, *, nodes: Sequence[str], everyone: bool) -> Report:
        """Write packets for the nodes on the stick, for the named ones, or for everyone.

        Raises InputError `no_such_node`.
        """
        also = self._numbers(nodes, everyone=everyone)
        with Stick(stick, make=True) as shelf:
            return self._hub.courier.export(shelf, also=also)

    def import_(self, stick: Path) -> Report:
        """Take what the stick holds for this hub."""
        with Stick(stick) as shelf:
            return self._hub.courier.import_(shelf)

    def _numbers(self, wanted: Sequence[str], *, everyone: bool) -> list[int]:
        with self._hub.kit.database.snapshot() as tx:
            known = known_nodes.everyone(tx)
            listed = self._hub.revoked.read(tx)
        gone = listed.nodes if listed is not None else frozenset()
        if everyone:
            return [node.node for node in known if node.node not in gone]
        numbers = {node.name: int(node.node) for node in known}
        for name in wanted:
            if name.upper() not in numbers:
                raise InputError(
                    "no_such_node",
                    f"the hub knows no node {name}",
                    hint="Names look like KLOBUK-1; make a new one known with `karaula hub admit`.",
                )
        return [numbers[name.upper()] for name in wanted]


@contextmanager
def carrier(data: Path, key_file: Path | None) -> Iterator[Carrier]:
    """The carrier of a hub's directory. Raises ConfigError, StoreError."""
    with build(Config(data=data, key_file=key_file)) as hub:
        yield Carrier(hub)
