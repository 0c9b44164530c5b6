"""The whole main job as a story: nine people, three posts, one hub, bad links, and what comes of it.

Job: the order of the acts, the moment of a planted fault, the judgement at the end.
Must not know: how an act is played, how a promise is judged, how a fault is planted.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import httpx
from rich.console import Console
from rich.markup import escape

from provisioning.demo import board, promises
from provisioning.demo.acts import Acts
from provisioning.demo.browser import Unexpected
from provisioning.demo.notes import Notes
from provisioning.demo.promises import Verdict
from provisioning.demo.relay import Cut
from provisioning.demo.sabotage import JUDGEMENT, Saboteur, Scene
from provisioning.demo.stage import Stage
from provisioning.demo.timeline import Timeline
from shared.errors import KaraulaError


def play(stage: Stage, out: Console, fault: str | None) -> bool:
    """Play everything and judge it; returns whether all promises hold."""
    with board.progress(out) as tell:
        stage.raise_up(tell)
    notes, line = Notes(), Timeline(out)
    acts = Acts(stage, line, notes)
    with tempfile.TemporaryDirectory(prefix="karaula-demo-") as kept:
        saboteur = Saboteur(fault, Scene(stage=stage, notes=notes, kept=Path(kept)))
        broken = _acts(acts, saboteur, line)
        saboteur.let_go()
        line.act("Everything stops; the stores are opened and judged")
        stage.stop_servers()
        if not broken:
            _plant(saboteur, JUDGEMENT, line)
        verdicts = _with_break(promises.judge_all(stage, notes), broken)
    _print(out, verdicts)
    holds = all(verdict.holds for verdict in verdicts)
    out.print(f"\n{line.steps} steps in {line.seconds:.0f} s. {_sentence(verdicts)}", soft_wrap=True)
    return holds


def _acts(acts: Acts, saboteur: Saboteur, line: Timeline) -> tuple[int, str] | None:
    """Play the acts in order; (promise, what went wrong) of the step that failed, if one did."""
    for act in (
        acts.sign_in,
        acts.morning,
        acts.storm,
        acts.dispute,
        acts.alert_meanwhile,
        acts.watch_the_age,
        acts.power_cut,
        acts.restart,
        acts.calm,
        acts.decision,
        acts.thief_on_the_line,
        acts.disabled,
        acts.hub_dead,
        acts.evening,
    ):
        try:
            _plant(saboteur, act.__name__, line)
            act()
        except (Unexpected, LookupError, KaraulaError, httpx.HTTPError, OSError, Cut) as error:
            line.tell("the story", "breaks off", str(error) or type(error).__name__)
            return acts.proving, str(error) or type(error).__name__
    return None


def _plant(saboteur: Saboteur, act: str, line: Timeline) -> None:
    if saboteur.before(act) and saboteur.fault is not None:
        line.tell("SABOTAGE", saboteur.fault.summary)


def _with_break(verdicts: list[Verdict], broken: tuple[int, str] | None) -> list[Verdict]:
    """The verdicts, with the step at which the story broke off as a fault of its promise."""
    if broken is None:
        return verdicts
    number, what = broken
    return [
        replace(each, faults=(*each.faults, f"the story broke off: {what}"))
        if each.number == number
        else each
        for each in verdicts
    ]


def _print(out: Console, verdicts: list[Verdict]) -> None:
    for each in verdicts:
        out.print(
            f"{_word(each)} {each.number}. {escape(each.promise)}: {escape(each.evidence)}", soft_wrap=True
        )
        for fault in each.faults:
            out.print(f"         [red]{escape(fault)}[/red]", soft_wrap=True)
        for what in each.unseen:
            out.print(f"         [yellow]not shown: {escape(what)}[/yellow]", soft_wrap=True)


def _word(verdict: Verdict) -> str:
    if verdict.faults:
        return "[bold red]BROKEN[/bold red]"
    return "[yellow]unseen[/yellow]" if verdict.unseen else "[green]ok[/green]    "


def _sentence(verdicts: list[Verdict]) -> str:
    """What does not hold, by name; a promise that was not put to the test does not count as kept."""
    broken = [f"promise {each.number}, {each.promise}" for each in verdicts if each.faults]
    unseen = [str(each.number) for each in verdicts if each.unseen and not each.faults]
    parts = []
    if broken:
        parts.append(f"[bold red]Broken:[/bold red] {'; '.join(broken)}.")
    if unseen:
        parts.append(f"Not shown: {', '.join(unseen)}.")
    return " ".join(parts) or "All six promises hold."
