"""The centre is lost and comes back from its newest verified backup, under a new number, sometimes with the
keys of that day only.

What a post holds of what the lost centre had said comes back with it; what nobody but the centre held is
gone, and is not asked for. Everything else the verdict asks as ever: nothing saved is lost, nothing is twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hub.backup import all_in
from shared.enrolment import HubKeys, Revocations, files
from shared.ids import Node
from tests.simulation.areas.area import Area, Work
from tests.simulation.papers import authority_keys

if TYPE_CHECKING:
    from tests.simulation.world import World

_FIRST_NUMBER: Final = 1_000
_NOBODY: Final = 999
"""A node that no world has: revoking it changes nothing but the list."""


class Fault(StrEnum):
    RESTORED = "hub restored from the newest verified backup"
    RESTORED_AGAIN = "hub restored that had been restored before"
    OLDER_KEYS = "hub restored with the key file of its backup's day"
    ALERTS_LOST = "hub restored from before an operator's alert"
    PREKEY_LOST = "hub restored from before a prekey rotation"
    REVOCATION_LOST = "hub restored from before a revocation"


class Event(StrEnum):
    BACKED_UP = "backups made and proven"
    GIVEN_BACK = "changes given back to a restored hub"


class Restore(Area):
    """See the module."""

    KINDS = (Fault, Event)

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._keys: dict[str, tuple[HubKeys, int]] = {}
        self._lists = 0
        self._number = _FIRST_NUMBER
        self._lives = 1

    @property
    def _folder(self) -> Path:
        return self.world.centre.disk.path.with_name("backups")

    def at_hub(self) -> dict[Work, int]:
        return {self._back_up: 8, self._restore: 5, self._revoke: 2}

    def judge(self) -> None:
        """No list of revocations is forgotten that a post has heard of."""
        (found,) = self.world.centre.look("SELECT number FROM meta WHERE name = 'revocations_number'") or [
            (0,)
        ]
        for post in self.world.posts:
            ((heard,),) = post.look("SELECT revocations_number FROM hub_state")
            assert heard <= found[0], f"{post.name} holds list {heard}, the hub {found[0]}"
            owed = post.look(
                "SELECT count(*) FROM feed_segment WHERE max(returned, generation) < "
                "(SELECT generation FROM hub_state)"
            )
            assert owed == [(0,)], f"{post.name} still owes the hub {owed[0][0]} segments"
        lines = self.world.centre.look("SELECT detail FROM audit WHERE action = 'given_back'")
        self.chance.happened[Event.GIVEN_BACK] = sum(int(str(line).split()[0]) for (line,) in lines)

    # --- the work ---

    def _back_up(self) -> None:
        self._folder.mkdir(exist_ok=True)
        centre = self.world.centre
        made = centre.hub.backups.make(self._folder, papers={})
        self._keys[made.path.name] = (centre.identity.keys, centre.hub.ring.current)
        self.chance.note(Event.BACKED_UP)

    def _revoke(self) -> None:
        """The authority's next list comes to the centre."""
        self._lists += 1
        listed = Revocations(number=self._lists, issued_ms=self._lists, nodes=frozenset({Node(_NOBODY)}))
        self.world.centre.hub.revoked.take(listed.signed(authority_keys().sign))

    def _restore(self) -> None:
        found = all_in(self._folder)
        if not found:
            return
        centre, chance = self.world.centre, self.chance
        with self._looking():
            before = self._standing()
        keys, current = self._keys.get(found[0].name, (centre.identity.keys, centre.hub.ring.current))
        if current != centre.hub.ring.current:
            chance.fire(Fault.PREKEY_LOST)
        if chance.one_in(2):
            chance.fire(Fault.OLDER_KEYS)
        else:
            keys = centre.identity.keys
        self._number += chance.between(1, 3)
        certificate = replace(centre.identity.certificate, node=Node(self._number))
        centre.restore(
            found[0] / files.DATABASE, replace(centre.identity, certificate=certificate, keys=keys)
        )
        self._lives += 1
        chance.fire(Fault.RESTORED_AGAIN if self._lives > 2 else Fault.RESTORED)
        with self._looking():
            after = self._standing()
            self._forget_what_nobody_holds()
        for place, fault in enumerate((Fault.ALERTS_LOST, Fault.REVOCATION_LOST)):
            if after[place] != before[place]:
                chance.fire(fault)

    @contextmanager
    def _looking(self) -> Iterator[None]:
        """Nobody's power fails while the test itself looks."""
        with ExitStack() as stack:
            for machine in self.world.machines:
                stack.enter_context(machine.disk.fuse.held())
            yield

    def _standing(self) -> tuple[object, ...]:
        centre = self.world.centre
        return (
            centre.look("SELECT id FROM alert_record ORDER BY id"),
            centre.look("SELECT number FROM meta WHERE name = 'revocations_number'"),
        )

    def _forget_what_nobody_holds(self) -> None:
        """An erasure that no post had heard of is gone with the centre."""
        heard = {
            row[0]
            for machine in self.world.machines
            for row in machine.look('SELECT "of" FROM tombstone_record')
        }
        self.world.operators.purged &= heard  # type: ignore[arg-type]  # record ids
