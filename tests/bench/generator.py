"""Synthetic traffic at one crossing post, and synthetic alerts: what the benches put on the wire.

One check is everything a capture fills: post, time, offset, clock state, device, officer, direction,
capture mode, zone verdict and repairs, the document and its optional data, the traveller, the vehicle,
the journey of third-country nationals, the verdict with the list's generation, position and age, the
decision, letters and remark. Owner and training flag are on every record. The audit line of a capture
stays in the node's own chained audit; what it says (who, when, at which device, with which list in
view) stands in this change, so it adds no bytes.

Entropy, in bits a check, measured by `python -m tests.bench.generator` as the mean surprisal of 20,000 checks
from seed 1 (correlations count: passengers of one car draw no plate, a family draws one surname):

    arrival 7.9, birth 15.0, capture 0.4, commit 2.0, decision 0.2, document 0.9, document number 31.2,
    expiry 11.8, family 0.5, given names 14.9, journey 0.9, lane 0.4, list 0.9, nationality 1.9,
    occupants 0.9, pace 8.4, personal number 13.2, plate 10.8, remark 0.2, sex 1.0, surname 10.9,
    vehicle 0.4, verdict 0.1, zone 0.3; together 135

Model: vehicles arrive as a Poisson process (mean 75 s) on two lanes, each with a tablet and an officer,
who change every 12 h; people of one vehicle follow 6–45 s apart, to the millisecond, and the commit
follows the event by up to 3 ms; the list is brought up to date every 25 minutes or so. Names come from
pools of 24,000 that are disjoint from the ones the dictionary is trained on. This file knows nothing of
the codec, the MRZ reader or name matching.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from shared.change import Change, Value, named
from shared.clock import Stamp, stamp_at
from shared.ids import Dot, Feed, Lane, OfficerId, RecordId, feed_of, make_dot
from shared.partial_date import from_date
from shared.schema import Kind
from tests.bench import documents
from tests.bench.documents import HOME_DESKS, Person
from tests.bench.meter import Chance
from tests.bench.pools import POSTS, Half, authorities, foreign, reason_openings, regional, towns

START_MS: Final = 1_790_000_000_000  # September 2026
HUB_NODE: Final = 3
_ARRIVALS_MEAN_MS: Final = 75_000
_SHIFT_MS: Final = 12 * 3_600_000
_SYNC_MEAN_MS: Final = 25 * 60_000
_OCCUPANCY: Final = {
    "car": {1: 30, 2: 34, 3: 17, 4: 14, 5: 5},
    "lorry": {1: 85, 2: 15},
    "van": {1: 30, 2: 30, 3: 15, 5: 10, 7: 10, 8: 5},
    "motorcycle": {1: 70, 2: 30},
    "bus": {9: 1, 14: 2, 22: 3, 31: 2, 44: 1},
    "on_foot": {1: 75, 2: 25},
}
_VEHICLES: Final = {"car": 82.0, "lorry": 8.0, "van": 3.0, "motorcycle": 1.5, "bus": 0.5, "on_foot": 5.0}


@dataclass(kw_only=True)
class Post:
    """A post at work: yields its checks in order. `half` selects the pools."""

    seed: int
    half: Half = "bench"
    desk: str = "BA"
    node: int = 37
    first_seq: int = 41_200
    chance: Chance = field(init=False)

    def __post_init__(self) -> None:
        self.chance = Chance(self.seed)
        self._post = self.chance.one_of("(post)", POSTS[self.half][self.desk])
        self._now = START_MS + self.chance.below("(start)", 60 * 86_400_000)
        self._list_position = 180_000 + self.chance.below("(start)", 50_000)
        self._synced = self._now - self.chance.below("(start)", 6 * 3_600_000)
        self._next_sync = self._now + self.chance.wait_ms("(sync)", _SYNC_MEAN_MS)
        self._shift_ends = self._now
        self._officers: dict[str, OfficerId] = {}
        self._directions: dict[str, str] = {}
        self._seq = self.first_seq

    @property
    def feed(self) -> Feed:
        return feed_of(self.node, Lane.ROUTINE)

    def checks(self) -> Iterator[Change]:
        """Checks without end."""
        while True:
            self._now += self.chance.wait_ms("arrival", _ARRIVALS_MEAN_MS)
            self._turn_shift()
            yield from self._vehicle()

    def take(self, count: int) -> list[Change]:
        """The next checks, from a fresh vehicle on."""
        checks = self.checks()
        return [next(checks) for _ in range(count)]

    def _turn_shift(self) -> None:
        if self._now < self._shift_ends:
            return
        self._shift_ends = self._now + _SHIFT_MS
        staff = [
            make_dot(feed_of(HUB_NODE, Lane.URGENT), 40 + self.chance.below("(shift)", 3_000))
            for _ in range(2)
        ]
        devices = ("T1", "T2")
        self._officers = dict(zip(devices, map(OfficerId, staff), strict=True))
        self._directions = dict(zip(devices, ("entry", "exit"), strict=True))

    def _vehicle(self) -> Iterator[Change]:
        chance = self.chance
        device = chance.one_of("lane", tuple(self._officers))
        kind = chance.weighted("vehicle", _VEHICLES)
        home = chance.weighted("nationality", documents.NATIONALITIES)
        shared: dict[str, Value] = {"device": device, "direction": self._directions[device]}
        if kind != "on_foot":
            local = chance.happens("plate", 0.93)
            country = (
                documents.PLATE_COUNTRY[home] if local else chance.one_of("plate", tuple(documents.PLATES))
            )
            plate = documents.plate(chance, country)
            shared |= {"plate": plate, "plate_country": country, "vehicle_kind": kind}
        journey: dict[str, Value] = {}
        surname = ""
        parent: Dot | None = None
        for place in range(chance.weighted("occupants", _OCCUPANCY[kind])):
            if place:
                self._now += chance.between("pace", 6_000, 45_000)
            nationality = (
                home
                if chance.happens("nationality", 0.9)
                else chance.weighted("nationality", documents.NATIONALITIES)
            )
            family = surname if surname and chance.happens("family", 0.45) else ""
            person = documents.person(chance, self.half, nationality, surname=family)
            surname = person.surname
            change = self._check(person, shared, journey, parent)
            parent = change.dot
            yield change

    def _journey(self) -> dict[str, Value]:
        chance, places = self.chance, towns(self.half)
        return {
            "origin": chance.one_of("journey", places),
            "destination": chance.one_of("journey", places),
            "purpose": chance.weighted(
                "journey", {"transit": 4, "tourism": 4, "visit": 3, "business": 2, "work": 1}
            ),
            "stay_days": chance.weighted("journey", {1: 6, 3: 2, 7: 3, 10: 2, 14: 2, 30: 1, 90: 1}),
        }

    def _check(
        self, person: Person, vehicle: dict[str, Value], journey: dict[str, Value], parent: Dot | None
    ) -> Change:
        chance = self.chance
        dot = make_dot(self.feed, self._seq)
        self._seq += 1
        values: dict[str, Value] = {
            "owner": self.desk,
            "training": False,
            "post": self._post,
            "happened": self._now - chance.below("commit", 4),
            "offset_min": 120,
            "clock": "ok",
            **vehicle,
            **self._capture(person),
            **self._person(person, parent),
            **self._answer(),
        }
        abroad = person.nationality not in HOME_DESKS and vehicle["direction"] == "entry"
        if abroad and chance.happens("journey", 0.8):
            if not journey:
                journey |= self._journey()  # one for the whole vehicle
            values |= journey
        values |= self._decision(
            str(vehicle["direction"]), at_home=HOME_DESKS.get(person.nationality) == self.desk
        )
        return Change(
            dot=dot,
            record=RecordId(dot),
            kind=Kind.CHECK,
            stamp=stamp_at(self._now),
            author=self._officers[str(vehicle["device"])],
            fields=named(Kind.CHECK, values),
        )

    def _capture(self, person: Person) -> dict[str, Value]:
        chance, document = self.chance, person.document
        capture = chance.weighted("capture", {"scan": 94, "typed": 4, "manual": 2})
        state = (
            "absent"
            if capture == "manual"
            else chance.weighted("zone", {"ok": 97, "repaired": 2, "wrong_digit": 1})
        )
        values: dict[str, Value] = {
            "capture": capture,
            "mrz_state": state,
            "document_category": document.category,
            "document_issuer": document.issuer,
            "document_number": document.number,
            "document_expiry": from_date(document.expires).day_number(),
        }
        if capture != "manual":
            values |= {"document_code": document.code, "mrz_format": document.format}
            values |= {"optional_1": document.optional or None, "mrz_zero": document.zero or None}
        if state == "wrong_digit":
            values["mrz_lines"] = documents.lines_as_read(person)
        if state == "repaired":
            values["repairs"] = (chance.one_of("zone", ("document_number", "birth", "expiry")),)
        return values

    def _person(self, person: Person, parent: Dot | None) -> dict[str, Value]:
        child = (
            parent is not None
            and person.document.category == "passport"
            and self.chance.happens("child", 0.01)
        )
        return {
            "surname": person.surname,
            "given_names": person.given,
            "sex": person.sex,
            "birth": from_date(person.birth).day_number(),
            "nationality": person.nationality,
            "personal_number": person.personal_number or None,
            "accompanied_by": parent if child else None,
        }

    def _answer(self) -> dict[str, Value]:
        chance = self.chance
        while self._next_sync <= self._now:
            self._synced = self._next_sync
            self._list_position += chance.skewed("list", 60)
            self._next_sync += chance.wait_ms("list", _SYNC_MEAN_MS)
        return {
            "verdict": chance.weighted("verdict", {"clear": 985, "possible": 11, "hit": 4}),
            "list_generation": 1,
            "list_position": self._list_position,
            "list_age_s": (self._now - self._synced) // 1000,
        }

    def _decision(self, direction: str, *, at_home: bool) -> dict[str, Value]:
        chance = self.chance
        if direction == "exit":
            values: dict[str, Value] = {
                "decision": chance.weighted("decision", {"let_out": 990, "second_line": 8, "stop_exit": 2})
            }
        elif at_home:
            values = {"decision": chance.weighted("decision", {"admit": 98, "second_line": 2})}
        else:
            values = {"decision": chance.weighted("decision", {"admit": 96, "second_line": 3, "refuse": 1})}
        if values["decision"] == "refuse":
            values["letters"] = (chance.one_of("decision", "ABCDEFGHIJ"),)
        if chance.happens("remark", 0.015):
            opening = chance.one_of("remark", reason_openings(self.half))
            values["remark"] = f"{opening}, {chance.one_of('remark', towns(self.half))}"
        return values


_ACTIONS: Final = {
    "return": "confirm_exit",
    "refuse_entry": "refuse_entry",
    "travel_ban": "refuse_entry",
    "arrest": "detain",
    "missing": "locate",
    "child_at_risk": "protect",
    "vulnerable": "protect",
    "judicial": "obtain_residence",
    "discreet": "observe",
    "inquiry": "interview",
    "specific": "search",
    "information": "report",
    "unknown_wanted": "identify",
}


def alerts(seed: int, count: int, *, half: Half = "bench", chance: Chance | None = None) -> list[Change]:
    """Person alerts, each as one desk's operator or officer raises it, at unrelated moments.

    Filled: names, birth, sex, nationality, document with issuer and category, category, action, status,
    authority, reference, expiry and a reason of 20 characters; owner and training as on every record.
    The duty phone is the desk's own and is not repeated in an alert.
    """
    chance = chance or Chance(seed)
    raised = []
    for _ in range(count):
        desk = chance.one_of("desk", ("BA", "ME", "RS"))
        node = chance.between("node", 4, 60)
        dot = make_dot(feed_of(node, Lane.URGENT), 1 + chance.skewed("seq", 5_000))
        now = START_MS + chance.below("time", 200 * 86_400_000)
        author = make_dot(feed_of(HUB_NODE, Lane.URGENT), 40 + chance.below("author", 3_000))
        raised.append(
            Change(
                dot=dot,
                record=RecordId(dot),
                kind=Kind.ALERT,
                stamp=Stamp(stamp_at(now)),
                author=OfficerId(author),
                fields=named(Kind.ALERT, _alert(chance, half, desk)),
            )
        )
    return raised


def _alert(chance: Chance, half: Half, desk: str) -> dict[str, Value]:
    person = documents.person(chance, half, chance.weighted("nationality", documents.NATIONALITIES))
    category = chance.one_of("category", tuple(_ACTIONS))
    expires = date(2026, 9, 21) + timedelta(days=chance.between("expires", 365, 5 * 365))
    register, number = (
        chance.one_of("reference", ("Kv", "Ik", "K", "Kt")),
        chance.between("reference", 1, 99_999),
    )
    return {
        "owner": desk,
        "training": False,
        "status": "active",
        "category": category,
        "action": _ACTIONS[category],
        "surname": person.surname,
        "given_names": person.given,
        "birth": from_date(person.birth).day_number(),
        "sex": person.sex,
        "nationality": person.nationality,
        "document_number": person.document.number,
        "document_issuer": person.document.issuer,
        "document_category": person.document.category,
        "authority": chance.one_of("authority", authorities(half)),
        "reference": f"{register}-{number}/{chance.between('reference', 18, 26)}",
        "reason": reason(chance, half),
        "expires": from_date(expires).day_number(),
    }


def reason(chance: Chance, half: Half, length: int = 20) -> str:
    """Free text of exactly `length` characters: an offence and a place, cut or filled to measure."""
    text = f"{chance.one_of('reason', reason_openings(half))}, {chance.one_of('reason', towns(half))}"
    while len(text) < length:
        text += f" {chance.one_of('reason', towns(half))}"
    return text[:length]


def entropy(count: int = 20_000) -> dict[str, float]:
    """Bits a check by field, as really drawn; what is drawn once a post (in brackets) is left out."""
    post = Post(seed=1)
    post.take(count)
    return {name: bits / count for name, bits in sorted(post.chance.bits.items()) if name[0] != "("}


def people(half: Half) -> tuple[tuple[str, ...], ...]:
    """All names a half can yield, for the proof that the halves are disjoint."""
    return tuple(pool for part in (regional(half), foreign(half)) for pool in (part.surnames, part.given))


if __name__ == "__main__":
    found = entropy()
    print(", ".join(f"{name} {bits:.1f}" for name, bits in found.items() if bits >= 0.05))
    print(f"together {sum(found.values()):.0f}")
