"""The node's ear at the hub's door: one thread that holds a line, and asks for a contact when it rings.

Job: call, listen, call again after a wait that grows; turn rings into nudges, as many as they are worth.
Invariants
* A ring is not believed: it causes one ordinary contact, which verifies everything it brings.
* Rings that bring nothing cost less and less: the wait before the next doubles, up to an hour. One
  that was held back is made good later, never dropped.
* Without a doorbell all works as before, at the usual interval.
Must not know: what is new, pages.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Final, Protocol

import structlog

from edge.backoff import Backoff
from edge.kit import Kit
from edge.status import UP, LinkReport
from edge.store import feed
from shared.doorbell import RING, Call, write_call
from shared.errors import KaraulaError, RemoteError
from shared.ids import Node
from shared.limits import DOORBELL_KEEP_S, DOORBELL_WAIT_MAX_S, DOORBELL_WAIT_MIN_S

SILENCE_MAX_S: Final = 2.5 * DOORBELL_KEEP_S  # two signs of life missed
_LOOK_S: Final = 0.5
_NO_BELL_S: Final = 15 * 60
_NO_BELL: Final = frozenset({"no_doorbell", "not_a_hub", "doorbell_full"})
"""Answers of a hub without a doorbell: asking each minute would cost more than the bell saves."""

log = structlog.get_logger("karaula.edge")


class Line(Protocol):
    """A line to a doorbell; `sounds` yields an empty piece when it stands."""

    def sounds(self, call: bytes) -> Iterator[bytes]: ...
    def hang_up(self) -> None: ...


class Muffle:
    """How long to hold back after a ring. `reached` is one number that grows when a contact brings
    something; seconds are monotonic."""

    def __init__(self, *, now_s: Callable[[], float], reached: Callable[[], int]) -> None:
        self._now_s = now_s
        self._reached = reached
        self._wait_s = 0.0
        self._due_s = float("-inf")
        self._at = -1

    def rung(self) -> float | None:
        """Seconds until the contact this ring asks for; None when one that will do is already due."""
        now = self._now_s()
        if now < self._due_s:
            return None
        reached = self._reached()
        if reached != self._at:  # the last ring told the truth, or nobody rang yet
            self._wait_s = max(DOORBELL_WAIT_MIN_S, self._wait_s / 8)
        else:
            self._wait_s = min(DOORBELL_WAIT_MAX_S, self._wait_s * 2)
        self._at = reached
        self._due_s = max(now, self._due_s + self._wait_s)
        return self._due_s - now


class DoorbellEar:
    """Listens for one node, in a thread of its own, from `start` to `stop`."""

    def __init__(
        self, kit: Kit, link: LinkReport, line: Line, *, nudge: Callable[[], None], backoff: Backoff
    ) -> None:
        self._kit = kit
        self._link = link
        self._line = line
        self._nudge = nudge
        self._backoff = backoff
        self._muffle = Muffle(now_s=lambda: kit.world.monotonic_ms() / 1000, reached=self._reached)
        self._stopping = threading.Event()
        self._timer: threading.Timer | None = None
        self._said: str | None = None
        self._thread = threading.Thread(target=self._run, name="doorbell", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End; a line that is open is hung up."""
        self._stopping.set()
        self._line.hang_up()
        if self._timer is not None:
            self._timer.cancel()
        self._thread.join(timeout=2.0)

    # --- the thread ---

    def _run(self) -> None:
        while not self._stopping.is_set():
            # A call needs the hub's time, and a link that is down needs no second one to say so.
            if self._link.view().state != UP or not self._kit.time.certain:
                self._stopping.wait(_LOOK_S)
                continue
            self._stopping.wait(self._listen())

    def _listen(self) -> float:
        """One call until its line ends; returns the seconds to wait before the next."""
        try:
            for sound in self._line.sounds(self._call()):
                if not sound:
                    self._say("")
                    self._backoff.after_success()
                elif RING in sound:
                    self._rung()
                if self._stopping.is_set():
                    break
        except RemoteError as refused:
            if refused.code == "doorbell_moved":
                return 0.0
            self._say(refused.code)
            if refused.code in _NO_BELL:
                return _NO_BELL_S
        except KaraulaError as refused:
            self._say(refused.code)
        return self._backoff.after_failure()

    def _call(self) -> bytes:
        kit = self._kit
        with kit.database.snapshot() as tx:
            generation, cursors = feed.state(tx).generation, feed.cursors(tx)
        call = Call(
            node=Node(kit.node),
            time_ms=kit.time.at_least_ms or 0,
            generation=generation,
            positions=tuple(cursor.position for cursor in cursors),
        )
        return write_call(call, signer=kit.identity.keys.sign)

    def _rung(self) -> None:
        wait_s = self._muffle.rung()
        if wait_s is None:
            return
        if wait_s <= 0:
            self._nudge()
            return
        self._timer = threading.Timer(wait_s, self._nudge)
        self._timer.daemon = True
        self._timer.start()

    def _reached(self) -> int:
        with self._kit.database.snapshot() as tx:
            return feed.position(tx)

    def _say(self, code: str) -> None:
        if code != self._said:
            self._said = code
            log.info("doorbell_silent", code=code) if code else log.info("doorbell_listening")
