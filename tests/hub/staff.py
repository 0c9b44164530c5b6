"""Operators for tests that are not about signing in: made in the desk's name, sitting at it already."""

from __future__ import annotations

from hub.desk.view import Operator
from hub.hub import Hub
from shared.change import Value, named
from shared.crypto import password_verifier
from shared.ids import OfficerId
from shared.schema import Kind
from tests.hub.outpost import PASSWORD

_VERIFIER = password_verifier(PASSWORD)  # made once: it is slow on purpose


def operators_of(hub: Hub) -> dict[str, Operator]:
    """One operator a desk, by country."""
    return {country: _operator(hub, country) for country in ("BA", "ME", "RS")}


def _operator(hub: Hub, country: str) -> Operator:
    login = f"{country.lower()}.desk"
    values: dict[str, Value] = {
        "owner": country,
        "login": login,
        "full_name": f"{country} operator",
        "role": "operator",
        "verifier": _VERIFIER,
        "reset": 1,
        "own_verifier": _VERIFIER,
        "own_reset": 1,
    }
    with hub.kit.database.transaction() as tx:
        applied = hub.kit.log.append(
            tx, kind=Kind.OFFICER, author=OfficerId(0), fields=named(Kind.OFFICER, values)
        )
        hub.merger.accept_own(tx, applied)
    return Operator(
        officer=OfficerId(applied.change.record),
        login=login,
        full_name=f"{country} operator",
        role="operator",
        country=country,
        device="test",
        must_change=False,
        token=login,
    )
