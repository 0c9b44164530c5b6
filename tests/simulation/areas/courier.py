"""Sticks and neighbours beside the wire: carried late, twice, pulled, cut short; loads lost and repeated."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING

from shared.courier import Report
from shared.courier.stick import downs
from shared.errors import KaraulaError, MissingError, RemoteError, StoreError
from tests.simulation.areas.area import Area, Work
from tests.simulation.machine import Post
from tests.simulation.network import as_remote
from tests.simulation.power import PowerCut

if TYPE_CHECKING:
    from tests.simulation.chance import Chance
    from tests.simulation.world import World

_STICKS = 2
_OLD_ONES = 6  # copies of sticks that may turn up again


class Fault(StrEnum):
    """What can go wrong on foot and on the LAN."""

    PULLED = "a stick pulled out while it was written"
    CUT_SHORT = "a file on a stick cut short"
    LATE = "an old stick brought again"
    LOAD_LOST = "a load to a neighbour lost"
    REPLY_LOST = "a neighbour's reply lost after it had committed"
    LOAD_REPEATED = "a load delivered twice"
    LOAD_DAMAGED = "bits of a load flipped"


class Event(StrEnum):
    """What must have happened somewhere."""

    EXPORTED = "sticks written at a post"
    TAKEN = "bundles the hub took from a stick"
    BROUGHT = "packets a post took from a stick"
    OLDER = "packets told as older than known"
    RELAYED = "bundles handed to a neighbour"
    FORWARDED = "loads a neighbour handed on"


class Memory:
    """A stick without a disk under it. `pulled_after` writes it is pulled out, a file half there."""

    def __init__(self, files: dict[str, bytes], *, pulled_after: int | None = None) -> None:
        self.files = files
        self._left = pulled_after

    def names(self) -> list[str]:
        return list(self.files)

    def read(self, name: str) -> bytes:
        if name not in self.files:
            raise MissingError("file_missing", "gone", hint="Again.")
        return self.files[name]

    def write(self, name: str, data: bytes) -> None:
        if self._left is not None:
            if not self._left:
                self.files[f".{name}.part"] = data[: len(data) // 2]
                raise StoreError("stick_failing", "the stick was pulled", hint="Again.")
            self._left -= 1
        self.files.pop(f".{name}.part", None)
        self.files[name] = data

    def remove(self, name: str) -> None:
        if self._left == 0:
            raise StoreError("stick_failing", "the stick was pulled", hint="Again.")
        self.files.pop(name, None)


class Courier(Area):
    """Two sticks that everybody uses, and posts that carry for one another."""

    KINDS = (Fault, Event)

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._sticks: list[dict[str, bytes]] = [{} for _ in range(_STICKS)]
        self._old: deque[dict[str, bytes]] = deque(maxlen=_OLD_ONES)
        self._loads: deque[bytes] = deque(maxlen=_OLD_ONES)
        self._mended = False

    def at_post(self, post: Post) -> dict[Work, int]:
        return {
            lambda: self._export(post): 5,
            lambda: self._import(post): 5,
            lambda: self._hand_over(post): 4,
            lambda: self._forward(post): 4,
            lambda: self._walk(post): 4,
            lambda: self._bring_again(post): 4,
        }

    def at_hub(self) -> dict[Work, int]:
        return {self._hub_import: 3, self._hub_export: 3}

    # --- sticks ---

    def _shelf(self) -> Memory:
        """One of the sticks, as somebody brings it: perhaps an old copy, perhaps with a file cut short."""
        chance = self.chance
        files = chance.pick(self._sticks)
        if self._old and chance.one_in(6):
            chance.fire(Fault.LATE)
            files = dict(chance.pick(self._old))
        if files and chance.one_in(8):
            name = chance.pick(sorted(files))
            if files[name]:
                chance.fire(Fault.CUT_SHORT)
                files[name] = files[name][: chance.below(len(files[name]))]
        if chance.one_in(4):
            self._old.append(dict(files))
        return Memory(files, pulled_after=chance.below(4) if chance.one_in(6) else None)

    def _carry(self, do: Callable[[Memory], Report]) -> Report | None:
        """One export or import; a pulled stick is its own fault and no disk of a machine's."""
        shelf = self._shelf()
        try:
            return do(shelf)
        except StoreError as refused:
            if refused.code != "stick_failing":
                raise
            self.chance.fire(Fault.PULLED)
            return None

    def _export(self, post: Post) -> None:
        if self._carry(post.node.courier.export) is not None:
            self.chance.note(Event.EXPORTED)

    def _import(self, post: Post) -> None:
        report = self._carry(post.node.courier.import_)
        if report is not None:
            self._take(report)

    def _bring_again(self, post: Post) -> None:
        """A stick that had served, found in a drawer: packets for this post that may be older than known."""
        served = [files for files in self._old if downs(list(files), post.number)]
        if served:
            self.chance.fire(Fault.LATE)
            self._take(post.node.courier.import_(Memory(dict(self.chance.pick(served)))))

    def _take(self, report: Report) -> None:
        self.chance.note(Event.BROUGHT, report.taken)
        self.chance.note(Event.OLDER, sum(one.code == "packet_older" for one in report.problems))

    def _hub_import(self) -> None:
        report = self._carry(self.world.centre.hub.courier.import_)
        if report is not None:
            self.chance.note(Event.TAKEN, report.taken)

    def _hub_export(self) -> None:
        self._carry(self.world.centre.hub.courier.export)
        self._old += [dict(files) for files in self._sticks if downs(list(files))]  # copied, and put by

    def _walk(self, post: Post) -> None:
        """Somebody goes the whole way, with whatever happens to them at each end."""
        self._export(post)
        self.world.sky.move(self.chance.between(1, 600) * 60_000)
        for at_hub in (self._hub_import, self._hub_export):
            self._at_centre(at_hub)
        self._import(post)

    def _at_centre(self, do: Work) -> None:
        centre = self.world.centre
        try:
            do()
        except PowerCut:
            centre.after_cut()
        except StoreError:
            return  # its disk is full: it is tried again some other day

    # --- neighbours ---

    def _hand_over(self, post: Post) -> None:
        other = self.chance.pick([each for each in self.world.posts if each is not post])
        with suppress(RemoteError):
            called = post.node.relay_call.run(
                lambda load: self._over_lan(load, lambda data: self._receive(other, data))
            )
            self.chance.note(Event.RELAYED, called.handed)

    def _receive(self, relay: Post, load: bytes) -> bytes:
        try:
            return relay.node.relay.receive(load)
        except PowerCut:
            relay.after_cut()
            raise _down() from None

    def _forward(self, relay: Post) -> None:
        with suppress(RemoteError):
            sent = relay.node.relay.forward(lambda load: self._over_lan(load, self._to_hub))
            self.chance.note(Event.FORWARDED, sent)

    def _to_hub(self, load: bytes) -> bytes:
        centre = self.world.centre
        try:
            return centre.hub.carry(load)
        except PowerCut:
            centre.after_cut()
            raise _down() from None

    def _over_lan(self, load: bytes, deliver: Callable[[bytes], bytes]) -> bytes:
        fault = None if self._mended else _what_goes_wrong(self.chance)
        if fault is not None:
            self.chance.fire(fault)
        if fault is Fault.LOAD_LOST:
            raise _down()
        if fault is Fault.LOAD_REPEATED:
            with suppress(KaraulaError):
                deliver(load)
        reply = as_remote(deliver)(self.chance.damaged(load) if fault is Fault.LOAD_DAMAGED else load)
        if fault is Fault.REPLY_LOST:
            raise _down()
        return reply

    # --- peace ---

    def mend(self) -> None:
        self._mended = True

    def talk(self) -> None:
        for post in self.world.posts:
            post.node.relay.forward(as_remote(self._to_hub))

    def said(self) -> list[tuple[object, ...]]:
        return [row for post in self.world.posts for row in post.look("SELECT count(*) FROM relay_bundle")]

    def judge(self) -> None:
        replaced = "SELECT replaces FROM succession"
        gone = [row[0] for row in self.world.centre.look(replaced)]  # the hub takes nothing of these any more
        for post in self.world.posts:
            left = post.look("SELECT node, feed, first FROM relay_bundle")
            left = [row for row in left if row[0] not in gone]
            assert not left, f"{post.name} still carries what the hub has signed for: {left}"


def _what_goes_wrong(chance: Chance) -> Fault | None:
    faults = (Fault.LOAD_LOST, Fault.REPLY_LOST, Fault.LOAD_REPEATED, Fault.LOAD_DAMAGED)
    return chance.pick(faults) if chance.one_in(4) else None


def _down() -> RemoteError:
    return RemoteError("link_down", "nobody can be reached there", hint="Work goes on.")
