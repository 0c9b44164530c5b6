"""Changes judged, applied, refused, flagged; conflicts opened and closed."""

from __future__ import annotations

from hub.desk.view import Operator
from hub.hub import Hub
from hub.store import conflicts, custody
from shared.change import SEEN, Change
from shared.enrolment import Revocations
from shared.ids import Lane
from shared.ledger import records
from shared.limits import CLOCK_FOLLOW_MS
from shared.merge import Standing
from shared.schema import Kind, field_by_name
from tests.hub.outpost import Outpost, Realm
from tests.hub.world import count, faults, heads, record, records_of

DAY_MS = 24 * 60 * 60 * 1000
SURNAME = field_by_name(Kind.CHECK, "surname").number


def refusals(post: Outpost) -> list[tuple[object, object]]:
    """(change, reason) of every refusal a post has heard."""
    return [(c.fields[3], c.fields[5]) for c in post.heard if c.kind == Kind.REFUSED_CHANGE]


def alert(hub: Hub, operator: Operator, **form: str) -> Change:
    """An alert raised at a desk, as its creating change."""
    whole = {
        "category": "arrest",
        "document_number": "L898902C3",
        "authority": "Court (synthetic)",
        "reference": "118/26",
        "reason": "synthetic robbery",
        "phone": "+381 11 000 0000",
    }
    row = hub.desk.raise_alert(operator, whole | form)
    with hub.kit.database.snapshot() as tx:
        return records.changes_of(tx, Kind.ALERT, int(row.id))[0]


def test_a_foreign_edit_is_refused_and_the_true_value_returns(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """BA's post edits RS's alert: the hub keeps and excludes it, tells the author, and RS's word stands."""
    raised = alert(hub, operators["RS"])
    klobuk.ask(hub)
    edit = klobuk.edit(raised, {"status": "withdrawn", "reason": "mistaken, says Klobuk"})
    klobuk.send(hub)
    klobuk.ask(hub)
    assert refusals(klobuk) == [(edit.dot, "foreign_owner")]
    now = record(hub, Kind.ALERT, raised.record)
    assert (now.text("status"), now.text("reason")) == ("active", "synthetic robbery")
    with hub.kit.database.snapshot() as tx:
        assert edit in records.changes_of(tx, Kind.ALERT, raised.record)  # excluded, not lost


def test_an_alert_made_at_a_post_of_another_country_is_refused(hub: Hub, klobuk: Outpost):
    """A creating change must come from the country it claims."""
    made = klobuk.say(Kind.ALERT, {"owner": "RS", "category": "arrest", "document_number": "X1"})
    klobuk.send(hub)
    klobuk.ask(hub)
    assert refusals(klobuk) == [(made.dot, "foreign_owner")]
    assert records_of(hub, Kind.ALERT) == []


def test_checks_that_claim_another_owner_are_refused_one_by_one(hub: Hub, klobuk: Outpost):
    """One foreign owner among many checks is refused alone; its neighbours are kept."""
    klobuk.check(surname="A")
    foreign = klobuk.check(owner="ME", surname="B")
    klobuk.check(surname="C")
    klobuk.send(hub)
    klobuk.ask(hub)
    assert [each.text("surname") for each in records_of(hub, Kind.CHECK)] == ["A", "C"]
    assert refusals(klobuk) == [(foreign.dot, "foreign_owner")]


def test_what_belongs_to_the_desk_is_refused_from_a_post(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """A post may set an officer's own password and nothing else of the officer."""
    made = hub.desk.add_officer(
        operators["BA"], login="mira", full_name="Mira Test", role="officer", posts=["KLOBUK"]
    )
    klobuk.ask(hub)
    officer = next(change for change in klobuk.heard if change.kind == Kind.OFFICER)
    klobuk.edit(officer, {"own_verifier": "v", "own_reset": 1})
    klobuk.edit(officer, {"role": "operator"})
    klobuk.say(Kind.OFFICER, {"owner": "BA", "login": "ghost", "role": "operator"})
    klobuk.send(hub)
    klobuk.ask(hub)
    assert [reason for _, reason in refusals(klobuk)] == ["desk_owned", "desk_owned"]
    now = record(hub, Kind.OFFICER, int(made.officer.id))
    assert (now.text("role"), now.text("own_verifier")) == ("officer", "v")
    assert "ghost" not in {each.text("login") for each in records_of(hub, Kind.OFFICER)}


def test_a_foreign_edit_under_another_kind_does_not_pass(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """Calling an alert something else does not make its edit anybody's business."""
    raised = alert(hub, operators["RS"])
    for number in (Kind.BULLETIN, Kind.INCIDENT, 99):
        klobuk.say(
            Kind.ALERT,
            {},
            record=raised.record,
            kind_number=number,
            fields={5: None},
            context={5: (raised.record,), SEEN: (raised.record,)},
        )
    klobuk.send(hub)
    klobuk.ask(hub)
    assert {reason for _, reason in refusals(klobuk)} == {"kind_mismatch"}
    assert len(refusals(klobuk)) == 3
    assert record(hub, Kind.ALERT, raised.record).text("status") == "active"


def test_the_acts_of_the_hub_cannot_be_played_by_a_post(
    hub: Hub, klobuk: Outpost, gostun: Outpost, operators: dict[str, Operator]
):
    """A post's tombstone, refusal or scope leave is refused and does nothing."""
    raised = alert(hub, operators["RS"])
    klobuk.say(Kind.TOMBSTONE, {"owner": "BA", "of": raised.record, "reason": "x"})
    klobuk.say(Kind.REFUSED_CHANGE, {"owner": "BA", "change": raised.dot, "of": raised.record, "reason": "x"})
    klobuk.say(Kind.SCOPE_LEAVE, {"owner": "BA", "of": raised.record, "scope": "all"})
    klobuk.send(hub)
    klobuk.ask(hub)
    assert [reason for _, reason in refusals(klobuk)] == ["desk_owned"] * 3
    assert record(hub, Kind.ALERT, raised.record).text("status") == "active"


def test_an_edit_that_comes_before_its_record_is_judged_when_it_comes(
    hub: Hub, realm: Realm, klobuk: Outpost, gostun: Outpost
):
    """Two edits arrive first, one by the owner's country, one foreign: only the rightful one counts."""
    made = klobuk.check(surname="FIRST")
    later = klobuk.bundle()  # not sent yet
    klobuk.ask(hub)
    neighbour = realm.post(8, "BA", "ZUPCI")
    neighbour.edit(made, {"surname": "SECOND"})
    gostun.edit(made, {"surname": "FOREIGN"})
    neighbour.send(hub)
    gostun.send(hub)
    assert records_of(hub, Kind.CHECK) == []
    klobuk.ask(hub, later)
    gostun.ask(hub)
    assert record(hub, Kind.CHECK, made.record).text("surname") == "SECOND"
    assert [reason for _, reason in refusals(gostun)] == ["foreign_owner"]
    klobuk.ask(hub)
    assert [c.fields[SURNAME] for c in klobuk.heard if c.kind == Kind.CHECK] == ["SECOND"]  # its holder hears


def test_a_foreign_edit_that_came_early_leaves_no_conflict(hub: Hub, klobuk: Outpost, gostun: Outpost):
    """An edit that saw nothing and is refused once its record comes is nothing to decide about."""
    made = klobuk.check(surname="FIRST")
    later = klobuk.bundle()
    klobuk.ask(hub)
    gostun.edit(made, {"surname": "FOREIGN"}, seen=())
    gostun.send(hub)
    klobuk.ask(hub, later)
    assert record(hub, Kind.CHECK, made.record).standing is Standing.AGREED
    assert count(hub, "conflict") == 0


def test_changes_of_a_node_revoked_meanwhile_do_not_count(hub: Hub, realm: Realm, klobuk: Outpost):
    """What waited for a gap when the author was revoked is kept, and refused."""
    klobuk.check()
    first = klobuk.bundle()
    klobuk.check()
    klobuk.ask(hub, klobuk.bundle())
    listed = Revocations(number=1, issued_ms=1, nodes=frozenset({klobuk.certificate.node}))
    hub.revoked.take(listed.signed(realm.authority.sign))
    with hub.kit.database.transaction() as tx:  # the gap's bundle had been read before the list came
        parcel = hub.inbox.read(tx, first, None)
        hub.inbox.take(tx, [parcel], at_ms=realm.dial())
    assert heads(hub, klobuk) == (0, 2, 0)
    assert records_of(hub, Kind.CHECK) == []
    assert {each.text("reason") for each in records_of(hub, Kind.REFUSED_CHANGE)} == {"author_revoked"}


def test_concurrent_corrections_open_a_conflict_and_a_covering_change_closes_it(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """Both values are kept, the row says hard; a change that saw both resolves it, also at the post."""
    made = klobuk.check(surname="ERIKSSON")
    klobuk.send(hub)
    view = hub.desk.record(operators["BA"], str(made.record))
    hub.desk.correct(
        operators["BA"],
        str(made.record),
        form={"surname": "ERIKSEN"},
        reason="as printed in the zone",
        contexts=view.contexts,
    )
    klobuk.edit(made, {"surname": "ERICSON"})
    klobuk.send(hub)
    with hub.kit.database.snapshot() as tx:
        open_one = conflicts.open_of(tx, made.record)
    assert open_one is not None
    assert (open_one.standing, open_one.parties) == (Standing.HARD, ("BA",))
    both = hub.desk.conflict(operators["BA"], str(made.record))
    (field,) = both.fields
    assert {sibling.text for sibling in field.siblings} == {"ERIKSEN", "ERICSON"}
    resolved = hub.desk.resolve(
        operators["BA"],
        str(made.record),
        choices={"surname": field.siblings[0].dot},
        typed={},
        reason="the visual zone is right",
        contexts=both.contexts,
    )
    assert resolved.standing == "agreed"
    with hub.kit.database.snapshot() as tx:
        assert conflicts.open_of(tx, made.record) is None
    klobuk.ask(hub)
    decided = [
        c for c in klobuk.heard if c.kind == Kind.CHECK and c.fields.get(SURNAME) == field.siblings[0].text
    ]
    assert len(decided[-1].context[SURNAME]) == 2
    assert [c.fields[6] for c in klobuk.heard if c.kind == Kind.CORRECTION][-1] == "the visual zone is right"


def test_a_late_edit_reopens_what_was_decided(hub: Hub, klobuk: Outpost, operators: dict[str, Operator]):
    """An edit from before the decision, arriving after it, is a new conflict, not a silent loser."""
    made = klobuk.check(surname="ERIKSSON")
    klobuk.send(hub)
    for name in ("ERIKSEN",):
        view = hub.desk.record(operators["BA"], str(made.record))
        hub.desk.correct(
            operators["BA"],
            str(made.record),
            form={"surname": name},
            reason="as printed in the zone",
            contexts=view.contexts,
        )
    klobuk.edit(made, {"surname": "LATE"})
    klobuk.send(hub)
    assert record(hub, Kind.CHECK, made.record).standing is Standing.HARD
    assert count(hub, "conflict") == 1


def test_a_clock_three_days_ahead_is_accepted_and_flagged(hub: Hub, realm: Realm, klobuk: Outpost):
    """The stamp is kept as it is, both times are shown, and the hub's own stamps do not follow."""
    klobuk.skew_ms = 3 * DAY_MS
    made = klobuk.check()
    klobuk.send(hub)
    assert record(hub, Kind.CHECK, made.record).stamp == made.stamp
    with hub.kit.database.snapshot() as tx:
        ((claimed, received),) = custody.suspects(tx, [made.record]).values()
    assert claimed - received > 2 * DAY_MS
    with hub.kit.database.transaction() as tx:
        assert (hub.kit.log.clock(tx).last >> 15) - realm.dial.ms <= CLOCK_FOLLOW_MS


def test_one_unusable_change_does_not_hold_up_its_neighbours(hub: Hub, klobuk: Outpost):
    """A change no table can hold becomes a quarantine row that names it; the rest is merged."""
    klobuk.check(surname="A")
    bad = klobuk.say(Kind.CHECK, {}, fields={1: "BA", SURNAME: "B", 200: 5, SEEN + 3: "POST"})
    klobuk.check(surname="C")
    with_trigger(hub, "B")
    klobuk.send(hub)
    assert [each.text("surname") for each in records_of(hub, Kind.CHECK)] == ["A", "C"]
    (fault,) = faults(hub)
    assert (fault.dot, fault.code) == (bad.dot, "unusable")
    assert heads(hub, klobuk) == (0, 3, 0)


def with_trigger(hub: Hub, surname: str) -> None:
    """Make the table refuse a value, as a stricter version's constraint would."""
    hub.kit.database.connection().execute(
        "CREATE TRIGGER strict BEFORE INSERT ON check_record "
        f"WHEN NEW.surname = '{surname}' BEGIN SELECT RAISE(ABORT, 'refused'); END"
    )


def test_a_hit_is_actionable_before_its_check_arrives(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """The urgent lane overtakes: the alert's owner sees the hit alone, and the check once it comes."""
    raised = alert(hub, operators["RS"])
    made = klobuk.check(document_number="L898902C3")
    values = {
        "owner": "BA",
        "check": made.record,
        "alert": raised.record,
        "alert_owner": "RS",
        "post": "KLOBUK",
    }
    klobuk.say(Kind.HIT, values)
    klobuk.ask(hub, klobuk.bundle(Lane.URGENT))
    (hit,) = hub.desk.hits(operators["RS"])
    assert hit.check == str(made.record)
    assert hub.desk.checks(operators["RS"]) == ()
    klobuk.send(hub)
    assert [row.id for row in hub.desk.checks(operators["RS"])] == [str(made.record)]
