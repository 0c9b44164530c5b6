"""While a device goes from one number to the next: which of its changes are the centre's already?

Job: ask for it in every hello and slip, compare what is told with the log change by change, and know when
every lane is compared. Afterwards: bring back what a restored hub lacks of the earlier numbers' feeds.
Invariants
* Nothing is cut or sent under the earlier number meanwhile; the booth goes on in its log.
* A change whose mark was not told counts as one the centre lacks.
* What the hub acknowledged and holds nothing against stays as it is, though a restored hub may have lost it.
Must not know: HTTP, how a log is renumbered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from edge.kit import Kit
from edge.sealer import Sealer
from edge.store import lives
from edge.store.lives import Compared, FormerFeed
from shared import bundle, wire
from shared.bundle import Header
from shared.crypto import HASH_BYTES, digest
from shared.database import Connection, Database
from shared.errors import WireError
from shared.ids import Feed, Lane, Seq, lane_of_feed
from shared.ledger.log import OwnLog
from shared.ledger.outbox import Sealed
from shared.limits import BUNDLE_MAX_BYTES, BUNDLE_MAX_CHANGES, FORMER_MARKS_MAX, REQUEST_MAX_BUNDLES
from shared.session import Ask, Former, mark_of
from shared.session.former import ENDS_MAX, MARK_BYTES

_LEAST_MARKS: Final = 64


ASKING: Final = "asking"
STARTING: Final = "starting"


def stage(kit: Kit, tx: Connection) -> str:
    """How far a device that was enrolled again is; "" when it is done."""
    if not kit.renewing:
        return ""
    return STARTING if all(each.done for each in compared(tx, kit.log)) else ASKING


def asks(kit: Kit, tx: Connection, *, wanted_bytes: int) -> tuple[Ask, ...]:
    """What to ask of the hub now: of the first lane not compared yet, or of the feeds it may have lost."""
    if not kit.renewing:
        return tuple(
            Ask(feed=each.feed, known=each.last)
            for each in lives.former_feeds(tx)
            if each.hub_head is None or each.lacking
        )
    most = max(_LEAST_MARKS, min(wanted_bytes // MARK_BYTES, FORMER_MARKS_MAX))
    for each in compared(tx, kit.log):
        if not each.done:
            ends = lives.ends(tx, each.feed, most=ENDS_MAX) if each.known is None else ()
            return (Ask(feed=each.feed, known=each.known, ends=ends, most=most),)
    return ()


def heard(kit: Kit, tx: Connection, former: Sequence[Former], *, head_ms: int) -> bool:
    """Take in what the hub said of former numbers; returns whether it was news."""
    news = False
    for said in former:
        if kit.renewing:
            news = _compare(kit, tx, said) or news
        else:
            before = {each.feed: each for each in lives.former_feeds(tx)}.get(said.feed)
            lives.keep_hub_head(tx, said.feed, head=said.head, chain=said.chain, at_ms=head_ms)
            news = news or (before is not None and before.hub_head != said.head)
    return news


def is_over(database: Database, log: OwnLog) -> bool:
    """Whether every lane of a log that goes to another number is compared, so that it can go."""
    with database.snapshot() as tx:
        return log.silent and all(each.done for each in compared(tx, log))


def compared(tx: Connection, log: OwnLog) -> list[Compared]:
    """The lanes; one in which nothing was ever logged is done."""
    heads = log.heads(tx)
    return [
        each if heads[lane_of_feed(each.feed)].seq else replace(each, known=0, done=True)
        for each in lives.compared(tx, log.node)
    ]


def _compare(kit: Kit, tx: Connection, said: Former) -> bool:
    """Follow the hub's copy of one feed as far as it is ours."""
    before = next((each for each in compared(tx, kit.log) if each.feed == said.feed), None)
    if before is None or before.done:
        return False
    head = kit.log.heads(tx)[lane_of_feed(said.feed)]
    first = lives.first_logged(tx, said.feed)
    pruned = head.seq if first is None else first - 1  # what a backup of the hub's covered is the hub's
    known = max(before.known or 0, said.since, pruned)
    told = {
        said.since + place + 1: said.marks[place * MARK_BYTES : (place + 1) * MARK_BYTES]
        for place in range(len(said.marks) // MARK_BYTES)
    }
    differs = False
    for seq, payload in lives.logged(tx, said.feed, known, min(head.seq, said.since + len(told))):
        if mark_of(wire.unpack_change(payload)) != told.get(seq):
            differs = True
            break
        known = seq
    everything = known >= min(head.seq, said.head)
    untold = said.since == known and not told  # an answer to another question says nothing of what follows
    if everything and not differs and said.head <= known:
        known = max(known, head.acked)  # acknowledged, and nothing stands against it: a restored hub lost it
    done = everything or differs or untold
    lives.keep_compared(tx, Compared(feed=said.feed, known=known, done=done))
    return done or known != before.known


# --- afterwards ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Bundles of one earlier feed, following one another; `mark` names what they hold, whenever cut."""

    bundles: tuple[Sealed, ...]
    mark: bytes


def handed_down(kit: Kit, sealer: Sealer, tx: Connection, *, budget_bytes: int) -> list[Sealed]:
    """The next bundle of each earlier number's feed that a restored hub lacks, within a budget.

    They are cut anew, under the key this device has now: the earlier numbers' keys are gone.
    """
    found: list[Sealed] = []
    for lost in _lacking(kit, tx):
        if budget_bytes > 0:
            made = _bundle(kit, sealer, tx, lost)
            if made is not None:
                budget_bytes -= len(made[0].raw)
                found.append(made[0])
    return found


def runs(kit: Kit, sealer: Sealer, *, budget_bytes: int) -> Iterator[Run]:
    """All of them, urgent first, in runs of about that many bytes."""
    with kit.database.snapshot() as tx:
        lacking = _lacking(kit, tx)
    for begins in lacking:
        lost: FormerFeed | None = begins
        while lost is not None and lost.lacking:
            with kit.database.snapshot() as tx:
                bundles, ends = _run(kit, sealer, tx, lost, budget_bytes=budget_bytes)
            if bundles:
                marks = [bundles[0].feed, bundles[0].first, bundles[0].prekey, lost.chain, ends.chain]
                yield Run(bundles=bundles, mark=digest(wire.pack(marks)))
            lost = ends if bundles else None


def _lacking(kit: Kit, tx: Connection) -> list[FormerFeed]:
    if kit.renewing:
        return []
    lacking = [each for each in lives.former_feeds(tx) if each.lacking]
    return sorted(lacking, key=lambda each: (lane_of_feed(each.feed), each.feed))


def _run(
    kit: Kit, sealer: Sealer, tx: Connection, lost: FormerFeed, *, budget_bytes: int
) -> tuple[tuple[Sealed, ...], FormerFeed]:
    """The next bundles of a feed, and where they lead."""
    found: list[Sealed] = []
    while lost.lacking and budget_bytes > 0 and len(found) < REQUEST_MAX_BUNDLES:
        made = _bundle(kit, sealer, tx, lost)
        if made is None:
            break
        sealed, chain = made
        budget_bytes -= len(sealed.raw)
        found.append(sealed)
        lost = replace(lost, hub_head=sealed.first + sealed.count - 1, chain=chain)
    return tuple(found), lost


def _bundle(kit: Kit, sealer: Sealer, tx: Connection, lost: FormerFeed) -> tuple[Sealed, bytes] | None:
    """The next bundle that the hub lacks, and the chain with it."""
    assert lost.hub_head is not None  # it lacks some
    most = 1 if lane_of_feed(lost.feed) is Lane.BULK else BUNDLE_MAX_CHANGES  # a piece of a photo fills one
    rows = lives.logged(tx, lost.feed, lost.hub_head, min(lost.last, lost.hub_head + most))
    if not rows or rows[0][0] != lost.hub_head + 1:
        return None  # pruned: a backup of the hub's had it once
    number, key = sealer.prekey(tx)
    before = lost.chain or bytes(HASH_BYTES)
    changes = [wire.unpack_change(payload) for _, payload in rows]
    count = len(changes)
    while True:
        header = Header(
            hub=kit.identity.hub_tag,
            prekey=number,
            feed=Feed(lost.feed),
            first=Seq(lost.hub_head + 1),
            count=count,
        )
        try:
            body = wire.encode(changes[:count], base=header.base)
            raw = bundle.seal(body, header=header, before=before, prekey=key, signer=kit.identity.keys.sign)
        except WireError as error:
            if error.code not in wire.TOO_MUCH or count == 1:
                raise
        else:
            if len(raw) <= BUNDLE_MAX_BYTES or count == 1:
                sealed = Sealed(feed=header.feed, first=header.first, count=count, prekey=number, raw=raw)
                return sealed, bundle.chain_next(before, header, body)
        count //= 2
