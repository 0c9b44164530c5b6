"""What a careless or hostile hand does at a post: edits that are not its to make."""

from __future__ import annotations

from edge.store import watch
from shared.change import Value, named
from shared.ids import OfficerId
from shared.ledger import records
from shared.schema import Kind, field_by_name
from tests.simulation.chance import Chance, Fault
from tests.simulation.machine import Post


def edit_foreign_alert(post: Post, chance: Chance) -> None:
    """Change an alert that another country owns, as a program with a fault in its pages could."""
    _edit_alert(
        post, chance, "owner <> ?", {"document_number": "STOLEN", "status": "withdrawn"}, Fault.FOREIGN_EDIT
    )


def edit_own_alert(post: Post, chance: Chance) -> None:
    """Change an alert of the post's own country, at the same time as its desk may."""
    values: dict[str, Value] = chance.pick([{"reason": "seen at the post"}, {"document_number": "UT000001"}])
    _edit_alert(post, chance, "owner = ?", values, None)


def claim_foreign_record(post: Post, chance: Chance) -> None:
    """Make a record in another country's name."""
    kit = post.node.kit
    other = "ME" if post.country != "ME" else "RS"
    chance.fire(Fault.FOREIGN_EDIT)
    with kit.database.transaction() as tx:
        values: dict[str, Value] = {"owner": other, "category": "apprehension", "facts": "not ours to write"}
        kit.log.append(tx, kind=Kind.INCIDENT, author=OfficerId(1), fields=named(Kind.INCIDENT, values))


def set_password(post: Post, chance: Chance) -> None:
    """No mischief but a coincidence: an officer sets a password at two posts at the same time."""
    kit = post.node.kit
    with kit.database.transaction() as tx:
        found = records.select(tx, Kind.OFFICER, "owner = ?", (post.country,), "ORDER BY id DESC LIMIT 5")
        if found:
            officer = chance.pick(found).id
            fields = named(Kind.OFFICER, {"own_verifier": f"set at {post.name}", "own_reset": 1})
            context = records.context_of(tx, Kind.OFFICER, officer)
            kit.log.append(
                tx,
                kind=Kind.OFFICER,
                author=OfficerId(officer),
                fields=fields,
                record=officer,
                context=context,
            )


def _edit_alert(
    post: Post, chance: Chance, where: str, values: dict[str, Value], fault: Fault | None
) -> None:
    kit = post.node.kit
    with kit.database.transaction() as tx:
        found = records.select(tx, Kind.ALERT, where, (post.country,), "ORDER BY id DESC LIMIT 5")
        if not found:
            return
        alert = chance.pick(found).id
        if fault is not None:
            chance.fire(fault)
        kit.log.append(
            tx,
            kind=Kind.ALERT,
            author=OfficerId(1),
            fields={field_by_name(Kind.ALERT, name).number: value for name, value in values.items()},
            record=alert,
            context=records.context_of(tx, Kind.ALERT, alert),
        )
        watch.rekey(tx, kit.matcher, [alert])
