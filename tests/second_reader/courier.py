"""Loads, packets, replies and files, as sticks and neighbours carry them; and the doorbell's call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.second_reader.bundle import believe
from tests.second_reader.plain import blake, fits, need, pack, unpack
from tests.second_reader.session import Heard, Reader, Standing, judged

LOAD, PACKET = 1, 2


@dataclass(frozen=True)
class Load:
    """A slip's elements in the documents' order, without the version; and the bundles with it."""

    slip: list[Any]
    bundles: list[bytes]


def read_load(raw: bytes, node_key: bytes) -> Load:
    parts = unpack(raw)
    need(fits(parts, int, bytes, bytes, list) and parts[0] == 1, "bad_load")
    _, slip, signature, bundles = parts
    believe(node_key, "slip", slip, signature)
    return Load(unpack(slip)[1:], bundles)


def read_reply(raw: bytes) -> tuple[dict[int, int], list[bytes]]:
    """The last seq carried by feed, and packets."""
    version, carried, packets = unpack(raw)
    need(version == 1, "version_unknown")
    return dict(carried), packets


def hear_packet(raw: bytes, standing: Standing, reader: Reader) -> Heard:
    """A packet, judged by the node it may be for."""
    parts = unpack(raw)
    need(isinstance(parts, list) and len(parts) == 6 and parts[0] == 1, "bad_packet")
    _, cover, signature, *rest = parts
    told = unpack(cover)
    need(fits(told, int, int, bytes, bytes), "bad_packet")
    version, node, hub, head = told
    need(version == 1, "version_unknown")
    need(hub == reader.hub, "wrong_hub")
    believe(reader.hub_key, "packet", cover + blake(16, pack(rest)), signature)
    need(node == standing.node, "not_for_us")
    return judged(unpack(head), rest, standing, reader, passing=True)


def open_file(raw: bytes, sort: int) -> bytes:
    """What a stick's file holds."""
    body, digest = raw[:-16], raw[-16:]
    need(digest == blake(16, b"karaula/stick\0", body), "file_incomplete")
    version, found, content = unpack(body)
    need(version == 1, "version_unknown")
    need(found == sort, "wrong_file")
    return content


def read_call(raw: bytes, node_key: bytes) -> list[Any]:
    """A doorbell's call, without its version."""
    version, call, signature = unpack(raw)
    need(version == 1, "version_unknown")
    believe(node_key, "doorbell", call, signature)
    return unpack(call)[1:]
