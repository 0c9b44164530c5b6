"""The hub's side of what is carried: loads off a stick or from a neighbour, packets onto it.

Job: take loads as a question's bundles are taken, write packets as answers are written.
Invariants
* Nothing is cleared from a stick that is not committed here and covered by this hub's head.
* A packet's acks are composed from committed rows; a revoked node gets none.
* A load is taken whole in one transaction; the next one goes on whatever became of it.
Must not know: where the stick is mounted, HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from hub.exchange import LOST_TOLD_MAX
from hub.feed import Feed
from hub.inbox import Inbox, Receipt
from hub.kit import Kit
from hub.prekeys import PrekeyRing
from hub.reception import Parcel, newest_stamps
from hub.returns import Returns
from hub.standing import Revoked
from hub.store import backups, carried, custody, feeds, gaps, nodes
from hub.store.nodes import Route
from hub.succession import Succession, refuse_replaced
from shared import bundle, courier
from shared.courier import Down, Load, Report, Shelf, Slip, Sort, name_of
from shared.courier.load import read_slip
from shared.courier.stick import downs, half_written, ups
from shared.database import Connection
from shared.enrolment import Certificate
from shared.errors import (
    InputError,
    KaraulaError,
    MissingError,
    RemoteError,
    SessionError,
    StoreError,
    TrustError,
)
from shared.ids import SYSTEM, Node
from shared.ledger import audit
from shared.ledger.audit import Line
from shared.limits import RELAY_MAX_PACKETS, REPLY_BUDGET_BYTES, STAMP_COUNTER_BITS
from shared.scope import scopes_of_node
from shared.session import Head, chains_told

_HINT_REFUSED: Final = "The node keeps it, and is told. Look at the hub's quarantine."


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a load. `covered` says that the hub's heads cover every bundle of it."""

    node: Node
    slip: Slip
    receipt: Receipt
    covered: bool
    not_returned: tuple[str, ...] = ()


class Courier:
    """Takes loads, writes packets. Safe from several threads, and beside the running hub."""

    def __init__(
        self,
        kit: Kit,
        *,
        inbox: Inbox,
        feed: Feed,
        ring: PrekeyRing,
        revoked: Revoked,
        returns: Returns,
        succession: Succession,
        admit: Callable[[Certificate, bytes], None],
        signed_ms: Callable[[Connection], int],
    ) -> None:
        """`admit` notes a believed certificate; `signed_ms` gives the time to sign, which never goes back."""
        self._kit = kit
        self._inbox = inbox
        self._feed = feed
        self._ring = ring
        self._revoked = revoked
        self._returns = returns
        self._succession = succession
        self._admit = admit
        self._signed_ms = signed_ms

    # --- up ---

    def take(self, data: bytes, *, route: Route = Route.STICK) -> Taken:
        """Take one load into custody and commit. `route` is how it came.

        Raises SessionError `bad_load`, `wrong_hub`; TrustError `bad_signature`, `node_revoked`,
        `node_replaced`, `foreign_certificate`; WireError, InputError; StoreError when nothing was committed.
        """
        load = courier.read_load(data)
        self._believe(load.slip)
        now = self._kit.now_ms()
        self._revoked.learn(load.returned)
        given_back = self._returns.read(load.returned)
        with self._kit.database.snapshot() as tx:
            listed = self._revoked.read(tx)
            parcels = [self._inbox.read(tx, raw, listed, by=load.slip.node) for raw in load.bundles]
        with self._kit.database.transaction() as tx:
            not_returned = self._returns.take(tx, load.slip.node, given_back, at_ms=now)
            receipt = self._inbox.take(tx, parcels, by=load.slip.node, at_ms=now)
            for name, first in receipt.reseals.items():
                carried.want_reseal(tx, name, first)
            self._keep_slip(tx, load.slip, at_ms=now)
            self._heard_of(tx, load.slip, parcels, route=route, at_ms=now)
            if receipt.taken:
                self._audit(tx, "courier_taken", load.slip.node, f"{receipt.taken} bundles", at_ms=now)
            in_hand = not (receipt.refusals or receipt.reseals or not_returned)
            covered = in_hand and self._covers(tx, load)
        return Taken(
            node=load.slip.node,
            slip=load.slip,
            receipt=receipt,
            covered=covered,
            not_returned=tuple(code for _, code in not_returned),
        )

    def _believe(self, slip: Slip) -> None:
        """A slip is its node's own, the node is certified, not revoked and not replaced; else it raises."""
        if slip.hub != self._kit.identity.tag:
            raise SessionError(
                "wrong_hub", "this load is for another hub", hint="Carry it to the hub it names."
            )
        certificate = Certificate.read(slip.certificate, authority=self._kit.identity.authority.verify_key)
        if certificate.node != slip.node:
            raise TrustError(
                "foreign_certificate",
                "the certificate is another node's",
                hint="Put this node's own certificate back.",
            )
        with self._kit.database.snapshot() as tx:
            listed = self._revoked.read(tx)
            known = nodes.find(tx, slip.node)
        if listed is not None:
            listed.refuse(slip.node)
        newer = known is None or certificate.serial > known.serial
        slip.believe(certificate.verify_key if newer or known is None else known.verify_key)
        if newer:
            self._admit(certificate, slip.certificate)
        with self._kit.database.snapshot() as tx:
            refuse_replaced(tx, slip.node)

    def _keep_slip(self, tx: Connection, slip: Slip, *, at_ms: int) -> None:
        kept = self._slip_of(tx, slip.node)
        if kept is None or slip.progress >= kept.progress:
            carried.keep_slip(tx, slip.node, slip.raw, slip.signature, at_ms=at_ms)

    def _heard_of(
        self, tx: Connection, slip: Slip, parcels: Sequence[Parcel], *, route: Route, at_ms: int
    ) -> None:
        """What a load says of its node: when it was written, what its list lacked, what it still held back.

        A slip bears no time of its own. It was written after the hub's time it names, and after the changes
        beside it, whose clock may be ahead; never after it came.
        """
        known = nodes.find(tx, slip.node)
        assert known is not None  # believed, so admitted
        written = [stamp >> STAMP_COUNTER_BITS for stamp in newest_stamps(parcels, slip.node)]
        names = scopes_of_node(node=known.node, post=known.post, country=known.country)
        complete = False
        if slip.generation == self._feed.generation and len(slip.positions) == len(names):
            read, ends = dict(zip(names, slip.positions, strict=True)), feeds.positions(tx)
            complete = all(read[name] >= ends.get(name, 0) for name in names)
            nodes.raise_positions(tx, slip.node, read)
        nodes.heard_of(
            tx,
            slip.node,
            route=route,
            written_ms=min(at_ms, max([slip.heard_ms, *written])),
            at_ms=at_ms,
            complete_ms=slip.heard_ms if complete else None,
            emptied=slip.heads == custody.heads_of(tx, slip.node),
        )

    def _slip_of(self, tx: Connection, node: int) -> Slip | None:
        kept = carried.slip_of(tx, node)
        return None if kept is None else read_slip(*kept)

    def _covers(self, tx: Connection, load: Load) -> bool:
        headers = [bundle.read_header(raw) for raw in load.bundles]
        return all(header.last <= custody.head_of(tx, header.feed).head for header in headers)

    # --- down ---

    def packets(self, node: int, *, at_most: int | None = None) -> Iterator[bytes]:
        """The packets for one node, from where its last slip stood (from the start without one).

        At least one, with the receipts, though the feed has nothing new. Raises TrustError
        `node_unknown`, `node_revoked`, `node_replaced`.
        """
        with self._kit.database.snapshot() as tx:
            listed, slip = self._revoked.read(tx), self._slip_of(tx, node)
        if listed is not None:
            listed.refuse(node)
        generation = self._feed.generation
        at = slip.positions if slip is not None and slip.generation == generation else ()
        made = 0
        while at_most is None or made < at_most:
            raw, now_at, complete = self._packet(node, slip, at=at)
            yield raw
            made += 1
            if complete or now_at == at:
                return
            at = now_at

    def _packet(
        self, node: int, slip: Slip | None, *, at: tuple[int, ...]
    ) -> tuple[bytes, tuple[int, ...], bool]:
        """(packet, where it leads, whether that is the end) for a node that stands at these positions."""
        with self._kit.database.transaction() as tx:
            known = nodes.find(tx, node)
            if known is None:
                raise TrustError(
                    "node_unknown",
                    f"node {node} has never shown its certificate here",
                    hint="Import what it exported, or bring its certificate with `karaula hub admit`.",
                )
            refuse_replaced(tx, node)
            names = scopes_of_node(node=known.node, post=known.post, country=known.country)
            at = at if len(at) == len(names) else (0,) * len(names)
            reading, leads = self._feed.read_whole(tx, known, at, budget_bytes=REPLY_BUDGET_BYTES)
            ends = custody.ends_of(tx, node)
            head = Head(
                time_ms=self._signed_ms(tx),
                hub_node=self._kit.node,
                generation=self._feed.generation,
                acks=tuple(seq for seq, _ in ends),
                safe=backups.safe_ms(tx),
                positions=reading.positions,
                feeds_digest=reading.digest,
                prekey=self._ring.current,
                reseals=carried.reseals_of(tx, node),
                refusals=carried.stopped_of(tx, node),
                past=self._returns.past(tx, names),
                lease_h=self._kit.policy.lease_days * 24,
                lost=gaps.lost_of(tx, node)[:LOST_TOLD_MAX],
                former=() if slip is None else self._succession.told(tx, known, slip.asks),
                chains=chains_told(ends),
            )
            listed = self._revoked.read(tx)
        newer = listed is not None and listed.number > (slip.revocations if slip is not None else 0)
        raw = courier.write_packet(
            head,
            node=known.node,
            hub=self._kit.identity.tag,
            segments=[each for each in reading.segments if isinstance(each, tuple)],
            reader=known.seal_key,
            signer=self._kit.identity.keys.sign,
            revocations=self._revoked.paper if newer else None,
            prekeys=self._ring.papers_after(slip.prekey if slip is not None else 0),
        )
        return raw, leads, reading.complete

    def reply(self, data: bytes) -> bytes:
        """Take a load from a relay and commit; the reply with the first packets for its node.

        Raises as `take`.
        """
        taken = self.take(data, route=Route.NEIGHBOUR)
        packets = list(self.packets(taken.node, at_most=RELAY_MAX_PACKETS))
        return courier.write_reply(carried={}, packets=packets)

    # --- a stick ---

    def import_(self, shelf: Shelf) -> Report:
        """Take every load for this hub. What cannot be used is named and left; the rest goes on.

        Raises StoreError when this machine's own disk refuses.
        """
        report, names = Report(), shelf.names()
        for name in half_written(names):
            report.pass_over(name, "half_written", "The stick was pulled while it was written; export again.")
        for name, up in ups(names):
            try:
                data = shelf.read(name)
            except (StoreError, MissingError) as error:
                report.pass_over(name, error.code, error.hint)
                continue
            self._import_one(shelf, name, data, report, is_slip=not up.mark)
        return report

    def _import_one(self, shelf: Shelf, name: str, data: bytes, report: Report, *, is_slip: bool) -> None:
        try:
            taken = self.take(courier.open_file(data, Sort.LOAD))
        except (RemoteError, InputError) as error:
            report.pass_over(name, error.code, error.hint)
            return
        report.nodes.add(taken.node)
        report.taken += taken.receipt.taken
        for code in sorted({*taken.not_returned, *(code for _, code in taken.receipt.refusals)}):
            report.pass_over(name, code, _HINT_REFUSED)
        if taken.covered and not is_slip:  # committed here: the copy has served
            try:
                shelf.remove(name)
                report.cleared += 1
            except KaraulaError:  # a stick that cannot be written keeps it, and a repeat does nothing
                report.kept += 1

    def export(self, shelf: Shelf, *, also: Iterable[int] = ()) -> Report:
        """Write the packets for every node whose slip is on the stick, and for `also`; older ones go.

        Raises StoreError `stick_full`, `stick_read_only`, `stick_failing`.
        """
        report, here = Report(), shelf.names()
        wanted = dict.fromkeys([*also, *(node for node in self._slips(shelf, here, report))])
        for node in wanted:
            try:
                written = self._export_one(shelf, node)
            except TrustError as error:
                report.refuse(f"node {node}", error)
                continue
            report.nodes.add(Node(node))
            report.written += len(written)
            for name, _ in downs(here, node):
                if name not in written:
                    shelf.remove(name)
                    report.cleared += 1
        return report

    def _slips(self, shelf: Shelf, here: Sequence[str], report: Report) -> list[int]:
        """The nodes whose slip on this stick is believed, taken note of."""
        found = []
        for name, up in ups(list(here)):
            if up.mark:
                continue
            try:
                slip = courier.read_load(courier.open_file(shelf.read(name), Sort.LOAD)).slip
                self._believe(slip)
            except KaraulaError as error:
                report.pass_over(name, error.code, error.hint)
                continue
            with self._kit.database.transaction() as tx:
                self._keep_slip(tx, slip, at_ms=self._kit.now_ms())
            found.append(int(slip.node))
        return found

    def _export_one(self, shelf: Shelf, node: int) -> set[str]:
        written: set[str] = set()
        now = self._kit.now_ms()
        for place, packet in enumerate(self.packets(node)):
            name = name_of(Down(node=node, time_ms=now, place=place))
            shelf.write(name, courier.close_file(Sort.PACKET, packet))
            written.add(name)
        with self._kit.database.transaction() as tx:
            self._audit(tx, "courier_exported", node, f"{len(written)} packets", at_ms=now)
        return written

    def _audit(self, tx: Connection, action: str, node: int, detail: str, *, at_ms: int) -> None:
        audit.write(
            tx, Line(at_ms=at_ms, officer=SYSTEM, device=f"node {node}", action=action, detail=detail)
        )
