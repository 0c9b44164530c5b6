"""The sync conversation, without I/O: one question, one answer, both signed.

    question = pack([version, hello, signature, [bundle …]])  or  pack([…, [bundle …], piece])
               or  pack([…, [bundle …], piece | None, returned])
    hello    = pack([version, node, nonce, heads digest, generation, [position …], newest revocations,
                     newest prekey, certificate | None, wanted KiB, [place, first, length] | None,
                     [lane, offset, check] | None, schema version])
    answer   = pack([version, head, signature, parcel | None, revocations | None, [prekey …]])
    head     = pack([version, time ms, hub node, generation, [ack …] | None, safe, [position …],
                     feeds digest, current prekey, [[feed, reseal from] …], [[bundle number, code] …],
                     [[lane, length, check] …], lease hours, …])
    parcel   = SealedBox(node, pack([[segment, signature] | [place, first, offset, total, slice] …]))

The hub's signature covers `head ‖ BLAKE2b(question) ‖ BLAKE2b(pack([parcel, revocations, prekeys]))`,
so an answer fits one question only, byte for byte: neither a recorded answer nor another node's can be
replayed, no refusal speaks of what was damaged on the way, and nothing can be left out unnoticed.
Acks are contiguous heads by lane; None says "your heads digest is mine", heads and contents. Positions are by
scope, in the order both sides derive from the node's certificate. Where either side has more than one request
or answer should hold, it goes in pieces: bundles as a `stream`, a segment in slices. Elements behind those a
reader knows, in a hello or a head, are signed with the rest and passed over; `entries` says which there are.

A node's end is in one `Phase`; `_NEXT` lists every transition there is:

    IDLE --ask--> ASKED --hear--> IDLE        (an answer that is refused also returns to IDLE)

Invariants
* Nothing in an answer is believed before the signature holds.
* Time, generation and positions never go backwards unnoticed: `feed_rolled_back`.
* Segments fit the reader's cursor and chain exactly: `feed_gap`, `feed_forked`.
Must not know: HTTP, storage, what a change means.
"""

from shared.session.acks import End, chains_told, counts_digest, heads_digest
from shared.session.former import Ask, Former, mark_of
from shared.session.hub_end import Question, answer, read_question
from shared.session.messages import (
    LANES,
    NONCE_BYTES,
    PIECE,
    VERSION,
    Cursor,
    Head,
    Hello,
    PartHeld,
    Slice,
    feeds_digest,
)
from shared.session.node_end import Heard, NodeEnd, NodeStanding, Part, Phase, believe, open_parcel
from shared.session.returned import ENVELOPE, Returned, give_back, open_returned, read_returned
from shared.session.stream import Held, Piece, check_of, framed, joined, resumes, taken_apart

__all__ = [
    "ENVELOPE",
    "LANES",
    "NONCE_BYTES",
    "PIECE",
    "VERSION",
    "Ask",
    "Cursor",
    "End",
    "Former",
    "Head",
    "Heard",
    "Held",
    "Hello",
    "NodeEnd",
    "NodeStanding",
    "Part",
    "PartHeld",
    "Phase",
    "Piece",
    "Question",
    "Returned",
    "Slice",
    "answer",
    "believe",
    "chains_told",
    "check_of",
    "counts_digest",
    "feeds_digest",
    "framed",
    "give_back",
    "heads_digest",
    "joined",
    "mark_of",
    "open_parcel",
    "open_returned",
    "read_question",
    "read_returned",
    "resumes",
    "taken_apart",
]
