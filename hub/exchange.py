"""The exchange: one question of a node, one signed answer.

Job: believe who asks, take in what they bring, commit, and only then answer with acks, the feed and
the signed lists they lack.
Invariants
* Nothing is acknowledged that is not committed: the answer is composed from the committed rows.
* A node speaks by its certificate, which the authority signed; a revoked one is told so, and no more, and
  so is one whose place another has taken.
Must not know: HTTP.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Final

from hub import uploads
from hub.feed import Feed, Reading
from hub.inbox import Inbox, Receipt
from hub.kit import Kit
from hub.prekeys import PrekeyRing
from hub.returns import Returns
from hub.standing import Revoked
from hub.store import backups, custody, gaps, lives, nodes, opening
from hub.store.lives import Past
from hub.store.nodes import KnownNode
from hub.succession import Succession, refuse_replaced
from shared import session
from shared.crypto import VerifyKey
from shared.database import Connection
from shared.enrolment import Certificate, Revocations
from shared.errors import TrustError
from shared.ids import SYSTEM
from shared.ledger import audit
from shared.ledger.audit import Line
from shared.scope import scopes_of_node
from shared.session import End, Former, Head, Held, Question, chains_told, counts_digest, heads_digest

LOST_TOLD_MAX: Final = 16  # the next ones when these have come


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What was committed for one question, to answer with."""

    node: KnownNode
    receipt: Receipt
    ends: tuple[End, ...]
    held: tuple[Held, ...]
    reading: Reading
    former: tuple[Former, ...]
    lost: tuple[tuple[int, int, int], ...]
    safe_ms: int
    time_ms: int
    past: Past
    not_returned: tuple[tuple[int, str], ...]


class Exchange:
    """Answers questions. Safe to call from several threads."""

    def __init__(
        self,
        kit: Kit,
        *,
        inbox: Inbox,
        feed: Feed,
        ring: PrekeyRing,
        revoked: Revoked,
        returns: Returns,
        succession: Succession,
    ) -> None:
        self._kit = kit
        self._succession = succession
        self._inbox = inbox
        self._feed = feed
        self._ring = ring
        self._revoked = revoked
        self._returns = returns
        self._newest_ms = 0  # the latest time signed so far

    def answer(self, data: bytes) -> bytes:
        """Answer one question's bytes.

        Raises SessionError, WireError, TrustError (`node_unknown`, `node_revoked`, `node_replaced`,
        `bad_signature`) for what the node must mend; StoreError when nothing could be committed.
        """
        question = session.read_question(data)
        now = self._kit.now_ms()
        with self._kit.database.snapshot() as tx:
            revoked = self._revoked.read(tx)
            certificate = self._certificate(question)
            known = nodes.find(tx, question.hello.node)
        if revoked is not None and question.hello.node in revoked.nodes:
            raise self._turned_away(question, known, certificate, revoked)
        question.believe(_key_of(known, certificate))
        if certificate is not None and (known is None or certificate.serial > known.serial):
            self.admit(certificate, question.hello.certificate or b"")
        if self._revoked.learn(question.returned):
            with self._kit.database.snapshot() as tx:
                revoked = self._revoked.read(tx)
            if revoked is not None and question.hello.node in revoked.nodes:
                raise self._turned_away(question, known, certificate, revoked)
        given_back = self._returns.read(question.returned)
        piece, brought = question.hello.upload, question.bundles
        with self._kit.database.snapshot() as tx:
            arrival = None if piece is None else uploads.read(tx, question.hello.node, piece)
            brought += () if arrival is None else arrival.bundles  # what came whole is urgent: it is first
            refuse_replaced(tx, question.hello.node)
            parcels = [self._inbox.read(tx, raw, revoked, by=question.hello.node) for raw in brought]
        with self._kit.database.transaction() as tx:
            unkept = None if arrival is None else uploads.keep(tx, question.hello.node, arrival, at_ms=now)
            not_returned = self._returns.take(tx, question.hello.node, given_back, at_ms=now)
            receipt = self._inbox.take(tx, parcels, by=question.hello.node, at_ms=now)
            if unkept is not None:
                receipt.refusals.append((session.PIECE, unkept))
            said = self._compose(tx, question, receipt, not_returned, now)
        return self._speak(question, said, revision=None if revoked is None else revoked.number)

    def _turned_away(
        self,
        question: Question,
        known: KnownNode | None,
        certificate: Certificate | None,
        revoked: Revocations,
    ) -> TrustError:
        """The refusal of a revoked node; with the list that proves it, if it is the node that asks."""
        try:
            revoked.refuse(question.hello.node)
        except TrustError as refusal:
            with contextlib.suppress(TrustError):
                question.believe(_key_of(known, certificate))
                refusal.paper = self._revoked.paper
            return refusal
        raise AssertionError("only called for a node on the list")

    def _certificate(self, question: Question) -> Certificate | None:
        raw = question.hello.certificate
        if raw is None:
            return None
        certificate = Certificate.read(raw, authority=self._kit.identity.authority.verify_key)
        if certificate.node != question.hello.node:
            raise TrustError(
                "foreign_certificate",
                "the certificate is another node's",
                hint="Put this node's own certificate back.",
            )
        return certificate

    def admit(self, certificate: Certificate, paper: bytes) -> None:
        """Note a believed certificate and its paper."""
        now = self._kit.now_ms()
        with self._kit.database.transaction() as tx:
            nodes.admit(tx, certificate, paper, at_ms=now)
            self._succession.admit(tx, certificate, paper, at_ms=now)
            audit.write(
                tx,
                Line(
                    at_ms=now,
                    officer=SYSTEM,
                    device=f"node {certificate.node}",
                    action="node_admitted",
                    detail=f"{certificate.post} {certificate.epoch} {certificate.country}",
                ),
            )

    def _compose(
        self,
        tx: Connection,
        question: Question,
        receipt: Receipt,
        not_returned: tuple[tuple[int, str], ...],
        now: int,
    ) -> _Said:
        hello = question.hello
        node = nodes.find(tx, hello.node)
        assert node is not None  # admitted above
        ends = custody.ends_of(tx, hello.node)
        reading = self._feed.read(tx, node, hello)
        names = scopes_of_node(node=node.node, post=node.post, country=node.country)
        if hello.generation == self._feed.generation:
            nodes.note_positions(tx, node.node, dict(zip(names, hello.positions, strict=False)))
            if any(read > end for read, end in zip(hello.positions, reading.positions, strict=False)):
                opening.keep_number(
                    tx, lives.BEHIND, now
                )  # put back by hand: the post refuses it, and says so
        nodes.seen(
            tx,
            node.node,
            at_ms=now,
            complete=reading.complete,
            emptied=hello.heads_digest in (heads_digest(ends), counts_digest(ends)),
            schema=hello.schema,
        )
        return _Said(
            node=node,
            receipt=receipt,
            ends=ends,
            held=uploads.held(tx, hello.node),
            reading=reading,
            former=self._succession.told(tx, node, hello.asks),
            lost=gaps.lost_of(tx, node.node)[:LOST_TOLD_MAX],
            safe_ms=backups.safe_ms(tx),
            time_ms=self.signed_ms(tx),
            past=() if hello.generation == self._feed.generation else self._returns.past(tx, names),
            not_returned=not_returned,
        )

    def signed_ms(self, tx: Connection) -> int:
        """The time to sign over what a write transaction commits.

        Never before one signed already: a clock set back a little at the hub would look like a rolled-back
        feed at every post. And after what a backup covers that has begun: what it may lack is later.
        """
        self._newest_ms = max(self._newest_ms, self._kit.now_ms(), backups.not_before(tx))
        return self._newest_ms

    def _speak(self, question: Question, said: _Said, *, revision: int | None) -> bytes:
        hello = question.hello
        agreed = heads_digest(said.ends) == hello.heads_digest
        head = Head(
            time_ms=said.time_ms,
            hub_node=self._kit.node,
            generation=self._feed.generation,
            acks=None if agreed else tuple(head for head, _ in said.ends),
            safe=said.safe_ms,
            positions=said.reading.positions,
            feeds_digest=said.reading.digest,
            prekey=self._ring.current,
            reseals=tuple(sorted(said.receipt.reseals.items())),
            refusals=tuple(said.receipt.refusals),
            held=said.held,
            lease_h=self._kit.policy.lease_days * 24,
            past=said.past,
            not_returned=said.not_returned,
            former=said.former,
            lost=said.lost,
            chains=() if agreed else chains_told(said.ends),
        )
        newer = revision is not None and revision > hello.revocations
        return session.answer(
            question,
            head,
            segments=said.reading.segments,
            reader=said.node.seal_key,
            signer=self._kit.identity.keys.sign,
            revocations=self._revoked.paper if newer else None,
            prekeys=self._ring.papers_after(hello.prekey),
        )


def _key_of(known: KnownNode | None, certificate: Certificate | None) -> VerifyKey:
    """The key a hello must be signed with: a newer certificate's before the known one's."""
    if certificate is not None and (known is None or certificate.serial > known.serial):
        return certificate.verify_key
    if known is None:
        raise TrustError(
            "node_unknown",
            "this node has never shown its certificate here",
            hint="The node sends its certificate with the next question by itself.",
        )
    return known.verify_key
