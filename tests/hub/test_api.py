"""The sync door over HTTP: bytes in, bytes out, coded refusals, nothing read beyond the limit."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hub.api import OCTETS, refusal
from hub.app import create_app
from hub.hub import Hub
from shared import doorbell, wire
from shared.errors import TrustError
from shared.limits import REQUEST_MAX_BYTES
from tests.hub.outpost import Outpost
from tests.hub.world import heads


@pytest.fixture
def client(hub: Hub) -> FlaskClient:
    return create_app(hub).test_client()


def ask(client: FlaskClient, data: bytes, content_type: str = OCTETS) -> TestResponse:
    return client.post("/sync/v1", data=data, content_type=content_type)


def code_of(answer: TestResponse) -> object:
    """The code in a refusal's body."""
    match wire.unpack(answer.data, max_bytes=10_000):
        case [1, str() as code, str(), str() as hint] if hint:
            return code
        case other:
            return other


def test_a_question_is_answered_in_bytes(client: FlaskClient, hub: Hub, klobuk: Outpost):
    """A bundle posted to the door is merged, and the answer believes."""
    klobuk.check()
    end = klobuk.end()
    answer = ask(client, klobuk.question(end, [klobuk.bundle()]))
    assert answer.status_code == 200
    assert dict(answer.headers) == {"Cache-Control": "no-store", "Content-Length": str(len(answer.data))}
    assert end.hear(answer.data).head.hub_node == 1
    assert heads(hub, klobuk) == (0, 1, 0)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 400),
        (b"\x00", 400),
        (b"<html>", 400),
        (b"\x94\x01\xc4\x00\xc4\x00\x90", 400),
        (b"\x91" * 100_000, 400),
        (b"\x82\x01\x02\x01\x03", 400),
    ],
)
def test_nonsense_is_refused_with_a_code(client: FlaskClient, data: bytes, status: int):
    """Empty, foreign, nested to the bottom, a map with one key twice: each has its code and hint."""
    answer = ask(client, data)
    assert answer.status_code == status
    assert isinstance(code_of(answer), str)


def test_a_node_that_never_showed_its_certificate_is_told_so(client: FlaskClient, klobuk: Outpost):
    """403 and a code by which the node knows to send it."""
    question = klobuk.question(klobuk.end(), [])
    bare = wire.unpack(question, max_bytes=100_000)
    assert isinstance(bare, list)
    hello = wire.unpack(bare[1], max_bytes=100_000)
    assert isinstance(hello, list)
    hello[8] = None  # the certificate
    bare[1] = wire.pack(hello)
    answer = ask(client, wire.pack(bare))
    assert (answer.status_code, code_of(answer)) == (403, "node_unknown")


def test_a_body_beyond_the_limit_is_refused_by_its_length(client: FlaskClient):
    """Ten megabytes are refused with 413 before a byte of them is looked at."""
    answer = ask(client, bytes(REQUEST_MAX_BYTES + 1))
    assert (answer.status_code, code_of(answer)) == (413, "question_too_large")


def test_only_octets_are_questions(client: FlaskClient):
    """A form or JSON at the sync door is told what belongs there."""
    answer = ask(client, b"{}", content_type="application/json")
    assert (answer.status_code, code_of(answer)) == (415, "not_octets")


def test_the_door_needs_no_csrf_token_and_sets_no_cookie(client: FlaskClient, klobuk: Outpost):
    """Nodes are known by their signatures; the console's cookies are none of their business."""
    answer = ask(client, klobuk.question(klobuk.end(), []))
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_a_full_disk_is_507_with_a_code(client: FlaskClient, hub: Hub, klobuk: Outpost):
    """The node keeps its bundles and its officers are told whose disk it is."""
    klobuk.ask(hub)
    for _ in range(300):
        klobuk.check(remark="x" * 1_500)
    question = klobuk.question(klobuk.end(), [klobuk.bundle(count=100) for _ in range(3)])
    pages = hub.kit.database.connection().execute("PRAGMA page_count").fetchone()[0]
    hub.kit.database.connection().execute(f"PRAGMA max_page_count = {pages + 2}").fetchall()
    answer = ask(client, question)
    assert (answer.status_code, code_of(answer)) == (507, "disk_full")
    assert heads(hub, klobuk) == (0, 0, 0)


def test_a_monitor_learns_only_that_it_works(client: FlaskClient):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_a_refusal_carries_the_paper_that_proves_it():
    """Behind code, message and hint; a refusal without one stays as it was."""
    refused = TrustError("node_revoked", "no", hint="Call the authority.")
    assert wire.unpack(refusal(refused).data, max_bytes=100) == [
        1,
        "node_revoked",
        "no",
        "Call the authority.",
    ]
    refused.paper = b"list"
    assert wire.unpack(refusal(refused).data, max_bytes=100)[4:] == [b"list"]


def test_whoever_asks_the_hub_for_the_doorbell_is_told_where_it_is(client: FlaskClient, hub: Hub):
    """The port beside it, while one listens there; else that there is none."""
    asked = client.post(doorbell.PATH)
    assert (asked.status_code, asked.headers[doorbell.PORT_HEADER]) == (503, "0")
    hub.keep_doorbell_port(4711)
    asked = client.post(doorbell.PATH)
    assert (asked.status_code, asked.headers[doorbell.PORT_HEADER]) == (421, "4711")
