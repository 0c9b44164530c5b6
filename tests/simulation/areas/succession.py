"""Disks put back to older copies, and devices enrolled again: once, twice, from a copy of before.

What was saved after the copy and never left the device is gone with the disk; whatever else was saved must
be at the centre once, under whichever id it has by then.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from edge.identity import Identity
from tests.edge.reborn import renewed
from tests.simulation.areas.area import Area, Work
from tests.simulation.machine import Post

if TYPE_CHECKING:
    from tests.simulation.world import World

_ONE_WORLD_IN: Final = 2
_FIRST_NUMBER: Final = 100
_PARTS: Final = ("", "-wal", "-shm")


class Fault(StrEnum):
    PUT_BACK = "a disk put back to an older copy"
    PUT_BACK_FURTHER = "a disk put back to a copy from before its device was enrolled again"
    PAPERS_KEPT = "a database alone put back, beside the newest papers"


class Event(StrEnum):
    COPIED = "disks copied"
    AGAIN = "devices enrolled again"
    TWICE = "devices enrolled again that had been before"
    MOVED = "changes that got new numbers"
    KNOWN = "changes of an earlier number found at the centre"
    NEEDLESS = "devices enrolled again though nothing was wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A copy of a disk."""

    path: Path
    identity: Identity


class Succession(Area):
    """The copies that are about in one world, and which devices must be enrolled again."""

    KINDS = (Fault, Event)

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._images: dict[str, list[Image]] = {post.name: [] for post in world.posts}
        self._newest: dict[str, Identity] = {post.name: post.identity for post in world.posts}
        self._number = _FIRST_NUMBER
        self._due: set[str] = set()
        self._elsewhere: dict[int, tuple[str, int]] = {}
        self._happens = self.chance.one_in(_ONE_WORLD_IN)

    def at_post(self, post: Post) -> dict[Work, int]:
        if not self._happens:
            return {}
        return {
            lambda: self._copy(post): 5,
            lambda: self._put_back(post): 6 if self._images[post.name] else 0,
            lambda: self._put_back_further(post): 24 if self._outlived(post) else 0,
            lambda: self._enrol(post): 12 if post.name in self._due else 0,
            lambda: self._needless(post): 0 if post.name in self._due else 3,
            lambda: self._start_again(post): 12,
        }

    # --- what happens ---

    def _copy(self, post: Post) -> None:
        post.stop()
        path = post.disk.path.with_suffix(f".{len(self._images[post.name])}.image")
        shutil.copy(post.disk.path, path)
        self._images[post.name].append(Image(path=path, identity=post.identity))
        self.chance.note(Event.COPIED)
        post.boot()

    def _outlived(self, post: Post) -> list[Image]:
        """Copies from before the device was enrolled again."""
        return [each for each in self._images[post.name] if each.identity is not self._newest[post.name]]

    def _put_back(self, post: Post) -> None:
        self._copy_back(post, self.chance.pick(self._images[post.name]))

    def _put_back_further(self, post: Post) -> None:
        self._copy_back(post, self.chance.pick(self._outlived(post)))

    def _copy_back(self, post: Post, image: Image) -> None:
        post.stop()
        for part in _PARTS:
            post.disk.path.with_name(post.disk.path.name + part).unlink(missing_ok=True)
        shutil.copy(image.path, post.disk.path)
        self.chance.fire(Fault.PUT_BACK)
        if image.identity is not self._newest[post.name]:
            self.chance.fire(Fault.PUT_BACK_FURTHER)
            if self.chance.one_in(2):
                self.chance.fire(Fault.PAPERS_KEPT)
                post.become(self._newest[post.name])
            else:
                post.become(image.identity)
        self._due.add(post.name)
        post.boot()
        self._count_losses(post)

    def _count_losses(self, post: Post) -> None:
        """Which of the saved checks are still on the disk, which at the centre alone, which nowhere."""
        officer = next(each for each in self.world.officers if each.post is post)
        saved, photos = {}, {}
        for check, mark in officer.saved.items():
            sql = "SELECT id FROM check_record WHERE remark = ?"
            here, there = post.look(sql, (mark,)), self.world.centre.look(sql, (mark,))
            if here:
                saved[str(here[0][0])] = mark
                photos[str(here[0][0])] = officer.photos.get(check, {})
            elif there:
                self._elsewhere[int(str(there[0][0]))] = mark, self._lives_of_hub()
        officer.saved, officer.photos = saved, photos

    def _needless(self, post: Post) -> None:
        self.chance.note(Event.NEEDLESS)
        self._enrol(post)

    def _enrol(self, post: Post) -> None:
        """The authority names the newest number: its certificate replaces all before it."""
        self._due.discard(post.name)
        self._number += 1
        papers = renewed(self._newest[post.name], self._number)
        self._newest[post.name] = papers
        self.chance.note(Event.AGAIN)
        self.chance.note(Event.TWICE, len(papers.certificate.replaces) > 1)
        post.stop()
        post.become(papers)
        post.boot()

    def _start_again(self, post: Post) -> None:
        if post.node.renumber_due:
            post.stop()
            post.boot()

    def _lives_of_hub(self) -> int:
        """It grows with each restore, also with the second one from the same backup."""
        return int(self.world.centre.identity.certificate.node)

    # --- peace ---

    def mend(self) -> None:
        for post in self.world.posts:
            if post.name in self._due:
                self._enrol(post)

    def said(self) -> list[tuple[object, ...]]:
        return [
            row
            for post in self.world.posts
            for row in (*post.look("SELECT * FROM life"), *post.look("SELECT * FROM renewal"))
        ]

    def judge(self) -> None:
        hub = self.world.centre
        erased = {row[0] for row in hub.look('SELECT "of" FROM tombstone_record')}
        for check, (mark, lives) in self._elsewhere.items():
            ((found,),) = hub.look("SELECT count(*) FROM check_record WHERE remark = ?", (mark,))
            # Where disk and centre were both put back to before it, nobody has it any more (docs/attacks.md).
            gone = found == 0 and (check in erased or lives != self._lives_of_hub())
            assert found == 1 or gone, f"check {mark!r} of a disk that is gone is at the hub {found} times"
        for post in self.world.posts:
            left = post.look("SELECT count(*) FROM apart")
            assert left == [(0,)], f"{post.name}: changes kept apart never joined"
            self.chance.note(Event.MOVED, int(str(post.look("SELECT count(*) FROM formerly")[0][0])))
            known = post.look("SELECT coalesce(sum(last), 0) FROM former_feed")
            self.chance.note(Event.KNOWN, int(str(known[0][0])))
