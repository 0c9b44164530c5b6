"""Planted faults of what is carried: sticks, packets, neighbours."""

# ruff: noqa: E501 - a piece of source to replace is quoted as it stands

from __future__ import annotations

from typing import Final

from tests.mutants.faults import HOSTILE, KNOWN_AGE, NOTHING_LOST, NOTHING_READABLE, SAME_STATE
from tests.mutants.plant import Mutant

MUTANTS: Final = (
    Mutant(
        name="stick-receipt-unsigned",
        promise=NOTHING_LOST,
        path="shared/courier/packet.py",
        old="    hub_key.verify(Purpose.PACKET, _signed(cover, parcel, revocations, papers), signature)\n",
        new="",
        tests=("tests/courier/test_hostile.py",),
    ),
    Mutant(
        name="stick-packet-parts-exchangeable",
        promise=KNOWN_AGE,
        path="shared/courier/packet.py",
        old="    return cover + digest(wire.pack([parcel, revocations, list(prekeys)]))",
        new="    return cover",
        tests=("tests/shared/test_courier.py",),
    ),
    Mutant(
        name="stick-old-packet-accepted",
        promise=KNOWN_AGE,
        path="shared/session/node_end.py",
        old="    older = head.generation < standing.generation or head.time_ms < standing.last_head_ms",
        new="    older = head.generation < standing.generation",
        tests=("tests/shared/test_courier.py",),
    ),
    Mutant(
        name="stick-old-packet-taken-for-trouble",
        promise=KNOWN_AGE,
        path="edge/courier.py",
        old="    if head.generation <= standing.generation and head.time_ms < standing.last_head_ms:",
        new="    if False:",
        tests=("tests/courier/test_walk.py",),
    ),
    Mutant(
        name="stick-another-posts-packet-believed",
        promise=SAME_STATE,
        path="shared/courier/packet.py",
        old="    if packet.node != node:",
        new="    if False:",
        tests=("tests/shared/test_courier.py",),
    ),
    Mutant(
        name="stick-partial-file-imported",
        promise=HOSTILE,
        path="shared/courier/stick.py",
        old="    if len(data) <= HASH_BYTES or digest(_SALT, body) != mark:",
        new="    if len(data) <= HASH_BYTES:",
        tests=("tests/courier/test_hostile.py", "tests/shared/test_courier.py"),
    ),
    Mutant(
        name="stick-written-in-place",
        promise=NOTHING_LOST,
        path="edge/stick.py",
        old='        beside = f".{name}.part"',
        new="        beside = name",
        tests=(
            "tests/courier/test_hostile.py::test_a_stick_pulled_in_the_middle_of_a_file_has_nothing_under_its_name",
        ),
    ),
    Mutant(
        name="stick-time-made-certain",
        promise=KNOWN_AGE,
        path="edge/courier.py",
        old="        kit.time.told(head.time_ms)",
        new="        kit.time.heard(head.time_ms)",
        tests=("tests/courier/test_walk.py",),
    ),
    Mutant(
        name="stick-list-as-young-as-the-import",
        promise=KNOWN_AGE,
        path="edge/courier.py",
        old="            tx, head_ms=head.time_ms, safe_ms=head.safe, prekey=head.prekey, arrived=not heard.more",
        new="            tx, head_ms=kit.now_ms(), safe_ms=head.safe, prekey=head.prekey, arrived=not heard.more",
        tests=("tests/courier/test_walk.py",),
    ),
    Mutant(
        name="stick-cleared-before-the-head-covers-it",
        promise=NOTHING_LOST,
        path="hub/courier.py",
        old="            covered = not receipt.refusals and self._covers(tx, load)",
        new="            covered = True",
        tests=("tests/courier/test_walk.py", "tests/courier/test_hostile.py"),
    ),
    Mutant(
        name="stick-slip-unsigned",
        promise=HOSTILE,
        path="hub/courier.py",
        old="        slip.believe(certificate.verify_key if newer or known is None else known.verify_key)\n",
        new="",
        tests=("tests/courier/test_hostile.py",),
    ),
    Mutant(
        name="stick-revoked-node-served",
        promise=NOTHING_READABLE,
        path="hub/courier.py",
        old="        if listed is not None:\n            listed.refuse(node)\n        time_ms",
        new="        time_ms",
        tests=("tests/courier/test_walk.py",),
    ),
    Mutant(
        name="stick-link-followed",
        promise=HOSTILE,
        path="hub/stick.py",
        old="            handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=self._folder)",
        new="            handle = os.open(name, os.O_RDONLY | os.O_NONBLOCK, dir_fd=self._folder)",
        tests=("tests/courier/test_hostile.py",),
    ),
    Mutant(
        name="relay-word-taken-for-the-hubs",
        promise=NOTHING_LOST,
        path="edge/relay.py",
        old="            handed += len(run)\n",
        new="            handed += len(run)\n            with self._kit.database.transaction() as tx:\n                for name, last in reply.carried.items():\n                    self._kit.log.acknowledge(tx, name, last)\n",
        tests=("tests/courier/test_relay.py",),
    ),
    Mutant(
        name="relay-lets-go-on-anybodys-word",
        promise=NOTHING_LOST,
        path="edge/relay.py",
        old="                self._keep(node, [self._packet(raw) for raw in reply.packets], reply.packets)",
        new="                with self._kit.database.transaction() as tx:\n                    neighbours.acknowledge(tx, [(row[0], 1 << 40) for row in run])",
        tests=("tests/courier/test_relay.py",),
    ),
    Mutant(
        name="relay-carries-for-strangers",
        promise=HOSTILE,
        path="edge/relay.py",
        old="        slip.believe(certificate.verify_key)\n        return",
        new="        return",
        tests=("tests/courier/test_relay.py",),
    ),
    Mutant(
        name="relay-carries-for-the-revoked",
        promise=HOSTILE,
        path="edge/relay.py",
        old="            Revocations.read(paper, authority=identity.authority.verify_key).refuse(slip.node)",
        new="            Revocations.read(paper, authority=identity.authority.verify_key)",
        tests=("tests/courier/test_relay.py",),
    ),
    Mutant(
        name="relay-without-bounds",
        promise=HOSTILE,
        path="edge/relay.py",
        old="        if crowded or (load.bundles and size > RELAY_NODE_MAX_BYTES):",
        new="        if False:",
        tests=("tests/courier/test_relay.py",),
    ),
    Mutant(
        name="stick-path-typed-by-a-person",
        promise=HOSTILE,
        path="edge/stick_desk.py",
        old="        path = self._sticks.found().get(stick)\n",
        new="        path = self._sticks.found().get(stick) or Path(stick)\n",
        tests=("tests/edge/web/test_stick_page.py",),
    ),
)
