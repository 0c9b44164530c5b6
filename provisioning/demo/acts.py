"""The acts of the story: what officers and operators do, and what they see.

Job: play one act at a time on a running stage, note the evidence, tell the timeline.
Invariants: everything is done over pages, or to cables and processes; `proving` names the promise
that the step under way is about, so that a step that fails names what it broke.
Must not know: stores, judges, faults.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from provisioning.demo import rounds, wiretap
from provisioning.demo.browser import Unexpected
from provisioning.demo.notes import AgeSaid, Notes
from provisioning.demo.officer import Answer, OfficerAtBooth, SavedCheck
from provisioning.demo.operator import OperatorAtDesk
from provisioning.demo.relay import Tamper
from provisioning.demo.stage import Stage
from provisioning.demo.timeline import Timeline
from provisioning.demo.travellers import Traveller
from provisioning.demo.watchlists import PHONES
from shared.errors import ConfigError

KLOBUK: Final = "KLOBUK"
SCEPAN: Final = "SCEPANPOLJE"
GOSTUN: Final = "GOSTUN"
_OWN: Final = {KLOBUK: "BIH", SCEPAN: "MNE", GOSTUN: "SRB"}
_AGE: Final = re.compile(r"(?:(\d+) d ?)?(?:(\d+) h ?)?(?:(\d+) min ?)?(?:(\d+) s)?")
_UNITS_S: Final = (86_400, 3_600, 60, 1)


class Acts:
    """The story's people and what they do."""

    def __init__(self, stage: Stage, line: Timeline, notes: Notes) -> None:
        self.stage = stage
        self.line = line
        self.notes = notes
        self.proving = 1
        self.desks: dict[str, OperatorAtDesk] = {}
        self.officers: dict[str, OfficerAtBooth] = {}
        self._disputed: SavedCheck | None = None
        self._late: Traveller | None = None

    # --- the acts, in order ---

    def sign_in(self) -> None:
        self.line.act("Everybody signs in with the password they chose")
        for person in self.stage.people:
            if person.is_operator:
                desk = self.desks[person.country] = self.stage.desk(person.country)
                desk.sign_in()
            else:
                officer = self.officers[person.login] = self.stage.booth(person.login)
                officer.sign_in()
            self.notes.canaries.append(person.password)
        self.line.tell("everybody", "six officers at three posts, three operators at the centre", "signed in")

    def morning(self) -> None:
        """All links are up: a clear check, a hit, a discreet cue, a check that two people will correct."""
        self.line.act("Morning: the links are up")
        klobuk, gostun = self.officer(KLOBUK), self.officer(GOSTUN)
        self._disputed = self.check(klobuk)
        self.check(gostun)
        self._hit(klobuk, self.stage.wanted)
        self._cue(gostun)
        self.flush()

    def storm(self) -> None:
        """Two posts lose their link and go on working."""
        self.line.act("A storm: Klobuk and Šćepan Polje lose their link")
        self.proving = 6
        for post in (KLOBUK, SCEPAN):
            self.stage.link_down(post)
        self.line.tell("relay", "cuts the links of two posts", "connections dropped")
        self.proving = 1
        for post, count in ((KLOBUK, 3), (SCEPAN, 3)):
            for _ in range(count):
                self.check(self.officer(post))
        self._late = self.notes.saved[-4].traveller  # the last one at Klobuk
        self.check(self.officer(KLOBUK, "second"))
        self._own_national(self.officer(SCEPAN))

    def dispute(self) -> None:
        """The same field is corrected at the post, which is offline, and at the centre."""
        self.line.act("Two people correct the same field, unknown to one another")
        self.proving = 3
        check = self._disputed
        assert check is not None  # `morning` made it
        given = check.traveller.given_names
        at_post, at_desk = f"{given} MARIJA", f"{given} LENA"
        self.officer(KLOBUK, "second").correct(
            check, given_names=at_post, reason="Second page of the passport"
        )
        self.line.tell("Klobuk, second line", f"corrects {check.printed}", at_post)
        self.desks["BA"].correct(check.id, given_names=at_desk, reason="As the consulate spells it")
        self.line.tell("desk BA", f"corrects {check.printed}", at_desk)
        self.notes.disputed, self.notes.disputed_field = check.id, "given_names"
        self.notes.disputed_values = (at_post, at_desk)

    def alert_meanwhile(self) -> None:
        """An alert is raised for somebody who has just passed an offline post."""
        self.line.act("Meanwhile an alert is raised")
        self.proving = 2
        assert self._late is not None  # `storm` chose them
        self.desks["RS"].raise_alert(self.stage.watchlist("RS").person(self._late, "arrest"))
        self.line.tell("desk RS", "raises an alert: wanted for arrest", "Klobuk cannot know yet")
        seen = self.check(self.officer(KLOBUK), self.stage.travellers.next())
        self.line.tell("Klobuk", "goes on with the list it has", seen.answer.age)

    def watch_the_age(self) -> None:
        """An offline post says how old its list has become."""
        self.proving = 5
        self.line.act("The list grows old at the posts without a link")
        self.check(self.officer(SCEPAN))

    def power_cut(self) -> None:
        """The node dies right after it said "saved"."""
        self.line.act("A power cut at Klobuk, right after “saved”")
        self.proving = 1
        last = self.check(self.officer(KLOBUK))
        self.stage.nodes[KLOBUK].kill()
        self.notes.killed_nodes += 1
        self.line.tell("power", "SIGKILL to the node at Klobuk", f"{last.printed} was just shown")

    def restart(self) -> None:
        """The node comes back, and has everything that it ever called saved."""
        self.stage.start_node(KLOBUK)
        self.stage.publish()
        rows = self.officer(KLOBUK).recent()
        missing = [each.printed for each in self.saved_at(KLOBUK) if each.printed not in rows]
        if missing:
            raise Unexpected(f"after the restart these are gone: {', '.join(missing)}")
        self.line.tell(
            "Klobuk", "starts again, the officer is still signed in", f"all {len(rows)} checks are there"
        )
        self.check(self.officer(KLOBUK))

    def calm(self) -> None:
        """The links come back: queues go up, the list comes down, the late hit is found."""
        self.line.act("The links are healed")
        self.proving = 1
        for post in (KLOBUK, SCEPAN):
            self.stage.link_up(post)
        self.flush()
        self.proving = 2
        self.line.tell("Klobuk, Šćepan Polje", "send what they had kept", "queues are empty")
        officer = self.officer(KLOBUK)
        name = self._late.surname if self._late is not None else ""
        self.stage.wait_for(
            lambda: any(hit.late and name in hit.text for hit in officer.hits()),
            "the late hit was not found at the post",
        )
        card = next(hit for hit in officer.hits() if hit.late and name in hit.text)
        self.notes.late_hits.append(card.id)
        self.line.tell("Klobuk", "finds an earlier check on the new list", f"late hit: {card.text[:90]}…")
        self.flush()
        desk = self.desks["RS"]
        self.stage.wait_for(
            lambda: any(name in row and "late" in row for row in desk.hits().values()),
            "the late hit was not shown at the hub",
        )
        self.line.tell("desk RS", "sees the hit on its alert", "marked as late")
        assert self._late is not None  # `storm` chose them
        self._hit(self.officer(GOSTUN), self._late, owner="RS")

    def decision(self) -> None:
        """The conflict is decided, with a reason, and the decision reaches the post."""
        self.line.act("The conflict is decided")
        self.proving = 3
        desk, notes = self.desks["BA"], self.notes
        self.stage.wait_for(lambda: notes.disputed in desk.conflicts(), "the conflict was not seen")
        page = desk.conflict(notes.disputed)
        notes.shown_values = tuple(value for value in notes.disputed_values if value in page.text)
        self.line.tell("desk BA", "sees both versions side by side", " / ".join(notes.shown_values))
        notes.decided_value, notes.reason = notes.disputed_values[1], "The consulate confirmed the spelling"
        desk.resolve(
            notes.disputed, field=notes.disputed_field, value=notes.decided_value, reason=notes.reason
        )
        self.line.tell("desk BA", f"decides for {notes.decided_value}", f"reason: {notes.reason}")
        officer = self.officer(KLOBUK)
        self.stage.wait_for(
            lambda: notes.decided_value in officer.check_page(notes.disputed).text,
            "the decision did not reach the post",
        )
        self.line.tell("Klobuk", "shows the decided value", notes.decided_value)

    def thief_on_the_line(self) -> None:
        """Recorded questions are sent again; answers are exchanged for old or cut ones."""
        self.line.act("Somebody on the line sends things again")
        self.proving = 1
        relay, officer = self.stage.relays[KLOBUK], self.officer(KLOBUK)
        self.notes.replayed_bundles = wiretap.play_again(relay)
        self.line.tell(
            "relay",
            "sends every recorded bundle once more",
            f"{self.notes.replayed_bundles} bundles taken again",
        )
        self.proving = 5
        tricks: tuple[tuple[str, Tamper], ...] = (
            ("an old answer of the hub", wiretap.old_answer(relay)),
            ("the answer without its list", wiretap.without_parcel),
        )
        for what, tamper in tricks:
            self._trick(officer, what, tamper)

    def disabled(self) -> None:
        """An officer is shut out at the centre, and so at the post."""
        self.line.act("An officer is disabled at the centre")
        self.proving = 2
        officer = self.officer(SCEPAN, "second")
        self.desks["ME"].disable(officer.login)
        self.line.tell("desk ME", f"disables {officer.login}")
        self.stage.wait_for(lambda: not officer.is_signed_in(), "the session at the post did not end")
        try:
            officer.sign_in()
        except Unexpected as refused:
            self.line.tell("Šćepan Polje", f"{officer.login} tries to sign in", str(refused)[:80])
            return
        raise Unexpected("a disabled officer could sign in")

    def hub_dead(self) -> None:
        """The hub hangs, then dies; every page of three posts is used meanwhile."""
        self.line.act("The hub hangs, then dies")
        self.proving = 6
        self.stage.hub.freeze()
        self._rounds("hangs", (GOSTUN, KLOBUK))
        self.stage.hub.thaw()
        self.stage.hub.kill()
        self.stage.doorbell.kill()  # the machine died, and both with it
        self._rounds("is dead", (SCEPAN,))

    def evening(self) -> None:
        """The hub starts again and everything settles."""
        self.line.act("The hub starts again; everything settles")
        self.proving = 1
        self.stage.start_hub()
        self.stage.publish()
        self.flush()
        self.proving = 2
        self.settle()
        self.line.tell("everybody", "has sent and read everything")

    # --- steps ---

    def officer(self, post: str, line: str = "first") -> OfficerAtBooth:
        return self.officers[f"{post.lower()}.{line}"]

    def saved_at(self, post: str) -> list[SavedCheck]:
        return [each for each in self.notes.saved if each.post == post]

    def check(self, officer: OfficerAtBooth, traveller: Traveller | None = None) -> SavedCheck:
        """A check, its list's age noted; returned once the page said "saved"."""
        who = traveller or self.stage.travellers.next()
        self.notes.canaries += who.secrets
        with self.timed(officer.post) as answers:
            saved = officer.check(who)
            answers.append(saved.answer)
        self.notes.saved.append(saved)
        self.line.tell(
            self._label(officer), f"checks {who.surname}: {saved.answer.age}", f"saved as {saved.printed}"
        )
        return saved

    @contextmanager
    def timed(self, post: str) -> Iterator[list[Answer]]:
        """Note between which ages the truth lies while the list is asked inside the block."""
        relay = self.stage.relays[post]
        began, (first, _) = time.monotonic(), relay.carried
        answers: list[Answer] = []
        yield answers
        ended, (_, last) = time.monotonic(), relay.carried
        self.notes.ages += [
            AgeSaid(
                where=post,
                said=answer.age,
                said_s=seconds_of(answer.age),
                at_least="at least" in answer.age,
                least_s=max(0.0, began - last),
                most_s=ended - first,
            )
            for answer in answers
        ]

    def flush(self) -> None:
        """Every post with a link sends what it has. Raises Unexpected with what a post names instead."""
        for post in self.stage.posts:
            if not self.stage.relays[post.code].is_cut:
                self._flush(self.officer(post.code), post.label)

    def _flush(self, officer: OfficerAtBooth, label: str) -> None:
        officer.sync_now()
        try:
            self.stage.wait_for(lambda: officer.signals().get("To send") == "0", "")
        except ConfigError:
            named = ", ".join(officer.troubles()) or "nothing"
            raise Unexpected(f"{label} did not send everything; its page names {named}") from None

    def settle(self) -> None:
        """Wait until every node has read everything, as the hub knows it."""
        desk = self.desks["BA"]
        self.stage.wait_for(
            lambda: not any("behind" in row for row in desk.nodes().values()), "a node is still behind"
        )

    def _label(self, officer: OfficerAtBooth) -> str:
        return next(post.label for post in self.stage.posts if post.code == officer.post)

    def _hit(self, officer: OfficerAtBooth, traveller: Traveller, owner: str = "BA") -> None:
        saved = self.check(officer, traveller)
        cards = " ".join(saved.answer.cards)
        if saved.answer.verdict != "hit" or "Detain" not in cards or PHONES[owner] not in cards:
            raise Unexpected(f"no hit with action and phone: {saved.answer.verdict} {cards[:200]}")
        self.line.tell(self._label(officer), "is told what to do and whom to call", cards[:100] + "…")

    def _cue(self, officer: OfficerAtBooth) -> None:
        traveller = self.stage.watched
        self.notes.canaries += traveller.secrets
        answer = officer.scan(traveller)
        if answer.verdict != "clear" or not answer.cue or "iscreet" in answer.text:
            raise Unexpected(f"a discreet alert gave itself away: {answer.verdict} {answer.text[:200]}")
        behind = officer.open_cue(traveller)
        if "Discreet" not in behind:
            raise Unexpected(f"nothing behind the cue: {behind[:200]}")
        officer.drop()
        self.line.tell(
            self._label(officer), "a discreet alert: the screen says “no match”", "opened on purpose"
        )

    def _own_national(self, officer: OfficerAtBooth) -> None:
        traveller = self.stage.travellers.next(nationality=_OWN[officer.post])
        self.notes.canaries += traveller.secrets
        officer.scan(traveller)
        offered = {
            value for name, value in officer.browser.page.form(action="/decide").buttons if name == "decision"
        }
        officer.drop()
        if "refuse" in offered or "admit" not in offered:
            raise Unexpected(f"an own national is offered {', '.join(sorted(offered))}")
        self.line.tell(
            self._label(officer), "an own national", f"offered: {', '.join(sorted(offered))}; no refusal"
        )

    def _trick(self, officer: OfficerAtBooth, what: str, tamper: Tamper) -> None:
        relay = self.stage.relays[officer.post]
        relay.tamper = tamper
        self.notes.answers_tried += 1
        officer.sync_now()
        try:
            self.stage.wait_for(lambda: "bad_signature" in officer.status(), f"{what} was believed")
            self.notes.refused_answers.append("bad_signature")
            self.line.tell("relay", f"gives Klobuk {what}", "refused, and named on every page: bad_signature")
        finally:
            relay.tamper = None
        officer.sync_now()
        self.stage.wait_for(lambda: "bad_signature" not in officer.status(), "the link did not recover")

    def _rounds(self, hub: str, posts: tuple[str, ...]) -> None:
        for post in posts:
            login = self.officer(post).login
            officer = self.stage.booth(login)
            who = self.stage.travellers.next()
            self.notes.canaries += who.secrets
            with self.timed(post) as answers:
                served, saved = rounds.every_page(officer, who)
                answers += [each.answer for each in saved]
            self.notes.pages += served
            self.notes.saved += saved
            officer.close()
            slowest = max(served, key=lambda each: each.seconds)
            told = f"{len(served)} tasks, the slowest page {slowest.seconds * 1000:.0f} ms ({slowest.page})"
            self.line.tell(self._label(officer), f"works through a whole shift while the hub {hub}", told)


def seconds_of(said: str) -> int | None:
    """The age in an answer's words, `list of 3 h 12 min ago`; None where it names none."""
    words = re.search(r"(?:list of|at least) (.+?)(?: ago| old| ·|$)", said)
    found = _AGE.match(words[1]) if words else None
    if found is None or not any(found.groups()):
        return None
    return sum(int(part or 0) * unit for part, unit in zip(found.groups(), _UNITS_S, strict=True))
