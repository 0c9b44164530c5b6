"""Planted faults that the sweep, the kills, the tampering and the fuzzing must catch."""

from __future__ import annotations

from typing import Final

from tests.mutants.faults import HOSTILE, NOTHING_LOST
from tests.mutants.plant import Mutant

MUTANTS: Final = (
    Mutant(
        name="failed-transaction-left-open",
        promise=NOTHING_LOST,
        path="shared/database.py",
        old='                tx.execute("ROLLBACK")\n',
        new="                pass\n",
        tests=("tests/shared/test_database.py",),
    ),
    Mutant(
        name="connection-that-cannot-roll-back-kept",
        promise=NOTHING_LOST,
        path="shared/database.py",
        old="            self._local.connection = None\n            self._open.remove(tx)\n",
        new="            pass\n",
        tests=("tests/shared/test_database.py",),
    ),
    Mutant(
        name="submit-forgotten-with-its-answer",
        promise=NOTHING_LOST,
        path="edge/cases.py",
        old="                return self._saved(tx, draft.saved, cue=draft.cue, repeated=True)",
        new="                pass  # a lost answer to a COMMIT saves the traveller twice",
        tests=("tests/simulation/test_sweep.py",),
    ),
    Mutant(
        name="one-failed-job-ends-the-hubs-upkeep",
        promise=NOTHING_LOST,
        path="hub/scheduler.py",
        old="        except Exception:",
        new="        except KeyError:",
        tests=("tests/hub/test_scheduler.py",),
    ),
    Mutant(
        name="bent-hello-believed",
        promise=HOSTILE,
        path="shared/session/hub_end.py",
        old="        key.verify(Purpose.HELLO, hello_signed(self.hello.raw, piece), self.hello.signature)",
        new="        hello_signed(self.hello.raw, piece)",
        tests=("tests/fuzz/test_fuzz.py", "tests/shared/test_session.py"),
    ),
    Mutant(
        name="items-uncounted",
        promise=HOSTILE,
        path="shared/wire/strict.py",
        old="max_items: int = MSGPACK_MAX_ITEMS) -> int:",
        new="max_items: int = 1 << 40) -> int:",
        tests=("tests/fuzz/test_fuzz.py::test_bombs_stay_within_64_mib_and_a_second",),
    ),
    Mutant(
        name="every-word-remembered",
        promise=HOSTILE,
        path="shared/matching/spelling.py",
        old="@lru_cache(maxsize=1 << 11)\ndef sound(",
        new="@lru_cache(maxsize=None)\ndef sound(",
        tests=("tests/house/test_remembered.py",),
    ),
)
