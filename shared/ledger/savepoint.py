"""A try inside a transaction: undone alone when it fails, so that its neighbours go on; and who is to blame.

Must not know: what is tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from shared.database import REFUSED_VALUES, Connection, DatabaseError
from shared.errors import KaraulaError, StoreError, WireError

_OF_THE_MACHINE = (DatabaseError, StoreError, OSError, MemoryError)
"""A full or failing disk is nobody's fault who is tried: it stops all, and all is tried again."""


def blames_input(error: BaseException) -> bool:
    """Whether what was tried is to blame, and would fail again alone: not the machine, not a stop."""
    if isinstance(error, REFUSED_VALUES):
        return True
    return isinstance(error, Exception) and not isinstance(error, _OF_THE_MACHINE)


@contextmanager
def attempt(tx: Connection) -> Iterator[None]:
    """Undo the block alone if its input is to blame. Raises WireError `unusable` then, or what the block said
    in a coded error of its own."""
    tx.execute("SAVEPOINT attempt")
    try:
        yield
    except BaseException as error:
        if tx.in_transaction:  # a full disk has rolled everything back by itself
            tx.execute("ROLLBACK TO attempt")
            tx.execute("RELEASE attempt")
        if blames_input(error) and not isinstance(error, KaraulaError):
            raise WireError(
                "unusable",
                f"it decodes, but cannot be kept ({type(error).__name__})",
                hint="It is kept as received and tried again after an upgrade.",
            ) from error
        raise
    tx.execute("RELEASE attempt")


Spoilt = dict[int, str]
"""Records that were passed over, and the kind of failure each met: never its words, which may hold a name."""


@contextmanager
def sparing(spoilt: Spoilt, record: int) -> Iterator[None]:
    """What fails with one record is noted, and others go on; what the machine cannot do stops all."""
    try:
        yield
    except Exception as error:
        if not blames_input(error):
            raise
        spoilt[record] = type(error.__cause__ or error).__name__


Said = TypeVar("Said")


def spared(ask: Callable[[], Said], *, otherwise: Said) -> Said:
    """What `ask` says; `otherwise`, where its input is to blame that it cannot."""
    try:
        return ask()
    except Exception as error:
        if not blames_input(error):
            raise
        return otherwise
