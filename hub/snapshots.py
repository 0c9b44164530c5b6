"""Whole lists in files: made once, encrypted once, opened by each node that may have the list.

Job: write a scope's list as it stands at one position; seal its key to readers; answer who asks for it.
Invariants
* The position is taken first, then the list is read in short parts, while work goes on. Whatever changed
  in between is in the file or not, and comes again by the feed: applied twice it does nothing.
* Once a backup was made, a list is read from the newest verified one (ADR 17).
* Memory holds one block; the file appears whole or not at all.
* A key is sealed to nodes that are admitted, not revoked, and read this scope; to nobody else.
Must not know: HTTP, sticks.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from hub import list_source, offered
from hub.feed import Feed
from hub.kit import Kit
from hub.list_source import ListSource
from hub.standing import Revoked
from hub.store import nodes, snapshots
from hub.store.nodes import KnownNode
from hub.store.snapshots import Made
from shared import snapshot, wire
from shared.change import Change
from shared.crypto import KEY_BYTES, Purpose
from shared.database import Connection, Database
from shared.errors import ConfigError, InputError, MissingError, TrustError, WireError
from shared.limits import BUNDLE_MAX_CHANGES, SNAPSHOT_MAX_BLOCKS, SNAPSHOT_PIECE_MAX_BYTES
from shared.schema import Kind
from shared.scope import EVERYBODY, scopes_of_node
from shared.snapshot import Manifest, Opening

_PART: Final = 1_000  # records read in one short look at the database
_ABOUT: Final = (Kind.CORRECTION, Kind.ACKNOWLEDGEMENT, Kind.REFUSED_CHANGE, Kind.TOMBSTONE)
"""Kinds that speak about other records, and reach whoever holds those."""

Said = Callable[[int, int], None]
"""Told how many records are written, and of how many."""

_OFFERED: Final = 2


def _nobody(_done: int, _all: int) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A snapshot that was written: how large, of how many records, for how many nodes."""

    name: bytes
    scope: str
    position: int
    records: int
    bytes: int
    readers: int


class Snapshots:
    """Makes them, and gives them out."""

    def __init__(self, kit: Kit, *, feed: Feed, revoked: Revoked) -> None:
        self._kit = kit
        self._feed = feed
        self._revoked = revoked

    def write(self, path: Path, scope: str, *, say: Said = _nobody) -> Written:
        """Write a scope's list into a file, for every admitted node that reads it.

        Raises InputError `unknown_scope`, ConfigError `file_unwritable`, `backup_first`, `backup_away`,
        StoreError.
        """
        if not self._is_list(scope):
            raise InputError(
                "unknown_scope",
                "there is no such list",
                hint="Use all, country:XX or post:CODE.",
                field="scope",
            )
        with list_source.opened(self._kit, self._feed) as source:
            return self._write(source, path, scope, self._kit.world.random(KEY_BYTES), say)

    def _write(self, source: ListSource, path: Path, scope: str, key: bytes, say: Said) -> Written:
        kit = self._kit
        head, made_ms = source.head(scope)
        with source.database.snapshot() as tx:
            total = snapshots.count_held(tx, head.id)
        beside = path.with_name(path.name + ".blocks")
        try:
            with beside.open("w+b") as blocks:
                writer = _Writer(key, blocks)
                for changes in self._records(source.database, scope, head.id):
                    writer.take(changes)
                    if writer.records % _PART == 0:
                        say(writer.records, total)
                writer.flush()
                manifest = Manifest(
                    hub=kit.identity.tag, generation=self._feed.generation, scope=scope, position=head.cut,
                    chain=head.chain, made_ms=made_ms, records=writer.records, changes=writer.changes,
                    key_check=snapshot.key_check(key), sizes=tuple(writer.sizes), hashes=tuple(writer.hashes),
                )  # fmt: skip
                opening = snapshot.sign(manifest, kit.identity.keys.sign, self._keys(scope, key))
                size = _assemble(path, opening, blocks)
        except OSError as error:
            raise ConfigError(
                "file_unwritable",
                f"the file cannot be written ({error.strerror})",
                hint="Check the path, and that the disk or stick has room for twice the file.",
            ) from None
        finally:
            beside.unlink(missing_ok=True)
        self._note(opening, manifest, key)
        say(writer.records, writer.records)
        return Written(
            name=manifest.name, scope=scope, position=head.cut, records=writer.records, bytes=size,
            readers=len(opening.keys),
        )  # fmt: skip

    def _is_list(self, scope: str) -> bool:
        """Whether there can be such a list: everybody's, one of our countries' or one post's."""
        kind, _, code = scope.partition(":")
        match kind:
            case "country":
                return code in self._kit.lists.countries
            case "post":
                return code in self._kit.lists.posts
        return scope == EVERYBODY

    def _records(self, database: Database, scope: str, number: int) -> Iterator[list[Change]]:
        """Everything a reader of the scope has when it has read to the end, record by record."""
        yield from self._parts(
            database, lambda tx, after: snapshots.held_after(tx, number, after, count=_PART)
        )
        for kind in _ABOUT:
            if kind is not Kind.TOMBSTONE:
                about: int | None = number
            elif scope == EVERYBODY:
                about = None  # everybody hears what was purged
            else:
                continue
            yield from self._parts(
                database,
                lambda tx, after, kind=kind, about=about: snapshots.about_after(  # type: ignore[misc]  # bound now
                    tx, kind, about, after, count=_PART
                ),
            )

    def _parts(
        self, database: Database, read: Callable[[Connection, int], list[tuple[int, list[Change]]]]
    ) -> Iterator[list[Change]]:
        after = 0
        while True:
            with database.snapshot() as tx:
                part = read(tx, after)
            if not part:
                return
            after = part[-1][0]
            for _, changes in part:
                changes.sort(key=lambda change: (not change.creates, change.dot))
                if changes:
                    yield changes

    # --- who can open it ---

    def _keys(self, scope: str, key: bytes) -> dict[int, bytes]:
        """The content key, sealed to each node that reads the scope and may."""
        with self._kit.database.snapshot() as tx:
            everyone = nodes.everyone(tx)
            revoked = self._revoked.read(tx)
        gone = revoked.nodes if revoked is not None else frozenset()
        return {
            int(node.node): snapshot.seal_key_to(key, node.seal_key)
            for node in everyone
            if node.node not in gone and scope in _scopes_of(node)
        }

    def rekey(self, path: Path) -> Written:
        """Write the keys of an existing file anew, so that nodes admitted since can open it too.

        Raises InputError `file_unreadable`, MissingError `snapshot_unknown`, WireError, ConfigError.
        """
        try:
            with path.open("rb") as file:
                front_bytes = snapshot.front_bytes(file.read(snapshot.PREFACE_BYTES))
                file.seek(0)
                old = snapshot.read_opening(file.read(front_bytes))
                identity = self._kit.identity
                manifest = old.believe(hub=identity.tag, key=identity.keys.sign.verify_key)
                with self._kit.database.snapshot() as tx:
                    made = snapshots.named(tx, manifest.name)
                if made is None:
                    raise MissingError(
                        "snapshot_unknown", "this hub has no key of that file", hint="Write a new snapshot."
                    )
                keys = self._keys(manifest.scope, made.key)
                opening = Opening(manifest=old.manifest, signature=old.signature, keys=keys)
                size = _assemble(path, opening, file, skip=front_bytes)
        except OSError as error:
            raise InputError(
                "file_unreadable", f"the file cannot be used ({error.strerror})", hint="Check the path."
            ) from None
        return Written(
            name=manifest.name, scope=manifest.scope, position=manifest.position, records=manifest.records,
            bytes=size, readers=len(keys),
        )  # fmt: skip

    # --- what the hub offers ---

    def offer(self, folder: Path, scope: str, *, say: Said = _nobody) -> Written:
        """Write a scope's list into the hub's own folder, for nodes to fetch. The last two are kept, so that
        whoever is half-way with the one before can finish. Raises as `write`."""
        with offered.making(folder, mark=self._kit.world.random(4).hex()) as new:
            written = self.write(new, scope, say=say)
            path = offered.whole(folder, written.name)
            new.replace(path)
            with self._kit.database.transaction() as tx:
                snapshots.offer(tx, written.name, str(path.resolve()))
                stale = snapshots.stop_offering(tx, scope, keep=_OFFERED)
            for old in stale:
                Path(old).unlink(missing_ok=True)
        return written

    def sweep(self, folder: Path) -> int:
        """Clear away what a crash left in the folder of those offered; how many files went."""

        def still() -> frozenset[str]:
            with self._kit.database.snapshot() as tx:
                return snapshots.offered(tx)

        return offered.sweep(folder, offered=still)

    def front_for(self, node: int, scope: str, *, path: str, signature: bytes) -> bytes:
        """The front of the newest snapshot of a scope, with this node's key alone.

        Raises TrustError `node_unknown`, `node_revoked`, `bad_signature`, MissingError `no_snapshot`.
        """
        known = self._believe(node, path, signature)
        with self._kit.database.snapshot() as tx:
            made = snapshots.newest_offered(tx, scope, generation=self._feed.generation)
        if made is None or scope not in _scopes_of(known):
            raise MissingError(
                "no_snapshot", "the hub offers no such list", hint="Have one made: `karaula hub snapshot`."
            )
        sealed = snapshot.seal_key_to(made.key, known.seal_key)
        return Opening(manifest=made.manifest, signature=made.signature, keys={int(node): sealed}).write()

    def piece_for(
        self, node: int, name: bytes, *, path: str, signature: bytes, first: int, count: int
    ) -> tuple[bytes, int]:
        """A piece of a snapshot's blocks, and how long they are together.

        Raises as `front_for`; MissingError `snapshot_unknown`, InputError `bad_range`.
        """
        self._believe(node, path, signature)
        with self._kit.database.snapshot() as tx:
            made = snapshots.named(tx, name)
        try:
            with Path(made.path if made is not None and made.path else "").open("rb") as file:
                before = snapshot.front_bytes(file.read(snapshot.PREFACE_BYTES))
                total = os.fstat(file.fileno()).st_size - before
                if not 0 <= first < total:
                    raise InputError("bad_range", "there is no such piece", hint="Begin anew.")
                file.seek(before + first)
                return file.read(min(count, SNAPSHOT_PIECE_MAX_BYTES)), total
        except OSError:
            raise MissingError(
                "snapshot_unknown", "the hub no longer offers this one", hint="Fetch the newest."
            ) from None

    def _believe(self, node: int, path: str, signature: bytes) -> KnownNode:
        """Who asks, once they have signed what they ask for. What they get is sealed in any case."""
        with self._kit.database.snapshot() as tx:
            known, revoked = nodes.find(tx, node), self._revoked.read(tx)
        if known is None:
            raise TrustError(
                "node_unknown",
                "this node is not admitted here",
                hint="Let it make contact once.",
            )
        if revoked is not None:
            revoked.refuse(known.node)
        known.verify_key.verify(Purpose.FETCH, path.encode(), signature)
        return known

    def _note(self, opening: Opening, manifest: Manifest, key: bytes) -> None:
        made = Made(
            name=manifest.name, scope=manifest.scope, generation=manifest.generation,
            position=manifest.position, made_ms=manifest.made_ms, key=key, manifest=opening.manifest,
            signature=opening.signature, path=None,
        )  # fmt: skip
        with self._kit.database.transaction() as tx:
            snapshots.keep(tx, made)


class _Writer:
    """Cuts changes into blocks behind one another; whole records stay in one block where they fit."""

    def __init__(self, key: bytes, file: IO[bytes]) -> None:
        self._key = key
        self._file = file
        self._waiting: list[Change] = []
        self.sizes: list[int] = []
        self.hashes: list[bytes] = []
        self.records = 0
        self.changes = 0

    def take(self, changes: list[Change]) -> None:
        if self._waiting and len(self._waiting) + len(changes) > BUNDLE_MAX_CHANGES:
            self.flush()
        self._waiting += changes
        self.records += 1
        self.changes += len(changes)

    def flush(self) -> None:
        """Write what waits, as few blocks as it takes."""
        waiting, self._waiting = self._waiting, []
        for at in range(0, len(waiting), BUNDLE_MAX_CHANGES):
            self._put(waiting[at : at + BUNDLE_MAX_CHANGES])

    def _put(self, changes: list[Change]) -> None:
        try:
            block = snapshot.seal_block(changes, self._key, number=len(self.sizes))
        except WireError as error:
            if error.code not in wire.TOO_MUCH or len(changes) == 1:
                raise
            half = len(changes) // 2
            self._put(changes[:half])
            self._put(changes[half:])
            return
        if len(self.sizes) >= SNAPSHOT_MAX_BLOCKS:
            raise WireError("too_large", "the list is too long for one file", hint="Make one a country.")
        self._file.write(block)
        self.sizes.append(len(block))
        self.hashes.append(snapshot.block_hash(block))


def _assemble(path: Path, opening: Opening, blocks: IO[bytes], *, skip: int = 0) -> int:
    """Put the front before the blocks, durably, in the place of what was there; returns the size."""
    new = path.with_name(path.name + ".new")
    with new.open("wb") as file:
        file.write(opening.write())
        blocks.seek(skip)
        shutil.copyfileobj(blocks, file, 1 << 20)
        file.flush()
        os.fsync(file.fileno())
        size = file.tell()
    new.replace(path)
    return size


def _scopes_of(node: KnownNode) -> tuple[str, ...]:
    return scopes_of_node(node=node.node, post=node.post, country=node.country)
