"""A post or the centre as a computer: booted, cut off in the middle of anything, and booted again."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from edge.identity import Identity as PostIdentity
from edge.kit import World as PostWorld
from edge.node import EdgeNode, assemble
from hub.hub import Hub
from hub.identity import Identity as HubIdentity
from hub.kit import World as HubWorld
from shared.codelists import load
from shared.database import Database
from shared.enrolment import HubKeys
from shared.errors import StoreError
from tests.simulation.chance import Chance, Fault
from tests.simulation.power import Disk, Moment, PowerCut

DAY_MS: Final = 86_400_000
LISTS: Final = load()
"""The delivered code lists, read once for all machines."""
_DIED: Final = {
    (True, Moment.BEFORE_COMMIT): Fault.HUB_DIED_BEFORE_COMMIT,
    (True, Moment.IN_COMMIT): Fault.HUB_DIED_BEFORE_COMMIT,
    (True, Moment.AFTER_COMMIT): Fault.HUB_DIED_AFTER_COMMIT,
    (True, Moment.IN_BETWEEN): Fault.HUB_DIED_IN_BETWEEN,
    (False, Moment.BEFORE_COMMIT): Fault.POST_DIED_BEFORE_COMMIT,
    (False, Moment.IN_COMMIT): Fault.POST_DIED_BEFORE_COMMIT,
    (False, Moment.AFTER_COMMIT): Fault.POST_DIED_AFTER_COMMIT,
    (False, Moment.IN_BETWEEN): Fault.POST_DIED_IN_BETWEEN,
}


class Sky:
    """The real time, which no program can see."""

    def __init__(self, start_ms: int) -> None:
        self.ms = start_ms

    def move(self, ms: int) -> None:
        self.ms += ms


class Machine:
    """What a post and the centre have in common: a clock of their own, a disk, power."""

    def __init__(self, name: str, path: Path, sky: Sky, chance: Chance) -> None:
        self.name = name
        self.chance = chance
        self.disk = Disk(path, chance)
        self.off_ms = 0
        self._sky = sky
        self._booted_ms = sky.ms

    def now_ms(self) -> int:
        """What this machine's wall clock shows."""
        return max(0, self._sky.ms + self.off_ms)

    def monotonic_ms(self) -> int:
        return self._sky.ms - self._booted_ms

    def boot(self) -> None:
        """Start the program on what the disk holds; a fuse that blows meanwhile starts it once more."""
        self._booted_ms = self._sky.ms
        try:
            self._start()
        except PowerCut:
            self.after_cut()
        except StoreError:
            self.chance.fire(Fault.HUB_DISK_FULL if isinstance(self, Centre) else Fault.POST_DISK_FULL)
            self.disk.release()
            self.boot()

    def after_cut(self) -> None:
        """Power went and comes back."""
        blown = self.disk.fuse.blown
        assert blown is not None  # only a fuse cuts the power
        self.chance.fire(_DIED[isinstance(self, Centre), blown])
        self.disk.fuse.blown = None
        self.disk.fuse.disarm()
        self.disk.cut()
        self.boot()

    def restart(self) -> None:
        """Stop in good order and start again."""
        self.chance.fire(Fault.RESTARTED)
        self.stop()
        self.boot()

    def stop(self) -> None:
        self.disk.release()

    @property
    def database(self) -> Database:
        """The running program's file."""
        raise NotImplementedError

    def look(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """What the file says."""
        with self.disk.unwatched():
            return self.database.connection().execute(sql, tuple(parameters)).fetchall()

    def _start(self) -> None:
        raise NotImplementedError


class Post(Machine):
    """One post: its node and what its officers do there is in `node`."""

    node: EdgeNode

    def __init__(self, identity: PostIdentity, path: Path, sky: Sky, chance: Chance) -> None:
        super().__init__(identity.certificate.post, path, sky, chance)
        self.country = identity.certificate.country
        self.metered = False
        self.become(identity)

    def become(self, identity: PostIdentity) -> None:
        """The papers the next start finds."""
        self.identity = identity
        self.number = identity.certificate.node

    @property
    def database(self) -> Database:
        return self.node.kit.database

    def _start(self) -> None:
        world = PostWorld(
            connect=self.disk.connect,
            now_ms=self.now_ms,
            monotonic_ms=self.monotonic_ms,
            random=self.chance.bytes,
            offset_min=lambda _: 120,
            disk_free_mb=lambda: 20_000,
        )
        self.node = assemble(self.identity, world, lists=LISTS, metered=self.metered)


class Centre(Machine):
    """The hub and its key file."""

    hub: Hub

    def __init__(self, identity: HubIdentity, path: Path, sky: Sky, chance: Chance) -> None:
        super().__init__("hub", path, sky, chance)
        self.identity = identity

    @property
    def database(self) -> Database:
        return self.hub.kit.database

    def _start(self) -> None:
        world = HubWorld(
            connect=self.disk.connect,
            now_ms=self.now_ms,
            random=self.chance.bytes,
            save_keys=self._save_keys,
        )
        self.hub = Hub(self.identity, world, lists=LISTS)

    def restore(self, copy: Path, identity: HubIdentity) -> None:
        """Lose the disk; a new one holds the copy, and the papers name another number."""
        self.stop()
        for path in self.disk.path.parent.glob(self.disk.path.name + "*"):
            path.unlink()
        shutil.copy(copy, self.disk.path)
        self.identity = identity
        self.boot()

    def _save_keys(self, keys: HubKeys) -> None:
        self.identity = replace(self.identity, keys=keys)

    def lose_old_prekeys(self) -> None:
        """Every prekey before the current one dies, as after the longest outage."""
        old = frozenset(n for n in self.identity.keys.prekeys if n < self.hub.ring.current)
        self._save_keys(self.identity.keys.without_prekeys(old))
        self.stop()
        self.boot()
