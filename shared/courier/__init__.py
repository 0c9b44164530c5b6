"""The courier: what a stick or a neighbour carries between a node and the hub, and believes nothing of.

    up     load   = pack([1, slip, signature, [bundle …]])
           slip   = pack([1, node, hub tag, [head …], generation, [position …], heard ms, revocations,
                          prekey, certificate])
    down   packet = pack([1, cover, signature, parcel | None, revocations | None, [prekey …]])
           cover  = pack([1, node, hub tag, head])
           parcel = SealedBox(node, pack([[segment, signature] …]))
    reply  = pack([1, [[feed, last] …], [packet …]])      to whoever handed over a load
    file   = pack([1, sort, load or packet]) ‖ BLAKE2b-16 of that

Bundles, segments, revocations and prekeys are the very bytes that go over a link. What a link has and a
stick has not is a question, so the hub signs a packet for one node, with its time and positions, instead
of for one question; and a node's slip says where it stands instead of a hello.

Invariants
* A packet is judged by the same rules as an answer: never backwards, no gap, no other history.
* A file is whole or it is nothing: its last bytes are the digest of all before.
Must not know: disks, storage, who carries.
"""

from shared.courier.load import Load, Slip, read_load, sign_slip, write_load
from shared.courier.packet import Packet, hear_packet, read_packet, write_packet
from shared.courier.reply import Reply, read_reply, write_reply
from shared.courier.stick import (
    FOLDER,
    Down,
    Problem,
    Report,
    Shelf,
    Sort,
    Up,
    close_file,
    name_of,
    open_file,
    slip_name,
)

__all__ = [
    "FOLDER",
    "Down",
    "Load",
    "Packet",
    "Problem",
    "Reply",
    "Report",
    "Shelf",
    "Slip",
    "Sort",
    "Up",
    "close_file",
    "hear_packet",
    "name_of",
    "open_file",
    "read_load",
    "read_packet",
    "read_reply",
    "sign_slip",
    "slip_name",
    "write_load",
    "write_packet",
    "write_reply",
]
