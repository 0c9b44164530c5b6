"""What becomes of bundles: right ones, late ones, repeated ones, forged ones."""

from __future__ import annotations

import pytest
import zstandard

from hub.config import Policy
from hub.hub import Hub
from hub.store import custody
from hub.store.custody import State
from shared import bundle, wire
from shared.crypto import SIGNATURE_BYTES, BoxKey, SigningKey
from shared.enrolment import Revocations
from shared.errors import RemoteError, StoreError, TrustError
from shared.ids import Lane, Node, feed_of
from shared.ledger import records
from shared.schema import Kind
from shared.wire.payload import FRAME
from tests.hub.failing import FailingFile
from tests.hub.outpost import Outpost, Realm
from tests.hub.world import audit_lines, count, faults, heads, records_of


def test_a_bundle_is_merged_and_acknowledged(hub: Hub, klobuk: Outpost):
    """What arrives whole shows as records, and the head says so."""
    made = [klobuk.check(surname=name) for name in ("A", "B", "C")]
    klobuk.send(hub)
    assert klobuk.ask(hub).head.acks is None  # both sides have the same heads
    assert heads(hub, klobuk) == (0, 3, 0)
    assert [record.id for record in records_of(hub, Kind.CHECK)] == [change.record for change in made]


def test_heads_that_differ_are_told_in_full(hub: Hub, klobuk: Outpost):
    """A node that has logged more than the hub holds is told the contiguous heads."""
    klobuk.check()
    first = klobuk.bundle()
    klobuk.check()
    heard = klobuk.ask(hub, first)
    assert heard.head.acks == (0, 1, 0)


def test_a_replayed_bundle_is_acknowledged_and_applied_once(hub: Hub, klobuk: Outpost):
    """The same bytes a second and a third time change nothing but are still acknowledged."""
    klobuk.check()
    raw = klobuk.bundle()
    for _ in range(3):
        heard = klobuk.ask(hub, raw, raw)
        assert heard.head.refusals == ()
    assert heads(hub, klobuk) == (0, 1, 0)
    assert count(hub, "bundle") == 1
    assert len(records_of(hub, Kind.CHECK)) == 1


def test_a_gap_waits_visibly_and_is_not_acknowledged_over(hub: Hub, klobuk: Outpost):
    """Later bundles are kept; the ack stays before the gap; the missing one releases them in order."""
    raws = []
    for _ in range(3):
        klobuk.check()
        raws.append(klobuk.bundle())
    klobuk.ask(hub, raws[2], raws[1])
    assert heads(hub, klobuk) == (0, 0, 0)
    with hub.kit.database.snapshot() as tx:
        assert custody.waiting_counts(tx) == {5: 2}
    assert records_of(hub, Kind.CHECK) == []
    klobuk.ask(hub, raws[0])
    assert heads(hub, klobuk) == (0, 3, 0)
    assert len(records_of(hub, Kind.CHECK)) == 3


def test_the_same_content_in_another_envelope_is_no_fork(hub: Hub, klobuk: Outpost):
    """A reseal to another prekey is taken for what it is: a repeat."""
    change = klobuk.check()
    raw = klobuk.bundle(prekey=1)
    klobuk.ask(hub, raw)
    header = klobuk.header(Lane.ROUTINE, 1, 1, prekey=2)
    again = klobuk.seal(header, wire.encode([change], base=header.base), bundle.chain_start(header.feed))
    assert klobuk.ask(hub, again).head.refusals == ()
    assert faults(hub) == []


def test_other_content_under_the_same_number_stops_the_feed(hub: Hub, realm: Realm, klobuk: Outpost):
    """A cloned node is found: the feed is quarantined and named, the evidence kept, other feeds go on."""
    klobuk.check(surname="ORIGINAL")
    klobuk.send(hub)
    clone = realm.post(5, "BA", "KLOBUK")
    clone.keys = klobuk.keys
    clone.check(surname="CLONE")
    assert clone.send(hub).head.refusals == ((0, "feed_forked"),)
    klobuk.check()
    assert klobuk.send(hub).head.refusals == ((0, "feed_quarantined"),)
    assert [fault.code for fault in faults(hub)] == ["feed_forked"]
    assert [record.text("surname") for record in records_of(hub, Kind.CHECK)] == ["ORIGINAL"]
    klobuk.say(Kind.INCIDENT, {"owner": "BA", "category": "seizure", "post": "KLOBUK"})
    assert klobuk.send(hub).head.refusals == ()  # the urgent feed is another


def test_a_history_that_does_not_follow_is_a_fork_too(hub: Hub, realm: Realm, klobuk: Outpost):
    """The next number on another chain means the node's past was rewritten."""
    klobuk.check()
    klobuk.send(hub)
    klobuk.check()
    klobuk.chain[Lane.ROUTINE] = bytes(16)
    assert klobuk.send(hub).head.refusals == ((0, "feed_forked"),)


def test_nothing_of_a_wrongly_signed_bundle_is_stored(hub: Hub, klobuk: Outpost):
    """Each flipped bit anywhere in a bundle is refused with a code and leaves no row."""
    klobuk.check()
    raw = klobuk.bundle()
    klobuk.ask(hub)  # admitted
    for place in range(0, len(raw) * 8, 37):
        flipped = bytearray(raw)
        flipped[place // 8] ^= 1 << place % 8
        ((index, code),) = klobuk.ask(hub, bytes(flipped)).head.refusals
        assert index == 0
        assert code
    assert count(hub, "bundle") == count(hub, "quarantine") == 0
    assert klobuk.ask(hub, raw).head.refusals == ()


@pytest.mark.parametrize("size", [0, 1, 40, 90, 130])
def test_a_truncated_bundle_is_refused(hub: Hub, klobuk: Outpost, size: int):
    """A cut bundle is named, and its neighbours in the same question are taken."""
    klobuk.check()
    raw = klobuk.bundle()
    heard = klobuk.ask(hub, raw[:size], raw)
    assert [index for index, _ in heard.head.refusals] == [0]
    assert heads(hub, klobuk) == (0, 1, 0)


def test_a_bundle_for_another_hub_is_refused(hub: Hub, klobuk: Outpost):
    """A stray bundle is told so by code; it waits for the hub it names."""
    klobuk.check()
    assert klobuk.ask(hub, klobuk.bundle(tag=b"else")).head.refusals == ((0, "wrong_hub"),)


def test_a_bundle_sealed_to_another_key_is_asked_for_again(hub: Hub, klobuk: Outpost):
    """What an older prekey number should open but does not is asked for in a new envelope."""
    hub.ring.rotate()
    klobuk.check()
    raw = klobuk.bundle(prekey=2, key=BoxKey.generate().seal_key)
    heard = klobuk.ask(hub, raw)
    assert heard.head.reseals == ((feed_of(5, Lane.ROUTINE), 1),)
    assert heads(hub, klobuk) == (0, 0, 0)


def test_a_dead_prekey_is_answered_with_a_request_to_reseal(hub: Hub, klobuk: Outpost):
    """The lowest seq that must be resealed is named once for each feed; the reseal is then merged."""
    changes = [klobuk.check(), klobuk.check()]
    key = BoxKey.generate().seal_key
    before = klobuk.chain[Lane.ROUTINE]
    raws = [klobuk.bundle(count=1, prekey=999, key=key), klobuk.bundle(count=1, prekey=999, key=key)]
    assert klobuk.ask(hub, raws[1], raws[0]).head.reseals == ((feed_of(5, Lane.ROUTINE), 1),)
    for number, change in enumerate(changes, start=1):
        header = klobuk.header(Lane.ROUTINE, number, 1, prekey=hub.ring.current)
        body = wire.encode([change], base=header.base)
        klobuk.ask(hub, klobuk.seal(header, body, before))
        before = bundle.chain_next(before, header, body)
    assert heads(hub, klobuk) == (0, 2, 0)


def test_an_envelope_that_dies_while_it_waits_may_come_with_what_it_waited_for(hub: Hub, klobuk: Outpost):
    """The gap is filled in the question that repeats the dead envelope: it is asked for again, no more."""
    klobuk.check()
    klobuk.check()
    raws = [klobuk.bundle(count=1), klobuk.bundle(count=1, prekey=2)]
    klobuk.ask(hub, raws[1])
    hub.ring._keys = hub.ring._keys.without_prekeys(frozenset({2}))  # as after the longest time offline
    answer = klobuk.ask(hub, *raws)
    assert answer.head.reseals == ((feed_of(5, Lane.ROUTINE), 2),)
    assert heads(hub, klobuk) == (0, 1, 0)


def test_a_resigned_bundle_is_refused(hub: Hub, realm: Realm, klobuk: Outpost):
    """Somebody's sealed bytes under another's header and signature are nothing."""
    klobuk.check()
    raw = klobuk.bundle()
    thief = realm.post(7, "ME", "DOBRAKOVO")
    thief.ask(hub)
    header = klobuk.header(Lane.ROUTINE, 1, 1).encode()
    forged = thief.header(Lane.ROUTINE, 1, 1).encode() + raw[len(header) : -SIGNATURE_BYTES]
    forged += thief.keys.sign.sign(bundle.Purpose.BUNDLE, forged)
    assert thief.ask(hub, forged).head.refusals == ((0, "header_mismatch"),)
    assert count(hub, "bundle") == 0


def test_an_undecodable_bundle_is_quarantined_and_its_successors_go_on(hub: Hub, klobuk: Outpost):
    """Custody is taken and acknowledged; the row says why; what follows is merged."""
    klobuk.check()
    bad = klobuk.bundle(spoil=lambda body: b"\xff" * len(body))
    klobuk.check()
    good = klobuk.bundle()
    klobuk.ask(hub, bad, good)
    assert heads(hub, klobuk) == (0, 2, 0)
    (fault,) = faults(hub)
    assert (fault.first, fault.count) == (1, 1)
    assert fault.code
    assert len(records_of(hub, Kind.CHECK)) == 1
    with hub.kit.database.snapshot() as tx:
        assert [kept.first for kept in custody.in_state(tx, State.QUARANTINED)] == [1]


def test_a_bomb_is_quarantined_without_being_unpacked(hub: Hub, klobuk: Outpost):
    """A payload that unpacks beyond the cap stops there and becomes a coded row."""
    raw = bundle.seal(
        b"",
        header=klobuk.header(Lane.ROUTINE, 1, 1),
        before=klobuk.chain[Lane.ROUTINE],
        prekey=hub.kit.identity.keys.prekeys[1][0].seal_key,
        signer=klobuk.keys.sign,
        payload=_bomb(),
    )
    assert len(raw) < 16_384
    klobuk.ask(hub, raw)
    assert [fault.code for fault in faults(hub)] == ["too_large"]


def test_a_quarantined_bundle_is_merged_once_it_can_be_read(
    realm: Realm, klobuk: Outpost, monkeypatch: pytest.MonkeyPatch
):
    """At the start after an upgrade what could not be read is tried again, and its row is settled."""
    klobuk.check()
    raw = klobuk.bundle()
    with realm.hub() as hub:
        klobuk.ask(hub)
        with monkeypatch.context() as older:
            older.setattr("hub.reception.wire.decode", _cannot)
            klobuk.ask(hub, raw)
        assert [fault.code for fault in faults(hub)] == ["newer_body"]
        assert records_of(hub, Kind.CHECK) == []
    with realm.hub() as upgraded:
        assert faults(upgraded) == []
        assert len(records_of(upgraded, Kind.CHECK)) == 1


def test_a_node_speaks_only_with_its_own_key(hub: Hub, realm: Realm, klobuk: Outpost):
    """A hello signed by someone else is refused as a whole."""
    klobuk.ask(hub)
    impostor = realm.post(5, "BA", "KLOBUK")
    impostor.check()
    with pytest.raises(TrustError) as refused:
        hub.exchange(impostor.question(impostor.end(), [impostor.bundle()]))
    assert refused.value.code == "bad_signature"
    assert count(hub, "bundle") == 0


def test_a_certificate_the_authority_did_not_sign_admits_nobody(hub: Hub, realm: Realm, klobuk: Outpost):
    """A self-made certificate is refused, and the node stays unknown."""
    realm.authority = type(realm.authority).generate()
    with pytest.raises(TrustError):
        klobuk.ask(hub)
    assert count(hub, "node") == 0


def test_a_revoked_node_is_told_so_and_nothing_is_taken(hub: Hub, realm: Realm, klobuk: Outpost):
    """The authority's list counts from the moment it is here, for hellos and for relayed bundles."""
    klobuk.ask(hub)
    klobuk.check()
    raw = klobuk.bundle()
    listed = Revocations(number=1, issued_ms=1, nodes=frozenset({klobuk.certificate.node}))
    hub.revoked.take(listed.signed(realm.authority.sign))
    with pytest.raises(TrustError) as refused:
        klobuk.ask(hub, raw)
    assert refused.value.code == "node_revoked"
    carrier = realm.post(7, "ME", "DOBRAKOVO")
    assert carrier.ask(hub, raw).head.refusals == ((0, "node_revoked"),)
    assert count(hub, "bundle") == 0


def test_a_forged_revocation_list_counts_for_nothing(hub: Hub, klobuk: Outpost):
    """Only the authority revokes, and an older list never replaces a newer one."""
    listed = Revocations(number=1, issued_ms=1, nodes=frozenset({klobuk.certificate.node}))
    with pytest.raises(TrustError):
        hub.revoked.take(listed.signed(SigningKey.generate()))
    klobuk.ask(hub)


def test_bundles_travel_by_any_road(hub: Hub, realm: Realm, klobuk: Outpost):
    """A neighbour's question may carry a known node's bundles; the heads are each node's own."""
    klobuk.ask(hub)
    klobuk.check()
    carrier = realm.post(7, "ME", "DOBRAKOVO")
    heard = carrier.ask(hub, klobuk.bundle())
    assert heard.head.refusals == ()
    assert heads(hub, klobuk) == (0, 1, 0)


def test_nothing_is_acknowledged_before_the_commit(realm: Realm, klobuk: Outpost):
    """A crash at any statement of the exchange: no answer, nothing stored in part; the resend is merged."""
    changes = [klobuk.check() for _ in range(3)]
    raw = klobuk.bundle()
    file = FailingFile(realm.path)
    with realm.hub(connect=file.connect) as hub:
        klobuk.ask(hub)
        step = 0
        while True:
            file.fail_after(step)
            try:
                klobuk.ask(hub, raw)
            except StoreError:
                pass
            else:
                break
            finally:
                file.heal()
            acked = heads(hub, klobuk)
            assert acked == (0, 0, 0) or (acked == (0, 3, 0) and file.failed_at.startswith("COMMIT"))
            assert count(hub, "bundle") in (0, 1)
            step += 1
        assert step > 10
        assert heads(hub, klobuk) == (0, 3, 0)
        assert [r.id for r in records_of(hub, Kind.CHECK)] == [c.record for c in changes]


def test_a_full_disk_is_said_and_loses_nothing(realm: Realm, klobuk: Outpost):
    """When the file cannot grow the exchange fails with a code; after space is made the resend is merged."""
    with realm.hub() as hub:
        klobuk.ask(hub)
        for _ in range(400):
            klobuk.check(remark="x" * 1_500)
        raws = [klobuk.bundle(count=100) for _ in range(4)]
        pages = hub.kit.database.connection().execute("PRAGMA page_count").fetchone()[0]
        hub.kit.database.connection().execute(f"PRAGMA max_page_count = {pages + 4}").fetchall()
        with pytest.raises(StoreError) as refused:
            klobuk.ask(hub, *raws)
        assert refused.value.code == "disk_full"
        assert heads(hub, klobuk) == (0, 0, 0)
        hub.kit.database.connection().execute("PRAGMA max_page_count = 1000000").fetchall()
        klobuk.ask(hub, *raws)
        assert heads(hub, klobuk) == (0, 400, 0)
        assert audit_lines(hub) > 0


def test_unknown_kinds_survive_for_a_newer_hub(hub: Hub, klobuk: Outpost):
    """A kind this version does not know is kept change by change, and disturbs nothing."""
    klobuk.check()
    unknown = klobuk.say(Kind.CHECK, {}, kind_number=99, fields={1: "BA", 7: "from the future"})
    klobuk.check()
    klobuk.send(hub)
    assert len(records_of(hub, Kind.CHECK)) == 2
    with hub.kit.database.snapshot() as tx:
        assert records.changes_of(tx, 99, unknown.record) == [unknown]


def _bomb() -> bytes:
    """A few kilobytes that would unpack to 64 MiB."""
    parameters = zstandard.ZstdCompressionParameters.from_level(
        3, format=zstandard.FORMAT_ZSTD1_MAGICLESS, write_content_size=False
    )
    frame = zstandard.ZstdCompressor(compression_params=parameters).compress(bytes(64 * 1024 * 1024))
    return bytes((FRAME,)) + frame


def _cannot(body: bytes, *, base: int | None) -> None:
    """A decoder of before the upgrade."""
    raise RemoteError("newer_body", "made by a newer version", hint="Upgrade.")


def test_a_hubs_clock_set_back_a_little_is_no_rollback(realm: Realm, hub: Hub, klobuk: Outpost):
    """The signed time never goes back while the hub runs: its posts would call that an old feed."""
    before = klobuk.ask(hub).head.time_ms
    realm.dial.ms -= 500
    assert klobuk.ask(hub).head.time_ms == before


def test_a_revoked_node_gets_the_list_that_proves_it_and_a_stranger_does_not(
    hub: Hub, realm: Realm, klobuk: Outpost
):
    """The node can verify why it is turned away; who merely uses its number learns the word alone."""
    klobuk.ask(hub)
    listed = Revocations(number=1, issued_ms=realm.dial(), nodes=frozenset({Node(klobuk.number)}))
    paper = listed.signed(realm.authority.sign)
    hub.revoked.take(paper)
    with pytest.raises(TrustError) as told:
        klobuk.ask(hub)
    assert (told.value.code, told.value.paper) == ("node_revoked", paper)
    stranger = realm.post(klobuk.number, "BA", "KLOBUK")
    with pytest.raises(TrustError) as told:
        stranger.ask(hub)
    assert (told.value.code, told.value.paper) == ("node_revoked", None)


def test_every_answer_carries_the_lease_the_centre_has_agreed_on(realm: Realm, klobuk: Outpost):
    """Seven days, or what the policy says."""
    with realm.hub() as hub:
        assert klobuk.ask(hub).head.lease_h == 7 * 24
    with realm.hub(policy=Policy(lease_days=2)) as hub:
        assert klobuk.ask(hub).head.lease_h == 2 * 24
