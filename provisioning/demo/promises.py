"""The final check: each of the six promises, judged from the stores, the disk and what pages said.

Job: one verdict a promise, with numbers. Invariants: a judge only reads; what cannot be read counts
as broken; a promise holds only if everything that was to be seen was seen, never by default.
Must not know: how the story was played, that there are faults.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from provisioning.demo import disk_search
from provisioning.demo.notes import AgeSaid, Notes
from provisioning.demo.stage import Stage
from provisioning.demo.stores import State, Store
from shared.errors import KaraulaError
from shared.ids import feed_of_dot, lane_of_feed, node_of_dot, seq_of_dot
from shared.ledger.records import Record
from shared.schema import Kind, field_by_name

_FRESHER_S: Final = 2.0  # an age younger than the truth is a lie; this much is left for rounding
_OLDER_S: Final = (
    10.0  # an exchange has ended at the relay a while before a busy node has kept what it brought
)
_PAGE_MAX_S: Final = 5.0  # an officer would call this waiting; a page takes milliseconds
_TASKS: Final = 12
_SHOWN_FAULTS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One promise, judged. `faults` says what broke it, `unseen` what was never put to the test."""

    number: int
    promise: str
    evidence: str
    faults: tuple[str, ...]
    unseen: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.faults and not self.unseen


@dataclass(slots=True)
class Findings:
    """What a judge has against a promise."""

    faults: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the judges look at: stopped machines and the notes."""

    stage: Stage
    notes: Notes
    hub: Store
    nodes: dict[str, Store]


Judge = Callable[[Scene, Findings], str]
"""Adds what is broken or was not shown to the findings, returns the evidence in one line."""


def judge_all(stage: Stage, notes: Notes) -> list[Verdict]:
    """All six verdicts. The machines must have stopped."""
    hub = Store(stage.at.hub, name="hub")
    nodes = {post.code: Store(stage.at.node(post.code), name=post.code) for post in stage.posts}
    scene = Scene(stage=stage, notes=notes, hub=hub, nodes=nodes)
    try:
        return [
            _judged(number, promise, judge, scene) for number, (promise, judge) in enumerate(_JUDGES, start=1)
        ]
    finally:
        for store in (hub, *nodes.values()):
            store.close()


def _judged(number: int, promise: str, judge: Judge, scene: Scene) -> Verdict:
    found = Findings()
    evidence = ""
    try:
        evidence = judge(scene, found)
    except KaraulaError as error:
        found.faults.append(f"{error.code}: {error.message}")
    left = len(found.faults) - _SHOWN_FAULTS
    shown = (*found.faults[:_SHOWN_FAULTS], f"and {left} more") if left > 0 else tuple(found.faults)
    return Verdict(
        number=number, promise=promise, evidence=evidence, faults=shown, unseen=tuple(found.unseen)
    )


# --- 1: nothing acknowledged is lost ---


def _nothing_lost(scene: Scene, found: Findings) -> str:
    """Every id that a page called saved is at the hub once, with that traveller; nothing else is."""
    saved = {int(check.id): check for check in scene.notes.saved}
    if len(saved) != len(scene.notes.saved):
        found.faults.append("the same id was given to two checks")
    at_hub = {record.id: record for record in scene.hub.records(Kind.CHECK)}
    for number, check in saved.items():
        record = at_hub.get(number)  # type: ignore[call-overload]  # a RecordId is an int
        if record is None:
            found.faults.append(f"{check.printed} was shown as saved and is not at the hub")
        elif record.text("document_number") != check.traveller.document_number:
            found.faults.append(f"{check.printed} is at the hub with another traveller")
    found.faults += [
        f"a check nobody saved is at the hub: {number}" for number in at_hub if number not in saved
    ]
    ((quarantined,),) = scene.hub.rows("SELECT count(*) FROM quarantine")
    if quarantined:
        found.faults.append(f"{quarantined} pieces lie in quarantine at the hub")
    if not saved or not scene.notes.replayed_bundles or not scene.notes.killed_nodes:
        found.unseen.append("no check was saved, no bundle sent twice or no node killed")
    return (
        f"{len(saved)} checks shown as saved, {len(saved.keys() & at_hub.keys())} of them at the hub once; "
        f"{scene.notes.replayed_bundles} bundles were sent a second time, "
        f"{scene.notes.killed_nodes} node was killed right after “saved”"
    )


# --- 2: replicas agree ---


def _replicas_agree(scene: Scene, found: Findings) -> str:
    """Whatever a node and the hub both have seen, they hold alike, value by value, siblings included."""
    compared = pending = 0
    for post, node in scene.nodes.items():
        acked = {lane: acked for lane, _, acked in node.own_heads()}
        own = next((node_of_dot(record) for record in node.ids(Kind.CHECK)), 0)
        for kind, record, ours in node.states():
            lane = lane_of_feed(feed_of_dot(record))
            if node_of_dot(record) == own and seq_of_dot(record) > acked[lane]:
                pending += 1  # not sent yet: the two have not seen the same set
                continue
            compared += 1
            found.faults += _compared(post, kind, record, ours, scene.hub.state(kind, record))
        found.faults += _missing(post, node, scene.hub)
    # The post and the centre may each have found it while they could not hear one another.
    found_late = scene.hub.records(Kind.HIT, "late = 1")
    late = {(record.number("check"), record.number("alert")) for record in found_late}
    if not scene.notes.late_hits:
        found.unseen.append("no late hit was found")
    elif len(late) != len(scene.notes.late_hits):
        found.faults.append(f"{len(scene.notes.late_hits)} late hit was found, {len(late)} are at the hub")
    if not compared:
        found.unseen.append("there was nothing to compare")
    waiting = f"; {pending} more are still on their way" if pending else ""
    return (
        f"{compared} records of {len(scene.nodes)} nodes compared with the hub's, with siblings{waiting}; "
        f"{len(late)} late hit"
    )


def _compared(post: str, kind: Kind, record: int, ours: State, theirs: State | None) -> list[str]:
    name = f"{kind.name.lower()} {record} at {post}"
    if theirs is None:
        return [f"{name} is not at the hub"]
    found = ours.differences(theirs)
    return [f"{name} differs from the hub's in {', '.join(found[:3])}"] if found else []


def _missing(post: str, node: Store, hub: Store) -> list[str]:
    """Alerts for everybody, and this post's officers, that the node should hold."""
    wanted = [
        *((Kind.ALERT, record.id) for record in hub.records(Kind.ALERT) if not record.values.get("audience")),
        *((Kind.OFFICER, record.id) for record in hub.records(Kind.OFFICER) if post in _posts(record)),
    ]
    held = {kind: set(node.ids(kind)) for kind in (Kind.ALERT, Kind.OFFICER)}
    return [
        f"{kind.name.lower()} {record} is not at {post}"
        for kind, record in wanted
        if record not in held[kind]
    ]


def _posts(record: Record) -> tuple[object, ...]:
    posts = record.values.get("posts")
    return posts if isinstance(posts, tuple) else ()


# --- 3: no silent overwrite ---


def _nothing_overwritten(scene: Scene, found: Findings) -> str:
    """Both values were shown, are still kept, and a later change with a reason covers both."""
    notes = scene.notes
    if not notes.disputed or not notes.decided_value:
        found.unseen.append("no conflict was seen and decided")
        return "no conflict"
    if set(notes.shown_values) != set(notes.disputed_values):
        found.faults.append(f"the operator saw only {len(notes.shown_values)} of 2 versions")
    number, record = field_by_name(Kind.CHECK, notes.disputed_field).number, int(notes.disputed)
    changes = scene.hub.changes(Kind.CHECK, record)
    said = {change.dot: change.fields[number] for change in changes if number in change.fields}
    kept = [value for value in notes.disputed_values if value in said.values()]
    if len(kept) != len(notes.disputed_values):
        found.faults.append("a value that was in dispute is no longer kept")
    decisions = [
        change
        for change in changes
        if set(notes.disputed_values) <= {said.get(dot) for dot in change.context.get(number, ())}
    ]
    if len(decisions) != 1:
        found.faults.append(f"{len(decisions)} changes cover both versions")
    reasons = [
        each.text("reason")
        for each in scene.hub.records(Kind.CORRECTION, '"of" = ? AND action = ?', (record, "resolve"))
    ]
    if notes.reason not in reasons:
        found.faults.append("the decision has no reason")
    ((still_open,),) = scene.hub.rows(
        "SELECT count(*) FROM conflict WHERE resolved_ms IS NULL AND standing = 2"
    )
    if still_open:
        found.faults.append(f"{still_open} conflicts are still open")
    lines = 0
    for store in (scene.hub, *scene.nodes.values()):
        try:
            lines += store.audit_lines()
        except KaraulaError as error:
            found.faults.append(f"{store.name}: {error.message}")
    return (
        f"{len(notes.shown_values)} versions shown side by side, {len(kept)} kept beside the first, "
        f"{len(decisions)} change decides between them, {len(reasons)} reason recorded; "
        f"{lines} audit lines in {1 + len(scene.nodes)} chains"
    )


# --- 4: a stolen machine yields nothing ---


def _nothing_readable(scene: Scene, found: Findings) -> str:
    """No canary in any file; a wrong key opens nothing; no node opens another's parcels."""
    canaries = sorted(set(scene.notes.canaries))
    disk = disk_search.search(scene.stage.at.path, canaries)
    found.faults += [f"{path} holds {count} readable secrets" for path, count in disk.readable.items()]
    found.faults += disk_search.opened_wrongly(
        store.directory for store in (scene.hub, *scene.nodes.values())
    )
    own, foreign, tried = disk_search.parcels(scene.stage)
    if not own:
        found.unseen.append("no node could open a parcel of its own")
    if foreign:
        found.faults.append(f"{foreign} parcels could be opened with another node's key")
    if not canaries:
        found.unseen.append("there was nothing to look for")
    return (
        f"{len(canaries)} names, numbers and passwords sought in {disk.files} files of {disk.size_mb} MB; "
        f"{1 + len(scene.nodes)} stores tried with a wrong key; {own} parcels open with their own key, "
        f"{foreign} of {tried} with another's"
    )


# --- 5: a node knows how old its list is ---


def _age_is_known(scene: Scene, found: Findings) -> str:
    """Each answer named an age that is true; each exchanged answer was refused and named."""
    notes = scene.notes
    found.faults += [
        f"{each.where} said “{each.said}”, in truth {each.least_s:.0f} to {each.most_s:.0f} s"
        for each in notes.ages
        if not _is_true(each)
    ]
    believed = notes.answers_tried - len(notes.refused_answers)
    if believed:
        found.faults.append(f"{believed} of {notes.answers_tried} exchanged answers were not refused by name")
    if not notes.answers_tried or not notes.ages:
        found.unseen.append("the list was not asked, or no answer was exchanged on its way")
    oldest = max((each.most_s for each in notes.ages), default=0.0)
    return (
        f"{sum(map(_is_true, notes.ages))} of {len(notes.ages)} answers named their list's true age (oldest "
        f"{oldest:.0f} s); {len(notes.refused_answers)} of {notes.answers_tried} changed answers refused by "
        f"name{': ' if notes.refused_answers else ''}{', '.join(sorted(set(notes.refused_answers)))}"
    )


def _is_true(age: AgeSaid) -> bool:
    if age.said_s is None:
        return False
    unit = 1 if age.said_s < 60 else 60
    not_too_old = age.said_s <= age.most_s + _OLDER_S
    not_too_fresh = age.said_s + unit >= age.least_s - _FRESHER_S
    return not_too_old and (not_too_fresh or age.at_least)


# --- 6: the booth never waits ---


def _booth_never_waits(scene: Scene, found: Findings) -> str:
    """Every page of three posts came while the hub hung or was dead."""
    pages = scene.notes.pages
    found.faults += [
        f"{each.where}: {each.page} {'did not come' if each.status <= 0 else f'answered {each.status}'}"
        for each in pages
        if each.status != 200
    ]
    found.faults += [
        f"{each.where}: {each.page} took {each.seconds:.1f} s" for each in pages if each.seconds > _PAGE_MAX_S
    ]
    for post in scene.nodes:
        tried = [each.status for each in pages if each.where == post]
        if not tried:
            found.unseen.append(f"{post} was not used without the hub")
        elif tried.count(200) < _TASKS:
            found.faults.append(f"{post}: only {tried.count(200)} of {_TASKS} tasks could be done")
    slowest = max(pages, key=lambda each: each.seconds, default=None)
    if slowest is None:
        return "no page was used"
    return (
        f"{len(pages)} tasks at {len(scene.nodes)} posts with the hub hanging or dead; the slowest page took "
        f"{slowest.seconds * 1000:.0f} ms ({slowest.page} at {slowest.where})"
    )


_JUDGES: Final[tuple[tuple[str, Judge], ...]] = (
    ("Nothing acknowledged is lost", _nothing_lost),
    ("Replicas that saw the same are the same", _replicas_agree),
    ("No silent overwrite", _nothing_overwritten),
    ("A stolen machine yields nothing", _nothing_readable),
    ("A node knows how old its list is", _age_is_known),
    ("The booth never waits for the link", _booth_never_waits),
)
