"""Five hundred small worlds, each from its own seed, with everything going wrong and no promise broken.

That is what the minutes of `make test` hold. `make prove` plays twice as many of the ordinary size, and some
big ones. The worlds are cut into pieces so that several cores share them; each is large enough for every kind
of fault to come up in it.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.simulation.__main__ import kinds, main, never, play
from tests.simulation.chance import Chance, Event, Fault
from tests.simulation.power import Disk, Moment, PowerCut
from tests.simulation.world import Size, World, make_templates

SEEDS = range(500)
LONGER_SEEDS = range(10_000, 11_000)
PIECE = 250
SMALL = Size(posts=3, steps=40)
BIG = Size(posts=9, steps=400)
BIG_SEEDS = range(5_000, 5_016)
BIG_PIECE = 8


def live(seeds: range, size: Size) -> None:
    """Play these worlds; every kind of fault and event must have come up, and work been done."""
    fired, happened = play(seeds, size)
    assert never(fired, happened) == [], "a fault that never comes up proves nothing"
    assert happened[Event.SAVED] > len(seeds)


@pytest.mark.long
@pytest.mark.parametrize("first", SEEDS[::PIECE])
def test_no_promise_breaks(first: int) -> None:
    """Whatever was lost, repeated, cut off or edited at once: in the end everything saved is there, once."""
    live(range(first, first + PIECE), SMALL)


@pytest.mark.prove
@pytest.mark.parametrize("first", LONGER_SEEDS[::PIECE])
def test_no_promise_breaks_in_longer_lives(first: int) -> None:
    """The same in worlds that live twice as long, from other seeds."""
    live(range(first, first + PIECE), Size())


@pytest.mark.prove
@pytest.mark.parametrize("first", BIG_SEEDS[::BIG_PIECE])
def test_no_promise_breaks_among_many_posts(first: int) -> None:
    """The same among nine posts that edit each other's records for as long as it takes to get lost."""
    _, happened = play(range(first, first + BIG_PIECE), BIG)
    assert happened[Event.SAVED] > 30 * BIG_PIECE


def test_a_world_is_a_function_of_its_seed(tmp_path: Path) -> None:
    """Played twice, the same faults fire and the same things happen; another seed differs."""
    tallies = []
    for place, seed in enumerate((7, 7, 8)):
        directory = tmp_path / str(place)
        (directory / "templates").mkdir(parents=True)
        make_templates(directory / "templates")
        world = World(seed, directory, directory / "templates")
        world.run()
        tallies.append((world.chance.fired, world.chance.happened))
    assert tallies[0] == tallies[1] != tallies[2]


def test_a_broken_world_names_the_line_that_replays_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run stops at the first failure, exits non-zero, and says how to see it again."""

    def break_at_3(world: World) -> None:
        assert world.chance.seed < 3, "planted"

    monkeypatch.setattr("tests.simulation.world.World.run", break_at_3)
    assert main(["--seeds", "1-9"]) == 1
    assert "make soak SEEDS=3-3" in capsys.readouterr().err


def test_a_fault_that_never_fires_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long run without any fault is no success."""
    monkeypatch.setattr("tests.simulation.world.World.run", lambda _: None)
    assert main(["--seeds", "1-60"]) == 1
    assert set(never(Counter(), Counter())) == {str(kind) for kind in kinds()} >= {*Fault, *Event}


@pytest.mark.parametrize(
    ("moment", "kept"),
    [(Moment.BEFORE_COMMIT, 0), (Moment.IN_BETWEEN, 0), (Moment.DISK_FULL, 0), (Moment.AFTER_COMMIT, 1)],
)
def test_the_file_layer_keeps_what_a_real_one_would(tmp_path: Path, moment: Moment, kept: int) -> None:
    """A cut before COMMIT keeps nothing of the transaction, one after it keeps all."""
    disk = Disk(tmp_path / "a.db", Chance(1))
    tx = disk.connect()
    tx.execute("PRAGMA journal_mode = WAL")
    tx.execute("CREATE TABLE note (text TEXT)")
    disk.fuse.arm(moment, 1 if moment is not Moment.IN_BETWEEN else 3)
    with pytest.raises((PowerCut, Exception), match=r"full|^$"):  # noqa: PT012 - one of the three lines blows
        tx.execute("BEGIN IMMEDIATE")
        tx.execute("INSERT INTO note VALUES ('x')")
        tx.execute("COMMIT")
    disk.cut()
    assert disk.connect().execute("SELECT count(*) FROM note").fetchone() == (kept,)
    disk.release()
