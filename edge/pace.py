"""How much one request should carry, from how the link has behaved. Pure: times and sizes come in.

A request costs, beside what it carries, its headers, hello and head, and the round trip during which the
link stands idle: counted in bytes, o = overhead + round trip · rate. So small requests waste the link,
and large ones are lost whole by a cut, and make what is urgent wait.

    size = rate · 1 s, at least 10 · o            nine tenths of the link is put to use
           at most rate · 10 s                    nothing urgent waits longer for a request to end
           at most √(2 · o / cuts per byte)       beyond, cuts cost more than overhead saves

Some links fail a share of requests whatever their size. Small requests tell that share; it is taken off
the cuts per byte, and raises o and the ten seconds instead, because each failure costs a hello more.

Before a large request was measured, a small one gives a lower bound of the rate; requests then are what ten
seconds carry at least. Must not know: HTTP, what is carried.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

from shared.limits import (
    PIECE_MIN_BYTES,
    REPLY_BUDGET_BYTES,
    REPLY_FIRST_BYTES,
    REQUEST_BUDGET_BYTES,
    REQUEST_FIRST_BYTES,
)

OVERHEAD_BYTES: Final = 500  # HTTP's headers, hello and head, both ways
SMALL_BYTES: Final = 1_500  # one packet: its time says the round trip, not the rate
_HOLD_S: Final = 1.0
_OVERHEADS: Final = 10
_HOLD_MAX_S: Final = 10.0
_FORGET: Final = 0.97  # what happened some thirty requests ago counts half or less
_ROUND_TRIP_MIN_S: Final = 0.001
_DOUBT: Final = 2.0  # small requests assumed to have gone well, before any was seen to


@dataclass(slots=True)
class _Rate:
    """Bytes a second one way. `sure` once a large transfer told."""

    value: float | None = None
    sure: bool = False

    def at_least(self, value: float) -> None:
        if not self.sure:
            self.value = max(value, self.value or 0.0)

    def measured(self, value: float) -> None:
        self.value = (self.value + value) / 2 if self.sure and self.value is not None else value
        self.sure = True


class Pace:
    """One link's record. `request_bytes` and `reply_bytes` say what the next turn may carry each way."""

    def __init__(self) -> None:
        self._around: tuple[float, float] | None = None  # bytes and seconds of a small request
        self._up, self._down = _Rate(), _Rate()
        self._small = [0.0, 0.0]  # requests, cuts
        self._large = [0.0, 0.0, 0.0]  # requests, cuts, bytes exposed to them

    # --- what happened ---

    def carried(self, *, up: int, down: int, elapsed_ms: int) -> None:
        """A question of `up` bytes was answered with `down` bytes."""
        seconds = max(elapsed_ms, 1) / 1000
        self._count(up + down, cut=False)
        if up + down <= SMALL_BYTES:
            self._went_around(up + down, seconds)
            for rate in (self._up, self._down):
                rate.at_least((up + down) / seconds)
            return
        mine, other, size, rest = (
            (self._up, self._down, up, down) if up >= down else (self._down, self._up, down, up)
        )
        # Two requests, one large and one small, differ by what the bytes between them took.
        bytes_around, seconds_around = self._around or (0.0, 0.0)
        took = max(seconds - seconds_around - self._seconds(other, rest), seconds / 10)
        speed = max(size - bytes_around, size / 10) / took
        mine.measured(speed)
        other.at_least(speed / 2)

    def cut(self, *, up: int) -> None:
        """A question of `up` bytes broke off; where, nobody knows."""
        self._count(up, cut=True)

    # --- what follows ---

    @property
    def request_bytes(self) -> int:
        return self._size(self._up, first=REQUEST_FIRST_BYTES, most=REQUEST_BUDGET_BYTES)

    @property
    def reply_bytes(self) -> int:
        return self._size(self._down, first=REPLY_FIRST_BYTES, most=REPLY_BUDGET_BYTES)

    @property
    def failing_share(self) -> float:
        """The share of requests that fail whatever their size."""
        requests, cuts = self._small
        return min(0.6, cuts / (requests + _DOUBT))

    @property
    def cuts_per_byte(self) -> float:
        requests, cuts, exposed = self._large
        return max(0.0, cuts - self.failing_share * requests) / exposed if exposed else 0.0

    def _size(self, rate: _Rate, *, first: int, most: int) -> int:
        if rate.value is None:
            return first
        share = self.failing_share
        overhead = OVERHEAD_BYTES + self._round_trip_s(rate) * rate.value
        dearer = 1 + 2 * share / (1 - share)
        overhead *= dearer
        longest = rate.value * _HOLD_MAX_S * dearer
        size = min(max(rate.value * _HOLD_S, _OVERHEADS * overhead), longest) if rate.sure else longest
        if self.cuts_per_byte:
            size = min(size, sqrt(2 * overhead / self.cuts_per_byte))
        return int(min(max(size, PIECE_MIN_BYTES), most))

    def _round_trip_s(self, rate: _Rate) -> float:
        """What a request of no bytes would take: the small one's time without that of its bytes."""
        size, seconds = self._around or (0.0, 0.0)
        return max(seconds - self._seconds(rate, int(size)), _ROUND_TRIP_MIN_S)

    def _went_around(self, size: float, seconds: float) -> None:
        if self._around is not None and seconds > self._around[1]:  # slower: believed by and by
            size, seconds = (
                0.8 * old + 0.2 * new for old, new in zip(self._around, (size, seconds), strict=True)
            )
        self._around = size, seconds

    def _count(self, size: int, *, cut: bool) -> None:
        record = self._small if size <= SMALL_BYTES else self._large
        record[:] = [value * _FORGET for value in record]
        record[0] += 1
        record[1] += cut
        if record is self._large:
            record[2] += size / 2 if cut else size

    def _seconds(self, rate: _Rate, size: int) -> float:
        return size / rate.value if rate.sure and rate.value else 0.0
