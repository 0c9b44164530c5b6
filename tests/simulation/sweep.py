"""One whole sync, failed at each of its calls in turn: `python -m tests.simulation.sweep`.

The sync: a post brings checks, a hit, an edit and a correction; the hub sends an alert that meets an earlier
check, an officer and the next prekey down. It is played from the same files each time. After the failure the
world heals, talks until nobody has anything to say, and is judged like any simulated world; besides, it must
hold as many records, changes and hits of each kind as the run in which nothing failed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from unittest.mock import patch

from edge.screen import CaseId
from hub import identity as papers
from shared.enrolment import HubKeys, files
from shared.errors import KaraulaError
from shared.ledger.tables import table_of
from shared.schema import SCHEMA, Kind
from tests.simulation import mischief, verdict
from tests.simulation.__main__ import place
from tests.simulation.machine import DAY_MS, Centre, Machine, Post
from tests.simulation.network import Network
from tests.simulation.people import TRAVELLERS
from tests.simulation.power import PowerCut
from tests.simulation.tripwire import Files, Manner, Tripwire
from tests.simulation.world import Size, World

SEED: Final = 27
STRIDE: Final = 17
"""A sample takes every so-manieth call, from a place that the seed and the manner choose."""
_ONE_POST: Final = Size(posts=1, steps=4)
_RESIDUE: Final = ("conflict", "refused", "history", "scope_entry", "node")

Tally = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The files from which every run starts, what the page called saved, and what a whole run ends with.

    `made` are its calls in order, the first is call 1: ("database", "file" or "network", what was called).
    """

    directory: Path
    saved: dict[str, str]
    ended_ms: int
    made: Sequence[tuple[str, str]]
    tally: Tally

    @property
    def calls(self) -> int:
        return len(self.made)


class KeyKeeper(Centre):
    """The centre with its key file on a disk that can fail."""

    folder: Path
    files: Files

    def _start(self) -> None:
        raw = (self.folder / files.HUB_KEYS).read_bytes()
        self.identity = replace(self.identity, keys=HubKeys.unlock(raw, self.identity.database_key))
        super()._start()

    def _save_keys(self, keys: HubKeys) -> None:
        with self._wired():
            papers.save_keys(self.folder, self.identity, keys)
        self.identity = replace(self.identity, keys=keys)

    @contextmanager
    def _wired(self) -> Iterator[None]:
        verbs = {name: self.files.of_path(name) for name in Files.VERBS}
        with patch.object(papers, "os", self.files), patch.multiple(Path, **verbs):
            yield


class Wire(Network):
    """A perfect link with the tripwire across it."""

    def __init__(self, world: World, trip: Tripwire) -> None:
        super().__init__(world.centre, world.chance)
        self._trip = trip

    def _carry(self, post: Post, question: bytes) -> bytes:
        return self._trip.network(lambda: self._ask(question), post.disk.die)


class Rehearsal:
    """One world of one post, with a tripwire, on files of its own."""

    def __init__(self, directory: Path, *, seed: int = SEED) -> None:
        self.trip = Tripwire()
        self.world = world = World(seed, directory, directory, _ONE_POST)
        self.post = world.posts[0]
        self.officer = world.officers[0]
        self.centre = _key_keeper(world.centre, directory, self.trip)
        world.centre, world.machines = self.centre, (self.centre, self.post)
        world.operators._centre = self.centre
        world.network = Wire(world, self.trip)
        for machine in world.machines:
            machine.disk.trip = self.trip.database(machine.disk.die)

    def prepare(self) -> None:
        """The days before: an alert known at the post, then work on both sides that nobody has sent yet."""
        world, desk = self.world, self.world.operators
        for machine in world.machines:
            machine.boot()
        desk._say(Kind.ALERT, _alert("REF 1", document_number=TRAVELLERS[0].document_number))
        desk._say(Kind.ALERT, _alert("REF 2", owner="ME", plate=TRAVELLERS[2].plate))
        world.network.healed = True
        world._drain()
        self.capture(0)
        first = self.capture(1)
        self.capture(2)
        self._correct(first)
        world.sky.move(60_000)
        mischief.edit_own_alert(self.post, world.chance)
        mischief.edit_foreign_alert(self.post, world.chance)
        self._settle()
        desk.change_alert()
        desk._say(Kind.ALERT, _alert("REF 3", document_number=TRAVELLERS[1].document_number))
        desk._say(Kind.OFFICER, {"owner": "BA", "login": "novi", "posts": (self.post.name,), "reset": 1})

    def sync(self) -> None:
        """Both sides do what is due, and meet twice."""
        node = self.post.node
        self._do(self.centre, lambda: self.centre.hub.rotate_prekeys())
        self._do(self.post, lambda: self.capture(3))
        self._do(self.post, lambda: self.post.node.sealer.seal(link_appeared=True))
        for _ in range(2):
            self._do(self.post, lambda: self.world.network.contact(self.post))
            self._do(self.centre, lambda: self.centre.hub.catch_up())
        self._do(self.centre, lambda: self.centre.hub.checkpoint())
        self._do(self.post, lambda: self.post.node.keep_time())
        assert node is self.post.node or self.trip.what

    def heal(self) -> None:
        """Nothing fails any more; both sides say everything; then the verdict."""
        self.trip.disarm()
        if TRAVELLERS[3].document_number not in self._captured():
            self.capture(3)
        self._do(self.centre, lambda: self.centre.hub.rotate_prekeys())
        self.world._drain()
        verdict.judge(self.world)

    def tally(self) -> Tally:
        """How much of everything there is, on both sides."""
        found: Tally = {}
        for machine in self.world.machines:
            for row_type in SCHEMA.values():
                if row_type.kind is not Kind.NODE_STATUS:
                    sql = f"SELECT count(*), sum(standing), sum(edited) FROM {table_of(row_type)}"  # noqa: S608 - schema names
                    found[f"{machine.name} {row_type.kind.name}"] = machine.look(sql)[0]
        for table in _RESIDUE:
            found[f"hub {table}"] = self.centre.look(f"SELECT count(*) FROM {table}")[0][0]  # noqa: S608 - the names above
        found["prekeys"] = sorted(self.centre.identity.keys.prekeys)
        return found

    def stop(self) -> None:
        for machine in self.world.machines:
            machine.stop()

    # --- people ---

    def capture(self, who: int) -> str:
        """One traveller, whole; whatever fails, the officer submits again until the page says "saved"."""
        form = _form(who)
        case: CaseId | None = None
        for _ in range(4):
            try:
                booth = self.post.node.booth
                case = case or booth.open_case(self.officer.session)
                booth.enter(self.officer.session, case, form)
                saved = booth.decide(self.officer.session, case, form)
            except PowerCut:
                self.post.after_cut()
            except KaraulaError:
                continue
            else:
                self.officer.saved[saved.check] = str(form["remark"])
                return saved.check
        raise AssertionError("an officer could not save a check, though nothing failed twice")

    def _captured(self) -> set[object]:
        return {row[0] for row in self.post.look("SELECT document_number FROM check_record")}

    def _correct(self, check: str) -> None:
        booth, session = self.post.node.booth, self.officer.session
        view = booth.check(session, check)
        booth.correct(session, check, form={"surname": "PETROVIĆ"}, reason="misread", contexts=view.contexts)

    def _settle(self) -> None:
        booth, session = self.post.node.booth, self.officer.session
        hit = booth.hits(session, open_only=True)[0].hit
        view = booth.open_hit(session, hit)
        booth.settle_hit(session, hit, outcome="confirmed", reason="looked closely", contexts=view.contexts)

    def _do(self, machine: Machine, do: Callable[[], object]) -> None:
        """A piece of work as the schedulers do it: what fails is noted, and the next turn tries again."""
        try:
            do()
        except PowerCut:
            (self.centre if self.centre.disk.dead else machine).after_cut()
        except (KaraulaError, OSError):
            assert self.trip.what, "something failed though nothing was made to"


def prepare(top: Path) -> Stage:
    """Make the files once, and count the calls of a run in which nothing fails."""
    directory = top / "stage"
    directory.mkdir()
    rehearsal = Rehearsal(directory)
    try:
        rehearsal.prepare()
    finally:
        rehearsal.stop()
    bare = Stage(
        directory=directory,
        saved=rehearsal.officer.saved,
        ended_ms=rehearsal.world.sky.ms,
        made=(),
        tally={},
    )
    with _from(bare, top) as whole:
        whole.trip.arm(-1, Manner.ERROR_KEPT)
        whole.sync()
        made = tuple(whole.trip.calls)
        whole.heal()
        return replace(bare, made=made, tally=whole.tally())


def fail_at(stage: Stage, top: Path, call: int, manner: Manner) -> None:
    """Play the sync with this call failing. Raises AssertionError for the promise that broke."""
    with _from(stage, top) as run:
        try:
            run.trip.arm(call, manner)
            run.sync()
            assert run.trip.what, f"call {call} never came"
            run.heal()
            assert run.tally() == stage.tally, _difference(stage.tally, run.tally())
        except BaseException as error:
            error.add_note(f"failed at {run.trip.what or call}")
            error.add_note(f"again: python -m tests.simulation.sweep --call {call} --manner '{manner.value}'")
            raise


def sampled(stage: Stage, manner: Manner) -> list[int]:
    """The calls that a sample fails at: some of all, and each COMMIT that is kept and not heard of."""
    start = (SEED + 5 * list(Manner).index(manner)) % STRIDE
    calls = set(range(1 + start, stage.calls + 1, STRIDE))
    if manner is Manner.ERROR_KEPT:
        calls |= {call for call, (_, what) in enumerate(stage.made, 1) if what == "COMMIT"}
    return sorted(calls)


@contextmanager
def _from(stage: Stage, top: Path) -> Iterator[Rehearsal]:
    """A rehearsal on copies of the stage's files, started up."""
    with tempfile.TemporaryDirectory(dir=top) as name:
        directory = Path(name)
        shutil.copytree(stage.directory, directory, dirs_exist_ok=True)
        run = Rehearsal(directory, seed=SEED + 1)
        run.officer.saved = dict(stage.saved)
        run.world.sky.ms = stage.ended_ms
        run.world.network.healed = True
        try:
            for machine in run.world.machines:
                machine.boot()
            run.world.sky.move(8 * DAY_MS)  # the next prekey is due
            yield run
        finally:
            run.stop()


def _key_keeper(centre: Centre, directory: Path, trip: Tripwire) -> KeyKeeper:
    keeper = KeyKeeper(centre.identity, directory / "hub.db", centre._sky, centre.chance)
    keeper.folder = directory / "papers"
    keeper.files = Files(trip, keeper.disk.die)
    if not keeper.folder.exists():
        keeper.folder.mkdir()
        later = frozenset(keeper.identity.keys.prekeys) - {1}  # made when they are due, during the sync
        raw = keeper.identity.keys.without_prekeys(later).lock(keeper.identity.database_key)
        (keeper.folder / files.HUB_KEYS).write_bytes(raw)
    return keeper


def _alert(reference: str, **about: str) -> dict[str, str]:
    return {
        "owner": "BA", "category": "arrest", "action": "detain", "status": "active",
        "reference": reference, "phone": "+387 59 000 000", **about,
    }  # fmt: skip


def _form(who: int) -> dict[str, str]:
    traveller = TRAVELLERS[who]
    return {
        "direction": "exit",
        "document_category": "passport",
        "document_issuer": "UTO",
        "document_number": traveller.document_number,
        "document_expiry": "2035-05-01",
        "surname": traveller.surname,
        "given_names": traveller.given_names,
        "birth": traveller.birth,
        "sex": "F",
        "nationality": "UTO",
        "plate": traveller.plate,
        "plate_country": "BA",
        "remark": f"traveller {who}",
        "confirm_clock": "yes",
        "decision": "let_out",
    }


def _difference(whole: Tally, found: Tally) -> str:
    parts = [
        f"{name}: {found.get(name)} not {value}" for name, value in whole.items() if found.get(name) != value
    ]
    return "not what a run without failure ends with: " + "; ".join(parts)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.sweep", description=__doc__)
    parser.add_argument("--call", type=int, help="only this call")
    parser.add_argument("--manner", choices=[manner.value for manner in Manner], help="only this manner")
    asked = parser.parse_args(arguments)
    manners = [Manner(asked.manner)] if asked.manner else list(Manner)
    with tempfile.TemporaryDirectory(dir=place(), prefix="karaula-sweep-") as name:
        stage = prepare(Path(name))
        print(f"{stage.calls} calls: {dict(Counter(kind for kind, _ in stage.made))}")
        for manner in manners:
            for call in [asked.call] if asked.call else range(1, stage.calls + 1):
                fail_at(stage, Path(name), call, manner)
            print(f"failed at each, {manner.value}: everything was there exactly once")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
