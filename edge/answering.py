"""The list's answer to a traveller: which alerts match, how surely, and how old the list is.

Invariants
* A withdrawn alert never matches. An expired one does not either, once trusted time says so; while
  time is uncertain it goes on matching, marked: a missed person is worse than a second look.
* A discreet alert raises no verdict that the traveller could read: it shows as the cue alone. A weak match on
  one shows not at all: asking a namesake about it would give away that somebody is watched.
* That an answer was cut is said beside those it shows, and never where discreet ones alone matched.
* What fails in comparing stops nobody at the booth: the answer says that somebody was not compared, and
  then it is never "no match".
* A pair of traveller and alert that a person has cleared is not raised again until the alert changes.
* Every answer carries the list's age. While the list is locked it answers nothing but that.
Must not know: pages, forms, the link.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from edge import lease
from edge.kit import Kit
from edge.screen import CUE, LOCKED, NOT_MATCHED, Answer, Candidate, ListAge
from edge.store import feed, watch
from edge.store.watch import Candidates
from shared.database import Connection
from shared.ledger import concern
from shared.ledger.concern import Concern
from shared.ledger.records import Record
from shared.ledger.savepoint import Spoilt, sparing
from shared.matching.evidence import Rarity
from shared.matching.reasons import Reason
from shared.partial_date import day_text
from shared.watchlist import Subject, Verdict

log = structlog.get_logger("karaula.edge")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Concern):
    """One alert that matched. `doubt`: it may have expired, as far as this clock can tell."""

    doubt: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Every alert that matched, surest first.

    `cut`: too many are alike, and there may be others; `failed`: comparing did, with all of the list or some.
    """

    found: tuple[Found, ...] = ()
    cut: bool = False
    failed: bool = False

    @property
    def verdict(self) -> str:
        """Of the alerts that may be spoken of; "not matched" where nobody can say "clear"."""
        spoken = max((one.match.verdict for one in self.found if not one.discreet), default=Verdict.CLEAR)
        return NOT_MATCHED if self.failed and spoken is Verdict.CLEAR else spoken.code


def find(kit: Kit, tx: Connection, subject: Subject) -> Findings:
    """What the list has, for somebody at the booth: nothing while it is locked."""
    if lease.state(kit, tx).locked:
        return Findings()
    failed: Spoilt = {}
    rarity, candidates, found = watch.rarity(tx), Candidates(alerts=[], cut=False), []
    with sparing(failed, 0):
        candidates = watch.find(tx, kit.matcher, subject)
    for alert in candidates.alerts:
        with sparing(failed, alert.id):
            found.append(judge(kit, tx, subject, alert, rarity=rarity))
    for failure in sorted(set(failed.values())):
        log.error("not_compared", failure=failure)
    return _in_order(found, cut=candidates.cut, failed=bool(failed))


def search(kit: Kit, tx: Connection, subject: Subject) -> Findings:
    """What the list has, whether or not anybody may be shown it now. What fails in comparing is raised."""
    rarity, candidates = watch.rarity(tx), watch.find(tx, kit.matcher, subject)
    found = [judge(kit, tx, subject, alert, rarity=rarity) for alert in candidates.alerts]
    return _in_order(found, cut=candidates.cut)


def _in_order(found: Iterable[Found | None], *, cut: bool, failed: bool = False) -> Findings:
    matched = sorted(filter(None, found), key=lambda one: (-one.match.verdict, one.alert.id))
    return Findings(found=tuple(matched), cut=cut, failed=failed)


def judge(
    kit: Kit, tx: Connection, subject: Subject, alert: Record, *, rarity: Rarity | None = None
) -> Found | None:
    """Whether one watched alert matches now."""
    expired, doubt = expiry(kit, alert)
    if expired:
        return None
    found = concern.judge(
        tx,
        matcher=kit.matcher,
        lists=kit.lists,
        subject=subject,
        alert=alert,
        rarity=rarity or watch.rarity(tx),
        country=kit.country,
    )
    if found is None:
        return None
    return Found(alert=alert, match=found.match, version=found.version, discreet=found.discreet, doubt=doubt)


def expiry(kit: Kit, alert: Record) -> tuple[bool, bool]:
    """(surely expired, perhaps expired). An alert is good through the whole of its last day."""
    ends_ms = concern.ends_ms(alert)
    if ends_ms is None:
        return False, False
    known = kit.time.at_least_ms
    surely = known is not None and known >= ends_ms
    return surely, not surely and not kit.time.certain and kit.now_ms() >= ends_ms


def is_discreet(kit: Kit, category: str, action: str) -> bool:
    """Whether the traveller must not learn of it. A category this version does not know is."""
    return concern.is_discreet(kit.lists, category, action)


def answer(kit: Kit, tx: Connection, findings: Findings) -> Answer:
    """The answer as the page shows it."""
    standing = lease.state(kit, tx)
    if standing.locked:
        return Answer(
            verdict=LOCKED,
            candidates=(),
            cue="",
            list=list_age(kit, tx),
            locked=standing.locked,
            since_ms=standing.since_ms or None,
        )
    found = findings.found
    return Answer(
        verdict=findings.verdict,
        candidates=tuple(candidate(kit, one) for one in found if not one.discreet),
        cue=CUE if any(one.discreet for one in found) else "",
        list=list_age(kit, tx),
        failed=findings.failed,
        cut=findings.cut and (not found or any(not one.discreet for one in found)),
    )


def candidate(kit: Kit, found: Found) -> Candidate:
    """One matched alert with all that is needed while the link is dead."""
    return show(
        kit,
        found.alert,
        verdict=found.match.verdict.code,
        grounds=tuple(ground.value for ground in found.match.grounds),
        reasons=found.match.reasons,
        because=found.match.because,
        strength=found.match.strength.value,
        doubt=found.doubt,
    )


def show(
    kit: Kit,
    alert: Record,
    *,
    verdict: str = "",
    grounds: tuple[str, ...] = (),
    reasons: tuple[str, ...] = (),
    because: tuple[Reason, ...] = (),
    strength: str = "",
    doubt: bool = False,
) -> Candidate:
    """An alert's record for the page."""
    category, action = alert.text("category"), alert.text("action")
    known = kit.lists.alert_categories.find(category)
    act = kit.lists.alert_actions.find(action or (known.action if known is not None else None))
    expires = alert.number("expires")
    warnings = alert.values.get("warnings")
    return Candidate(
        alert=str(alert.id),
        verdict=verdict,
        category=category,
        category_label=known.label if known is not None else category,
        action=act.code if act is not None else action,
        action_label=act.label if act is not None else action,
        owner=alert.text("owner"),
        authority=alert.text("authority"),
        phone=alert.text("phone"),
        reference=alert.text("reference"),
        reason=alert.text("reason"),
        warnings=tuple(str(code) for code in warnings) if isinstance(warnings, tuple) else (),
        grounds=grounds,
        reasons=reasons,
        because=because,
        strength=strength,
        expires=day_text(expires) if expires is not None else "",
        expiry_doubt=doubt,
        subject=_subject(alert),
    )


def list_age(kit: Kit, tx: Connection) -> ListAge:
    """How old the list is, by trusted time."""
    hub = feed.state(tx)
    known = kit.time.at_least_ms
    seconds = max(0, known - hub.list_ms) // 1000 if known is not None and hub.list_ms else None
    return ListAge(
        generation=hub.generation,
        position=feed.position(tx),
        seconds=seconds,
        at_least=seconds is not None and not kit.time.certain,
        text=age_text(seconds),
    )


def age_text(seconds: int | None) -> str:
    """`40 s`, `12 min`, `3 h 12 min`, `5 d 3 h`; `no list` where none ever came."""
    if seconds is None:
        return "no list"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if days >= 2:
        return f"{days} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min" if minutes else f"{seconds} s"


def _subject(alert: Record) -> str:
    """Whom or what the alert is about, in one line."""
    birth = alert.number("birth")
    parts = (
        f"{alert.text('surname')} {alert.text('given_names')}".strip(),
        day_text(birth) if birth is not None else "",
        alert.text("document_number"),
        f"{alert.text('plate')} {alert.text('plate_country')}".strip(),
        alert.text("vin"),
        alert.text("object"),
    )
    return " · ".join(part for part in parts if part)
