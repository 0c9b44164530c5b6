"""An area joins a world by its module alone: its work is done, its faults happen, it judges."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

import pytest

from shared.errors import RemoteError
from tests.simulation import areas
from tests.simulation.__main__ import main, never, play
from tests.simulation.areas import Area, Work, gather
from tests.simulation.machine import Post
from tests.simulation.network import Carry
from tests.simulation.world import Size, World


class Planted(StrEnum):
    DONE = "work done at a post"
    SPOILT = "a question eaten by a fox"


class Example(Area):
    """Does one piece of work, eats one question in ten, and calls its own end."""

    KINDS = (Planted,)
    calls: ClassVar[Counter[str]] = Counter()

    def __init__(self, world: World) -> None:
        super().__init__(world)
        world.network.add(Planted.SPOILT, 8, self._eat)

    def _eat(self, post: Post, question: bytes, carry: Carry) -> bytes:
        self.chance.fire(Planted.SPOILT)
        raise RemoteError("link_down", f"the fox at {post.name} ate {len(question)} bytes", hint="Feed it.")

    def begin(self) -> None:
        self.calls["begin"] += 1

    def at_post(self, post: Post) -> dict[Work, int]:
        return {lambda: self.chance.note(Planted.DONE): 20}

    def at_hub(self) -> dict[Work, int]:
        return {lambda: self.calls.update(["at the hub"]): 20}

    def mend(self) -> None:
        self.calls["mend"] += 1

    def talk(self) -> None:
        self.calls["talk"] += 1

    def judge(self) -> None:
        self.calls["judge"] += 1


def test_an_area_takes_part_from_the_beginning_to_the_verdict(monkeypatch: pytest.MonkeyPatch):
    """Work at posts and at the hub, a mishap of the link, peace, the last rounds, the judgement."""
    monkeypatch.setattr("tests.simulation.world.gather", lambda: (Example,))
    Example.calls.clear()
    fired, happened = play(range(5), Size(steps=40))
    assert happened[Planted.DONE] > 0
    assert fired[Planted.SPOILT] > 0
    assert Example.calls["begin"] == Example.calls["mend"] == 5
    assert Example.calls["judge"] == 10
    assert Example.calls["talk"] >= 10
    assert Example.calls["at the hub"] > 0


def test_a_fault_of_an_area_that_never_fires_is_named(monkeypatch: pytest.MonkeyPatch):
    """It is asked for like the world's own."""
    monkeypatch.setattr("tests.simulation.__main__.gather", lambda: (Example,))
    assert Planted.SPOILT in never(Counter(), Counter())


def test_areas_are_found_by_their_modules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Each module's own subclasses, in the order of the modules' names; an import adds none."""
    text = "from tests.simulation.areas.area import Area\n\nclass {}(Area):\n    pass\n"
    for name in ("Zeta", "Alpha"):
        (tmp_path / f"planted_{name.lower()}.py").write_text(text.format(name))
    monkeypatch.setattr(areas, "__path__", [*areas.__path__, str(tmp_path)])
    found = [area.__name__ for area in gather()]
    assert [name for name in found if name in ("Alpha", "Zeta")] == ["Alpha", "Zeta"]
    assert "Area" not in found


def test_bigger_worlds_keep_the_promises_too_and_name_their_size_when_they_do_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """Twelve posts, and the line that replays a broken one."""
    play(range(1), Size(posts=12, steps=60))

    def break_down(_: World) -> None:
        raise AssertionError("planted")

    monkeypatch.setattr("tests.simulation.world.World.run", break_down)
    assert main(["--seeds", "3", "--posts", "6", "--steps", "400"]) == 1
    assert 'make soak SEEDS=3-3 WORLD="--posts 6 --steps 400"' in capsys.readouterr().err
