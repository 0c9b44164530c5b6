"""What sticks and neighbours carry: names, files, slips, loads, packets, replies.

Where a digest, a signature or a seal would turn every bent input away, a second target makes it right again.
"""

from __future__ import annotations

from random import Random

from shared import courier, wire
from shared.courier import Down, Packet, Sort, Up, name_of, open_file, slip_name
from shared.courier.stick import close_file, downs, half_written, ups
from shared.crypto import Purpose, digest
from shared.limits import REPLY_MAX_BYTES
from tests.fuzz.bending import bend_bytes, bend_msgpack, bend_text
from tests.fuzz.spoken import bend_sealed, parts_of
from tests.fuzz.target import Target
from tests.vectors import sync


def carried() -> list[Target]:
    """All targets of the courier."""
    vector = sync.read("courier")
    load, reply = bytes.fromhex(vector["load"]), bytes.fromhex(vector["reply"])
    packets = [bytes.fromhex(case["raw"]) for case in vector["cases"]]
    return [*_files(load, packets[0]), *_up(load, reply), *_down(packets)]


# --- files ---


def _files(load: bytes, packet: bytes) -> list[Target]:
    names = [
        slip_name(sync.NODE),
        name_of(Up(lane=1, node=sync.NODE, first=5, last=7, mark="0123456789abcdef")),
        name_of(Down(node=5, time_ms=sync.START_MS, place=2)),
        f".{slip_name(2)}.part",
    ]

    def read_names(name: str) -> object:
        return ups([name]), downs([name], 5), half_written([name])

    def closed(chance: Random, file: bytes) -> bytes:
        """A file whose digest is right though what stands before it is bent."""
        body = bend_msgpack(chance, file[:-16])
        return body + digest(b"karaula/stick\0", body)

    files = [close_file(Sort.LOAD, load), close_file(Sort.PACKET, packet)]
    return [
        Target(name="name on a stick", seeds=names, bend=bend_text, read=read_names, share=4),
        Target(name="file of a stick", seeds=files, bend=bend_bytes, read=_opened, share=4),
        Target(name="file of a stick, whole", seeds=files, bend=closed, read=_opened, share=6),
    ]


def _opened(file: bytes) -> object:
    """A load read out of its file: what is no load is refused for its sort."""
    return courier.read_load(open_file(file, Sort.LOAD))


# --- up ---


def _up(load: bytes, reply: bytes) -> list[Target]:
    def believed(data: bytes) -> object:
        read = courier.read_load(data)
        read.slip.believe(sync.NODE_SIGN.verify_key)
        assert read.slip.progress >= (0,)
        return read

    def signed(chance: Random, data: bytes) -> bytes:
        slip, bundles = parts_of(data)[1], parts_of(data)[3]
        slip = bend_msgpack(chance, slip)
        return wire.pack([1, slip, sync.NODE_SIGN.sign(Purpose.SLIP, slip), bundles])

    return [
        Target(name="load", seeds=[load], bend=bend_msgpack, read=believed, share=4),
        Target(name="load, its slip signed", seeds=[load], bend=signed, read=believed, share=6),
        Target(name="reply to a load", seeds=[reply], bend=bend_msgpack, read=courier.read_reply, share=6),
    ]


# --- down ---


def _down(packets: list[bytes]) -> list[Target]:
    def hear(data: bytes) -> object:
        return courier.hear_packet(
            read_packet(data),
            sync.standing(),
            node=sync.NODE,
            box=sync.NODE_BOX,
            hub=sync.TAG,
            hub_key=sync.HUB_SIGN.verify_key,
        )

    def signed(chance: Random, packet: bytes) -> bytes:
        return signed_packet(*bent_packet(chance, packet))

    return [
        Target(name="packet", seeds=packets, bend=bend_msgpack, read=hear, share=6),
        Target(name="packet, signed", seeds=packets[:2], bend=signed, read=hear, share=8),
    ]


def read_packet(data: bytes) -> Packet:
    """A packet of the frozen hub's."""
    return courier.read_packet(data, hub=sync.TAG, hub_key=sync.HUB_SIGN.verify_key)


def bent_packet(chance: Random, packet: bytes) -> tuple[bytes, bytes | None, bytes | None, list[bytes]]:
    """Cover, parcel, list and prekeys of a packet, one of them bent."""
    _, cover, _, parcel, revocations, prekeys = parts_of(packet)
    match chance.randrange(5):
        case 0 if parcel is not None:
            parcel = bend_sealed(chance, parcel)
        case 1:
            revocations, prekeys = bend_bytes(chance, revocations), [bend_bytes(chance, prekeys[0])]
        case _:
            cover = _bent_cover(chance, cover)
    return cover, parcel, revocations, prekeys


def _bent_cover(chance: Random, cover: bytes) -> bytes:
    """The cover bent as a whole, or the head in it."""
    version, node, hub, head = parts_of(cover)
    if chance.random() < 0.3:
        return bend_msgpack(chance, cover)
    return wire.pack([version, node, hub, bend_msgpack(chance, head)])


def signed_packet(
    cover: bytes, parcel: bytes | None, revocations: bytes | None, prekeys: list[bytes]
) -> bytes:
    """A packet that the frozen hub signed."""
    covered = cover + digest(wire.pack([parcel, revocations, prekeys]))
    raw = wire.pack([1, cover, sync.HUB_SIGN.sign(Purpose.PACKET, covered), parcel, revocations, prekeys])
    assert len(raw) <= REPLY_MAX_BYTES
    return raw
