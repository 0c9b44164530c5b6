"""A real link: a node's process and a hub's, with a relay between them (see `relay` for its model).

slow_link_1000_checks_s   50 kbit/s, 600 ms, 5 % of segments lost: a thousand checks made offline, from the
                          node's first connection to the hub's last acknowledgement
slow_link_ratio_to_limit  9.6 kbit/s, the same round trip and loss: 12,000 changes (10,000 checks, 2,000
                          updates), the time over (bundle bytes ÷ rate)
slow_link_ratio_30pct_cuts  the same while 30 % of the questions are cut
sent_ratio_30pct_cuts     in that run, all TCP payload both ways over the bundles' bytes

and the six cases of PEERS.md over an unhindered link, TCP payload both ways with HTTP's headers:
idle_check_bytes (bodies alone in its value), one_record_bytes, bulk_bytes_per_change,
update_only_bytes_per_change, backlog_round_trips; the hub of a million rows is `ingest`'s figure.

The slow runs go at the same time, each with its own hub, node and relay: they wait far more than they work.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Final

from edge.traffic import Tally
from edge.transport import HubLink
from tests.bench.figures import Context, Figure
from tests.bench.relay import Link, Relay, Seen
from tests.bench.station import Clock, Station, capture
from tests.bench.tls import Terminator

ROUND_TRIP_S: Final = 0.6
LOSS: Final = 0.05
CHECKS: Final = 10_000
UPDATES: Final = 2_000
PATIENCE_S: Final = 1_500.0
LOOK_S: Final = 1.0
SLOW: Final = Link(rate=50_000, round_trip_s=ROUND_TRIP_S, loss=LOSS, seed=2)
SLOWEST: Final = Link(rate=9_600, round_trip_s=ROUND_TRIP_S, loss=LOSS, seed=2)
CUT: Final = replace(SLOWEST, cuts=0.3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossed:
    """One transfer: how long it took, what the link saw, and the bytes of the bundles themselves."""

    seconds: float
    seen: Seen
    needed: int

    def over_limit(self, link: Link) -> float:
        """The time over the least the rate allows."""
        return self.seconds / (self.needed * 8 / link.rate)

    @property
    def sent_ratio(self) -> float:
        return (self.seen.up + self.seen.down) / self.needed


def cross(station: Station, link: Link) -> Crossed:
    """Let the node's process send all it has over a link, and look until the last of it is acknowledged.

    The link is looked at in that moment: the node goes on asking for news, which belongs to no transfer.
    """
    with Relay(link, hub_port=station.hub_port) as relay:
        heads = dict(station.look("SELECT lane, seq FROM own_head"))
        station.start_node(relay)
        end = time.monotonic() + PATIENCE_S
        while any(seq < heads[lane] for lane, seq in station.look("SELECT lane, acked_seq FROM own_head")):
            if time.monotonic() > end:
                raise RuntimeError(f"waited in vain; the link saw {relay.seen}")
            time.sleep(LOOK_S)
        seen = replace(relay.seen)
        ((needed,),) = station.look("SELECT sum(length(raw)) FROM sealed")
    return Crossed(seconds=seen.ended - seen.began, seen=seen, needed=needed)


def six_cases(station: Station) -> dict[str, Case]:
    """Each case over an unhindered link: turns, TCP payload, bodies."""
    cases: dict[str, Case] = {}
    with Relay(Link(), hub_port=station.hub_port) as relay:

        def case(name: str, link: HubLink, *, checks: int = 0, updates: int = 0) -> None:
            capture(node, clock, checks, updates, seed=11 + len(cases))
            tally.take()
            began = relay.seen.up + relay.seen.down
            done = node.round.run(link.exchange, everything=True)
            cases[name] = Case(
                turns=done.turns,
                payload=relay.seen.up + relay.seen.down - began,
                headers=sum(tally.take()),
                changes=checks + updates,
            )

        clock, tally = Clock(), Tally()
        node = station.node(clock)
        with HubLink(relay.url, tally=tally) as link:
            case("first contact", link)
            case("bulk", link, checks=CHECKS, updates=UPDATES)
            case("one record", link, checks=1)
            case("idle check", link)
            case("update only", link, updates=UPDATES)
        node.close()
        node = station.node(clock)
        with HubLink(relay.url, tally=tally) as link:
            case("backlog", link, checks=CHECKS, updates=UPDATES)
        node.close()
    return cases


@dataclass(frozen=True, slots=True, kw_only=True)
class OverTls:
    """The same with TLS on: TCP payload of a first contact with its handshake, and of an idle check.

    A thousand checks over the slow link include the handshake and the node's sealing.
    """

    first_bytes: int
    idle_bytes: int
    slow_s: float
    slow_bytes: int


def over_tls(station: Station) -> OverTls:
    """A node in this process speaks TLS through the relay to a terminator in front of the hub."""
    clock, payload = Clock(), list[int]()
    node = station.node(clock)
    with Terminator(hub_port=station.hub_port) as front:
        with Relay(Link(), hub_port=front.port) as relay, _tls(relay, front) as link:
            for _ in range(3):
                began = relay.seen.up + relay.seen.down
                node.round.run(link.exchange)
                payload.append(relay.seen.up + relay.seen.down - began)
        node.close()
        node = station.node(clock)
        capture(node, clock, 1_000, 0)
        with Relay(SLOW, hub_port=front.port) as relay, _tls(relay, front) as link:
            started = time.monotonic()
            node.round.run(link.exchange, everything=True)
            took, sent = time.monotonic() - started, relay.seen.up + relay.seen.down
        node.close()
    return OverTls(first_bytes=payload[0], idle_bytes=payload[-1], slow_s=took, slow_bytes=sent)


def _tls(relay: Relay, front: Terminator) -> HubLink:
    return HubLink(relay.url.replace("http:", "https:"), transport=front.transport())


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case: round trips, TCP payload both ways, and HTTP's headers in it."""

    turns: int
    payload: int
    headers: int
    changes: int

    @property
    def bodies(self) -> int:
        return self.payload - self.headers

    def told(self) -> str:
        each = f", {self.payload / self.changes:.1f} B a change" if self.changes > 1 else ""
        return f"{self.payload:,} B in {self.turns} round trips{each}"


def run(context: Context) -> list[Figure]:
    """All figures. Takes some seven minutes, nearly all of them waiting for the slow links."""
    waiting: dict[str, tuple[Station, Link]] = {}
    with ExitStack() as stations, ThreadPoolExecutor() as watching:
        for name, link, checks, updates in (
            ("slow", SLOW, 1_000, 0),
            ("slowest", SLOWEST, CHECKS, UPDATES),
            ("cut", CUT, CHECKS, UPDATES),
        ):
            station = stations.enter_context(Station(context.folder / name))
            context.say(f"{checks + updates:,} changes wait for {link.rate:,.0f} bit/s, {link.cuts:.0%} cut")
            station.capture(checks, updates)
            waiting[name] = station, link
        crossing = {name: watching.submit(cross, *both) for name, both in waiting.items()}
        with Station(context.folder / "cases") as station:
            cases = six_cases(station)
        with Station(context.folder / "tls") as station:
            tls = over_tls(station)
        context.say("the six cases are measured; the slow links are waited for")
        crossed = {name: done.result() for name, done in crossing.items()}
    return [*_slow(crossed, tls), *_six(cases, tls)]


def _slow(crossed: dict[str, Crossed], tls: OverTls) -> list[Figure]:
    slow, slowest, cut = crossed["slow"], crossed["slowest"], crossed["cut"]
    limit = slow.needed * 8 / SLOW.rate
    return [
        Figure(
            name="slow_link_1000_checks_s",
            value=slow.seconds,
            unit="s",
            better="lower",
            goal=25,
            baseline=limit,
            notes=(*_told(slow), ("with TLS", f"{tls.slow_s:.1f} s, {tls.slow_bytes:,} B")),
        ),
        Figure(
            name="slow_link_ratio_to_limit",
            value=slowest.over_limit(SLOWEST),
            unit="",
            better="lower",
            goal=1.25,
            notes=_told(slowest),
        ),
        Figure(
            name="slow_link_ratio_30pct_cuts",
            value=cut.over_limit(CUT),
            unit="",
            better="lower",
            goal=1.5,
            notes=_told(cut),
        ),
        Figure(
            name="sent_ratio_30pct_cuts",
            value=cut.sent_ratio,
            unit="",
            better="lower",
            goal=1.25,
            notes=(("without cuts", f"{slowest.sent_ratio:.3f}"),),
        ),
    ]


def _told(crossed: Crossed) -> tuple[tuple[str, str], ...]:
    seen = crossed.seen
    return (
        ("took", f"{crossed.seconds:.1f} s"),
        ("bundles", f"{crossed.needed:,} B"),
        ("TCP payload", f"{seen.up:,} B up, {seen.down:,} B down"),
        (
            "questions",
            f"{seen.questions}, {seen.cut} cut, {seen.stalls} stalls, {seen.connections} connections",
        ),
        ("the link idle while", f"the hub thought {seen.hub_s:.1f} s, the node {seen.node_s:.1f} s"),
    )


def _six(cases: dict[str, Case], tls: OverTls) -> list[Figure]:
    idle, one, bulk = cases["idle check"], cases["one record"], cases["bulk"]
    backlog, update = cases["backlog"], cases["update only"]
    payload = (
        ("TCP payload", f"{idle.payload} B"),
        ("with TLS", f"{tls.idle_bytes} B, a first contact with the handshake {tls.first_bytes:,} B"),
    )
    told = tuple((name, case.told()) for name, case in cases.items())
    return [
        _case("idle_check_bytes", idle.bodies, "B", 250, (*payload, *told)),
        _case("one_record_bytes", one.payload, "B", 4_497, (("best peer", "164 B, unsealed"),)),
        _case("bulk_bytes_per_change", bulk.payload / bulk.changes, "B", 35, ()),
        _case("update_only_bytes_per_change", update.payload / update.changes, "B", 35, ()),
        _case("backlog_round_trips", backlog.turns, "", 3, (("bytes", backlog.told()),)),
    ]


def _case(name: str, value: float, unit: str, goal: float, notes: tuple[tuple[str, str], ...]) -> Figure:
    return Figure(name=name, value=value, unit=unit, better="lower", goal=goal, notes=notes)
