"""A photo's frozen pieces: what other implementations send is read as that, and refused as that."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared import wire
from shared.change import Change
from shared.photo import Piece, address_of, put_together
from shared.schema import Kind, field_by_name
from tests.vectors.sync import FOLDER

FROZEN: dict[str, Any] = json.loads((FOLDER / "photo.json").read_text(encoding="utf-8"))


def read() -> list[Change]:
    body = bytes.fromhex(FROZEN["body"])
    return [change for table in wire.decode(body, base=FROZEN["base"]).tables for change in table.changes()]


def as_piece(change: Change, content: bytes) -> Piece:
    value = {name: change.fields[field_by_name(Kind.ATTACHMENT, name).number] for name in _NAMES}
    return Piece(
        id=change.dot,
        category=value["category"],
        media_type=value["media_type"],
        size_bytes=value["size_bytes"],
        address=value["digest"],
        number=value["piece"],
        count=value["pieces"],
        content=content,
    )


_NAMES = ("category", "media_type", "size_bytes", "digest", "piece", "pieces")


def test_the_body_holds_the_pieces():
    """Two records of kind 14, each with its content; the address is that of the whole."""
    number = field_by_name(Kind.ATTACHMENT, "content").number
    assert b"".join(change.fields[number] for change in read()) == bytes.fromhex(FROZEN["photo"])
    assert {change.kind for change in read()} == {Kind.ATTACHMENT}
    assert address_of(bytes.fromhex(FROZEN["photo"])).hex() == FROZEN["address"]


@pytest.mark.parametrize("case", FROZEN["cases"], ids=lambda case: case["name"])
def test_each_case_ends_as_it_did(case: dict[str, Any]):
    """Whole, arriving, or wrong under its code."""
    pieces = [
        as_piece(change, bytes.fromhex(content))
        for change, content in zip(read(), case["contents"], strict=False)
    ]
    (photo,) = put_together(pieces)
    assert (photo.wrong or photo.state).value == case["expect"]
    assert (photo.content is not None) == (case["expect"] == "whole")
