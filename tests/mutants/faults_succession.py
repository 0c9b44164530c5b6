"""Planted faults: a device that goes on under a new number, and gaps that are given up."""

from __future__ import annotations

from typing import Final

from tests.mutants.plant import Mutant

KEPT: Final = "a restored or cloned device loses nothing, and tells nothing twice"
GAPS: Final = "a gap waits visibly; a person may give it up, audited, and never for good"

_STEP: Final = ("tests/edge/test_renumbering.py",)
_HUB: Final = ("tests/hub/test_succession.py",)

MUTANTS: Final = (
    Mutant(
        name="first-unknown-change-dropped",
        promise=KEPT,
        path="edge/renewal.py",
        old="            differs = True\n",
        new="            known, differs = seq, True\n",
        tests=_STEP,
    ),
    Mutant(
        name="common-beginning-brought-again",
        promise=KEPT,
        path="edge/renewal.py",
        old="    known = max(before.known or 0, said.since, pruned)\n",
        new="    known = max(before.known or 0, pruned)\n",
        tests=_STEP,
    ),
    Mutant(
        name="reference-left-as-it-was",
        promise=KEPT,
        path="edge/renumbering.py",
        old="        fields = {n: self.value(v) if n in known else v for n, v in change.fields.items()}\n",
        new="        fields = {n: v for n, v in change.fields.items() if known is not None}\n",
        tests=_STEP,
    ),
    Mutant(
        name="one-heir-alone-is-told",
        promise=KEPT,
        path="hub/feed.py",
        old="            for node in successors.of(tx, int(scope.removeprefix(_NODE))):\n",
        new="            for node in successors.of(tx, int(scope.removeprefix(_NODE)))[:1]:\n",
        tests=_HUB,
    ),
    Mutant(
        name="what-waited-stops-the-heir",
        promise=KEPT,
        path="hub/inbox.py",
        old="            behind += self._give_way(tx, header, parcel.batch, kept, at_ms)\n",
        new="            break\n",
        tests=_HUB,
    ),
    Mutant(
        name="what-the-stick-alone-said-dropped",
        promise=KEPT,
        path="hub/inbox.py",
        old="            self._merge_displaced(tx, each, at_ms)\n",
        new="            del each\n",
        tests=_HUB,
    ),
    Mutant(
        name="a-copys-words-dropped",
        promise=KEPT,
        path="hub/inbox.py",
        old="        self._keep_evidence(tx, waiting, FORKED, at_ms)\n        return []\n",
        new="        return []\n",
        tests=_HUB,
    ),
    Mutant(
        name="strangers-edit-waits-for-our-next-record",
        promise=KEPT,
        path="edge/replica.py",
        old=" or self._is_yet_to_come(tx, subject):\n",
        new=":\n",
        tests=_STEP,
    ),
    Mutant(
        name="unreadable-bundles-tell-nothing",
        promise=KEPT,
        path="hub/succession.py",
        old="        return merged.between(tx, make_dot(kept.feed, kept.first), make_dot(kept.feed, last))\n",
        new="        return () if last else merged.between(tx, make_dot(kept.feed, kept.first), last)\n",
        tests=_STEP,
    ),
    Mutant(
        name="edited-records-read-as-they-are-now",
        promise=KEPT,
        path="hub/store/merged.py",
        old="    found |= {",
        new="    _ = {",
        tests=_HUB,
    ),
    Mutant(
        name="heir-not-told-what-waited",
        promise=KEPT,
        path="hub/feed.py",
        old="or _by_another(change) or self._is_handed_down(tx, change):\n",
        new="or _by_another(change):\n",
        tests=_HUB,
    ),
    Mutant(
        name="renumbered-in-two-steps",
        promise=KEPT,
        path="edge/renumbering.py",
        old="    lives.drop_bundles(tx, old)\n",
        new='    lives.drop_bundles(tx, old)\n    tx.execute("COMMIT")\n    tx.execute("BEGIN IMMEDIATE")\n',
        tests=_STEP,
    ),
    Mutant(
        name="replaced-node-still-heard",
        promise=KEPT,
        path="hub/exchange.py",
        old="            refuse_replaced(tx, question.hello.node)\n",
        new="",
        tests=_HUB,
    ),
    Mutant(
        name="gap-given-up-unaudited",
        promise=GAPS,
        path="hub/desk/gaps.py",
        old='            self._office.witness(tx, operator, "gap_given_up", detail=said)\n',
        new="            assert said\n",
        tests=("tests/hub/test_gaps.py",),
    ),
    Mutant(
        name="late-changes-of-a-gap-passed-over",
        promise=GAPS,
        path="hub/inbox.py",
        old="            self._take_late(tx, parcel, header, at_ms)\n",
        new="",
        tests=("tests/hub/test_gaps.py",),
    ),
)
