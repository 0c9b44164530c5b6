"""Questions over HTTP: every way a link can fail has a code, and no answer fills the memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from edge.transport import HubLink
from shared import wire
from shared.errors import RemoteError
from shared.limits import REPLY_MAX_BYTES

Handler = Callable[[httpx.Request], httpx.Response]


def code_of(handler: Handler) -> str:
    with (
        HubLink("http://hub.test", transport=httpx.MockTransport(handler)) as link,
        pytest.raises(RemoteError) as told,
    ):
        link.exchange(b"question")
    assert told.value.hint
    return told.value.code


def test_a_question_is_carried_as_it_is():
    """The bytes go to the one path, and the answer's bytes come back."""
    seen: list[tuple[str, str, bytes]] = []

    def hub(request: httpx.Request) -> httpx.Response:
        seen.append((request.method, request.url.path, request.read()))
        return httpx.Response(200, content=b"answer")

    with HubLink("http://hub.test", transport=httpx.MockTransport(hub)) as link:
        assert link.exchange(b"question") == b"answer"
    assert seen == [("POST", "/sync/v1", b"question")]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (httpx.ConnectError("no route"), "link_down"),
        (httpx.ReadError("reset"), "link_cut"),
        (httpx.RemoteProtocolError("junk"), "link_cut"),
        (httpx.ConnectTimeout("slow"), "link_down"),
        (httpx.ReadTimeout("slow"), "link_slow"),
    ],
)
def test_a_broken_link_has_a_code(fault: Exception, code: str):
    """Whatever httpx raises becomes one of ours."""

    def broken(_: httpx.Request) -> httpx.Response:
        raise fault

    assert code_of(broken) == code


def test_a_hubs_refusal_keeps_its_code():
    """What the hub says is wrong reaches the officer's page by the hub's own code."""
    body = wire.pack([1, "node_revoked", "revoked", "Call the authority."])
    assert code_of(lambda _: httpx.Response(403, content=body)) == "node_revoked"


@pytest.mark.parametrize(
    ("status", "content", "code"),
    [
        (502, b"<html>", "hub_busy"),
        (429, b"", "hub_busy"),
        (404, b"<html>not here</html>", "not_a_hub"),
        (302, b"", "not_a_hub"),
        (500, wire.pack(["only", "two"]), "not_a_hub"),
    ],
)
def test_what_is_no_hub_is_named(status: int, content: bytes, code: str):
    """A proxy's page and a captive portal are told apart from a hub."""
    assert code_of(lambda _: httpx.Response(status, content=content)) == code


def test_an_endless_answer_is_cut_off():
    """Reading stops at the cap, however much the other side would send."""
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while True:
            sent += 1 << 16
            yield bytes(1 << 16)

    assert code_of(lambda _: httpx.Response(200, content=endless())) == "answer_too_large"
    assert sent <= REPLY_MAX_BYTES + (1 << 17)


def test_a_refusal_brings_the_paper_that_proves_it():
    """As the hub's door packs it; anything else in its place is none."""
    for told, paper in (([b"list"], b"list"), (["list"], None), ([], None)):
        body = wire.pack([1, "node_revoked", "no", "Call the authority.", *told])
        with (
            HubLink(
                "http://hub.test",
                transport=httpx.MockTransport(lambda _, b=body: httpx.Response(403, content=b)),
            ) as link,
            pytest.raises(RemoteError) as refused,
        ):
            link.exchange(b"question")
        assert (refused.value.code, refused.value.paper) == ("node_revoked", paper)
