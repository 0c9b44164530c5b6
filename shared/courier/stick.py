"""A stick: a folder of small files with telling names, each whole or nothing.

    karaula/up-NODE-slip.krl                       where a node stands, without bundles
    karaula/up-NODE-LANE-FIRST-LAST-MARK.krl       a run of its bundles; MARK is of their bytes
    karaula/up-NODE-back-PLACE-MARK.krl            what a node gives back to a restored hub
    karaula/down-NODE-TIME-PLACE.krl               the hub's packets for a node, in order

Invariants: nothing is believed because of a name; names only say what to open first and what to tidy.
A file's last 16 bytes are the digest of all before, so one that was cut anywhere is known as such.
Must not know: disks; `Shelf` is what a disk looks like from here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, Protocol

from shared import wire
from shared.crypto import HASH_BYTES, digest
from shared.errors import RemoteError, WireError
from shared.ids import Node
from shared.limits import STICK_FILE_MAX_BYTES

FOLDER: Final = "karaula"
_VERSION: Final = 1
_SALT: Final = b"karaula/stick\0"
_UP: Final = re.compile(r"up-(\d{1,7})-([0-2])-(\d{1,13})-(\d{1,13})-([0-9a-f]{16})\.krl", re.ASCII)
_SLIP: Final = re.compile(r"up-(\d{1,7})-slip\.krl", re.ASCII)
_BACK: Final = re.compile(r"up-(\d{1,7})-back-(\d{1,6})-([0-9a-f]{16})\.krl", re.ASCII)
_DOWN: Final = re.compile(r"down-(\d{1,7})-(\d{1,15})-(\d{1,6})\.krl", re.ASCII)
_SLIP_LANE: Final = -2
NAME_MARK_BYTES: Final = 8
"""Of the mark in a load's name, which tells one content from another."""
BACK: Final = -1
"""Stands for the lane of what is given back: before the bundles, which say less without it."""


class Sort(IntEnum):
    """What a file holds."""

    LOAD = 1
    PACKET = 2


class Shelf(Protocol):
    """The folder on a stick. Every method raises a coded StoreError or MissingError."""

    def names(self) -> list[str]:
        """The names of all files, unsorted."""

    def read(self, name: str) -> bytes:
        """A file's bytes, within the limit."""

    def write(self, name: str, data: bytes) -> None:
        """Put a file there, whole or not at all; when this returns it outlives a pulled stick."""

    def remove(self, name: str) -> None:
        """Take a file away; one that is gone already is no fault."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Up:
    """A load's name. Sorts by urgency, the slips before all."""

    lane: int
    node: int
    first: int = 0
    last: int = 0
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Down:
    """A packet's name. Sorts by node, age and place."""

    node: int
    time_ms: int
    place: int


def slip_name(node: int) -> str:
    """The file that says where a node stands."""
    return f"up-{node}-slip.krl"


def name_of(what: Up | Down) -> str:
    """The file name."""
    if isinstance(what, Down):
        return f"down-{what.node}-{what.time_ms}-{what.place}.krl"
    if what.lane == _SLIP_LANE:
        return slip_name(what.node)
    if what.lane == BACK:
        return f"up-{what.node}-back-{what.first}-{what.mark}.krl"
    return f"up-{what.node}-{what.lane}-{what.first}-{what.last}-{what.mark}.krl"


def read_name(name: str) -> Up | Down | None:
    """What a file calls itself; None for a name that is none of ours."""
    if (slip := _SLIP.fullmatch(name)) is not None:
        return Up(lane=_SLIP_LANE, node=int(slip[1]))
    if (up := _UP.fullmatch(name)) is not None:
        node, lane, first, last = (int(up[place]) for place in (1, 2, 3, 4))
        return Up(lane=lane, node=node, first=first, last=last, mark=up[5])
    if (back := _BACK.fullmatch(name)) is not None:
        return Up(lane=BACK, node=int(back[1]), first=int(back[2]), mark=back[3])
    if (down := _DOWN.fullmatch(name)) is not None:
        return Down(node=int(down[1]), time_ms=int(down[2]), place=int(down[3]))
    return None


def ups(names: list[str]) -> list[tuple[str, Up]]:
    """The loads among these names, in the order to open them: slips, then the urgent lane first."""
    found = [(name, what) for name in names if isinstance(what := read_name(name), Up)]
    return sorted(found, key=lambda pair: pair[1])


def downs(names: list[str], node: int | None = None) -> list[tuple[str, Down]]:
    """The packets among these names (one node's), in the order to open them."""
    found = [(name, what) for name in names if isinstance(what := read_name(name), Down)]
    return sorted((pair for pair in found if node in (None, pair[1].node)), key=lambda pair: pair[1])


def half_written(names: list[str]) -> list[str]:
    """Files a pulled stick left behind under their first names."""
    return sorted(name for name in names if name.startswith(".") and name.endswith(".part"))


def close_file(sort: Sort, content: bytes) -> bytes:
    """A file's bytes."""
    body = wire.pack([_VERSION, int(sort), content])
    return body + digest(_SALT, body)


def open_file(data: bytes, sort: Sort) -> bytes:
    """What a file holds. Raises WireError `file_incomplete`, `version_unknown`, `wrong_file`."""
    body, mark = data[:-HASH_BYTES], data[-HASH_BYTES:]
    if len(data) <= HASH_BYTES or digest(_SALT, body) != mark:
        raise WireError(
            "file_incomplete",
            "the file was cut short or damaged",
            hint="Export again; what is whole on the stick stays.",
        )
    match wire.unpack(body, max_bytes=STICK_FILE_MAX_BYTES):
        case [1, int() as found, bytes() as content] if found == sort:
            return content
        case [1, int(), bytes()]:
            raise WireError("wrong_file", "the file is of another sort than its name says", hint=_FOREIGN)
        case _:
            raise WireError(
                "version_unknown",
                "the file speaks another version",
                hint="Upgrade whichever side is older.",
            )


_FOREIGN: Final = "It was renamed, or it is none of ours. Leave it, and export again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A file that was passed over, and why."""

    name: str
    code: str
    hint: str


@dataclass(slots=True, kw_only=True)
class Report:
    """What an export or an import did, in numbers a person can follow.

    `written`, `kept` and `cleared` count files; `taken` counts bundles (hub) or packets (node) that were
    new, `repeated` those that were not; `changes` the changes they brought. `nodes` are those whose files
    were written or taken.
    """

    written: int = 0
    kept: int = 0
    cleared: int = 0
    taken: int = 0
    repeated: int = 0
    changes: int = 0
    others: int = 0
    nodes: set[Node] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def pass_over(self, name: str, code: str, hint: str) -> None:
        """Note a file that is passed over."""
        self.problems.append(Problem(name=name, code=code, hint=hint))

    def refuse(self, name: str, error: RemoteError) -> None:
        self.pass_over(name, error.code, error.hint)
