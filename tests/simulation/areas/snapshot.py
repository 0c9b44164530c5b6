"""Sticks with whole lists on them: written at the centre, carried about for as long as it takes, loaded at
posts in small steps, between which anything may happen.

An old stick must be refused or overtaken, a half-done load go on or be given up, and whichever way a list
came, the verdict asks for the same records as by the feed.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from edge.loading import Loader
from edge.snapshot_file import SnapshotFile
from shared.errors import ConfigError, RemoteError, StaleError
from tests.simulation.areas.area import Area, Work
from tests.simulation.machine import Post

if TYPE_CHECKING:
    from tests.simulation.world import World

_KEPT: Final = 6
_STEPS: Final = 8


class Fault(StrEnum):
    PULLED_OUT = "a stick pulled out while a whole list was being loaded"
    OLD_LIST = "whole lists refused: old, or overtaken by the feed"


class Event(StrEnum):
    LOADED = "whole lists loaded from a stick"


class Lists(Area):
    """The lists that are about in one world, newest last."""

    KINDS = (Fault, Event)

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._files: list[Path] = []
        self._written = 0

    def at_hub(self) -> dict[Work, int]:
        return {self._write: 8}

    def at_post(self, post: Post) -> dict[Work, int]:
        return {lambda: self._load(post): 10, lambda: self._tend(post): 2}

    def mend(self) -> None:
        """Nobody brings a stick again: what is half done goes, what is in use is tended to its end."""
        for post in self.world.posts:
            loader = Loader(post.node.kit)
            loader.give_up()
            while loader.tend():
                pass

    def judge(self) -> None:
        """Nothing is left of a load, and what was erased is not in the changes one brought."""
        for post in self.world.posts:
            left = post.look("SELECT name FROM sqlite_master WHERE name LIKE 'next!_%' ESCAPE '!'")
            left += post.look("SELECT name FROM sqlite_master WHERE name LIKE 'past!_%' ESCAPE '!'")
            left += post.look("SELECT phase FROM snapshot_load")
            left += post.look("SELECT record FROM load_touched")
            assert not left, f"{post.name} still has of a load: {left}"
            purged = "SELECT record FROM history_loaded WHERE record IN (SELECT record FROM purged)"
            assert not post.look(purged), f"{post.name} still has purged changes in a loaded list"

    # --- the work ---

    def _write(self) -> None:
        """Somebody at the centre writes one of the lists; mostly because there is something new in it."""
        if not self.chance.one_in(4):
            self.world.operators.raise_alert()
        post = self.chance.pick(self.world.posts)
        scope = self.chance.weighed({"all": 6, f"country:{post.country}": 2, f"post:{post.name}": 2})
        self._written += 1
        path = self.world.centre.disk.path.with_name(f"stick-{self._written}.snapshot")
        try:
            self.world.centre.hub.snapshots.write(path, scope)
        except ConfigError as refused:
            if refused.code != "backup_first":
                raise
            return
        self._files = [*self._files, path][-_KEPT:]

    def _load(self, post: Post) -> None:
        """Somebody at a post plugs one in, new or old, and perhaps pulls it out too early."""
        if not self._files:
            return
        path = self.chance.pick(self._files) if self.chance.one_in(4) else self._files[-1]
        left = self.chance.between(1, _STEPS) if self.chance.one_in(3) else None
        loader = Loader(post.node.kit)
        with SnapshotFile(path) as file:
            try:
                manifest, key = loader.believe(file.opening)
                loader.begin(manifest)
                for done, _ in enumerate(loader.run(manifest, key, lambda n: file.block(manifest, n))):
                    if left is not None and done >= left:
                        self.chance.fire(Fault.PULLED_OUT)
                        return
            except (RemoteError, StaleError):
                self.chance.fire(Fault.OLD_LIST)
                return
        self.chance.note(Event.LOADED)

    def _tend(self, post: Post) -> None:
        """The node's own upkeep behind a load."""
        loader = Loader(post.node.kit)
        for _ in range(self.chance.between(1, _STEPS)):
            if not loader.tend():
                return
