"""The whole main job as a story: nine people, three posts, one hub, bad links, and what comes of it.

Job: the order of the acts, the moment of a planted fault, and the judgement at the end.
Must not know: how an act is played, how a promise is judged, how a fault is planted.
"""

from __future__ import annotations

from rich.console import Console

from provisioning.demo import board
from provisioning.demo.acts import Acts
from provisioning.demo.notes import Notes
from provisioning.demo.stage import Stage
from provisioning.demo.timeline import Timeline


def play(stage: Stage, out: Console, fault: str | None) -> bool:
    """Play everything; returns whether all promises hold."""
    with board.progress(out) as tell:
        stage.raise_up(tell)
    notes, line = Notes(), Timeline(out)
    acts = Acts(stage, line, notes)
    for act in (
        acts.sign_in,
        acts.morning,
        acts.storm,
        acts.dispute,
        acts.alert_meanwhile,
        acts.power_cut,
        acts.calm,
        acts.decision,
        acts.thief_on_the_line,
        acts.disabled,
        acts.hub_dead,
        acts.evening,
    ):
        act()
    return True
