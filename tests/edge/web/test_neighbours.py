"""The door for neighbours: open only where the node is told to carry, and never wider than a load."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from edge.app import create_app
from edge.node import EdgeNode
from shared import courier, wire
from shared.limits import REQUEST_MAX_BYTES


@pytest.fixture
def app(node: EdgeNode) -> Flask:
    made = create_app(node.booth, secret_key=b"pages" * 8, relay=node.relay)
    made.testing = True
    return made


@pytest.fixture
def door(app: Flask) -> FlaskClient:
    return app.test_client()


def refusal(answer: object) -> list[object]:
    found = wire.unpack(answer.data, max_bytes=4096)  # type: ignore[attr-defined]  # a response
    assert isinstance(found, list)
    return found


def test_a_node_that_does_not_carry_has_no_such_door(node: EdgeNode):
    """Without --relay the address is not there, for anyone."""
    client = create_app(node.booth, secret_key=b"pages" * 8).test_client()
    assert client.post("/relay/v1", data=b"load").status_code in {400, 403, 404}


def test_junk_is_refused_in_bytes_a_machine_reads(door: FlaskClient):
    """Version, code, words and hint, under the error's own status."""
    answer = door.post("/relay/v1", data=b"junk", content_type="application/octet-stream")
    assert answer.status_code == 400
    assert answer.mimetype == "application/octet-stream"
    version, code, message, hint = refusal(answer)
    assert (version, bool(code), bool(message), bool(hint)) == (1, True, True, True)


def test_a_load_beyond_the_limit_is_refused_by_its_announced_length(door: FlaskClient):
    """413, in bytes a machine reads."""
    answer = door.post("/relay/v1", data=bytes(REQUEST_MAX_BYTES + 1))
    assert answer.status_code == 413
    assert refusal(answer)[1] == "load_too_large"


def test_its_own_load_is_refused(door: FlaskClient, node: EdgeNode):
    """An address that leads to the node itself is told as such, and leaves nothing behind."""
    with node.kit.database.snapshot() as tx:
        slip = node.courier.slip(tx)
    answer = door.post("/relay/v1", data=courier.write_load(slip, []))
    assert refusal(answer)[1] == "relay_to_itself"


def test_nobody_reads_through_the_door(door: FlaskClient):
    """It takes loads and gives replies; it shows nothing."""
    assert door.get("/relay/v1").status_code in {303, 405}
