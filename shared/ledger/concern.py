"""Does an alert concern a traveller? One answer, at the booth and in every check asked about again.

Job: what a post and the centre must judge alike, on a given connection: the match, the rule for discreet
alerts, what was cleared, and the hit that comes of it. Finding what may match is the caller's.
Invariants
* A withdrawn or training alert concerns nobody.
* A weak match on a discreet alert concerns nobody: asking a namesake would tell that somebody is watched.
* Who was cleared of this version of an alert by the traveller's post's country, or by the alert's own, is not
  concerned by it; another version asks again.
* A hit carries the person, the document, the vehicle and the alert's own words: a desk can act on it alone.
Must not know: clocks, scopes, pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from shared.change import SEEN, Value
from shared.codelists import CodeLists
from shared.database import Connection
from shared.ids import Dot
from shared.ledger import records
from shared.ledger.records import Record
from shared.matching.birth import date_of
from shared.matching.evidence import Rarity
from shared.matching.matcher import person_key
from shared.schema import Kind
from shared.watchlist import Match, Matcher, Subject, Verdict, subject_of

WITHDRAWN: Final = "withdrawn"
_DAY_MS: Final = 24 * 60 * 60 * 1000
_EPOCH: Final = date(1970, 1, 1)
_OF_CHECK: Final = (
    "post",
    "happened",
    "direction",
    "surname",
    "given_names",
    "birth",
    "nationality",
    "document_number",
    "document_issuer",
    "plate",
    "plate_country",
    "vin",
    "training",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """An alert that concerns a traveller, in the version that does."""

    alert: Record
    match: Match
    version: Dot
    discreet: bool


def judge(
    tx: Connection,
    *,
    matcher: Matcher,
    lists: CodeLists,
    subject: Subject,
    alert: Record,
    rarity: Rarity,
    country: str,
) -> Concern | None:
    """Whether an alert concerns a traveller at a post of `country`; expiry is the caller's to ask."""
    if not is_watched(alert):
        return None
    match = matcher.judge(subject, subject_of(alert.values), rarity=rarity)
    if match is None:
        return None
    discreet = is_discreet(lists, alert.text("category"), alert.text("action"))
    if discreet and match.verdict is not Verdict.HIT:
        return None
    version = version_of(tx, alert.id)
    clearers = (country, alert.text("owner"))
    if is_cleared(tx, person=person_key(subject), alert=alert.id, version=version, by=clearers):
        return None
    return Concern(alert=alert, match=match, version=version, discreet=discreet)


def is_watched(alert: Record) -> bool:
    """Whether an alert can match at all; whether it has expired depends on a clock, and is not asked here."""
    return alert.text("status") != WITHDRAWN and not alert.values.get("training")


def is_discreet(lists: CodeLists, category: str, action: str) -> bool:
    """Whether the traveller must not learn of it. A category this version does not know is."""
    known = lists.alert_categories.find(category)
    if known is None:
        return bool(category)
    return known.discreet or any(
        one.discreet and one.action == action for one in lists.alert_categories if action
    )


def ends_ms(alert: Record) -> int | None:
    """When an alert's last day is over, in UTC milliseconds; None for one that says nothing, or no date:
    a peer may say any number, and such an alert goes on matching."""
    found = date_of(alert.number("expires"))
    last = None if found is None else found.latest
    return None if last is None else ((last - _EPOCH).days + 1) * _DAY_MS


def version_of(tx: Connection, alert: int) -> Dot:
    """The dot of an alert's newest change: which version of it matched."""
    seen = records.context_of(tx, Kind.ALERT, alert).get(SEEN, ())
    return seen[-1] if seen else Dot(alert)


def is_cleared(tx: Connection, *, person: int | None, alert: int, version: Dot, by: tuple[str, str]) -> bool:
    """Whether somebody of these two countries found that this person is not whom this version means."""
    if person is None:
        return False
    return bool(
        records.select(
            tx,
            Kind.CLEARED_PAIR,
            "person_key = ? AND alert = ? AND alert_dot = ? AND owner IN (?, ?) AND until IS NULL",
            (person, alert, version, *by),
            "LIMIT 1",
        )
    )


def pair_cleared_by(hit: Record, *, owner: str) -> dict[str, Value] | None:
    """What a cleared hit says for the next time; None where no document names the traveller.

    It goes to posts that never saw the hit, so it says nobody's name, and not why.
    """
    person = person_key(subject_of(hit.values))
    if person is None:
        return None
    return {
        "owner": owner,
        "alert": hit.number("alert"),
        "alert_dot": hit.number("alert_dot"),
        "hit": hit.id,
        "person_key": person,
    }


def pairs_of(tx: Connection, hit: int, *, owner: str) -> list[Record]:
    """What a country said by clearing this hit, and has not taken back."""
    return records.select(tx, Kind.CLEARED_PAIR, "hit = ? AND owner = ? AND until IS NULL", (hit, owner))


SHOWN_ONCE: Final = (
    "NOT EXISTS (SELECT 1 FROM hit_record twin WHERE coalesce(hit_record.outcome, 'possible') = 'possible' "
    'AND twin."check" = hit_record."check" AND twin.alert = hit_record.alert '
    "AND twin.owner = hit_record.owner AND twin.id <> hit_record.id "
    "AND (coalesce(twin.outcome, 'possible') <> 'possible' OR twin.id < hit_record.id))"
)
"""SQL: true for the hits that stand for their pair of check and alert.

The post and the centre may each find the same pair while they cannot hear each other. Both hits are kept; the
open one with the lowest id is the task, and none once either was settled. What was settled always shows.
Only hits of one country stand for one another: another's node may name any pair, and must hide nothing by it.
"""


def has_hit(tx: Connection, *, check: int, alert: int, owner: str) -> bool:
    """Whether this pair of check and alert has been reported; `owner` is the country of the check's post.

    A hit may name any check: what another country's node says of it silences nobody.
    """
    row = tx.execute(
        'SELECT 1 FROM hit_record WHERE "check" = ? AND alert = ? AND owner = ?', (check, alert, owner)
    ).fetchone()
    return row is not None


def hit_values(
    concern: Concern,
    lists: CodeLists,
    *,
    owner: str,
    check: int,
    values: Mapping[str, Value],
    late: bool,
) -> dict[str, Value]:
    """What a hit says; `owner` is the country of the post, `values` are the check's by field name."""
    alert = concern.alert
    category = alert.text("category")
    known = lists.alert_categories.find(category)
    action = alert.text("action") or (known.action if known is not None else "")
    return {
        "owner": owner,
        "check": check,
        "alert": alert.id,
        "alert_dot": concern.version,
        "alert_owner": alert.text("owner"),
        "category": category or None,
        "action": action or None,
        "reference": alert.text("reference") or None,
        "matched_on": tuple(ground.value for ground in concern.match.grounds),
        **{name: values.get(name) for name in _OF_CHECK},
        "late": late or None,
        "outcome": "possible",
    }
