"""Every frozen vector, read by the second implementation to the value that stands beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from nacl.signing import SigningKey

from tests.second_reader import body, bundle, courier, papers, session, snapshot
from tests.second_reader.plain import Refused, blake, unpack

VECTORS = Path(__file__).parents[1] / "vectors"
data = bytes.fromhex


def read(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))


NAMES = [path.stem for path in sorted((VECTORS / "wire").glob("*.json"))]
BODIES = [read(f"wire/{name}") for name in NAMES if name != "refused"]
REFUSED = [each for each in read("wire/refused") if each["as"] != "row"]  # a row of a log never travels
SYNC, CHAIN, BUNDLE, SEGMENT = read("sync"), read("chain"), read("bundle"), read("segment")
SESSION, COURIER, SNAPSHOT, PHOTO = read("session"), read("courier"), read("snapshot"), read("photo")
PAPERS = {name: data(paper) for name, paper in read("enrolment/papers")["signed"].items()}
NODE_KEY = bytes(SigningKey(data(SESSION["node_sign_seed"])).verify_key)
HUB_KEY = data(SESSION["hub_verify_key"])
HEARD = session.Standing(
    node=SYNC["standing"]["node"],
    generation=SYNC["standing"]["generation"],
    cursors=tuple(session.Cursor(scope, at, data(chain)) for scope, at, chain in SYNC["standing"]["cursors"]),
    heard_ms=SYNC["standing"]["heard_ms"],
)
READER = session.Reader(data(CHAIN["hub_tag"]), HUB_KEY, data(SESSION["node_box_private"]), {})
ENDS = [
    (head, data(chain))
    for head, chain in zip(SYNC["standing"]["heads"], SYNC["standing"]["chains"], strict=True)
]
ACKS, FEED = [1, 5, 0], CHAIN["feed"]


def cases(of: Any, name: str = "name") -> Any:
    """One test a case, under the case's own name."""
    return pytest.mark.parametrize("case", of, ids=[case[name] for case in of])


def ends(read_it: Callable[[], str | None], expect: str) -> None:
    """Read and told `ok`, unless something else was told; or refused under this code."""
    try:
        found = read_it() or "ok"
    except Refused as refused:
        found = str(refused)
    assert found == expect


def told(change: body.Change) -> dict[str, Any]:
    """A change as the vectors tell it."""
    return {
        "dot": str(change.dot), "record": str(change.record), "kind": change.kind, "stamp": str(change.stamp),
        "author": str(change.author),
        "fields": {str(number): _told(value) for number, value in change.fields.items()},
        "context": {str(number): [str(dot) for dot in dots] for number, dots in change.context.items()},
    }  # fmt: skip


def _told(value: body.Value) -> object:
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    return list(value) if isinstance(value, tuple) else value


@cases(BODIES, "what")
def test_each_body(case: dict[str, Any]) -> None:
    """Its changes; and its payload is the same body again."""
    base = None if case["base"] is None else int(case["base"])
    found = body.decode(data(case["body"]), base=base, schema={})
    assert [told(change) for change in found] == case["changes"]
    assert body.unpacked(data(case["payload"])).hex() == case["body"]


@cases(REFUSED, "what")
def test_what_is_refused(case: dict[str, str]) -> None:
    """Under its code."""
    read_it: dict[str, Callable[[bytes], object]] = {
        "object": unpack,
        "payload": body.unpacked,
        "body": lambda raw: body.decode(raw, base=1 << 40, schema={}),
    }
    with pytest.raises(Refused, match=f"^{case['code']}$"):
        read_it[case["as"]](data(case["hex"]))


@cases(BUNDLE["cases"])
def test_each_bundle(case: dict[str, str]) -> None:
    """Header, signature, seal, content, chain."""

    key, prekey = data(BUNDLE["verify_key"]), data(BUNDLE["prekey_private"])

    def read_it() -> None:
        found = bundle.open_bundle(data(case["raw"]), node_key=key, prekey=prekey, schema={})
        assert (found.header.feed, found.header.first, found.header.count) == (FEED, 5, 3)
        assert found.body.hex() == BUNDLE["body"]
        assert (found.before.hex(), found.chain.hex()) == (BUNDLE["before"], BUNDLE["chain"])
        assert [told(change) for change in found.changes] == SYNC["changes"]

    ends(read_it, case["expect"])


@cases(SEGMENT["cases"])
def test_each_segment(case: dict[str, str]) -> None:
    """Signature, hub, shape, positions, chain."""

    def read_it() -> None:
        found = bundle.read_segment(
            data(case["raw"]), data(case["signature"]), hub=READER.hub, hub_key=HUB_KEY, schema={}
        )
        assert (found.scope, found.first, found.last, found.chain.hex()) == ("all", 1, 2, SEGMENT["chain"])
        assert [told(change) for change in found.changes] == SYNC["alerts"]

    ends(read_it, case["expect"])


def test_the_hashes() -> None:
    """Chains, digests, and the hub's tag."""
    start = bundle.chain_start(FEED)
    assert {
        "feed": FEED,
        "chain_start": start.hex(),
        "chain_start_of_node_1_urgent": bundle.chain_start(4).hex(),
        "chain_next_of_empty_body": bundle.chain_next(start, bundle.Header(b"", 7, FEED, 5, 3), b"").hex(),
        "segment_chain_of_bytes_abc": bundle.segment_chain(bundle.CHAIN_START, b"abc").hex(),
        "heads_digest_of_the_standing": session.heads_digest(ENDS).hex(),
        "feeds_digest_at_start": session.feeds_digest(HEARD.cursors).hex(),
        "hub_tag": bundle.hub_tag(HUB_KEY).hex(),
    } == CHAIN


def test_the_questions() -> None:
    """What a node says of itself; and a piece of its stream, signed with it."""
    standing = SYNC["standing"]
    digest = session.heads_digest(ENDS)
    hello = [HEARD.node, data(SESSION["nonce"]), digest, HEARD.generation, [0] * 4, standing["revocations"]]
    hello.append(standing["prekey"])
    asked = session.read_question(data(SESSION["question"]), NODE_KEY)
    assert asked.hello[:12] == [*hello, b"paper", 16, None, None, 1]
    assert (asked.bundles, asked.piece) == ([b"one bundle"], None)
    stream = data(SYNC["stream"])
    piece = [1, 9, session.check_of(stream[:9])]
    asked = session.read_question(data(SESSION["question_with_piece"]), NODE_KEY)
    assert (asked.hello[:12], asked.piece) == ([*hello, None, 16, None, piece, 1], stream[9:])
    assert session.taken_apart(stream[:9] + asked.piece) == ([b"the first bundle", b"the second"], b"")


def said(heard: session.Heard, refusals: list[list[Any]]) -> str:
    """Check what every frozen head says; then how much of the feed came."""
    assert (heard.head[:2], heard.head[3]) == ([HEARD.heard_ms + 1, 1], ACKS)
    assert heard.head[8:10] == [[[FEED, 6]], refusals]
    assert (heard.revocations, heard.prekeys) == (b"list", [b"prekey"])
    changes = [told(change) for found in heard.segments for change in found.changes]
    assert changes == ([] if heard.more else SYNC["alerts"])
    return "ok_part" if heard.standing.begun else "ok_more" if heard.more else "ok"


@cases(SESSION["cases"])
def test_each_answer(case: dict[str, str]) -> None:
    """Signature over question and all, time, positions, chain, seal."""
    question = data(SESSION["question"])
    refusals = [[0, "bad_signature"]]
    ends(
        lambda: said(session.hear_answer(data(case["raw"]), question, HEARD, READER), refusals),
        case["expect"],
    )


@cases(read("acks")["cases"])
def test_each_ack(case: dict[str, Any]) -> None:
    """Whether what the hub counts is the node's own log, by the chains beside the acks."""
    ends = [{seq: data(chain) for seq, chain in lane} for lane in case["ends"]]
    assert session.others(unpack(data(read("acks")["head"]))[1:], ends) == case["forks"]


@cases(COURIER["cases"])
def test_each_packet(case: dict[str, str]) -> None:
    """Signature, address, time, positions, chain, seal."""
    refusals = [[FEED, "feed_quarantined"]]
    ends(lambda: said(courier.hear_packet(data(case["raw"]), HEARD, READER), refusals), case["expect"])


def test_the_load_its_file_and_the_reply() -> None:
    """Where a node stands, with a bundle; the file around it; and what a relay says of it."""
    standing = SYNC["standing"]
    load = courier.read_load(courier.open_file(data(COURIER["file"]), courier.LOAD), NODE_KEY)
    slip = [HEARD.node, READER.hub, standing["heads"], 1, [0] * 4, HEARD.heard_ms]
    assert load.slip == [*slip, standing["revocations"], standing["prekey"], b"paper"]
    assert load.bundles == [b"one bundle"]
    assert COURIER["load"] in COURIER["file"]
    assert courier.read_reply(data(COURIER["reply"])) == ({FEED: 7}, [b"packet"])


@cases(SNAPSHOT["cases"])
def test_each_snapshot(case: dict[str, str]) -> None:
    """Label, length, signature, hub, shape, key, then each block's size, hash and place."""

    def read_it() -> None:
        found = snapshot.read_snapshot(
            data(case["raw"]), node=SNAPSHOT["node"], box=data(SNAPSHOT["node_box_private"]),
            hub=data(SNAPSHOT["hub"]), hub_key=data(SNAPSHOT["verify_key"]), schema={},
        )  # fmt: skip
        assert (found.name.hex(), found.content_key.hex()) == (SNAPSHOT["name"], SNAPSHOT["content_key"])
        assert [told(change) for change in found.changes] == SYNC["alerts"][::-1]

    ends(read_it, case["expect"])


@cases(PHOTO["cases"])
def test_each_photo(case: dict[str, Any]) -> None:
    """Whole when all numbers are here and some choice of contents has the address."""
    pieces = body.decode(data(PHOTO["body"]), base=PHOTO["base"], schema={})
    assert b"".join(piece.fields[10] for piece in pieces).hex() == PHOTO["photo"]
    contents: dict[int, set[bytes]] = {number: set() for number in range(1, pieces[0].fields[9] + 1)}
    for piece, content in zip(pieces, case["contents"], strict=False):
        contents[piece.fields[8]].add(data(content))
    wholes = [b"".join(choice) for choice in product(*contents.values())]
    right = any(blake(32, whole) == pieces[0].fields[7] == data(PHOTO["address"]) for whole in wholes)
    assert case["expect"] == ("whole" if right else "photo_address_wrong" if wholes else "arriving")


def test_nothing_here_leans_on_the_product() -> None:
    """Only the comparison imports it."""
    leaning = {
        path.name
        for path in Path(__file__).parent.glob("*.py")
        if re.search(r"^\s*(from|import) (shared|edge|hub|provisioning)\b", path.read_text(), re.MULTILINE)
    }
    assert leaning == {"test_against_the_product.py"}


def test_the_call() -> None:
    """Who calls, when, and where it stands."""
    call = courier.read_call(data(read("doorbell")["call"]), NODE_KEY)
    assert call == [HEARD.node, HEARD.heard_ms + 1, 3, [7, 0, 12, 1]]


def test_the_papers() -> None:
    """Each under the key that vouches for it, from the authority's card down."""
    _, authority, _, made = papers.read_paper(PAPERS["authority card"], papers.AUTHORITY_CARD)
    hub, prekeys, url = papers.read_hub_card(PAPERS["hub card"], authority)
    assert (hub[:2], url) == ([1, "PCC"], "https://pcc.example:8443")
    assert [number for number, *_ in prekeys] == [1, 2]
    assert papers.read_paper(PAPERS["hub certificate"], papers.HUB_CERTIFICATE, authority) == hub
    assert papers.read_paper(PAPERS["hub request"], papers.HUB_REQUEST) == hub[1:]
    assert papers.read_paper(PAPERS["prekey"], papers.PREKEY, hub[2]) == prekeys[0]
    revoked = papers.read_paper(PAPERS["revocations"], papers.REVOCATIONS, authority)
    assert revoked == [4, made, [2, HEARD.node]]
    node = papers.read_paper(PAPERS["certificate"], papers.CERTIFICATE, authority)
    assert node[:5] == [7, HEARD.node, "KLOBUK", 3, "BA"]
    pack = papers.read_paper(PAPERS["node pack"], papers.NODE_PACK, authority)
    assert pack[:2] == [PAPERS["authority card"], PAPERS["hub card"]]
    asked = papers.read_request(PAPERS["request"], pack[8])
    assert asked == [authority, pack[7], *node[1:2], *node[5:7], bytes(80), made]
