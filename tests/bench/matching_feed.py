"""A feed of alerts beside the booth: the filing of their persons alone, and the segments applied by a node.

Both end a transaction after a slice of time, and commit as a node does. Another thread asks for twenty
travellers a second meanwhile, more than any post has booths for.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

from edge.kit import Kit
from edge.node import assemble, real_world
from edge.replica import Replica
from edge.store import watch
from shared import segment
from shared.change import Change, Value, named
from shared.clock import stamp_at
from shared.crypto import SigningKey
from shared.database import Connection, Database
from shared.ids import Feed, Lane, OfficerId, RecordId, feed_of, make_dot
from shared.ledger import records
from shared.ledger.person_index import PersonIndex
from shared.limits import APPLY_SLICE_MS, LATE_HIT_CHECKS
from shared.matching.matcher import PersonMatcher, person_in
from shared.schema import Kind
from shared.segment import CHAIN_START, Segment
from shared.watchlist import Subject
from tests.bench.matching_list import answer, opened, subject
from tests.match_data.corruptions import as_listed
from tests.match_data.people import People
from tests.simulation.papers import make_papers

_OWNERS: Final = 10_000_000  # of the feed's alerts, beside the list's
_HUB: Final = 1
_A_SEGMENT: Final = 500
_TAG: Final = bytes(16)
_NOW_MS: Final = 1_800_000_000_000
Step = Callable[[Connection], object]


def feed(path: Path, changes: int) -> dict[str, float]:
    """Seconds for so many alerts: filed alone (`feed_s`), and applied whole (`applied_s`)."""
    people = People("feed")
    new = [subject(as_listed(people.next())) for _ in range(2 * changes)]
    index = PersonIndex("wanted")
    with opened(path) as database, _node(database) as kit:
        filing = [partial(_file, index, _OWNERS + number, each) for number, each in enumerate(new[:changes])]
        segments = _segments([_alert(_OWNERS + at, each) for at, each in enumerate(new[changes:], changes)])
        _take_in_checks(kit, people)
        filed = _beside_the_booth(database, partial(_in_slices, database, filing))
        whole = _beside_the_booth(database, partial(Replica(kit).apply, segments, head_ms=_NOW_MS))
    return filed | {
        "applied_s": whole["feed_s"],
        "applied_processor_s": whole["processor_s"],
    }


def _beside_the_booth(database: Database, act: Callable[[], object]) -> dict[str, float]:
    matcher, waits, going = PersonMatcher(), [], threading.Event()

    def booth() -> None:
        tx = database.connection()
        for person in People("booth"):
            if going.wait(0.05):
                return
            began = time.perf_counter()
            answer(tx, matcher, subject(person), None)
            waits.append((time.perf_counter() - began) * 1000)

    officer = threading.Thread(target=booth)
    officer.start()
    began, used = time.perf_counter(), time.thread_time()
    act()
    took, used = time.perf_counter() - began, time.thread_time() - used
    going.set()
    officer.join()
    waits.sort()
    return {
        "feed_s": took,
        "processor_s": used,
        "asked": len(waits),
        "p99_ms": waits[int(len(waits) * 0.99)] if waits else 0.0,
    }


def _in_slices(database: Database, steps: Iterable[Step]) -> None:
    left = iter(steps)
    finished = False
    while not finished:
        with database.transaction() as tx:
            until = time.monotonic() + APPLY_SLICE_MS / 1000
            for step in left:
                step(tx)
                if time.monotonic() >= until:
                    break
            else:
                finished = True


def _file(index: PersonIndex, owner: int, each: Subject, tx: Connection) -> None:
    index.put(tx, owner, person_in(each))


@contextmanager
def _node(database: Database) -> Iterator[Kit]:
    """A node whose database is the file of the bench."""
    with tempfile.TemporaryDirectory() as folder:
        node = assemble(make_papers().posts[0], real_world(Path(folder)))
        try:
            yield replace(node.kit, database=database)
        finally:
            node.close()


def _take_in_checks(kit: Kit, people: People) -> None:
    """As many earlier checks as a new alert is tried against, of other people."""
    with kit.database.transaction() as tx:
        for number in range(1, LATE_HIT_CHECKS + 1):
            check = _change(
                Kind.CHECK, feed_of(kit.log.node, Lane.ROUTINE), number, of := subject(people.next())
            )
            records.apply(tx, check)
            watch.key_check(tx, check.record, keys=kit.matcher.keys_of(of))
            watch.file_check(tx, check.record, of)


def _segments(changes: Sequence[Change]) -> list[Segment]:
    """The changes as a hub would send them."""
    key, found = SigningKey.generate(), []
    chain = CHAIN_START
    for first in range(0, len(changes), _A_SEGMENT):
        raw, signature = segment.cut(
            changes[first : first + _A_SEGMENT], hub=_TAG, generation=1, scope="all", first=first + 1,
            before=chain, signer=key,
        )  # fmt: skip
        found.append(segment.read(raw, signature, hub=_TAG, key=key.verify_key))
        chain = found[-1].chain
    return found


def _alert(number: int, of: Subject) -> Change:
    said: dict[str, Value] = {
        "status": "active",
        "category": "refuse_entry",
        "action": "seize",
        "reference": f"K-{number}/26",
    }
    return _change(Kind.ALERT, feed_of(_HUB, Lane.URGENT), number, of, said)


def _change(
    kind: Kind, feed: Feed, number: int, of: Subject, said: Mapping[str, Value] = MappingProxyType({})
) -> Change:
    values: dict[str, Value] = {
        "owner": "RS",
        "training": False,
        "surname": of.surname,
        "given_names": of.given_names,
        "birth": of.birth,
        "sex": of.sex,
        "nationality": of.nationality,
        "document_number": of.document_number,
        "document_issuer": of.document_issuer,
        **said,
    }
    dot = make_dot(feed, number)
    return Change(
        dot=dot,
        record=RecordId(dot),
        kind=kind,
        stamp=stamp_at(_NOW_MS + number),
        author=OfficerId(make_dot(feed_of(_HUB, Lane.URGENT), 41)),
        fields=named(kind, {name: value for name, value in values.items() if value not in ("", None)}),
    )
