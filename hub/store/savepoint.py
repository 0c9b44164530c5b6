"""A try inside a transaction: undone alone when it fails, so that its neighbours go on.

Must not know: what is tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlcipher3.dbapi2 as sqlcipher

from shared.database import Connection
from shared.errors import WireError

_UNUSABLE = (
    sqlcipher.IntegrityError,
    sqlcipher.InterfaceError,
    sqlcipher.DataError,
    OverflowError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    AssertionError,
)
"""What values no rule foresaw can cause. A full or failing disk is none of these: it stops all."""


@contextmanager
def attempt(tx: Connection) -> Iterator[None]:
    """Undo the block alone if its input cannot be stored; raises WireError `unusable` then."""
    tx.execute("SAVEPOINT attempt")
    try:
        yield
    except BaseException as error:
        if tx.in_transaction:  # a full disk has rolled everything back by itself
            tx.execute("ROLLBACK TO attempt")
            tx.execute("RELEASE attempt")
        if isinstance(error, _UNUSABLE):
            raise WireError(
                "unusable",
                f"it decodes, but cannot be kept ({type(error).__name__})",
                hint="It is kept as received and tried again after an upgrade of the hub.",
            ) from error
        raise
    tx.execute("RELEASE attempt")
