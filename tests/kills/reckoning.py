"""What people were told against what stands in the stores: nothing lost, nothing twice, chains whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from provisioning.demo.stores import Store
from shared.ids import feed_of, node_of_dot
from shared.schema import Kind

if TYPE_CHECKING:
    from tests.kills.ordeal import Ordeal


def holds_what_it_acknowledged(hub: Store, acked: Mapping[int, int]) -> None:
    """The hub's file, as a kill left it, reaches at least as far as any acknowledgement seen before."""
    heads = _hub_heads(hub)
    for lane, seq in acked.items():
        assert heads.get(lane, 0) >= seq, (
            f"lane {lane}: acknowledged to {seq}, the hub has {heads.get(lane, 0)}"
        )


def nothing_to_say(node: Store, hub: Store) -> bool:
    """Whether every change of the node is acknowledged, and it has all the hub's alerts."""
    heads = _hub_heads(hub)
    sent = all(seq == acked == heads.get(lane, 0) for lane, seq, acked in node.own_heads())
    known = {record.id for record in node.records(Kind.ALERT)}
    return sent and {record.id for record in hub.records(Kind.ALERT)} <= known


def reckon(ordeal: Ordeal) -> str:
    """Raise AssertionError for the first promise that does not hold; returns how much was promised."""
    home = ordeal.house
    saved = {number: check for officer in ordeal.officers for number, check in officer.saved.items()}
    with (
        Store(home.directory(home.node), name="node") as node,
        Store(home.directory(home.hub), name="hub") as hub,
    ):
        holds_what_it_acknowledged(hub, ordeal.acked)
        _once(node, hub, saved)
        _raised(node, hub, home.operator.raised)
        _alike(node, hub)
        _met(node)
        for store in (node, hub):
            assert store.rows("PRAGMA integrity_check") == [("ok",)]
            store.audit_lines()  # raises where a line does not follow from the one before
        assert hub.rows("SELECT feed, first, state FROM bundle WHERE state <> 'merged'") == []
        assert hub.rows("SELECT code FROM quarantine WHERE settled_ms IS NULL") == []
        hits = len(node.ids(Kind.HIT))
        again = sum(officer.sent_again for officer in ordeal.officers)
        return (
            f"{len(saved)} checks and {len(home.operator.raised)} alerts called saved, {hits} hits, "
            f"{again} submits repeated: all there, once"
        )


def _once(node: Store, hub: Store, saved: Mapping[str, str]) -> None:
    for store in (node, hub):
        found = store.records(Kind.CHECK)
        counted = Counter(record.text("document_number") for record in found)
        twice = [number for number, count in counted.items() if count > 1]
        assert not twice, f"the {store.name} holds {len(twice)} travellers twice"
        lost = set(saved) - set(counted)
        assert not lost, f"the {store.name} lacks {len(lost)} of {len(saved)} checks a page called saved"
        by_id = {str(record.id): record.text("document_number") for record in found}
        assert all(by_id[check] == number for number, check in saved.items()), "a check under another's id"


def _raised(node: Store, hub: Store, raised: Mapping[str, str]) -> None:
    for store in (node, hub):
        counted = Counter(record.text("reference") for record in store.records(Kind.ALERT))
        missing = [reference for reference in raised if counted[reference] != 1]
        assert not missing, f"the {store.name} holds alerts lost or twice: {missing}"


def _alike(node: Store, hub: Store) -> None:
    """Every record of the node is at the hub, the same in every field and sibling."""
    for kind, record, ours in node.states():
        theirs = hub.state(kind, record)
        assert theirs is not None, f"the hub lacks {kind.name} {record}"
        assert not ours.differences(theirs), f"{kind.name} {record}: {ours.differences(theirs)}"
    numbers = {node_of_dot(record) for record in node.ids(Kind.CHECK)}
    theirs = {record for record in hub.ids(Kind.CHECK) if node_of_dot(record) in numbers}
    assert theirs == set(node.ids(Kind.CHECK)), "the hub holds checks of the node that it does not know"


def _met(node: Store) -> None:
    """Each alert on a document meets the traveller who crossed with it, once."""
    pairs = Counter(node.rows('SELECT "check", alert, id >> 42 FROM hit_record'))  # by each machine once
    assert all(count == 1 for count in pairs.values()), "a hit was reported twice"
    met = {(check, alert) for check, alert, _ in pairs}
    checks = {record.text("document_number"): record.id for record in node.records(Kind.CHECK)}
    for alert in node.records(Kind.ALERT, "document_number IS NOT NULL"):
        check = checks.get(alert.text("document_number"))
        assert check is None or (check, alert.id) in met, f"alert {alert.id} never met its traveller"


def _hub_heads(hub: Store) -> dict[int, int]:
    nodes = [number for (number,) in hub.rows("SELECT node FROM node")]
    assert len(nodes) == 1
    found = dict(hub.rows("SELECT feed, head FROM feed"))
    return {lane: found.get(feed_of(nodes[0], lane), 0) for lane in range(3)}
