"""The tables of body version 1, read as data from the files the documents name."""

from __future__ import annotations

from base64 import b85decode
from pathlib import Path
from runpy import run_path

SHARED = Path(__file__).parents[2] / "shared"
_V1 = run_path(str(SHARED / "dictionaries" / "v1.py"))
_WORDS = run_path(str(SHARED / "wire" / "vocabulary.py"))

SYMBOLS = [
    [b"\0", *(symbol.replace("␀", "\0").encode() for symbol in share.split("·")[:-1])]
    for share in _V1["SYMBOLS"]
]
TEMPLATES = [list(bytes.fromhex(layout)) for layout in _V1["LAYOUTS_HEX"]]
ZSTD = b85decode(_V1["ZSTD_BASE85"])
ALL_WORDS = list(dict.fromkeys(" ".join(_WORDS["_ALL"]).split()))
_USUAL = {field: usual.split() for fields, usual in _WORDS["_USUAL"] for field in fields.split()}


def words(kind: int, field: int) -> list[str]:
    """A field's words: its usual ones, then all, each once."""
    return list(dict.fromkeys([*_USUAL.get(f"{kind}.{field}", []), *ALL_WORDS]))
