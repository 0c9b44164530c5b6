"""Expressions: columns as they will be written, and what may be known of them beforehand.

Job: hold each section's share of a column and its price, so that a writer can compare before it renders.
Must not know: how expressions are found.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Final

from shared.wire.bits import Packed
from shared.wire.operations import Reference
from shared.wire.symbols import TABLES, Script

_LAYOUT_BITS: Final = 2  # what a layout integer costs after compression: layouts resemble each other
_SYMBOL_BITS: Final = 8  # the same for a symbol of text


class Expression:
    """A column as it will be written: its share of each section, and about how many bits that takes.

    Immutable by custom; not a dataclass, because thousands are made and dropped for each bundle.
    """

    __slots__ = ("bits", "cost", "extras", "layout", "texts")

    def __init__(
        self,
        layout: tuple[int, ...],
        bits: tuple[str | Packed, ...] = (),
        texts: tuple[tuple[Script, str], ...] = (),
        extras: tuple[object, ...] = (),
    ) -> None:
        self.layout = layout
        self.bits = bits
        self.texts = texts
        self.extras = extras
        symbols = sum([TABLES[script].size(text) for script, text in texts]) if texts else 0
        self.cost = _LAYOUT_BITS * len(layout) + sum(map(len, bits)) + _SYMBOL_BITS * symbols

    def then(self, *others: Expression) -> Expression:
        """This and the others, one after the other."""
        whole = Expression(())
        parts = (self, *others)
        whole.layout = tuple(chain.from_iterable([part.layout for part in parts]))
        whole.bits = tuple(chain.from_iterable([part.bits for part in parts]))
        whole.texts = tuple(chain.from_iterable([part.texts for part in parts]))
        whole.extras = tuple(chain.from_iterable([part.extras for part in parts]))
        whole.cost = sum([part.cost for part in parts])
        return whole

    def rendered(self) -> str:
        """The packed share as text of zeros and ones."""
        return "".join(map(str, self.bits))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What may foretell a column: the fields of KEYED, of SAME, of NATIONAL, SINCE's references;
    `presence` are the KEYED fields of whether it is set at all."""

    keys: tuple[tuple[int, ...], ...] = ()
    same: tuple[int, ...] = ()
    birth: int | None = None
    since: tuple[Reference, ...] = ()
    elapsed: bool = False
    presence: tuple[tuple[int, ...], ...] = ()


NO_HINT: Final = Hint()
