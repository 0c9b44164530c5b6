"""Scopes: who may hold a record. Whole records, by name.

A scope is a name: `all`, `country:BA`, `post:KLOBUK`, `node:5`. A node reads four, in one fixed
order that both sides derive from its certificate. Where a handling code and an audience disagree
the narrowest holds. Must not know: storage, the session.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Final

from shared.change import Value
from shared.ids import node_of_dot
from shared.schema import Kind

EVERYBODY: Final = "all"
_COUNTRY_CHARS: Final = 2
_POST: Final = "post:"
_PASSED_ON_FREELY: Final = frozenset({"H0", "H1"})
"""Handling codes that limit what a record is used for, not who gets it. H2, H3, and codes this version
does not know, go nowhere the owner did not name."""


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
            return _audience(values)
        case Kind.OFFICER:
            return frozenset(f"post:{post}" for post in _codes(values.get("posts")))
        case Kind.REQUEST:
            post = values.get("post")
            return frozenset((f"post:{post}",)) if isinstance(post, str) else frozenset()
        case Kind.TOMBSTONE:
            return frozenset((EVERYBODY,))
        case _:
            return frozenset((f"node:{node_of_dot(record)}",))


def scopes_of_cleared(
    *,
    owner: str,
    alert_owner: str,
    alert_scopes: Collection[str],
    country_of: Callable[[str], str | None],
) -> frozenset[str]:
    """Which scopes hold a cleared pair: those that hold the alert, as far as `owner` may speak for them.

    The alert's own country clears for everybody who holds it, another one for its own posts alone: only the
    originator decides whom an alert means at posts that are not one's own. `country_of` a post, None unknown.
    """
    if owner == alert_owner:
        return frozenset(alert_scopes)
    own = f"country:{owner}"
    posts = {
        scope
        for scope in alert_scopes
        if scope.startswith(_POST) and country_of(scope.removeprefix(_POST)) == owner
    }
    return frozenset(posts | ({own} if {EVERYBODY, own} & set(alert_scopes) else set()))


def _audience(values: Mapping[str, Value]) -> frozenset[str]:
    """Whom the owner named; everybody where nobody is named and no handling code holds it back.

    A code that forbids passing on narrows "everybody" to the owner's own posts, and adds those to whomever
    the owner named: naming somebody is the permission. `handling` is the severest of what was said, so that
    of conflicting codes the narrowest holds until a person decides.
    """
    codes = _codes(values.get("audience"))
    named = frozenset(f"country:{code}" if len(code) == _COUNTRY_CHARS else f"post:{code}" for code in codes)
    handling, owner = values.get("handling"), values.get("owner")
    if handling in (None, "") or handling in _PASSED_ON_FREELY:
        return named or frozenset((EVERYBODY,))
    return named | frozenset((f"country:{owner}",)) if isinstance(owner, str) and owner else named


def _codes(value: Value) -> tuple[str, ...]:
    return tuple(str(code) for code in value) if isinstance(value, tuple) else ()
