"""The link between a post and the centre: it loses, repeats, delays, damages, and mixes up.

What arrives damaged is refused by the production code on either side; this module only carries bytes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum

from shared import wire
from shared.errors import KaraulaError, RemoteError, StoreError
from shared.limits import REQUEST_MAX_BYTES
from shared.session import read_question
from tests.edge.links import Narrow, broken_off
from tests.simulation.chance import Chance, Event, Fault
from tests.simulation.machine import Centre, Post
from tests.simulation.power import PowerCut

_ROOM_BYTES = (None, 150, 1_500)  # a question's, beside its hello
_KEPT = 12  # questions and answers that may turn up again
_WELL = 40
_WEIGHTS = dict.fromkeys(
    (
        Fault.LINK_CUT,
        Fault.ANSWER_LOST,
        Fault.QUESTION_REPEATED,
        Fault.QUESTION_LATE,
        Fault.QUESTION_DAMAGED,
        Fault.QUESTION_CUT_SHORT,
        Fault.ANSWER_LATE,
        Fault.ANSWER_ASTRAY,
        Fault.ANSWER_DAMAGED,
        Fault.BUNDLES_DROPPED,
        Fault.BUNDLES_REORDERED,
    ),
    3,
) | {Fault.BUNDLES_REORDERED: 12, Fault.BUNDLES_DROPPED: 6}

Carry = Callable[[bytes], bytes]
Mishap = Callable[[Post, bytes, Carry], bytes]
"""What becomes of one question: (post, question, how it would go well) → answer. Raises RemoteError."""


def as_remote(call: Carry) -> Carry:
    """What HTTP makes of any refusal: a RemoteError with its code."""

    def carried(load: bytes) -> bytes:
        try:
            return call(load)
        except RemoteError:
            raise
        except KaraulaError as refused:
            raise RemoteError(refused.code, refused.message, hint=refused.hint) from None

    return carried


class Network:
    """All links. `healed` makes them perfect. `add` brings in what else may befall a question."""

    def __init__(self, centre: Centre, chance: Chance) -> None:
        self._centre = centre
        self._chance = chance
        self._questions: deque[bytes] = deque(maxlen=_KEPT)
        self._answers: deque[tuple[str, bytes]] = deque(maxlen=_KEPT)
        self._weights: dict[StrEnum | None, int] = {None: _WELL, **_WEIGHTS}
        self._mishaps: dict[StrEnum, Mishap] = {}
        self.healed = False

    def add(self, fault: StrEnum, weight: int, mishap: Mishap) -> None:
        """A further fault of the link, as likely as its weight says (a cut weighs 3). It fires by itself."""
        self._weights[fault] = weight
        self._mishaps[fault] = mishap

    def contact(self, post: Post) -> bool:
        """One sync round of a post; whether it went well. What goes wrong is what a booth survives."""
        before = _envelopes(post)
        post.node.round.pace = Narrow(None if self.healed else self._chance.pick(_ROOM_BYTES))
        try:
            post.node.round.run(lambda question: self._carry(post, question))
        except PowerCut:
            post.after_cut()
            return False
        except RemoteError as refused:
            if refused.code not in ("link_down", "link_cut", "disk_full"):
                self._chance.note(Event.REFUSED_ANSWER)
            if self.healed:
                raise
            return False
        except StoreError:
            self._chance.fire(Fault.POST_DISK_FULL)
            return False
        finally:
            now = _envelopes(post)
            self._chance.note(Event.RESEALED, sum(now.get(each) != prekey for each, prekey in before.items()))
        return True

    def _carry(self, post: Post, question: bytes) -> bytes:
        fault = None if self.healed else self._chance.weighed(self._weights)
        if fault in self._mishaps:
            return self._mishaps[fault](post, question, self._ask)
        answer = self._there(question, fault)
        self._answers.append((post.name, answer))
        return self._back(post, answer, fault)

    def _there(self, question: bytes, fault: StrEnum | None) -> bytes:
        chance = self._chance
        if fault is Fault.LINK_CUT:
            chance.fire(fault)
            raise _down()
        if fault is Fault.QUESTION_LATE and self._questions:
            chance.fire(fault)
            self._stray(chance.pick(self._questions))
        if fault is Fault.QUESTION_DAMAGED:
            chance.fire(fault)
            return self._ask(chance.damaged(question))
        if fault is Fault.QUESTION_CUT_SHORT:
            chance.fire(fault)
            return self._ask(question[: chance.below(len(question))])
        if fault in (Fault.BUNDLES_DROPPED, Fault.BUNDLES_REORDERED):
            bent = self._bent(question, fault)
            if bent != question:
                chance.fire(fault)
                return self._ask(bent)
        self._questions.append(question)
        self._chance.note(Event.IN_PIECES, read_question(question).hello.upload is not None)
        if fault is Fault.QUESTION_REPEATED:
            chance.fire(fault)
            self._stray(question)
        return self._ask(question)

    def _back(self, post: Post, answer: bytes, fault: StrEnum | None) -> bytes:
        chance = self._chance
        if fault is Fault.ANSWER_LOST:
            chance.fire(fault)
            raise broken_off()
        if fault is Fault.ANSWER_DAMAGED:
            chance.fire(fault)
            return chance.damaged(answer)
        earlier = {
            Fault.ANSWER_LATE: [a for name, a in list(self._answers)[:-1] if name == post.name],
            Fault.ANSWER_ASTRAY: [a for name, a in self._answers if name != post.name],
        }
        if fault in (Fault.ANSWER_LATE, Fault.ANSWER_ASTRAY) and earlier[fault]:
            chance.fire(fault)
            return chance.pick(earlier[fault])
        return answer

    def _bent(self, question: bytes, fault: StrEnum) -> bytes:
        """The question with some bundles dropped, or all in another order: the hello does not cover them."""
        whole = wire.unpack(question, max_bytes=REQUEST_MAX_BYTES)
        assert isinstance(whole, list)
        bundles = whole[3]
        if fault is Fault.BUNDLES_DROPPED:
            kept = [each for each in bundles if self._chance.one_in(2)]
        else:
            kept = self._chance.shuffled(bundles)
            kept = bundles[::-1] if kept == bundles else kept
        return wire.pack([*whole[:3], kept, *whole[4:]])

    def _stray(self, question: bytes) -> None:
        """Deliver a question whose answer nobody waits for."""
        with suppress(RemoteError):
            self._ask(question)

    def _ask(self, question: bytes) -> bytes:
        try:
            return self._centre.hub.exchange(question)
        except PowerCut:
            self._centre.after_cut()
            raise broken_off() from None
        except RemoteError:
            raise
        except KaraulaError as refused:  # HTTP carries any error as its code
            if isinstance(refused, StoreError):
                self._chance.fire(Fault.HUB_DISK_FULL)
            raise RemoteError(refused.code, refused.message, hint=refused.hint) from None


def _envelopes(post: Post) -> dict[object, object]:
    """Which prekey each of a post's bundles is sealed to."""
    return dict(post.look("SELECT id, prekey FROM sealed"))  # type: ignore[arg-type]  # pairs


def _down() -> RemoteError:
    return RemoteError("link_down", "the hub cannot be reached", hint="Work goes on.")
