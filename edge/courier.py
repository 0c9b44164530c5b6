"""The node's side of a stick: what it has to say goes on, what the hub says to it comes off.

Job: write the node's unacknowledged bundles as they lie sealed, and what the hub says it lacks, with a slip
that says where the node stands; take packets by the rules of an answer.
Invariants
* A bundle leaves the queue by the hub's signed ack alone, however often it lies on a stick.
* A packet is kept whole or not at all; an older one, or one seen before, changes nothing.
* What a packet says is as old as the time signed in it: it never makes trusted time certain.
Must not know: where the stick is mounted, pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from edge import gaps, lease, receipts, rematch, renewal, returning
from edge.kit import Kit
from edge.replica import Replica
from edge.sealer import Sealer
from edge.store import feed, lives, returns
from shared import courier
from shared.courier import Packet, Report, Shelf, Slip, Sort, Up, name_of, slip_name
from shared.courier.stick import BACK, NAME_MARK_BYTES, downs, half_written, ups
from shared.crypto import digest
from shared.database import Connection
from shared.errors import InputError, KaraulaError, MissingError, RemoteError, SessionError, StoreError
from shared.ids import SYSTEM, Lane, Node, OfficerId, lane_of_feed, node_of_feed
from shared.ledger import audit
from shared.ledger.audit import Line
from shared.ledger.outbox import Sealed
from shared.limits import LOAD_BUDGET_BYTES, REQUEST_MAX_BUNDLES
from shared.session import Heard, NodeStanding


def _nothing(_done: int, _of: int) -> None:
    """Nobody watches."""


class Courier:
    """Exports and imports. Works beside the node's own contacts, from another thread or process."""

    def __init__(self, kit: Kit, sealer: Sealer) -> None:
        self._kit = kit
        self._sealer = sealer
        self._replica = Replica(kit)

    # --- up ---

    def export(
        self,
        shelf: Shelf,
        *,
        officer: OfficerId = SYSTEM,
        device: str = "",
        progress: Callable[[int, int], None] = _nothing,
    ) -> Report:
        """Put what the hub lacks on the stick: all it has not acknowledged, then what it says it lost.

        Files that are there already stay, files of ours that receipts cover go. `progress` hears of changes
        written and in all.
        Raises StoreError `stick_full`, `stick_read_only`, `stick_failing`: what is on the stick is whole.
        """
        report = Report(nodes={Node(self._kit.node)})
        self._sealer.seal(link_appeared=True)
        self._audit("courier_exported", officer, device)
        with self._kit.database.snapshot() as tx:
            slip, waiting = self.slip(tx), self._kit.log.queued(tx)
            heads = self._kit.log.heads(tx)
        here = shelf.names()
        own = {name: up for name, up in ups(here) if up.node == self._kit.node}
        asked_for = self._given_up()
        again = {_name(self._kit.node, asked_for)} if asked_for else set()
        for name, up in own.items():  # first of all make room
            if up.lane in heads and up.last <= heads[Lane(up.lane)].acked and name not in again:
                self._clear(shelf, name, report)
        self._clear_handed_down(shelf, here, report)
        wanted = {slip_name(self._kit.node)}
        self._put(shelf, slip_name(self._kit.node), _file(slip, []), report)
        wanted |= self._give_back(shelf, slip, here, report)
        for run in chain(self._runs(), [asked_for] if asked_for else []):
            name = _name(self._kit.node, run)
            wanted.add(name)
            if name in own and _holds(shelf, name, run):
                report.kept += 1
            else:
                self._put(shelf, name, _file(slip, run), report)
            report.taken += len(run)
            report.changes += sum(each.count for each in run)
            progress(report.changes, max(waiting, report.changes))
        self._hand_down(shelf, slip, here, report)
        for name in sorted({*own, *half_written(here)} - wanted):
            if name in own or any(f"-{number}-" in name for number in self._kit.numbers):
                self._clear(shelf, name, report)
        return report

    def _give_back(self, shelf: Shelf, slip: Slip, here: Sequence[str], report: Report) -> set[str]:
        """What a restored hub lacks of its own words; the names of the files."""
        names: set[str] = set()
        for place, gift in enumerate(
            returning.gifts(self._kit, self._sealer, budget_bytes=LOAD_BUDGET_BYTES)
        ):
            name = name_of(Up(lane=BACK, node=self._kit.node, first=place, mark=_cut(gift.mark)))
            names.add(name)
            if not self._keeps(shelf, name, here, report):
                load = courier.write_load(slip, [], returned=gift.seal().returned)
                self._put(shelf, name, courier.close_file(Sort.LOAD, load), report)
        return names

    def _given_up(self) -> list[Sealed]:
        """The first of what the hub was told to go on without, though it is here: asked for once more."""
        with self._kit.database.snapshot() as tx:
            runs = (
                self._kit.log.bundles_in(tx, [run], budget_bytes=LOAD_BUDGET_BYTES) for run in gaps.told(tx)
            )
            return next(filter(None, runs), [])[:REQUEST_MAX_BUNDLES]

    def _hand_down(self, shelf: Shelf, slip: Slip, here: Sequence[str], report: Report) -> None:
        """What a restored hub lacks of this device's earlier numbers, under these; the hub takes it away."""
        for name, run in self._handed_down():
            if not self._keeps(shelf, name, here, report):
                self._put(shelf, name, _file(slip, run.bundles), report)
            report.taken += len(run.bundles)
            report.changes += sum(each.count for each in run.bundles)

    def _handed_down(self) -> Iterator[tuple[str, renewal.Run]]:
        for run in renewal.runs(self._kit, self._sealer, budget_bytes=LOAD_BUDGET_BYTES):
            yield _name(node_of_feed(run.bundles[0].feed), run.bundles, mark=run.mark), run

    def _clear_handed_down(self, shelf: Shelf, here: Sequence[str], report: Report) -> None:
        """Take away what this device handed down and would now cut otherwise, sign otherwise, or no more.

        What an earlier number had exported itself stays: whoever carries it may know a hub that takes it.
        """
        numbers = self._kit.numbers
        earlier = [(name, up.node) for name, up in ups(list(here)) if up.node in numbers[1:]]
        ours = [name for name, node in earlier if _bringer(shelf, name) in {*numbers} - {node}]
        if ours:
            for name in sorted({*ours} - {name for name, _run in self._handed_down()}):
                self._clear(shelf, name, report)

    def _keeps(self, shelf: Shelf, name: str, here: Sequence[str], report: Report) -> bool:
        """Whether a file whose name says what it holds is there already, whole and under our number."""
        kept = name in here and _bringer(shelf, name) == self._kit.node
        report.kept += kept
        return kept

    def _put(self, shelf: Shelf, name: str, data: bytes, report: Report) -> None:
        shelf.write(name, data)
        report.written += 1

    def slip(self, tx: Connection) -> Slip:
        """Where this node stands, signed."""
        identity = self._kit.identity
        return courier.sign_slip(
            receipts.standing(self._kit, tx),
            node=Node(self._kit.node),
            hub=identity.hub_tag,
            certificate=identity.certificate_paper,
            signer=identity.keys.sign,
        )

    def _runs(self) -> Iterator[list[Sealed]]:
        """The queue cut into files, lane by lane: the same cuts each time until an ack moves them."""
        for lane in Lane:
            after = 0
            while True:
                with self._kit.database.snapshot() as tx:
                    run = self._kit.log.pending_of(tx, lane, after=after, budget_bytes=LOAD_BUDGET_BYTES)
                if not run:
                    break
                run = run[:REQUEST_MAX_BUNDLES]
                after = run[-1].first
                yield run

    def _clear(self, shelf: Shelf, name: str, report: Report) -> None:
        shelf.remove(name)
        report.cleared += 1

    # --- down ---

    def import_(
        self,
        shelf: Shelf,
        *,
        officer: OfficerId = SYSTEM,
        device: str = "",
        progress: Callable[[int, int], None] = _nothing,
    ) -> Report:
        """Take what the hub says to this node. What cannot be used is named, and the rest goes on.

        Raises StoreError when this machine's own disk refuses: then that packet was not taken.
        """
        report = Report()
        names = shelf.names()
        for name in half_written(names):
            report.pass_over(name, "half_written", "The stick was pulled while it was written; export again.")
        mine = downs(names, self._kit.node)
        report.others = len(downs(names)) - len(mine)
        for place, (name, _) in enumerate(mine, 1):
            try:
                data = shelf.read(name)
            except (StoreError, MissingError) as error:
                report.pass_over(name, error.code, error.hint)
                continue
            self._import_one(shelf, name, data, report)
            progress(place, len(mine))
        if report.taken:
            self._audit("courier_imported", officer, device)
        return report

    def _import_one(self, shelf: Shelf, name: str, data: bytes, report: Report) -> None:
        try:
            changes = self.take(courier.open_file(data, Sort.PACKET))
        except (RemoteError, InputError) as error:
            report.pass_over(name, error.code, error.hint)
            if error.code != "packet_older":
                return
        else:
            report.taken += changes is not None
            report.repeated += changes is None
            report.changes += changes or 0
            report.nodes.add(Node(self._kit.node))
        try:  # it has served; a stick that cannot be written keeps it, and it does no harm there
            self._clear(shelf, name, report)
        except KaraulaError:
            return

    def take(self, data: bytes) -> int | None:
        """Believe, apply and keep one packet; returns how many changes came, None for nothing new.

        Raises SessionError `packet_older` and what `hear_packet` raises; TrustError `feed_cloned`.
        """
        identity = self._kit.identity
        packet = courier.read_packet(data, hub=identity.hub_tag, hub_key=identity.hub.hub.verify_key)
        try:
            return self._take(packet)
        except RemoteError as refused:
            receipts.note_trouble(self._kit, refused, lasting=receipts.FORKED_OR_BACK)
            raise

    def _take(self, packet: Packet) -> int | None:
        kit, identity, head = self._kit, self._kit.identity, packet.head
        with kit.database.snapshot() as tx:
            standing = receipts.standing(self._kit, tx)
            if packet.node == kit.node:
                _refuse_older(standing, packet)
        heard = courier.hear_packet(
            packet,
            standing,
            node=Node(kit.node),
            box=identity.keys.box,
            hub=identity.hub_tag,
            hub_key=identity.hub.hub.verify_key,
        )
        if head.generation != standing.generation:
            with kit.database.transaction() as tx:
                returning.begin(tx, head)
                lives.compare_anew(tx)
        self._replica.apply(heard.segments, head_ms=head.time_ms)
        if head.lease_h:
            rematch.catch_up(kit)
        with kit.database.transaction() as tx:
            _refuse_older(receipts.standing(self._kit, tx), packet)  # a contact may have come in between
            news = self._keep(tx, heard)
        kit.time.told(head.time_ms)
        news = news or head.time_ms > standing.last_head_ms
        return sum(segment.count for segment in heard.segments) if news or heard.segments else None

    def _keep(self, tx: Connection, heard: Heard) -> bool:
        """Keep what the head says; returns whether the acks were news."""
        kit, head = self._kit, heard.head
        returns.cover(tx, head.past, head_ms=head.time_ms)
        forks = receipts.forked(kit, tx, head)
        acked = heard.acked(Node(kit.node))
        news = receipts.acknowledge(kit, tx, acked, forks=forks, head_ms=head.time_ms)
        news = renewal.heard(kit, tx, head.former, head_ms=head.time_ms) or news
        news = gaps.hear(kit, tx, head.lost) or news
        receipts.keep_lists(kit, tx, heard)
        feed.keep_carried_head(
            tx, head_ms=head.time_ms, safe_ms=head.safe, prekey=head.prekey, arrived=not heard.more
        )
        lease.renew(tx, signed_ms=head.time_ms, hours=head.lease_h)
        receipts.settle_trouble(tx, forks)
        for name, code in head.refusals:
            self._stop(tx, lane_of_feed(name), code)
        receipts.reseal(kit, self._sealer, tx, head.reseals)
        return news

    def _stop(self, tx: Connection, lane: Lane, code: str) -> None:
        """The hub stopped this feed: what waits in it is not sent again until somebody has looked."""
        while waiting := self._kit.log.pending_of(tx, lane, after=0, budget_bytes=LOAD_BUDGET_BYTES):
            for each in waiting:
                self._kit.log.refuse_bundle(tx, feed=each.feed, first=each.first, code=code)

    # --- both ---

    def _audit(self, action: str, officer: OfficerId, device: str) -> None:
        with self._kit.database.transaction() as tx:
            audit.write(
                tx, Line(at_ms=self._kit.now_ms(), officer=officer, device=device or "command", action=action)
            )


def _refuse_older(standing: NodeStanding, packet: Packet) -> None:
    """A stick may come late: that is nobody's fault, and is told apart from a feed that went back."""
    head = packet.head
    if head.generation <= standing.generation and head.time_ms < standing.last_head_ms:
        raise SessionError(
            "packet_older",
            "the packet is older than what this node has heard since",
            hint="Nothing is lost. Fetch a newer one from the centre when you next can.",
        )


def _file(slip: Slip, run: Sequence[Sealed]) -> bytes:
    return courier.close_file(Sort.LOAD, courier.write_load(slip, [each.raw for each in run]))


def _name(node: int, run: Sequence[Sealed], *, mark: bytes = b"") -> str:
    """`mark` where the bytes differ from one cut to the next."""
    mark = mark or digest(*(digest(each.raw) for each in run), size=NAME_MARK_BYTES)
    lane, last = lane_of_feed(run[0].feed), run[-1].first + run[-1].count - 1
    return name_of(Up(lane=lane, node=node, first=run[0].first, last=last, mark=_cut(mark)))


def _cut(mark: bytes) -> str:
    """As much of a mark as a file's name has room for."""
    return mark[:NAME_MARK_BYTES].hex()


def _bringer(shelf: Shelf, name: str) -> int | None:
    """Whose slip is in the file on the stick; None where it cannot be read to its end."""
    try:
        return courier.read_load(courier.open_file(shelf.read(name), Sort.LOAD)).slip.node
    except KaraulaError:
        return None


def _holds(shelf: Shelf, name: str, run: list[Sealed]) -> bool:
    """Whether the file on the stick is whole and holds exactly these bundles."""
    try:
        load = courier.read_load(courier.open_file(shelf.read(name), Sort.LOAD))
    except KaraulaError:
        return False
    return load.bundles == tuple(each.raw for each in run)
