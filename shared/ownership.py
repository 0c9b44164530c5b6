"""Whose record is it? The pure rule by which the hub refuses foreign edits.

Job: judge a change against the record it touches. Only the owner's country may alter a record;
officers and bulletins belong to the desk; a creating change must come from the country it claims.
The verdict is a reason code for a `refused` change, never an exception: refusing is normal work.
Must not know: storage, sessions.
"""

from __future__ import annotations

from shared.change import Change
from shared.schema import OWNER, Rule, field_by_number, record_type


def judge(
    change: Change, *, author_country: str, owner: str | None, from_desk: bool, revoked: bool
) -> str | None:
    """The reason to refuse a change, or None.

    `author_country` is the node's country by its certificate, or the operator's by their record;
    `owner` is the record's owner, None while its creating change has not arrived.
    """
    if revoked:
        return "author_revoked"
    claimed = change.owner if change.creates else owner
    if claimed is None:
        return "no_owner" if change.creates else None  # judged again when the record arrives
    if claimed != author_country:
        return "foreign_owner"
    if from_desk:
        return None
    return _judge_node(change)


def _judge_node(change: Change) -> str | None:
    row_type = record_type(change.kind)
    if row_type is None:
        return None
    if row_type.desk_owned and change.creates:
        return "desk_owned"
    for number in change.fields:
        field = field_by_number(change.kind, number)
        if field is None:
            continue
        if row_type.desk_owned and field.name not in row_type.node_may_set:
            return "desk_owned"
        if not change.creates and (number == OWNER or field.rule is Rule.ONCE):
            return "immutable_field"
    return None
