"""x"""

from __future__ import annotations

FAULTS: dict[str, object] = {}
