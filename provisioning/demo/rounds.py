"""Everything an officer does in a shift, once: to see that no page waits for the hub.

Job: walk all of a post's pages and note how each was answered. Must not know: whether the hub lives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx

from provisioning.demo.browser import Unexpected
from provisioning.demo.notes import PageServed
from provisioning.demo.officer import OfficerAtBooth, SavedCheck
from provisioning.demo.travellers import Traveller


def every_page(officer: OfficerAtBooth, traveller: Traveller) -> tuple[list[PageServed], list[SavedCheck]]:
    """Walk all pages; (how each was answered, the checks that were saved on the way).

    A page that fails is noted with its status (0: no answer at all) and ends the walk.
    """
    served: list[PageServed] = []
    saved: list[SavedCheck] = []
    for name, step in _steps(officer, traveller, saved):
        before = len(officer.browser.times_s)
        status = 0
        try:
            step()
            status = officer.browser.page.status
        except (Unexpected, LookupError):
            status = officer.browser.page.status or -1
            status = status if status >= 400 else -1
        except httpx.HTTPError:
            status = 0
        slowest = max(officer.browser.times_s[before:], default=0.0)
        served.append(PageServed(where=officer.post, page=name, status=status, seconds=slowest))
        if status != 200:
            break
    return served, saved


def _steps(
    officer: OfficerAtBooth, traveller: Traveller, saved: list[SavedCheck]
) -> Iterator[tuple[str, Callable[[], object]]]:
    browser = officer.browser
    yield "sign in", officer.sign_in
    yield "check, saved", lambda: saved.append(officer.check(traveller))
    yield "recent checks", officer.recent
    yield "one check", lambda: officer.check_page(saved[0].id)
    yield (
        "correct",
        lambda: officer.correct(saved[0], remark="Seen again at the barrier", reason="Added later"),
    )
    yield "void form", lambda: browser.get(f"/checks/{saved[0].id}/void")
    yield "hits", officer.hits
    yield "look-up", lambda: officer.look_up(document_number=traveller.document_number)
    yield "type by hand", lambda: browser.get("/manual")
    yield "status", officer.status
    yield "sync now", officer.sync_now
    yield "password form", lambda: browser.get("/password")
