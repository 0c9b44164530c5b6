"""The tablets of a post: a hashed token each, and a short name that stands on their checks.

Must not know: cookies, pages.
"""

from __future__ import annotations

from shared.crypto import KEY_BYTES, digest
from shared.database import Connection


def find(tx: Connection, token: str) -> str | None:
    """The name of the device with this token."""
    row = tx.execute("SELECT name FROM device WHERE token = ?", (_hashed(token),)).fetchone()
    return None if row is None else str(row[0])


def add(tx: Connection, token: str, *, now_ms: int) -> str:
    """Name a new device: `T1`, `T2` …"""
    (count,) = tx.execute("SELECT count(*) FROM device").fetchone()
    name = f"T{count + 1}"
    tx.execute("INSERT INTO device (token, name, made_ms) VALUES (?, ?, ?)", (_hashed(token), name, now_ms))
    return name


def _hashed(token: str) -> bytes:
    return digest(b"karaula/device\0", token.encode(errors="replace"), size=KEY_BYTES)
