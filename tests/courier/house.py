"""A hub and three posts on real files, a stick that is a directory, and nobody on the line."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.stick import Stick as PostStick
from hub.stick import Stick as HubStick
from shared.courier import FOLDER, Report
from shared.courier.stick import downs, ups
from shared.ids import Lane
from tests.simulation.chance import Chance
from tests.simulation.machine import Centre, Post, Sky
from tests.simulation.papers import START_MS, make_papers
from tests.simulation.people import Officer, Operators

HOUR_MS = 3_600_000


class House:
    """Everybody, cut off from one another. `stick` is the only way."""

    def __init__(self, directory: Path) -> None:
        self.sky = Sky(START_MS)
        papers = make_papers()
        chance = Chance(7)
        self.centre = Centre(papers.hub, directory / "hub.db", self.sky, chance)
        self.posts = tuple(
            Post(identity, directory / f"{identity.certificate.post.lower()}.db", self.sky, chance)
            for identity in papers.posts
        )
        for machine in (self.centre, *self.posts):
            machine.boot()
        self.klobuk, self.dobrakovo, self.gostun = self.posts
        self.officers = {post.name: Officer(post, chance) for post in self.posts}
        self.operators = Operators(self.centre, self.posts, chance)
        self.stick = directory / "stick"
        self.stick.mkdir()

    @property
    def folder(self) -> Path:
        return self.stick / FOLDER

    def close(self) -> None:
        for machine in (self.centre, *self.posts):
            machine.stop()

    # --- carrying ---

    def post_export(self, post: Post, stick: Path | None = None) -> Report:
        with PostStick(stick or self.stick, make=True) as shelf:
            return post.node.courier.export(shelf)

    def post_import(self, post: Post, stick: Path | None = None) -> Report:
        with PostStick(stick or self.stick) as shelf:
            return post.node.courier.import_(shelf)

    def hub_import(self, stick: Path | None = None) -> Report:
        with HubStick(stick or self.stick) as shelf:
            return self.centre.hub.courier.import_(shelf)

    def hub_export(self, stick: Path | None = None, *, also: tuple[int, ...] = ()) -> Report:
        with HubStick(stick or self.stick, make=True) as shelf:
            return self.centre.hub.courier.export(shelf, also=also)

    def there_and_back(self, post: Post) -> Report:
        """The whole walk of one stick."""
        self.post_export(post)
        self.hub_import()
        self.hub_export()
        return self.post_import(post)

    def contact(self, post: Post) -> None:
        """A link for once."""
        post.node.round.run(self.centre.hub.exchange)

    # --- looking ---

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())

    def loads(self, post: Post) -> list[Path]:
        """The files with bundles of a post."""
        return [
            self.folder / name for name, up in ups(self.names()) if up.node == post.number and up.lane >= 0
        ]

    def packets(self, post: Post) -> list[Path]:
        return [self.folder / name for name, _ in downs(self.names(), post.number)]

    def queue(self, post: Post) -> int:
        return post.node.booth.status().queue

    def checks(self) -> int:
        """How many checks the hub holds."""
        return int(str(self.centre.look("SELECT count(*) FROM check_record")[0][0]))

    def state_of(self, post: Post) -> list[tuple[object, ...]]:
        """What must not change when nothing was believed."""
        return [
            *post.look("SELECT generation, head_ms, list_ms, prekey, revocations_number FROM hub_state"),
            *post.look("SELECT scope, position, chain FROM cursor ORDER BY place"),
            *post.look("SELECT lane, acked_seq FROM own_head ORDER BY lane"),
            *post.look("SELECT count(*) FROM alert_record"),
        ]

    def state_of_hub(self) -> list[tuple[object, ...]]:
        return [
            *self.centre.look("SELECT feed, head, chain, quarantined FROM feed ORDER BY feed"),
            *self.centre.look("SELECT count(*) FROM bundle"),
            *self.centre.look("SELECT count(*) FROM check_record"),
            *self.centre.look("SELECT count(*) FROM quarantine"),
        ]

    def acked(self, post: Post) -> dict[Lane, int]:
        with post.database.snapshot() as tx:
            return {lane: head.acked for lane, head in post.node.kit.log.heads(tx).items()}


@contextmanager
def copied(stick: Path, to: Path) -> Iterator[Path]:
    """The stick as it is now, to be played again later."""
    shutil.copytree(stick, to)
    yield to
    shutil.rmtree(to)
