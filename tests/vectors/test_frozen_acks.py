"""Acks and their chains, byte for byte; what nodes make of them; and a node that compared counts alone."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from shared.database import Connection
from shared.ids import Lane, feed_of
from shared.ledger.log import OwnLog
from shared.session import counts_digest, heads_digest, read_question
from shared.session.messages import read_head, write_head
from tests.shared.ledger.files import open_ledger
from tests.vectors import sync
from tests.vectors.freeze_acks import HEAD
from tests.vectors.sync import NODE

FROZEN = sync.read("acks")
Ends = list[list[tuple[int, str]]]


def fill(tx: Connection, log: OwnLog, ends: Ends) -> None:
    """Let a log's bundles begin and end there."""
    log.set_up(tx)
    for lane, found in zip(Lane, ends, strict=True):
        for (begins, before), (seq, _) in pairwise(found):
            tx.execute(
                "INSERT INTO sealed (feed, first, count, before, body, prekey, raw, cut_ms) "
                "VALUES (?, ?, ?, ?, x'', 0, x'', 0)",
                (feed_of(NODE, lane), begins + 1, seq - begins, bytes.fromhex(before)),
            )
        cut, chain = found[-1]
        tx.execute(
            "UPDATE own_head SET seq = ?1, cut_seq = ?1, chain = ?2 WHERE lane = ?3",
            (cut, bytes.fromhex(chain), lane),
        )


def test_the_frozen_head_is_written_and_read_alike() -> None:
    """The chains stand behind all that a head ever said, of the lanes that have one."""
    assert write_head(HEAD).hex() == FROZEN["head"]
    assert read_head(bytes.fromhex(FROZEN["head"])) == HEAD


@pytest.mark.parametrize("case", FROZEN["cases"], ids=[case["name"] for case in FROZEN["cases"]])
def test_each_log_is_told_from_the_hubs(case: dict[str, Ends], tmp_path: Path) -> None:
    """By the chain where the hub stands, as far as bundles are kept."""
    database, log = open_ledger(tmp_path / "log.db"), OwnLog(node=NODE, now_ms=lambda: 0)
    assert HEAD.acks is not None
    with database.transaction() as tx:
        fill(tx, log, case["ends"])
        forks = [lane for lane, chain in HEAD.chains if log.is_another(tx, lane, HEAD.acks[lane], chain)]
    assert forks == case["forks"]


def test_a_node_that_compares_counts_is_still_heard() -> None:
    """Its digest is over its heads alone: it never agrees, so that acks always come."""
    question = read_question(bytes.fromhex(FROZEN["question_before"]))
    question.believe(sync.NODE_SIGN.verify_key)
    assert question.hello.heads_digest == counts_digest(sync.ends()) != heads_digest(sync.ends())
