"""Somebody on the way between a post and the hub, who keeps what passes and has no key.

Job: send recorded questions again, give old answers, leave parts of answers out.
Must not know: what the sealed parts say.
"""

from __future__ import annotations

from provisioning.demo.relay import Exchange, Relay, Tamper
from shared import session, wire
from shared.errors import KaraulaError
from shared.limits import REPLY_MAX_BYTES


def with_bundles(relay: Relay) -> list[Exchange]:
    """The recorded exchanges in which the node brought bundles."""
    return [each for each in relay.recorded() if _bundles(each)]


def _bundles(exchange: Exchange) -> int:
    try:
        return len(session.read_question(exchange.question_body).bundles)
    except KaraulaError:
        return 0


def play_again(relay: Relay) -> int:
    """Send every recorded question that had bundles once more; returns how many bundles that were."""
    count = 0
    for exchange in with_bundles(relay):
        relay.send_again(exchange.question)
        count += _bundles(exchange)
    return count


def old_answer(relay: Relay) -> Tamper:
    """Gives the oldest answer on record in place of each true one."""
    old = relay.recorded()[0].answer
    return lambda exchange: old


def without_parcel(exchange: Exchange) -> bytes:
    """The true answer with its feed taken out, or with its seal broken where it carried none."""
    answer = wire.unpack(exchange.answer_body, max_bytes=REPLY_MAX_BYTES)
    if not isinstance(answer, list) or len(answer) < 4:
        return exchange.answer
    answer[3] = None if answer[3] is not None else b"\0" * 64
    return _framed(exchange.answer, wire.pack(answer))


def _framed(answer: bytes, body: bytes) -> bytes:
    """Another body under the same head."""
    head = answer.partition(b"\r\n\r\n")[0].split(b"\r\n")
    kept = [line for line in head if not line.lower().startswith(b"content-length:")]
    return b"\r\n".join([*kept, b"Content-Length: %d" % len(body)]) + b"\r\n\r\n" + body
