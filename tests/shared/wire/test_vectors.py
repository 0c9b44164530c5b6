"""Bytes that were once sent are understood for ever, and made again the same."""

from __future__ import annotations

import json
from hashlib import blake2b

import pytest

from shared import dictionaries, wire
from shared.errors import WireError
from shared.ids import Dot
from tests.shared.wire.vectors import FOLDER, cases, from_json

VECTORS = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}
REFUSED = VECTORS.pop("refused")


def test_every_case_is_frozen():
    """No case is without its file, no file without its case."""
    assert set(VECTORS) == set(cases())


@pytest.mark.parametrize("name", VECTORS)
def test_frozen_bytes_say_what_they_said(name: str):
    """Body, payload and rows decode to the changes written beside them."""
    vector = VECTORS[name]
    base = None if vector["base"] is None else Dot(int(vector["base"]))
    changes = [*map(from_json, vector["changes"])]
    body = bytes.fromhex(vector["body"])
    assert [*wire.decode(body, base=base).changes()] == changes
    assert wire.decompress(bytes.fromhex(vector["payload"])) == body
    assert [wire.unpack_change(bytes.fromhex(row)) for row in vector["rows"]] == changes


@pytest.mark.parametrize("name", VECTORS)
def test_the_same_changes_make_the_same_bytes(name: str):
    """Body and rows come out as frozen; a payload may not, because zstd may learn."""
    vector = VECTORS[name]
    base = None if vector["base"] is None else Dot(int(vector["base"]))
    changes = [*map(from_json, vector["changes"])]
    assert wire.encode(changes, base=base).hex() == vector["body"]
    assert [wire.pack_change(change).hex() for change in changes] == vector["rows"]
    assert wire.decompress(wire.compress(bytes.fromhex(vector["body"]))).hex() == vector["body"]


@pytest.mark.parametrize("refused", REFUSED, ids=[refused["what"] for refused in REFUSED])
def test_frozen_faults_are_refused_by_their_code(refused: dict[str, str]):
    """Each vector names the class of its fault."""
    data = bytes.fromhex(refused["hex"])
    read = {
        "object": lambda: wire.unpack(data, max_bytes=1 << 20),
        "body": lambda: wire.decode(data, base=None),
        "payload": lambda: wire.decompress(data),
        "row": lambda: wire.unpack_change(data),
    }
    with pytest.raises(WireError) as caught:
        read[refused["as"]]()
    assert caught.value.code == refused["code"]


def test_the_tables_of_version_1_are_frozen():
    """One letter changed in a released table, and old bundles would say something else."""
    told = repr((dictionaries.SYMBOLS, dictionaries.TEMPLATES, dictionaries.ZSTD)).encode()
    assert blake2b(told, digest_size=8).hexdigest() == "44b890c21ba17652"
