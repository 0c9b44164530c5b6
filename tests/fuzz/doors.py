"""Whatever has a real store behind it: the hub and posts on real files, fed with bent and well signed input.

What lies behind a decoder is tried as well: a number that decodes and that no store can hold, a time that
no calendar has. A post that believed something is put back to where it stood, so that the next input meets
the same state.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final
from unittest import mock

from hub.doorbell import Register
from hub.doorbell.door import Door, Visitor
from shared import courier, wire
from shared.courier import Report, Sort, close_file, open_file
from shared.crypto import Purpose, SigningKey, digest
from shared.doorbell import PATH, Call, write_call
from shared.errors import RemoteError
from shared.ids import Lane, Node
from shared.limits import DOORBELL_CALL_MS
from shared.session.messages import answer_signed
from tests.courier.house import House
from tests.fuzz.bending import bend_bytes, bend_msgpack, bend_text
from tests.fuzz.spoken import parts_of
from tests.fuzz.target import Target
from tests.simulation.machine import Post

_CHECKS: Final = 3
_HEAD, _PARCEL, _REVOCATIONS, _PREKEYS = 1, 3, 4, 5
LINK_DOWN: Final = RemoteError("link_down", "nobody is there", hint="Wait.")


@contextmanager
def doors(directory: Path) -> Iterator[tuple[Target, ...]]:
    """All of them, over one hub and its posts."""
    house = House(directory)
    try:
        scene = Scene(house)
        yield (*scene.at_the_hub(), *scene.at_a_post(), *scene.at_a_relay(), *scene.at_the_doorbell())
    finally:
        house.close()


class Scene:
    """Klobuk's checks and the hub's alerts, underway in both directions."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.post, self.other = house.klobuk, house.gostun
        self.hub_key: SigningKey = house.centre.identity.keys.sign
        for post in (self.post, self.other):
            for _ in range(_CHECKS):
                house.sky.move(60_000)
                house.officers[post.name].capture()
            house.post_export(post)
        for _ in range(5):
            house.operators.raise_alert()
        self.loads = [open_file(path.read_bytes(), Sort.LOAD) for path in house.loads(self.post)]
        self.other_loads = [open_file(path.read_bytes(), Sort.LOAD) for path in house.loads(self.other)]
        house.hub_import()
        house.hub_export()
        self.packets = [open_file(path.read_bytes(), Sort.PACKET) for path in house.packets(self.post)]
        self.other_packets = [open_file(path.read_bytes(), Sort.PACKET) for path in house.packets(self.other)]

    # --- the hub ---

    def at_the_hub(self) -> list[Target]:
        hub = self.house.centre.hub

        def read_stick(files: dict[str, bytes]) -> object:
            shelf = Stack(files)
            told(hub.courier.import_(shelf))
            told(hub.courier.export(shelf))
            return shelf

        return [
            Target(name="hub takes a load", seeds=self.loads, bend=_bent_load(self.post), read=hub.carry),
            Target(
                name="hub reads a stick",
                seeds=self.loads,
                bend=lambda chance, load: _stick(
                    chance, _bent_load(self.post)(chance, load), Sort.LOAD, f"up-{self.post.number}"
                ),
                read=read_stick,
            ),
        ]

    # --- a post ---

    def at_a_post(self) -> list[Target]:
        def read_stick(files: dict[str, bytes]) -> object:
            return told(self.post.node.courier.import_(Stack(files)))

        def hear(seed: int) -> object:
            return self.post.node.round.run(Bent(self.house.centre.hub.exchange, self._bent_answer, seed))

        return [
            Target(
                name="post takes a packet",
                seeds=self.packets,
                bend=self._bent_packet,
                read=_put_back(self.post, lambda packet: self.post.node.courier.take(packet)),
            ),
            Target(
                name="post reads a stick",
                seeds=self.packets,
                bend=lambda chance, packet: _stick(
                    chance, self._bent_packet(chance, packet), Sort.PACKET, f"down-{self.post.number}"
                ),
                read=_put_back(self.post, read_stick),
            ),
            Target(
                name="post hears the hub",
                seeds=[0],
                bend=lambda chance, _: chance.getrandbits(48),
                read=_put_back(self.post, hear),
            ),
        ]

    def _bent_packet(self, chance: Random, packet: bytes) -> bytes:
        """A packet that the hub signed, its cover, head, list or prekeys bent."""
        if chance.random() < 0.2:
            return bend_msgpack(chance, packet)
        _, cover, _, parcel, revocations, prekeys = parts_of(packet)
        version, node, hub, head = parts_of(cover)
        if chance.random() < 0.2:
            prekeys = [bend_bytes(chance, paper) for paper in prekeys]
        else:
            head = bend_msgpack(chance, head)
        cover = wire.pack([version, node, hub, head])
        covered = cover + digest(wire.pack([parcel, revocations, prekeys]))
        return wire.pack([1, cover, self.hub_key.sign(Purpose.PACKET, covered), parcel, revocations, prekeys])

    def _bent_answer(self, chance: Random, question: bytes, answer: bytes) -> bytes:
        """The hub's answer with its head bent, signed for this question."""
        parts = parts_of(answer)
        parts[_HEAD] = bend_msgpack(chance, parts[_HEAD])
        covered = answer_signed(
            head=parts[_HEAD],
            question=digest(question),
            parcel=parts[_PARCEL],
            revocations=parts[_REVOCATIONS],
            prekeys=parts[_PREKEYS],
        )
        return wire.pack([*parts[:2], self.hub_key.sign(Purpose.HEAD, covered), *parts[3:]])

    # --- a relay, and who calls at it ---

    def at_a_relay(self) -> list[Target]:
        for load in self.other_loads:
            self.post.node.relay.receive(load)

        def handed_on(seed: int) -> object:
            relay = self.post.node.relay  # another one after each start of the post
            relay._told.add(self.other.number)
            return relay.forward(Bent(self.house.centre.hub.carry, self._bent_reply, seed))

        def called(seed: int) -> object:
            return self.other.node.relay_call.run(Bent(self.post.node.relay.receive, self._bent_reply, seed))

        return [
            Target(
                name="relay takes a load",
                seeds=self.other_loads,
                bend=_bent_load(self.other),
                read=lambda load: self.post.node.relay.receive(load),
            ),
            Target(
                name="relay hears the hub",
                seeds=[0],
                bend=lambda chance, _: chance.getrandbits(48),
                read=handed_on,
            ),
            Target(
                name="post hears its relay",
                seeds=[0],
                bend=lambda chance, _: chance.getrandbits(48),
                read=_put_back(self.other, called),
            ),
        ]

    def _bent_reply(self, chance: Random, _: bytes, reply: bytes) -> bytes:
        if chance.random() < 0.4:
            return bend_msgpack(chance, reply)
        packet = self._bent_packet(chance, chance.choice(self.other_packets))
        carried = courier.read_reply(reply).carried
        return courier.write_reply(carried=carried, packets=[packet])

    # --- the doorbell ---

    def at_the_doorbell(self) -> list[Target]:
        hub = self.house.centre.hub
        register = Register(hub.kit, hub.revoked)

        def ring(data: bytes) -> object:
            caller = register.believe(data)
            register.seat(caller, mock.Mock())
            return caller

        return [
            Target(name="doorbell", seeds=[0], bend=lambda chance, _: self._call(chance), read=ring),
            Target(
                name="doorbell over HTTP",
                seeds=[0],
                bend=lambda chance, _: self._request(chance),
                read=lambda pieces: asyncio.run(_visited(register, pieces)),
            ),
        ]

    def _call(self, chance: Random) -> bytes:
        self.house.sky.move(2 * DOORBELL_CALL_MS)  # a bent call from the future must not outlast the next one
        call = Call(
            node=Node(self.post.number), time_ms=self.house.sky.ms, generation=1, positions=(1, 0, 0, 0)
        )
        whole = write_call(call, signer=self.post.identity.keys.sign)
        if chance.random() < 0.2:
            return bend_msgpack(chance, whole)
        raw = bend_msgpack(chance, parts_of(whole)[1])
        return wire.pack([1, raw, self.post.identity.keys.sign.sign(Purpose.DOORBELL, raw)])

    def _request(self, chance: Random) -> list[bytes]:
        """An HTTP request, bent somewhere, as a socket brings it: in one piece or in several."""
        body = self._call(chance)
        head = f"POST {PATH} HTTP/1.1\r\nHost: pcc\r\nContent-Length: {len(body)}"
        if chance.random() < 0.7:
            head = bend_text(chance, head)
        whole = head.encode("utf-8", "surrogatepass") + b"\r\n\r\n" + body
        at = chance.randrange(len(whole) + 1)
        return [whole] if chance.random() < 0.5 else [whole[:at], whole[at:]]


# --- what the targets are made of ---


@dataclass(slots=True)
class Bent:
    """A way to a peer whose first answer is bent; then the link is down."""

    carry: Callable[[bytes], bytes]
    bend: Callable[[Random, bytes, bytes], bytes]
    seed: int
    used: bool = False

    def __call__(self, question: bytes) -> bytes:
        if self.used:
            raise LINK_DOWN
        self.used = True
        return self.bend(Random(self.seed), question, self.carry(question))


@dataclass(slots=True)
class Stack:
    """A stick in memory."""

    files: dict[str, bytes] = field(default_factory=dict)

    def names(self) -> list[str]:
        return list(self.files)

    def read(self, name: str) -> bytes:
        return self.files[name]

    def write(self, name: str, data: bytes) -> None:
        self.files[name] = data

    def remove(self, name: str) -> None:
        self.files.pop(name, None)


def told(report: Report) -> Report:
    """A report whose problems a person can act on."""
    assert all(problem.code and problem.hint for problem in report.problems)
    return report


def _bent_load(post: Post) -> Callable[[Random, bytes], bytes]:
    """A load with its slip bent and signed by its node, or a bundle bent, or bent anywhere."""

    def bend(chance: Random, load: bytes) -> bytes:
        _, slip, signature, bundles = parts_of(load)
        way = chance.random()
        if way < 0.2:
            return bend_msgpack(chance, load)
        if way < 0.4:
            bundles = [bend_bytes(chance, raw) for raw in bundles]
        else:
            slip = bend_msgpack(chance, slip)
            signature = post.identity.keys.sign.sign(Purpose.SLIP, slip)
        return wire.pack([1, slip, signature, bundles])

    return bend


def _stick(chance: Random, content: bytes, sort: Sort, name: str) -> dict[str, bytes]:
    """A stick with that content under a name of its kind, bent or not, and something foreign beside it."""
    full = f"{name}-{chance.choice((Lane.URGENT, Lane.ROUTINE)):d}-1-3-0123456789abcdef.krl"
    if sort is Sort.PACKET:
        full = f"{name}-{chance.getrandbits(40)}-0.krl"
    elif chance.random() < 0.5:
        full = f"{name}-slip.krl"
    if chance.random() < 0.2:
        full = bend_text(chance, full)
    file = close_file(sort, content) if chance.random() < 0.9 else bend_bytes(chance, content)
    return {full: file, "READ ME.txt": b"x", f".{name}.part": b""}


def _put_back(post: Post, read: Callable[[Any], object]) -> Callable[[Any], object]:
    """Read, and put the post's file back as it was where anything was written to it."""
    saved = post.disk.path.with_suffix(".saved")

    def restored(data: Any) -> object:
        if not saved.exists():
            _settled(post)
            shutil.copy(post.disk.path, saved)
            post.boot()
        before = _written(post)
        try:
            found = read(data)
        except RemoteError as refused:
            if refused is not LINK_DOWN:  # a refusal changes nothing
                raise
            found = LINK_DOWN
        if _written(post) == before:  # to start a post takes longer than nearly all it reads
            return found
        post.stop()
        for old in post.disk.path.parent.glob(f"{post.disk.path.name}*"):
            old.unlink()
        shutil.copy(saved, post.disk.path)
        post.boot()
        return found

    return restored


def _written(post: Post) -> list[tuple[str, int, int]]:
    """What tells whether a post's file or its write-ahead log was written since."""
    files = (post.disk.path, post.disk.path.with_name(f"{post.disk.path.name}-wal"))
    return [(each.name, (at := each.stat()).st_size, at.st_mtime_ns) for each in files if each.exists()]


def _settled(post: Post) -> None:
    """The post stopped, its write-ahead log in its file."""
    post.database.connection().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    post.stop()


async def _visited(register: Register, pieces: list[bytes]) -> object:
    """One connection to the door, without a socket: what the door wrote. Raises what it refused."""
    transport = mock.Mock(spec=asyncio.Transport)
    transport.get_extra_info.return_value = None
    transport.get_write_buffer_size.return_value = 0
    transport.is_closing.return_value = False
    visitor = Visitor(Door(register, listeners_max=10))
    visitor.connection_made(transport)
    for piece in pieces:
        visitor.data_received(piece)
    visitor.connection_lost(None)
    written = b"".join(call.args[0] for call in transport.write.call_args_list)
    head, _, body = written.partition(b"\r\n\r\n")
    if written and not head.startswith(b"HTTP/1.1 200"):
        _, code, message, hint = parts_of(body)
        raise RemoteError(code, message, hint=hint)
    return written
