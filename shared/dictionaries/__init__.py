"""The wire's trained tables: symbols for texts, usual layouts, a dictionary for zstd; by version.

Invariants: a released version never changes, because bundles made with it lie in logs and on sticks; a
new one gets the next number beside it. Must not know: how they are used. Made by
`tests/bench/train_dictionary.py`.
"""

from __future__ import annotations

from base64 import b85decode
from types import MappingProxyType
from typing import Final

from shared.dictionaries import v1

VERSION: Final = 1
SYMBOLS: Final = tuple(
    tuple(symbol.replace("␀", "\0").encode() for symbol in table.split("·")[:-1]) for table in v1.SYMBOLS
)
"""One table a script: capitals, Latin, Cyrillic. In the source a dot ends each symbol; ␀ is the end mark."""

TEMPLATES: Final = tuple(tuple(bytes.fromhex(layout)) for layout in v1.LAYOUTS_HEX)
"""The commonest layouts of a single change."""

TEMPLATE_PLACES: Final = MappingProxyType({layout: place for place, layout in enumerate(TEMPLATES)})
ZSTD: Final = b85decode(v1.ZSTD_BASE85)
