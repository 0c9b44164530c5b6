"""The ledger: log, records and merge state in one SQLite file, the same at a node and at the hub.

tables    the tables, made from the schema; values to columns and back
records   changes applied to records: merge state in, rows out
log       a node's own changes: numbered, stamped, chained, cut into bundles
audit     the chained lines that say who did what, and why
"""

import shared.database  # noqa: F401 - it must be the first to import sqlite-utils
