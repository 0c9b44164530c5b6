"""Ownership: whose change counts, by the table."""

from __future__ import annotations

import pytest

from shared.change import Change, Value, named
from shared.clock import Stamp
from shared.ids import SYSTEM, Dot, RecordId
from shared.ownership import judge
from shared.schema import OWNER, SCHEMA, Kind, RecordType


def change(kind: Kind = Kind.CHECK, record: int = 5, dot: int = 5, **fields: Value) -> Change:
    return Change(dot=Dot(dot), record=RecordId(Dot(record)), kind=kind, stamp=Stamp(1), author=SYSTEM,
                  fields=named(kind, fields))  # fmt: skip


def verdict(
    of: Change, *, author: str = "BA", owner: str | None = None, desk: bool = False, revoked: bool = False
) -> str | None:
    return judge(of, author_country=author, owner=owner, from_desk=desk, revoked=revoked)


COUNTRIES = ("BA", "ME", "RS")


@pytest.mark.parametrize("desk", [False, True], ids=["node", "desk"])
@pytest.mark.parametrize("author", COUNTRIES)
@pytest.mark.parametrize("owner", COUNTRIES)
def test_only_the_owners_country_creates_and_edits(author: str, owner: str, *, desk: bool) -> None:
    """Author by owner, from a post or from a desk: a foreign hand is refused, its own passes."""
    expected = None if author == owner else "foreign_owner"
    assert verdict(change(owner=owner), author=author, desk=desk) == expected
    edit = change(dot=6, surname="B")
    assert verdict(edit, author=author, owner=owner, desk=desk) == expected


def test_an_edit_cannot_bring_its_own_owner() -> None:
    """The record's owner counts, not the one an edit claims."""
    edit = change(dot=6, owner="ME")
    assert verdict(edit, author="ME", owner="BA") == "foreign_owner"
    assert verdict(edit, author="BA", owner="BA") == "immutable_field"


def test_a_creation_without_an_owner_is_refused() -> None:
    """A record nobody owns could be edited by nobody."""
    assert verdict(change(surname="A")) == "no_owner"


def test_an_edit_that_came_first_waits_unjudged() -> None:
    """Whose it is cannot be known before the record is here."""
    assert verdict(change(dot=6, surname="B"), owner=None) is None


@pytest.mark.parametrize("desk", [False, True], ids=["node", "desk"])
def test_a_revoked_author_is_refused_everything(*, desk: bool) -> None:
    """Even on its own country's records, even what must wait."""
    for of, owner in ((change(owner="BA"), None), (change(dot=6, surname="B"), "BA"), (change(dot=6), None)):
        assert verdict(of, owner=owner, desk=desk, revoked=True) == "author_revoked"


@pytest.mark.parametrize("row", SCHEMA.values(), ids=lambda row: row.name)
def test_desk_owned_kinds_are_created_by_desks_only(row: RecordType) -> None:
    """A post may not make an officer, a bulletin, a tombstone or a refusal of changes."""
    made = Change(dot=Dot(5), record=RecordId(Dot(5)), kind=row.kind, stamp=Stamp(1), author=SYSTEM,
                  fields={OWNER: "BA"})  # fmt: skip
    assert verdict(made) == ("desk_owned" if row.desk_owned else None)
    assert verdict(made, desk=True) is None


def test_an_officers_own_password_is_all_a_post_may_set() -> None:
    """`own_verifier` and `own_reset` pass; role, posts, the desk's verifier and disabling do not."""

    def edit(**fields: Value) -> str | None:
        return verdict(change(Kind.OFFICER, dot=6, **fields), owner="BA")

    assert edit(own_verifier="x", own_reset=1) is None
    for fields in ({"role": "operator"}, {"posts": ("X",)}, {"verifier": "x"}, {"disabled": True},
                   {"own_verifier": "x", "disabled": False}):  # fmt: skip
        assert edit(**fields) == "desk_owned"


def test_a_post_may_not_change_what_is_fixed_at_creation() -> None:
    """Event time, post and shown verdict stay; what may be mistyped may be corrected."""
    for fields, expected in (
        ({"surname": "B"}, None),
        ({"happened": 7}, "immutable_field"),
        ({"verdict": "clear"}, "immutable_field"),
        ({"surname": "B", "post": "X"}, "immutable_field"),
    ):
        assert verdict(change(dot=6, **fields), owner="BA") == expected  # type: ignore[arg-type]  # plain values


def test_newer_kinds_and_fields_pass_by_owner_alone() -> None:
    """What this version does not know is judged by country and kept."""
    strange = Change(dot=Dot(5), record=RecordId(Dot(5)), kind=777, stamp=Stamp(1), author=SYSTEM,
                     fields={OWNER: "BA", 9: 1})  # fmt: skip
    assert verdict(strange) is None
    assert verdict(strange, author="ME") == "foreign_owner"
    newer = Change(dot=Dot(6), record=RecordId(Dot(5)), kind=Kind.CHECK, stamp=Stamp(1), author=SYSTEM,
                   fields={4_000: 1})  # fmt: skip
    assert verdict(newer, owner="BA") is None
