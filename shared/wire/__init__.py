"""The wire codec: changes to bytes and back, strictly.

Job: the body of a bundle or a segment (`encode`, `decode`), its compressed form (`compress`, `decompress`),
one change's log row (`pack_change`, `unpack_change`), and plain protocol objects (`pack`, `unpack`).
Invariant: `decode(encode(x))` is `x` for every legal change, and bytes that are not some `x`'s raise a coded
`WireError` before they cost memory. Must not know: keys, storage, who sends.
"""

from typing import Final

from shared.wire.body_reader import decode
from shared.wire.body_writer import encode
from shared.wire.log_row import pack_change, unpack_change
from shared.wire.payload import compress, decompress
from shared.wire.strict import pack, unpack
from shared.wire.table import ABSENT, Absent, Batch, Cell, ChangeTable, Context

TOO_MUCH: Final = frozenset({"too_large", "too_many_cells", "too_many_items"})
"""The codes by which `encode` says that it would take fewer changes."""

__all__ = [
    "ABSENT",
    "TOO_MUCH",
    "Absent",
    "Batch",
    "Cell",
    "ChangeTable",
    "Context",
    "compress",
    "decode",
    "decompress",
    "encode",
    "pack",
    "pack_change",
    "unpack",
    "unpack_change",
]
