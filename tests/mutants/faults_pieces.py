"""Planted faults of the upload in pieces, the lanes and the link's budgets."""

# ruff: noqa: E501 - a piece of source to replace is quoted as it stands

from __future__ import annotations

from typing import Final

from tests.mutants.plant import Mutant

NOTHING_LOST: Final = "1 nothing acknowledged is lost"
WORST_LINK: Final = "sync on the worst link"

MUTANTS: Final = (
    Mutant(
        name="piece-vouched-for-before-commit",
        promise=NOTHING_LOST,
        path="hub/exchange.py",
        old="""            unkept = None if arrival is None else uploads.keep(tx, question.hello.node, arrival, at_ms=now)
""",
        new="""            unkept = None
        with self._kit.database.transaction() as early:
            if arrival is not None:
                uploads.keep(early, question.hello.node, arrival, at_ms=now)
        with self._kit.database.transaction() as tx:
""",
        tests=("tests/hub/test_uploads.py",),
    ),
    Mutant(
        name="piece-never-put-away",
        promise=NOTHING_LOST,
        path="hub/uploads.py",
        old="    if arrival.after != arrival.before:\n",
        new="    if arrival.bundles:\n",
        tests=("tests/hub/test_uploads.py",),
    ),
    Mutant(
        name="offset-gap-accepted",
        promise=NOTHING_LOST,
        path="shared/session/stream.py",
        old="""    if piece.offset > len(tail):
        raise SessionError("stream_gap", "bytes before this piece are missing", hint=_AGAIN)
    if check_of(tail[: piece.offset]) != piece.check:
""",
        new="""    if piece.offset <= len(tail) and check_of(tail[: piece.offset]) != piece.check:
""",
        tests=("tests/shared/test_stream.py", "tests/hub/test_uploads.py"),
    ),
    Mutant(
        name="piece-of-another-stream-joined",
        promise=NOTHING_LOST,
        path="shared/session/stream.py",
        old="    if check_of(tail[: piece.offset]) != piece.check:\n",
        new="    if len(piece.check) > 8:\n",
        tests=("tests/shared/test_stream.py", "tests/hub/test_uploads.py"),
    ),
    Mutant(
        name="piece-unsigned",
        promise="hostile input",
        path="shared/session/messages.py",
        old="    return raw if piece is None else raw + digest(piece)\n",
        new="    return raw\n",
        tests=("tests/hub/test_uploads.py",),
    ),
    Mutant(
        name="recorded-piece-puts-an-old-stream-back",
        promise="hostile input",
        path="hub/uploads.py",
        old="    if header.last <= custody.heads_of(tx, node)[piece.lane] and not lost:\n",
        new="    if header.last < 0:\n",
        tests=("tests/hub/test_uploads.py",),
    ),
    Mutant(
        name="older-envelope-replaces-a-newer",
        promise="hostile input",
        path="hub/uploads.py",
        old="    if _first_header(stream).prekey < _first_header(tail).prekey:\n",
        new="    if _first_header(stream).prekey > _first_header(tail).prekey + 100:\n",
        tests=("tests/hub/test_uploads.py",),
    ),
    Mutant(
        name="slice-of-a-cut-answer-counted",
        promise=NOTHING_LOST,
        path="shared/session/node_end.py",
        old="    if piece.offset != len(held) or not",
        new="    if not",
        tests=("tests/shared/test_session_pieces.py",),
    ),
    Mutant(
        name="begun-segment-forgotten",
        promise=WORST_LINK,
        path="edge/sync.py",
        old="        self._part = heard.part\n",
        new="        self._part = None\n",
        tests=("tests/edge/test_lanes.py",),
    ),
    Mutant(
        name="urgent-behind-routine",
        promise=WORST_LINK,
        path="shared/ledger/outbox.py",
        old="        for lane, head in self.heads(tx).items():\n            for sealed",
        new="        for lane, head in reversed(self.heads(tx).items()):\n            for sealed",
        tests=("tests/edge/test_lanes.py",),
    ),
    Mutant(
        name="urgent-sealed-at-the-round's-end",
        promise=WORST_LINK,
        path="edge/sync.py",
        old="        rest = not self._careful and not self._sealer",
        new="        rest = not self._careful and not done.sent and not self._sealer",
        tests=("tests/edge/test_lanes.py",),
    ),
    Mutant(
        name="link-idle-while-all-is-cut",
        promise=WORST_LINK,
        path="edge/sealer.py",
        old="                enough = None if lane is Lane.URGENT else room\n",
        new="                enough = None\n",
        tests=("tests/edge/test_lanes.py",),
    ),
    Mutant(
        name="rest-of-a-backlog-left-to-the-next-round",
        promise=WORST_LINK,
        path="edge/sync.py",
        old="lanes if turn.careful or turn.rest else",
        new="lanes if turn.careful else",
        tests=("tests/edge/test_lanes.py",),
    ),
    Mutant(
        name="bundle-made-twice-at-once",
        promise=WORST_LINK,
        path="edge/sealer.py",
        old="            with self._making:\n                self._cut_one",
        new="            if True:\n                self._cut_one",
        tests=("tests/edge/test_lanes.py",),
    ),
    Mutant(
        name="budget-ignores-cuts",
        promise=WORST_LINK,
        path="edge/pace.py",
        old="        if self.cuts_per_byte:\n",
        new="        if not self:\n",
        tests=("tests/edge/test_pace.py",),
    ),
    Mutant(
        name="budget-ignores-the-rate",
        promise=WORST_LINK,
        path="edge/pace.py",
        old="        if rate.value is None:\n",
        new="        if rate is not None:\n",
        tests=("tests/edge/test_pace.py",),
    ),
    Mutant(
        name="no-hello-after-a-cut",
        promise=WORST_LINK,
        path="edge/sync.py",
        old="        self._careful = True\n        if unheard:",
        new="        if unheard:",
        tests=("tests/edge/test_lanes.py", "tests/edge/test_sync.py"),
    ),
    Mutant(
        name="metered-sends-everything",
        promise=WORST_LINK,
        path="edge/sync.py",
        old="Lane.URGENT if self._kit.metered and not everything else",
        new="Lane.URGENT if self._kit.metered and everything else",
        tests=("tests/edge/test_lanes.py",),
    ),
)
