"""Trained tables other than the product's, put in its place for as long as a comparison takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

from shared.wire import body_reader, body_writer, expression, payload, symbols


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What a version holds: symbol tables by script, layouts of single changes, the zstd dictionary."""

    tables: list[list[bytes]]
    layouts: list[bytes] = field(default_factory=list)
    dictionary: bytes = b""


@contextmanager
def standing_in(trained: Trained) -> Iterator[None]:
    """Encode and decode with these tables."""
    tables = tuple(map(symbols.Symbols, trained.tables))
    layouts = [*map(tuple, trained.layouts)]
    with ExitStack() as stack:
        for module, name, stand_in in (
            (symbols, "TABLES", tables),
            (expression, "TABLES", tables),
            (body_writer, "TEMPLATE_PLACES", {layout: place for place, layout in enumerate(layouts)}),
            (body_reader, "TEMPLATES", layouts),
            (payload, "ZSTD", trained.dictionary),
        ):
            stack.enter_context(patch.object(module, name, stand_in))
        yield
