"""One world: shuffled work and faults, then peace, then the verdict."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edge import renewal
from hub.store import uploads
from shared.errors import RemoteError, StoreError
from tests.simulation import mischief, verdict
from tests.simulation.areas import Work, gather
from tests.simulation.chance import Chance, Event, Fault
from tests.simulation.machine import DAY_MS, Centre, Machine, Post, Sky
from tests.simulation.network import Network
from tests.simulation.papers import POSTS, START_MS, make_papers
from tests.simulation.people import Officer, Operators
from tests.simulation.power import Moment, PowerCut

_MINUTE_MS: Final = 60_000
_DRAIN_ROUNDS: Final = 40
_FROM_NOTHING_ONE_IN: Final = 10
"""How rarely a world makes its tables itself; the others start from copies of files made ready once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many posts a world has, and about how many steps it lives: a quarter less to a quarter more."""

    posts: int = 3
    steps: int = 85

    def __post_init__(self) -> None:
        if not 1 <= self.posts <= len(POSTS) or self.steps < 4:
            raise ValueError(f"a world has 1 to {len(POSTS)} posts and at least 4 steps")


class World:
    """Some posts and the centre under one sky. `run` plays it to its end or raises."""

    def __init__(self, seed: int, directory: Path, templates: Path, size: Size = Size()) -> None:
        self.chance = Chance(seed)
        self.size = size
        papers = make_papers(size.posts)
        self.sky = Sky(START_MS)
        self.centre = Centre(papers.hub, directory / "hub.db", self.sky, self.chance)
        self.posts = tuple(
            Post(identity, directory / f"{identity.certificate.post.lower()}.db", self.sky, self.chance)
            for identity in papers.posts
        )
        self.machines: tuple[Machine, ...] = (self.centre, *self.posts)
        self.network = Network(self.centre, self.chance)
        self.officers = tuple(Officer(post, self.chance) for post in self.posts)
        self.operators = Operators(self.centre, self.posts, self.chance)
        self._templates = templates
        self.areas = tuple(area(self) for area in gather())

    def run(self) -> None:
        """Live, make peace, and be judged. Raises AssertionError naming what was broken."""
        try:
            self._begin()
            for area in self.areas:
                area.begin()
            spread = self.size.steps // 4
            for _ in range(self.chance.between(self.size.steps - spread, self.size.steps + spread)):
                self._step()
            self._peace()
            verdict.judge(self)
        finally:
            for machine in self.machines:
                machine.stop()

    # --- beginning ---

    def _begin(self) -> None:
        if self.chance.one_in(_FROM_NOTHING_ONE_IN):
            for machine in self.machines:
                self._first_start(machine)
            return
        for machine in self.machines:
            shutil.copy(self._templates / machine.disk.path.name, machine.disk.path)
            machine.boot()

    def _first_start(self, machine: Machine) -> None:
        """Make the tables, with the power failing on the way more often than not."""
        if not self.chance.one_in(4):
            self.chance.fire(Fault.DIED_AT_FIRST_START)
            machine.disk.fuse.arm(Moment.IN_BETWEEN, self.chance.between(1, 150))
        machine.boot()
        machine.disk.fuse.disarm()

    # --- living ---

    def _step(self) -> None:
        self.sky.move(self.chance.between(100, 10 * _MINUTE_MS))
        if self.chance.one_in(5):
            self._arm(self.chance.pick(self.machines))
        place = self.chance.below(len(self.posts))
        at_post, at_hub = self._work_at(self.posts[place], self.officers[place]), self._work_at_hub()
        for area in self.areas:
            at_post |= area.at_post(self.posts[place])
            at_hub |= area.at_hub()
        do = self.chance.weighed(at_post | at_hub)
        self._do(self.centre if do in at_hub else self.posts[place], do)

    def _work_at(self, post: Post, officer: Officer) -> dict[Work, int]:
        return {
            officer.capture: 20,
            lambda: self.network.contact(post): 24,
            officer.correct: 8,
            officer.settle: 9,
            officer.void: 1,
            post.node.sealer.seal: 3,
            lambda: mischief.edit_foreign_alert(post, self.chance): 2,
            lambda: mischief.edit_own_alert(post, self.chance): 5,
            lambda: mischief.claim_foreign_record(post, self.chance): 1,
            lambda: mischief.set_password(post, self.chance): 2,
            lambda: self._turn_clock(post): 2,
            post.node.keep_time: 1,
            post.node.prune: 1,
            post.restart: 1,
        }

    def _work_at_hub(self) -> dict[Work, int]:
        return {
            self.operators.raise_alert: 6,
            self.operators.correct_check: 10,
            self.operators.change_alert: 5,
            self.operators.move_alert: 2,
            self.operators.withdraw: 2,
            self.operators.settle_hit: 6,
            self.operators.appoint: 2,
            self.operators.move_officer: 2,
            self.operators.resolve: 4,
            self.operators.purge: 3,
            self.centre.hub.catch_up: 3,
            self.centre.hub.checkpoint: 1,
            self.centre.restart: 1,
            self._pass_a_week: 1,
            self._give_up_tails: 4,
        }

    def _do(self, machine: Machine, do: Work) -> None:
        """One piece of work, which power or disk may interrupt."""
        try:
            do()
        except PowerCut:
            machine.after_cut()
        except StoreError:
            self.chance.fire(Fault.HUB_DISK_FULL if machine is self.centre else Fault.POST_DISK_FULL)

    def _arm(self, machine: Machine) -> None:
        moment = self.chance.pick(list(Moment))
        steps = 60 if moment in (Moment.IN_BETWEEN, Moment.DISK_FULL) else 3
        machine.disk.fuse.arm(moment, self.chance.between(1, steps))

    def _turn_clock(self, post: Post) -> None:
        fault = self.chance.pick([Fault.CLOCK_AHEAD, Fault.CLOCK_BEHIND, Fault.CLOCK_UNSET, None])
        if fault is None:
            post.off_ms = 0
            return
        self.chance.fire(fault)
        post.off_ms = {
            Fault.CLOCK_AHEAD: self.chance.between(1, 4) * DAY_MS,
            Fault.CLOCK_BEHIND: -self.chance.between(_MINUTE_MS, 2 * DAY_MS),
            Fault.CLOCK_UNSET: -self.sky.ms,
        }[fault]

    def _pass_a_week(self) -> None:
        """The next prekey becomes current; sometimes every older one dies at the same time."""
        self.sky.move(8 * DAY_MS)
        self.centre.hub.rotate_prekeys()
        if self.chance.one_in(2):
            self.chance.fire(Fault.PREKEY_DIED)
            self.centre.lose_old_prekeys()

    def _give_up_tails(self) -> None:
        """The hub lets go of what posts have begun to upload, as after a silent month."""
        with self.centre.hub.kit.database.transaction() as tx:
            given_up = uploads.give_up(tx, before_ms=self.centre.now_ms() + 1)
        if given_up:
            self.chance.fire(Fault.TAIL_GIVEN_UP)

    # --- peace ---

    def _peace(self) -> None:
        """Everything is mended; then everybody talks until nobody has anything new to say."""
        for machine in self.machines:
            machine.disk.fuse.disarm()
            machine.off_ms = 0
        self.network.healed = True
        for area in self.areas:
            area.mend()
        self._drain()
        verdict.judge(self)
        while self.operators.resolve():
            pass
        self._drain()

    def _drain(self) -> None:
        for _ in range(_DRAIN_ROUNDS):
            self.sky.move(2 * _MINUTE_MS)
            before = self._said()
            for post in self.posts:
                self._last_contact(post)
            for area in self.areas:
                area.talk()
            self.centre.hub.catch_up()
            if before == self._said():
                return
        raise AssertionError(f"after {_DRAIN_ROUNDS} perfect rounds there was still something to say")

    def _last_contact(self, post: Post) -> None:
        post.node.sealer.seal(link_appeared=True)
        try:
            self.network.contact(post)
        except RemoteError as refused:
            raise AssertionError(f"{post.name} cannot talk over a perfect link: {refused}") from refused
        kit = post.node.kit
        if renewal.is_over(kit.database, kit.log):  # at once, however long it waits after a full disk
            post.restart()

    def _said(self) -> list[tuple[object, ...]]:
        """Where all logs and cursors stand."""
        found: list[tuple[object, ...]] = [said for area in self.areas for said in area.said()]
        for post in self.posts:
            found += post.look("SELECT lane, seq, acked_seq FROM own_head ORDER BY lane")
            found += post.look("SELECT scope, position FROM cursor ORDER BY place")
        found += self.centre.look("SELECT name, position FROM scope ORDER BY id")
        return found + self.centre.look("SELECT feed, head FROM feed ORDER BY feed")


def make_templates(directory: Path, size: Size = Size()) -> None:
    """Files made ready once, with the production migrations, for worlds of a size to start from."""
    world = World(0, directory, directory, size)
    for machine in world.machines:
        machine.boot()
        machine.stop()


__all__ = ["Event", "Size", "World", "make_templates"]
