"""Kill, restart, go on: `python -m tests.kills.ordeal --kills 200` plays it with another seed and count."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from provisioning.demo.process import Server
from tests.kills import house, reckoning
from tests.kills.house import House
from tests.kills.people import Officer, until

SEED: Final = 41
_LIVES_S: Final = (0.02, 0.5)
"""How long both machines may work before the next kill: from hardly up to in the middle of a round."""
_KILLED_STARTING_ONE_IN: Final = 5
_DRAIN_S: Final = 120.0


@dataclass(kw_only=True)
class Ordeal:
    """What was done and seen. `acked`: the highest acknowledgement the node was seen to hold, by lane."""

    house: House
    officers: tuple[Officer, ...]
    chance: random.Random
    kills: Counter[str] = field(default_factory=Counter)
    acked: dict[int, int] = field(default_factory=dict)

    def kill(self) -> None:
        """One SIGKILL at a chosen moment, and the restart; sometimes another while it starts."""
        time.sleep(self.chance.uniform(*_LIVES_S))
        victim = self.chance.choice((self.house.hub, self.house.node))
        self._end(victim)
        victim.start()
        if self.chance.random() * _KILLED_STARTING_ONE_IN < 1:
            time.sleep(self.chance.uniform(0.1, 0.9))
            self._end(victim)
            victim.start()
        victim.wait()

    def _end(self, victim: Server) -> None:
        victim.kill()
        self.kills[victim.name] += 1
        with self.house.left_by(victim) as store:
            if victim is self.house.node:
                for lane, _, acked in store.own_heads():
                    assert acked >= self.acked.get(lane, 0), "the node forgot an acknowledgement"
                    self.acked[lane] = acked
            else:
                reckoning.holds_what_it_acknowledged(store, self.acked)


def play(path: Path, *, kills: int, seed: int = SEED) -> str:
    """The whole ordeal. Raises AssertionError naming what was lost; returns what it was, in a line."""
    with house.standing(path) as home, ExitStack() as leaving:
        leaving.callback(home.operator.close)
        queue = home.operator.queue
        officers = tuple(
            Officer(home.node, person, seed=seed + place, queue=queue)
            for place, person in enumerate(home.officers)
        )
        for officer in officers:
            leaving.callback(officer.close)
        ordeal = Ordeal(house=home, officers=officers, chance=random.Random(seed))
        workers = (*officers, home.operator)
        for worker in workers:
            worker.begin()
        while ordeal.kills.total() < kills:
            ordeal.kill()
        for worker in workers:
            worker.rest()
        _drain(home, officers[0])
        for server in (home.node, home.hub):
            server.stop()
        found = reckoning.reckon(ordeal)
        return f"{dict(ordeal.kills)} kills, {found}"


def _drain(home: House, officer: Officer) -> None:
    """Wait until the node has nothing to say, and the hub's alerts are down."""
    end = time.monotonic() + _DRAIN_S
    while time.monotonic() < end:
        until(lambda: officer.sync_now() or True)
        time.sleep(0.5)
        with home.left_by(home.node) as node, home.left_by(home.hub) as hub:
            if reckoning.nothing_to_say(node, hub):
                return
    raise AssertionError(f"after {_DRAIN_S:.0f} s of peace there was still something to say")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.kills.ordeal", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args(arguments)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="karaula-kills-") as name:
        said = play(Path(name, "house"), kills=asked.kills, seed=asked.seed)
    print(f"{said}; {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
