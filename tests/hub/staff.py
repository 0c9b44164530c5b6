"""Operators for tests: made in the desk's name, past their first password."""

from __future__ import annotations

from hub.desk.people import desk_itself
from hub.desk.view import Operator
from hub.hub import Hub
from tests.hub.outpost import PASSWORD

FIRST = "spring river stone"


def operators_of(hub: Hub) -> dict[str, Operator]:
    """One operator a desk, by country."""
    found = {}
    for country in ("BA", "ME", "RS"):
        login = f"{country.lower()}.desk"
        hub.desk.people.add_with(
            desk_itself(country),
            login=login,
            full_name=f"{country} operator",
            role="operator",
            posts=(),
            password=FIRST,
        )
        entered = hub.desk.sign_in(login=login, password=FIRST, device="test")
        found[country] = hub.desk.change_password(entered, current=FIRST, new=PASSWORD, again=PASSWORD)
    return found
