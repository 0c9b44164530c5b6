"""Snapshots as a centre would write them, for tests of a node: from what it said into a scope."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path

from edge.loading import Loader
from edge.node import EdgeNode
from shared import snapshot
from shared.change import Change
from shared.crypto import SealKey
from shared.schema import Kind, field_by_name
from shared.snapshot import Manifest, Opening
from tests.edge.posts import Centre, Post

_LEFT = field_by_name(Kind.SCOPE_LEAVE, "of").number


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A snapshot in memory: front and blocks, good or spoilt."""

    manifest: Manifest
    opening: Opening
    blocks: tuple[bytes, ...]

    def block(self, number: int) -> bytes:
        return self.blocks[number]

    def write(self, path: Path) -> Path:
        path.write_bytes(self.opening.write() + b"".join(self.blocks))
        return path

    def spoilt(self, number: int, at: int = 0) -> Snapshot:
        """One bit of one block turned over."""
        block = bytearray(self.blocks[number])
        block[at] ^= 1
        return replace(self, blocks=(*self.blocks[:number], bytes(block), *self.blocks[number + 1 :]))


def records_in(changes: Iterable[Change]) -> list[list[Change]]:
    """Whole records of what a scope holds at its end: those that left are not among them."""
    found: dict[int, dict[int, Change]] = {}
    for change in changes:
        if change.kind == Kind.SCOPE_LEAVE:
            found.pop(change.fields[_LEFT], None)  # type: ignore[arg-type]  # a record's id
        else:
            found.setdefault(change.record, {})[change.dot] = change
    ordered = (
        sorted(each.values(), key=lambda c: (not c.creates, c.dot)) for _, each in sorted(found.items())
    )
    return [each for each in ordered if each]


def snapshot_of(
    centre: Centre,
    *,
    scope: str = "all",
    per_block: int = 4,
    readers: Mapping[int, SealKey] | None = None,
    extra: Iterable[Change] = (),
    **other: object,
) -> Snapshot:
    """A scope of the centre as it stands; `other` replaces parts of the manifest."""
    centre._cut(scope)
    end = centre._end(scope)
    key = os.urandom(32)
    whole = records_in([*centre.logs.get(scope, []), *extra])
    runs = [[*chain.from_iterable(whole[at : at + per_block])] for at in range(0, len(whole), per_block)]
    blocks = tuple(snapshot.seal_block(run, key, number=number) for number, run in enumerate(runs))
    manifest = Manifest(
        hub=centre.tag, generation=centre.generation, scope=scope, position=end.position, chain=end.chain,
        made_ms=centre.dial.wall_ms, records=len(whole), changes=sum(map(len, runs)),
        key_check=snapshot.key_check(key), sizes=tuple(map(len, blocks)),
        hashes=tuple(map(snapshot.block_hash, blocks)),
    )  # fmt: skip
    manifest = replace(manifest, **other)  # type: ignore[arg-type]  # a test's own parts
    if readers is None:
        readers = {int(centre.node.node): centre.node.seal_key}
    keys = {node: snapshot.seal_key_to(key, seal) for node, seal in readers.items()}
    opening = snapshot.sign(manifest, centre.keys.sign, keys)
    return Snapshot(manifest=manifest, opening=opening, blocks=blocks)


def load_whole(node: EdgeNode, made: Snapshot) -> None:
    """Load a snapshot, and do all that follows."""
    loader = Loader(node.kit)
    until_switch(loader, made)
    while loader.tend():
        pass


def until_switch(loader: Loader, made: Snapshot) -> None:
    manifest, key = loader.believe(made.opening)
    loader.begin(manifest)
    for _ in loader.run(manifest, key, made.block):
        pass


def hurried(post: Post) -> EdgeNode:
    """The node with a clock that runs: every slice ends after one step."""
    ticks = count(0, 30)
    return post.node(monotonic_ms=lambda: next(ticks))
