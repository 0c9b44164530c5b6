"""Scopes: who may hold a record. Whole records, by name.

A scope is a name: `all`, `country:BA`, `post:KLOBUK`, `node:5`. A node reads four, in one fixed
order that both sides derive from its certificate. Where a handling code and an audience disagree
the narrowest holds. Must not know: storage, the session.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.change import Value
from shared.ids import node_of_dot
from shared.schema import Kind

EVERYBODY: Final = "all"
_COUNTRY_CHARS: Final = 2


def scopes_of_node(*, node: int, post: str, country: str) -> tuple[str, ...]:
    """What a node reads, in the order of its cursor."""
    return (EVERYBODY, f"country:{country}", f"post:{post}", f"node:{node}")


def scopes_of_record(kind: int, record: int, values: Mapping[str, Value]) -> frozenset[str]:
    """Which scopes hold a record, from its interim values by field name.

    A record without a downstream audience is held by the node that created it: there the desk's
    corrections and the merge's decisions must arrive.
    """
    match kind:
        case Kind.ALERT | Kind.BULLETIN:
            return _audience(values.get("audience"))
        case Kind.OFFICER:
            return frozenset(f"post:{post}" for post in _codes(values.get("posts")))
        case Kind.REQUEST:
            post = values.get("post")
            return frozenset((f"post:{post}",)) if isinstance(post, str) else frozenset()
        case Kind.TOMBSTONE:
            return frozenset((EVERYBODY,))
        case _:
            return frozenset((f"node:{node_of_dot(record)}",))


def _audience(value: Value) -> frozenset[str]:
    codes = _codes(value)
    if not codes:
        return frozenset((EVERYBODY,))
    return frozenset(f"country:{code}" if len(code) == _COUNTRY_CHARS else f"post:{code}" for code in codes)


def _codes(value: Value) -> tuple[str, ...]:
    return tuple(str(code) for code in value) if isinstance(value, tuple) else ()
