"""A seed's randomness, and the tally of what it made happen.

The kinds named here belong to every world; an area brings more in enums of its own (`areas`).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

_T = TypeVar("_T")


class Fault(StrEnum):
    """Everything that can go wrong here. One that never fires in a whole run fails that run."""

    LINK_CUT = "link cut before the question arrived"
    ANSWER_LOST = "answer lost after the hub had committed"
    QUESTION_REPEATED = "question delivered twice"
    QUESTION_LATE = "an old question delivered late"
    QUESTION_DAMAGED = "bits of a question flipped"
    QUESTION_CUT_SHORT = "question cut short"
    ANSWER_LATE = "an old answer delivered for a new question"
    ANSWER_ASTRAY = "another post's answer delivered"
    ANSWER_DAMAGED = "bits of an answer flipped"
    BUNDLES_DROPPED = "bundles left out of a question on the way"
    BUNDLES_REORDERED = "bundles of a question put in another order"
    POST_DIED_BEFORE_COMMIT = "power cut at a post before COMMIT"
    POST_DIED_AFTER_COMMIT = "power cut at a post after COMMIT, before anybody learned of it"
    POST_DIED_IN_BETWEEN = "power cut at a post between two statements"
    POST_DISK_FULL = "disk full at a post"
    HUB_DIED_BEFORE_COMMIT = "power cut at the hub before COMMIT"
    HUB_DIED_AFTER_COMMIT = "power cut at the hub after COMMIT, before anybody learned of it"
    HUB_DIED_IN_BETWEEN = "power cut at the hub between two statements"
    HUB_DISK_FULL = "disk full at the hub"
    DIED_AT_FIRST_START = "power cut while the tables were made"
    TORN_TAIL = "a write-ahead log torn in the middle of a COMMIT"
    RESTARTED = "a machine stopped and started in good order"
    CLOCK_AHEAD = "a post's clock days ahead"
    CLOCK_BEHIND = "a post's clock behind"
    CLOCK_UNSET = "a post's clock back in 1970"
    PREKEY_DIED = "a prekey died before a bundle sealed to it arrived"
    TAIL_GIVEN_UP = "a bundle begun in pieces given up by the hub"
    FOREIGN_EDIT = "a post edited another country's record"


class Event(StrEnum):
    """What must have happened somewhere in a run, or the run proves less than it claims."""

    SAVED = "checks saved"
    PHOTO = "photos saved with a check"
    PHOTO_PURGED = "photos erased with their check"
    SAVED_AGAIN = "a submit repeated after a crash"
    CORRECTED = "checks corrected at the post"
    CORRECTED_AT_DESK = "checks corrected at the desk"
    CROSSED = "records in conflict that waited for a person"
    RESOLVED = "conflicts decided by a person"
    REFUSED = "changes refused by the hub"
    RAISED = "alerts raised"
    WITHDRAWN = "alerts withdrawn"
    MOVED = "alerts that changed their audience"
    PURGED = "records purged"
    HIT = "hits"
    LATE_HIT = "late hits"
    SETTLED = "hits settled"
    IN_PIECES = "questions with a piece of a bundle"
    RESEALED = "bundles put into new envelopes"
    REFUSED_ANSWER = "answers a post did not believe"


class Chance:
    """One world's dice."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._dice = random.Random(f"karaula {seed}")
        self.fired: Counter[StrEnum] = Counter()
        self.happened: Counter[StrEnum] = Counter()

    def one_in(self, n: float) -> bool:
        """True about once in `n` asks."""
        return self._dice.random() * n < 1

    def below(self, n: int) -> int:
        return self._dice.randrange(n)

    def between(self, low: int, high: int) -> int:
        return self._dice.randint(low, high)

    def pick(self, things: Sequence[_T]) -> _T:
        return self._dice.choice(things)

    def weighed(self, things: Mapping[_T, int]) -> _T:
        """One of the things, as often as its weight says."""
        return self._dice.choices(list(things), weights=list(things.values()))[0]

    def shuffled(self, things: Sequence[_T]) -> list[_T]:
        return self._dice.sample(things, len(things))

    def bytes(self, size: int) -> bytes:
        return self._dice.randbytes(size)

    def damaged(self, data: bytes) -> bytes:
        """The bytes with one to three bits flipped."""
        bent = bytearray(data)
        for _ in range(self.between(1, 3)):
            bent[self.below(len(bent))] ^= 1 << self.below(8)
        return bytes(bent) if bytes(bent) != data else self.damaged(data)

    def fire(self, fault: StrEnum) -> None:
        self.fired[fault] += 1

    def note(self, event: StrEnum, count: int = 1) -> None:
        self.happened[event] += count
