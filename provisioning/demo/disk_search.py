"""What a thief finds: readable secrets on the disk, stores that open too easily, parcels of others.

Job: look at files and recorded traffic with the eyes of somebody who stole them.
Must not know: what a promise says about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from provisioning.demo.relay import Relay
from provisioning.demo.stage import Stage
from provisioning.demo.stores import connect_to, key_of, keys_paper
from shared import wire
from shared.crypto import KEY_BYTES, BoxKey
from shared.database import Database
from shared.enrolment import NodeKeys, files
from shared.errors import KaraulaError, StoreError
from shared.limits import REPLY_MAX_BYTES

_MB: Final = 1024 * 1024
_PARCELS_A_POST: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What was searched, and in which files how many of the secrets could be read."""

    files: int
    size_mb: int
    readable: dict[str, int]


def search(directory: Path, secrets: Sequence[str]) -> Search:
    """Look for each of the secrets in every file, in the encodings a program might write."""
    needles = [secret.encode(encoding) for secret in secrets for encoding in ("utf-8", "utf-16-le")]
    size, count, readable = 0, 0, {}
    for path in sorted(directory.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        data = path.read_bytes()
        size, count = size + len(data), count + 1
        found = sum(1 for needle in needles if needle in data)
        if found:
            readable[path.relative_to(directory).as_posix()] = found
    return Search(files=count, size_mb=size // _MB, readable=readable)


def opened_wrongly(directories: Iterable[Path]) -> list[str]:
    """Stores that open with a key that is not theirs, in words."""
    wrong = []
    for directory in directories:
        key = key_of(directory)
        other = bytes([key[0] ^ 1]) + key[1:KEY_BYTES]
        with Database(connect_to(directory / files.DATABASE, quiet=True), key=other) as database:
            try:
                with database.snapshot() as tx:
                    tx.execute("SELECT count(*) FROM sqlite_schema").fetchone()
                wrong.append(f"the store in {directory.name} opens with a wrong key")
            except StoreError:
                continue
    return wrong


def parcels(stage: Stage) -> tuple[int, int, int]:
    """(parcels a node opened with its own key, with another node's, how many of the latter were tried)."""
    keys = {post.code: _box(stage.at.node(post.code)) for post in stage.posts}
    own = foreign = tried = 0
    for post, relay in stage.relays.items():
        for parcel in _parcels(relay):
            for other, box in keys.items():
                opened = _opens(box, parcel)
                if other == post:
                    own += opened
                else:
                    foreign, tried = foreign + opened, tried + 1
    return own, foreign, tried


def _box(directory: Path) -> BoxKey:
    return NodeKeys.unlock(keys_paper(directory), key_of(directory)).box


def _parcels(relay: Relay) -> list[bytes]:
    found: list[bytes] = []
    for exchange in relay.recorded():
        try:
            answer = wire.unpack(exchange.answer_body, max_bytes=REPLY_MAX_BYTES)
        except KaraulaError:
            continue
        if isinstance(answer, list) and len(answer) > 3 and isinstance(answer[3], bytes):
            found.append(answer[3])
    return found[:_PARCELS_A_POST]


def _opens(box: BoxKey, parcel: bytes) -> bool:
    try:
        box.open(parcel)
    except KaraulaError:
        return False
    return True
