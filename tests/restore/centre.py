"""A house whose centre is backed up, lost and restored by the production functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from hub.backup import Backup
from shared.change import Value
from shared.enrolment import HubKeys, Revocations, files
from shared.ids import Node
from shared.ledger import records
from shared.schema import Kind
from shared.session import Returned, give_back
from tests.courier.house import House
from tests.edge.reborn import renewed
from tests.simulation.machine import DAY_MS, Machine, Post
from tests.simulation.network import as_remote
from tests.simulation.papers import authority_keys

MINUTE_MS = 60_000


class Lost(House):
    """`back_up`, then work, then `restore`."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.backups = directory / "backups"
        self.backups.mkdir()

    def back_up(self) -> Backup:
        self.sky.move(MINUTE_MS)
        return self.centre.hub.backups.make(self.backups, papers={})

    def restore(self, backup: Backup, *, number: int = 20, keys: HubKeys | None = None) -> None:
        """The centre comes back from a backup, under a new number, with the key file of some day."""
        identity = self.centre.identity
        certificate = replace(identity.certificate, node=Node(number))
        self.centre.restore(
            backup.path / files.DATABASE,
            replace(identity, certificate=certificate, keys=keys or identity.keys),
        )

    def capture(self, post: Post, count: int = 1) -> None:
        for _ in range(count):
            self.sky.move(MINUTE_MS)
            self.officers[post.name].capture()

    def talk(self, *posts: Post) -> None:
        """A contact of each, with all it has."""
        for post in posts or self.posts:
            self.sky.move(MINUTE_MS)
            post.node.round.run(self.centre.hub.exchange, everything=True)

    def hand_over(self, origin: Post, relay: Post) -> None:
        """A call of one at the other, on their own network."""
        self.sky.move(MINUTE_MS)
        origin.node.relay_call.run(as_remote(relay.node.relay.receive))

    def by_neighbour(self, origin: Post, relay: Post) -> None:
        """One hands over, the other hands on, and what the hub said is fetched."""
        self.hand_over(origin, relay)
        self.sky.move(MINUTE_MS)
        relay.node.relay.forward(as_remote(self.centre.hub.carry))
        self.hand_over(origin, relay)

    def enrol_again(self, post: Post, number: int) -> None:
        """A certificate that replaces the post's, and contacts until its log is under the new number."""
        post.stop()
        post.become(renewed(post.identity, number))
        post.boot()
        while post.node.kit.renewing:
            self.talk(post)
            if post.node.renumber_due:
                post.stop()
                post.boot()
        self.talk(post)

    def once(self) -> Callable[[bytes], bytes]:
        """A link that carries one question and its answer, and then fails."""
        asked: list[bytes] = []

        def exchange(question: bytes) -> bytes:
            if asked:
                raise InterruptedError
            asked.append(question)
            return self.centre.hub.exchange(question)

        return exchange

    def pass_week(self) -> None:
        self.sky.move(8 * DAY_MS)
        self.centre.hub.rotate_prekeys()

    def revoke(self, number: int, node: int) -> None:
        listed = Revocations(number=number, issued_ms=number, nodes=frozenset({Node(node)}))
        self.centre.hub.revoked.take(listed.signed(authority_keys().sign))

    def alert_for(self, post: Post) -> int:
        """A new alert on the first traveller of whom the hub has a check; only this post may hold it."""
        ((document,),) = self.centre.look("SELECT document_number FROM check_record LIMIT 1")
        values: dict[str, Value] = {
            "owner": post.country,
            "category": "arrest",
            "action": "detain",
            "status": "active",
            "document_number": str(document),
            "audience": (post.name,),
        }
        self.operators._say(Kind.ALERT, values)
        return int(str(self.centre.look("SELECT max(id) FROM alert_record")[0][0]))

    def change(self, alert: int, values: Mapping[str, Value]) -> None:
        """A desk changes an alert."""
        with self.centre.database.snapshot() as tx:
            found = records.read(tx, Kind.ALERT, alert)
        assert found is not None
        self.operators._edit(found, values)

    def find_late(self, post: Post) -> int:
        """The centre alone finds an alert's earlier check: the hit. Only this post may hold the alert."""
        self.alert_for(post)
        self.centre.hub.catch_up()
        assert self.centre.hub.retro_check.catch_up(turns=10_000) == 1
        return int(str(self.centre.look("SELECT id FROM hit_record")[0][0]))

    def settle(self, hit: int) -> None:
        """A desk confirms a hit."""
        desk = self.centre.hub.desk
        operator = self.operators._operator("BA")
        shown = desk.record(operator, str(hit))
        desk.settle_hit(operator, shown.id, outcome="confirmed", reason="asked", contexts=shown.contexts)

    def outcome(self, at: Machine, hit: int) -> object:
        """What is decided on a hit, as a machine shows it; None where it is not."""
        return next((row[0] for row in at.look("SELECT outcome FROM hit_record WHERE id = ?", (hit,))), None)

    def count(self, table: str) -> int:
        return int(str(self.centre.look(f"SELECT count(*) FROM {table}")[0][0]))  # noqa: S608 - a test's own word

    def originals(self, post: Post) -> list[tuple[bytes, bytes]]:
        """The signed segments a post keeps."""
        rows = post.look("SELECT raw, signature FROM feed_segment ORDER BY generation, scope, first")
        return [(bytes(raw), bytes(signature)) for raw, signature in rows]  # type: ignore[call-overload]  # columns are bytes

    def given(self, pairs: list[tuple[bytes, bytes]]) -> Returned:
        """These, as a post gives them back."""
        number = self.centre.hub.ring.current
        private = self.centre.hub.ring.private(number)
        assert private is not None
        return give_back(pairs, prekey=number, key=private.seal_key, revocations=None)

    def take(self, pairs: list[tuple[bytes, bytes]]) -> list[str]:
        """Give them to the hub; the codes of those it refused."""
        hub = self.centre.hub
        read = hub.returns.read(self.given(pairs))
        with hub.kit.database.transaction() as tx:
            refused = hub.returns.take(tx, Node(2), read, at_ms=hub.kit.now_ms())
        return [code for _, code in refused]
