"""The hub's own tables beside the ledger: the only SQL of this package.

opening     the file made ready            feeds      scope logs, their segments, who holds what
migrations  the tables                     conflicts  what waits for a person
nodes       who may speak, and where they  sight      which records a desk may see, and why
            stand                          lists      rows for the desk's pages
custody     bundles received, kept, gaps,
            quarantine, suspect clocks

Every function works inside the caller's transaction (`tx`) and takes no decision about a merge.
"""

import shared.database  # noqa: F401 - it must be the first to import sqlite-utils
