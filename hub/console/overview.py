"""What needs a person now, and the nodes with how their hits came out.

Job: the page a night shift keeps open, and the one it goes to when a post falls silent.
Invariant: neither shows a traveller, so both may renew themselves. Must not know: where it is kept.
"""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from hub.console.gate import Gate
from hub.desk import Desk
from hub.desk.view import NodeState, Operator

_WINDOWS = (7, 30, 90)  # days of hits; the longest is what the retro-check looks back
_TROUBLED = (NodeState.QUARANTINED, NodeState.SILENT, NodeState.CLOCK, NodeState.BEHIND)


class OverviewPages:
    """`/` and `/nodes`."""

    def __init__(self, desk: Desk, gate: Gate) -> None:
        self._desk = desk
        self._gate = gate

    def add_to(self, blueprint: Blueprint) -> None:
        blueprint.add_url_rule("/", "overview", self._gate(self.overview))
        blueprint.add_url_rule("/nodes", "nodes", self._gate(self.nodes))

    def overview(self, operator: Operator) -> ResponseReturnValue:
        return render_template(
            "console/overview.html",
            overview=self._desk.overview(operator),
            nodes=self._desk.nodes(operator),
        )

    def nodes(self, operator: Operator) -> ResponseReturnValue:
        nodes = self._desk.nodes(operator)
        asked = request.args.get("days", type=int)
        days = asked if asked in _WINDOWS else _WINDOWS[-1]
        return render_template(
            "console/nodes.html",
            nodes=nodes,
            troubled=sum(row.state in _TROUBLED for row in nodes),
            quarantine=self._desk.quarantine(operator),
            gaps=self._desk.gaps.rows(operator),
            outcomes=self._desk.outcomes(operator, days=days),
            days=days,
            windows=_WINDOWS,
        )
