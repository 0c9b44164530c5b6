"""Bytes on the wire: whole bundles of checks, and single alerts, sealed and signed as a node sends them.

One check is everything one traveller's capture sends; see `generator` for its fields and their entropy.
The baseline is the same changes as msgpack rows under zstd level 3 in a SealedBox, without signature or
padding. Also told: what is left without padding, and what the same bundles take with tables trained on
a generator of another structure, with none at all, and what encoding and decoding cost.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Final

import zstandard

from shared import bundle, wire
from shared.bundle import Header
from shared.change import Change
from shared.crypto import HASH_BYTES, SEAL_OVERHEAD_BYTES, SIGNATURE_BYTES, BoxKey, SigningKey
from shared.ids import Lane, Seq, feed_of_dot, lane_of_feed, seq_of_dot
from shared.limits import PAD_STEP_ROUTINE_BYTES, PAD_STEP_URGENT_BYTES
from tests.bench.figures import Context, Figure
from tests.bench.generator import Post, alerts, entropy
from tests.bench.tables import Trained, standing_in
from tests.bench.train_dictionary import CAPITAL_LETTERS, CYRILLIC_LETTERS, LATIN_LETTERS, corpus, train

NAMES: Final = ("wire_bytes_per_check_50", "wire_bytes_per_check_500", "wire_bytes_urgent")
ALERTS: Final = 1_000
POSTS: Final = (("BA", 37, 41_200), ("ME", 1_204, 9_001), ("RS", 2_000_000, 640_000))
_HUB_TAG: Final = b"\x5e\x1f\x00\x7a"
_PREKEY_NUMBER: Final = 31  # seven months after the first
_TIMES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Where one bundle's bytes go."""

    header: int  # twice: outside, and repeated inside
    chain: int
    payload: int
    padding: int
    seal: int
    signature: int

    @property
    def whole(self) -> int:
        return self.header + self.chain + self.payload + self.padding + self.seal + self.signature


class Sender:
    """Seals runs of changes as a node does."""

    def __init__(self) -> None:
        self._box = BoxKey.generate()
        self._signer = SigningKey.generate()

    def split(self, changes: Sequence[Change]) -> Split:
        """Seal, open again, and say what every byte was for."""
        first = changes[0].dot
        feed = feed_of_dot(first)
        header = Header(
            hub=_HUB_TAG, prekey=_PREKEY_NUMBER, feed=feed, first=Seq(seq_of_dot(first)), count=len(changes)
        )
        body = wire.encode(changes, base=first)
        payload = wire.compress(body)
        before = bundle.chain_start(feed)
        raw = bundle.seal(
            body,
            header=header,
            before=before,
            prekey=self._box.seal_key,
            signer=self._signer,
            payload=payload,
        )
        bundle.verify(raw, self._signer.verify_key)
        assert [*wire.decode(bundle.open_bundle(raw, self._box).body, base=first).changes()] == [*changes]
        urgent = lane_of_feed(feed) is Lane.URGENT
        inside = len(header.encode()) + HASH_BYTES + len(payload)
        padding = 1 + -(inside + 1) % (PAD_STEP_URGENT_BYTES if urgent else PAD_STEP_ROUTINE_BYTES)
        split = Split(
            header=2 * len(header.encode()),
            chain=HASH_BYTES,
            payload=len(payload),
            padding=padding,
            seal=SEAL_OVERHEAD_BYTES,
            signature=SIGNATURE_BYTES,
        )
        assert split.whole == len(raw)
        return split

    def plainly(self, changes: Sequence[Change]) -> int:
        """The baseline's bytes for the same changes."""
        rows = [
            [change.dot, change.kind, change.stamp, change.author, [*fields], [*fields.values()]]
            for change in changes
            for fields in (dict(sorted(change.fields.items())),)
        ]
        return len(self._box.seal_key.seal(zstandard.ZstdCompressor(level=3).compress(wire.pack(rows))))


def run(context: Context) -> list[Figure]:
    """The three figures."""
    sender = Sender()
    context.say("training on a generator of another structure, to compare")
    strange = train(corpus(strange=True))
    context.say("sealing bundles of checks")
    bits = sum(entropy(5_000).values())
    figures = []
    for name, count, bundles, goal in ((NAMES[0], 50, 20, 35.0), (NAMES[1], 500, 3, 30.0)):
        runs = [post.take(count) for post in _posts() for _ in range(bundles)]
        told = ("entropy", f"{bits:.0f} bits ({bits / 8:.1f} B) a check")
        figures.append(_checks(sender, name, count, runs, goal=goal, strange=strange, told=told))
    context.say(f"sealing {ALERTS} single alerts")
    return [*figures, _urgent(sender, strange)]


def _posts() -> list[Post]:
    return [
        Post(seed=100 + place, desk=desk, node=node, first_seq=first)
        for place, (desk, node, first) in enumerate(POSTS)
    ]


def _checks(
    sender: Sender,
    name: str,
    count: int,
    runs: Sequence[Sequence[Change]],
    *,
    goal: float,
    strange: Trained,
    told: tuple[str, str],
) -> Figure:
    splits = [sender.split(changes) for changes in runs]
    each = [split.whole / count for split in splits]
    return Figure(
        name=name,
        value=median(each),
        unit="B",
        better="lower",
        goal=goal,
        baseline=median(sender.plainly(changes) / count for changes in runs),
        spread=(min(each), max(each)),
        notes=(*_parts(splits, count), *_others(sender, runs, strange, count), told, *_speed(runs[0])),
    )


def _urgent(sender: Sender, strange: Trained) -> Figure:
    raised = [[alert] for alert in alerts(5, ALERTS)]
    splits = [sender.split(alert) for alert in raised]
    whole = sorted(split.whole for split in splits)
    within = sum(size <= 220 for size in whole) / len(whole)
    return Figure(
        name=NAMES[2],
        value=median(whole),
        unit="B",
        better="lower",
        goal=220.0,
        baseline=median(map(sender.plainly, raised)),
        spread=(whole[0], whole[-1]),
        notes=(
            ("p99", f"{whole[int(len(whole) * 0.99)]} B"),
            ("within 220 B", f"{within:.0%}"),
            *_parts(splits, 1),
            *_others(sender, raised[:200], strange, 1),
        ),
    )


def _parts(splits: Sequence[Split], count: int) -> list[tuple[str, str]]:
    """The mean of every part, a check or an alert."""
    parts = ("payload", "padding", "seal", "signature", "header", "chain")
    means = {part: mean(getattr(split, part) for split in splits) / count for part in parts}
    bare = median(split.whole - split.padding for split in splits) / count
    return [*((part, f"{size:.2f} B") for part, size in means.items()), ("without padding", f"{bare:.2f} B")]


def _others(
    sender: Sender, runs: Sequence[Sequence[Change]], strange: Trained, count: int
) -> list[tuple[str, str]]:
    """The same bundles with other tables: trained elsewhere, and none."""
    letters = [
        [letter.encode() for letter in table] for table in (CAPITAL_LETTERS, LATIN_LETTERS, CYRILLIC_LETTERS)
    ]
    told = []
    for what, trained in (
        ("trained elsewhere", strange),
        ("without trained tables", Trained(tables=letters)),
    ):
        with standing_in(trained):
            told.append((what, f"{median(sender.split(changes).whole for changes in runs) / count:.2f} B"))
    return told


def _speed(changes: Sequence[Change]) -> list[tuple[str, str]]:
    """Processor time of one check, the best of a few."""
    base = changes[0].dot
    body = wire.encode(changes, base=base)
    payload = wire.compress(body)
    work: dict[str, Callable[[], object]] = {
        "encode": lambda: wire.encode(changes, base=base),
        "compress": lambda: wire.compress(body),
        "decompress": lambda: wire.decompress(payload),
        "decode": lambda: wire.decode(body, base=base),
    }
    return [(what, f"{_seconds(act) / len(changes) * 1e6:.1f} µs") for what, act in work.items()]


def _seconds(act: Callable[[], object]) -> float:
    spent = []
    for _ in range(_TIMES):
        began = time.process_time()
        act()
        spent.append(time.process_time() - began)
    return min(spent)
