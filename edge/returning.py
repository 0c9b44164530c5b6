"""Giving back to a restored hub what it had said: its signed segments, and the newest revocation list.

Job: seal the next of them to the hub for a question or a stick; note what the hub's signed word says it has.
Invariants
* What was given back is noted only once an answer was believed; a cut repeats it, which does nothing.
* Half a question at most: what is new and urgent goes beside it.
Must not know: HTTP, sticks, what a segment says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from edge.kit import Kit
from edge.sealer import Sealer
from edge.store import feed, returns
from edge.store.returns import Original, Place
from shared import wire
from shared.crypto import SealKey, digest
from shared.database import Connection
from shared.limits import RETURN_BUDGET_BYTES, RETURN_MAX_SEGMENTS
from shared.session import ENVELOPE, Head, Returned, give_back


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """What goes back with one question, or in one file."""

    originals: tuple[Original, ...]
    returned: Returned


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsealed:
    """What is to be a gift. `mark` names what it gives to which life of the hub, whenever it is sealed."""

    originals: tuple[Original, ...]
    revocations: bytes | None
    prekey: int
    key: SealKey
    mark: bytes

    @property
    def end(self) -> Place:
        """Where it ends; the start for the list alone."""
        return self.originals[-1].place if self.originals else returns.START

    def seal(self) -> Gift:
        pairs = [(original.raw, original.signature) for original in self.originals]
        return Gift(
            originals=self.originals,
            returned=give_back(pairs, prekey=self.prekey, key=self.key, revocations=self.revocations),
        )


def next_gift(kit: Kit, sealer: Sealer, tx: Connection, *, budget_bytes: int) -> Gift | None:
    """What goes with the next question; None where nothing is owed."""
    found = next_owed(kit, sealer, tx, budget_bytes=budget_bytes)
    return None if found is None else found.seal()


def next_owed(
    kit: Kit, sealer: Sealer, tx: Connection, *, budget_bytes: int, after: Place = returns.START
) -> Unsealed | None:
    """What is owed after a place, half a question of it at most; the list is owed at the start."""
    budget = min(budget_bytes // 2, RETURN_BUDGET_BYTES)
    originals = returns.owed(tx, budget_bytes=budget, at_most=RETURN_MAX_SEGMENTS, after=after)
    paper = returns.owed_list(tx) if after == returns.START else None
    if not originals and paper is None:
        return None
    return _unsealed(sealer, tx, originals, paper)


def gifts(kit: Kit, sealer: Sealer, *, budget_bytes: int) -> Iterator[Unsealed]:
    """All that is owed, a file at a time."""
    after, first = returns.START, True
    while True:
        with kit.database.snapshot() as tx:
            originals = returns.owed(tx, budget_bytes=budget_bytes, at_most=RETURN_MAX_SEGMENTS, after=after)
            paper = returns.owed_list(tx) if first else None
            if not originals and paper is None:
                return
            gift = _unsealed(sealer, tx, originals, paper)
        yield gift
        if not originals:
            return
        after, first = originals[-1].place, False


def keep(tx: Connection, gift: Gift | None, head: Head) -> bool:
    """Note what an answer to a question with this gift says; whether the hub took any of it.

    A segment the hub refuses for good counts as given: it will not be another one next time.
    """
    if gift is None or any(place == ENVELOPE for place, _ in head.not_returned):
        return False
    returns.given(tx, [original.place for original in gift.originals], head_ms=head.time_ms)
    if gift.returned.revocations is not None:
        returns.list_given(tx)
    return True


def begin(tx: Connection, head: Head) -> None:
    """A head of another life of the hub: read its feed from the start, and owe it what it lacks."""
    before = feed.state(tx).generation
    feed.begin_generation(tx, head.generation)
    returns.begin(tx, before=before)
    returns.cover(tx, head.past, head_ms=head.time_ms)


def _unsealed(sealer: Sealer, tx: Connection, originals: list[Original], paper: bytes | None) -> Unsealed:
    number, key = sealer.prekey(tx)
    marks = [digest(original.raw) for original in originals] or [paper or b""]
    return Unsealed(
        originals=tuple(originals),
        revocations=paper,
        prekey=number,
        key=key,
        mark=digest(wire.pack([feed.state(tx).generation, number]), *marks),
    )
