"""Siblings, views and standings: `docs/merge.md` as code."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum

from tests.second_reader.body import Change, Value

SEEN = 0


class Standing(IntEnum):
    AGREED = 0
    SOFT = 1
    HARD = 2


@dataclass(frozen=True)
class Rule:
    """How a field is shown: the rule's name, a severest field's order, and whether the stamp settles it."""

    name: str = "latest"
    order: tuple[str, ...] = ()
    by_stamp: bool = False


@dataclass(frozen=True)
class View:
    value: Value
    standing: Standing
    dots: tuple[int, ...]


def speaks_of(change: Change, number: int) -> bool:
    """Whether a change belongs to a field's set: it sets it, clears it, or has a context for it."""
    return number == SEEN or number in change.fields or number in change.context


def siblings(live: Collection[Change], number: int) -> list[Change]:
    """The changes of a field that no other has in its context, ascending by (stamp, dot)."""
    live = [change for change in live if speaks_of(change, number)]
    covered = {dot for change in live for dot in change.context.get(number, ())}
    return sorted((c for c in live if c.dot not in covered), key=lambda c: (c.stamp, c.dot))


def view(live: Collection[Change], number: int, rule: Rule) -> View:
    """What is shown of a field, and how far its siblings agree."""
    left = siblings(live, number)
    values = [change.fields.get(number) for change in left]
    standing = Standing.AGREED
    if len(set(values)) > 1 and rule.name not in ("append", "union"):
        standing = Standing.HARD if rule.name == "latest" and not rule.by_stamp else Standing.SOFT
    first = next((c.fields.get(number) for c in live if c.dot == c.record), None)
    value = first if rule.name == "once" else _shown(values, rule)
    return View(value, standing, tuple(sorted(change.dot for change in left)))


def _shown(values: list[Value], rule: Rule) -> Value:
    """The interim value among siblings' values, which stand in (stamp, dot) order."""
    match rule.name:
        case "severest":
            return max(reversed(values), key=lambda value: _severity(value, rule.order), default=None)
        case "append":
            return tuple(value for value in values if value is not None) or None
        case "union":
            return tuple(sorted({e for value in values if isinstance(value, tuple) for e in value})) or None
    return values[-1] if values else None


def _severity(value: Value, order: tuple[str, ...]) -> int:
    if value is None:
        return -1
    return order.index(value) if value in order else len(order)


def view_record(
    changes: Collection[Change], rules: Mapping[int, Rule], refused: Collection[int] = ()
) -> tuple[dict[int, View], Standing] | None:
    """Each field's view and the record's standing; None where its creating change is missing or refused."""
    if not any(change.dot == change.record and change.dot not in refused for change in changes):
        return None
    live = [change for change in changes if change.dot not in refused]
    numbers = {number for change in live for number in [*change.fields, *change.context]} - {SEEN}
    views = {number: view(live, number, rules.get(number, Rule())) for number in numbers}
    views = {number: found for number, found in views.items() if found.dots or found.value is not None}
    worst = max((found.standing for found in views.values()), default=Standing.AGREED)
    crossed = len(siblings(live, SEEN)) > 1
    return views, max(worst, Standing.SOFT) if crossed else worst
