"""The node's own tables beside the ledger: the only SQL of this package.

migrations  the tables                     watch    the alert list and who it finds
feed        what came from the hub         drafts   half-captured cases
checks      this node's checks and hits    devices  the tablets
upkeep      what is dropped, and when      opening  the file made ready
traffic     bytes sent and received, a day
load        how far a whole new list is    next_list  the list to come, beside today's
past_list   the list of yesterday, let go
lives       the numbers this device had     lost     what the centre gave up

Every function works inside the caller's transaction (`tx`) and takes no decision about a merge.
"""

import shared.database  # noqa: F401 - it must be the first to import sqlite-utils
