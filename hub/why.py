"""Why a desk may see a record: the routes that lead to it.

Must not know: how a route is found, what the policy allows.
"""

from __future__ import annotations

from enum import StrEnum


class Why(StrEnum):
    """By which route a desk may see a record."""

    OWN = "own"  # its own country's
    HIT = "hit"  # a hit on one of its alerts
    CONFLICT = "conflict"  # it is a party to an open conflict
    REQUEST = "request"  # the owner answered its request about it
    LISTED = "listed"  # an alert meant for this country too
