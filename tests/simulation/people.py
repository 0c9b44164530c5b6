"""Officers at the booths and operators at the centre, at work.

Officers use the node's own booth, operators the hub's own desk. What no page offers yet (a purge, a changed
audience) goes through the hub's log and merger, as the desk's services do. Whoever loses power or meets a
full disk in the middle does what people do: looks again, and submits the same thing once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from edge.photo import make_fit
from edge.screen import CaseId, Session
from hub.desk import Desk
from hub.desk.view import Operator
from shared.change import Value, named
from shared.database import Connection
from shared.errors import ForbiddenError, MissingError, StaleError, StoreError
from shared.ids import OfficerId, RecordId
from shared.ledger import records
from shared.ledger.records import Record
from shared.partial_date import parse
from shared.photo import address_of
from shared.schema import Kind, field_by_name
from tests.edge.pictures import card, noise, written
from tests.simulation.chance import Chance, Event, Fault
from tests.simulation.machine import Centre, Post
from tests.simulation.power import PowerCut

_TRIES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Traveller:
    """Somebody synthetic who crosses, again and again, at several posts."""

    surname: str
    given_names: str
    birth: str
    document_number: str
    plate: str


TRAVELLERS: Final = tuple(
    Traveller(
        surname=surname,
        given_names=given,
        birth=f"19{70 + place}-0{place % 9 + 1}-1{place % 9}",
        document_number=f"UT{place:06}",
        plate=f"A1{place}-K-34{place}",
    )
    for place, (surname, given) in enumerate(
        [("ĐORĐEVIĆ", "ANA"), ("ERIKSSON", "ANNA MARIA"), ("ŠARIĆ", "MILE"), ("TESTOVIĆ", "IVO")]
    )
)


_FILES: Final = (card(), written(noise(100, 100, 1)), written(noise(110, 110, 2)))
PHOTOS: Final = {address_of(fit.content).hex(): fit.content for fit in map(make_fit, _FILES)}
UPLOADS: Final = dict(zip(PHOTOS, _FILES, strict=True))
"""What cameras at the booths take, one piece and two, by the name of the photo it becomes."""


class Officer:
    """The officer of one post. `saved` are the checks the page said were saved, by what marks them; `photos`
    what was taken with them, by check and name."""

    def __init__(self, post: Post, chance: Chance) -> None:
        self.post = post
        self._chance = chance
        self.session = Session(
            officer=OfficerId(700 + post.number),
            login="mira",
            full_name="Mira Test",
            role="officer",
            country=post.country,
            device="tablet 1",
            must_change=False,
            token="",
        )
        self.saved: dict[str, str] = {}
        self.photos: dict[str, dict[str, bytes]] = {}
        self._count = 0

    def capture(self) -> None:
        """Capture one traveller until the page says "saved"."""
        who = self._chance.pick(TRAVELLERS)
        self._count += 1
        mark = f"{self.post.name} {self._count}"
        entry = self._chance.one_in(2)
        form = {
            "direction": "entry" if entry else "exit",
            "document_category": "passport",
            "document_issuer": "UTO",
            "document_number": who.document_number,
            "document_expiry": "2035-05-01",
            "surname": who.surname,
            "given_names": who.given_names,
            "birth": who.birth,
            "sex": "F",
            "nationality": "UTO",
            "plate": who.plate if self._chance.one_in(2) else "",
            "plate_country": "BA",
            "remark": mark,
            "confirm_clock": "yes",
            "decision": "admit" if entry else "let_out",
        }
        shots = (
            self._chance.shuffled(list(UPLOADS))[: self._chance.between(1, 2)]
            if self._chance.one_in(4)
            else []
        )
        case: CaseId | None = None
        taken: dict[str, bytes] = {}
        for _ in range(_TRIES):
            try:
                booth = self.post.node.booth
                case = case or booth.open_case(self.session)
                view = booth.enter(self.session, case, form)
                if not view.saved:  # no step more than needed: a fuse counts them up to "saved"
                    for shot in shots:
                        booth.add_photo(self.session, case, UPLOADS[shot], category="face")
                    taken = {name: PHOTOS[name] for name in {each.name for each in view.photos} | {*shots}}
                saved = booth.decide(self.session, case, form)
            except PowerCut:
                self.post.after_cut()
                self._chance.note(Event.SAVED_AGAIN)
            except StoreError:
                self._chance.fire(Fault.POST_DISK_FULL)
            except StaleError:
                continue  # an alert that was not on the page yet: look, and decide again
            else:
                self._chance.note(Event.SAVED)
                self.saved[saved.check] = mark
                self.photos[saved.check] = taken
                self._chance.note(Event.PHOTO, len(taken))
                return

    def correct(self) -> None:
        """Open one of the newest checks and set something right."""
        if not self.saved:
            return
        check = self._chance.pick(list(self.saved)[-4:])
        form = self._chance.pick(
            [{"surname": self._chance.pick(["PETROVIĆ", "JOVIĆ"])}, {"plate": "E55-T-555"}]
        )
        booth = self.post.node.booth
        try:
            view = booth.check(self.session, check)
            booth.correct(self.session, check, form=form, reason="misread", contexts=view.contexts)
        except (ForbiddenError, MissingError):
            return  # void already, or erased
        self._chance.note(Event.CORRECTED)

    def void(self) -> None:
        """Declare one of the newest checks void."""
        if not self.saved:
            return
        check = self._chance.pick(list(self.saved)[-4:])
        booth = self.post.node.booth
        reason = self._chance.pick(booth.choices("void_reason")).code
        try:
            view = booth.check(self.session, check)
            booth.void(self.session, check, reason=reason, contexts=view.contexts, note="a mis-scan")
        except (ForbiddenError, MissingError):
            return  # void already, or erased

    def settle(self) -> None:
        """Confirm or clear an open hit."""
        booth = self.post.node.booth
        open_hits = booth.hits(self.session, open_only=True)
        if not open_hits:
            return
        hit = self._chance.pick(open_hits).hit
        view = booth.open_hit(self.session, hit)
        outcome = self._chance.pick(["confirmed", "cleared", "cleared"])
        booth.settle_hit(self.session, hit, outcome=outcome, reason="looked closely", contexts=view.contexts)
        self._chance.note(Event.SETTLED)


class Operators:
    """The three desks at the centre."""

    def __init__(self, centre: Centre, posts: tuple[Post, ...], chance: Chance) -> None:
        self._centre = centre
        self._posts = posts
        self._chance = chance
        self._numbers = 0
        self.purged: set[int] = set()

    def raise_alert(self) -> None:
        """An alert on a traveller, by document, plate, or name and birth date; for all or for some."""
        who, post = self._chance.pick(TRAVELLERS), self._chance.pick(self._posts)
        self._numbers += 1
        about: dict[str, Value] = self._chance.pick(
            [
                {"document_number": who.document_number},
                {"plate": who.plate},
                {"surname": who.surname, "given_names": who.given_names, "birth": _day(who.birth)},
            ]
        )
        values = about | {
            "owner": post.country,
            "category": "arrest",
            "action": "detain",
            "status": "active",
            "reference": f"REF {self._numbers}",
            "phone": "+382 20 000 000",
            "audience": self._audience(),
        }
        self._say(Kind.ALERT, values)
        self._chance.note(Event.RAISED)

    def withdraw(self) -> None:
        alert = self._one(Kind.ALERT, "status = 'active'")
        if alert is not None:
            operator, desk = self._operator(alert.text("owner")), self._desk
            view = desk.record(operator, str(alert.id))
            desk.withdraw_alert(operator, view.id, reason="found", contexts=view.contexts)
            self._chance.note(Event.WITHDRAWN)

    def change_alert(self) -> None:
        """New particulars: the keys under which it is found move too."""
        alert = self._one(Kind.ALERT)
        if alert is not None:
            number = self._chance.pick(TRAVELLERS).document_number
            self._edit(alert, self._chance.pick([{"document_number": number}, {"reason": "newer"}]))

    def move_alert(self) -> None:
        """Another audience: it enters some scopes and leaves others."""
        alert = self._one(Kind.ALERT)
        if alert is not None:
            self._edit(alert, {"audience": self._audience()})
            self._chance.note(Event.MOVED)

    def correct_check(self) -> None:
        """Set a surname right, at the same time as the post may."""
        check = self._one(Kind.CHECK, "void IS NULL")
        if check is not None:
            operator, desk = self._operator(check.text("owner")), self._desk
            view = desk.record(operator, str(check.id))
            name = self._chance.pick(
                [n for n in ("PETROVIĆ", "MARKOVIĆ", "JOVIĆ") if n != check.text("surname")]
            )
            desk.correct(operator, view.id, form={"surname": name}, reason="misread", contexts=view.contexts)
            self._chance.note(Event.CORRECTED_AT_DESK)

    def settle_hit(self) -> None:
        hit = self._one(Kind.HIT)
        if hit is not None:
            operator, desk = self._operator(hit.text("owner")), self._desk
            view = desk.record(operator, str(hit.id))
            outcome = self._chance.pick(["confirmed", "cleared", "cleared"])
            desk.settle_hit(operator, view.id, outcome=outcome, reason="asked", contexts=view.contexts)

    def appoint(self) -> None:
        """A new officer, whose verifier goes to their posts only."""
        self._numbers += 1
        values: dict[str, Value] = {
            "owner": self._chance.pick(self._posts).country,
            "login": f"officer{self._numbers}",
            "full_name": "Test Officer",
            "role": "officer",
            "posts": self._some_posts(),
            "verifier": "none that opens anything",
            "reset": 1,
        }
        self._say(Kind.OFFICER, values)

    def move_officer(self) -> None:
        """Other posts, or no more at all: the record enters some scopes and leaves others."""
        officer = self._one(Kind.OFFICER)
        if officer is not None:
            self._edit(officer, self._chance.pick([{"posts": self._some_posts()}, {"disabled": True}]))

    def purge(self) -> None:
        """Erase an alert for good, or a check with its photos."""
        piece = self._one(Kind.ATTACHMENT) if self._chance.one_in(1.2) else None
        alert = self._one(Kind.ALERT)
        if piece is not None and (check := piece.number("of")) is not None:
            self._erase(check, owner=piece.text("owner"))
            self._chance.note(Event.PHOTO_PURGED)
        elif alert is not None:
            self._erase(alert.id, owner=alert.text("owner"))
            self._chance.note(Event.PURGED)

    def _erase(self, record: int, *, owner: str) -> None:
        self._say(Kind.TOMBSTONE, {"owner": owner, "of": record, "reason": "expired"})
        self.purged.add(record)

    def resolve(self) -> bool:
        """Decide one conflict at the desk that owns the record; whether there was one."""
        for country in sorted({post.country for post in self._posts}):
            operator, desk = self._operator(country), self._desk
            for row in desk.conflicts(operator):
                if not row.may_decide:
                    continue
                view = desk.conflict(operator, row.id)
                choices = {field.name: self._chance.pick(field.siblings).dot for field in view.fields}
                if row.standing == "hard":
                    self._chance.note(Event.CROSSED)
                desk.resolve(
                    operator, row.id, choices=choices, typed={}, reason="asked both", contexts=view.contexts
                )
                self._chance.note(Event.RESOLVED)
                return True
        return False

    # --- how an operator's act is written ---

    @property
    def _desk(self) -> Desk:
        return self._centre.hub.desk

    def _operator(self, country: str) -> Operator:
        return Operator(
            officer=OfficerId(900),
            login="operator",
            full_name="Test Operator",
            role="operator",
            country=country,
            device="desk 1",
            must_change=False,
            token="",
        )

    def _some_posts(self) -> Value:
        return tuple(post.name for post in self._posts if self._chance.one_in(2))

    def _audience(self) -> Value:
        return self._chance.pick([None, None, ("BA",), ("ME", "GOSTUN"), ("RS", "KLOBUK")])

    def _one(self, kind: Kind, where: str = "1") -> Record | None:
        with self._centre.hub.kit.database.snapshot() as tx:
            found = records.select(tx, kind, where, (), "ORDER BY id DESC LIMIT 12")
        return self._chance.pick(found) if found else None

    def _say(self, kind: Kind, values: Mapping[str, Value]) -> None:
        with self._centre.hub.kit.database.transaction() as tx:
            self._append(tx, kind, named(kind, values), None)

    def _edit(self, record: Record, values: Mapping[str, Value]) -> None:
        fields = {field_by_name(record.kind, name).number: value for name, value in values.items()}
        with self._centre.hub.kit.database.transaction() as tx:
            if records.read(tx, record.kind, record.id) is not None:
                self._append(tx, record.kind, fields, record.id)

    def _append(
        self, tx: Connection, kind: Kind, fields: Mapping[int, Value], record: RecordId | None
    ) -> None:
        hub = self._centre.hub
        context = None if record is None else records.context_of(tx, kind, record)
        applied = hub.kit.log.append(
            tx, kind=kind, author=OfficerId(900), fields=fields, record=record, context=context
        )
        hub.merger.accept_own(tx, applied)


def _day(text: str) -> int:
    return parse(text).day_number()
