"""Officers as rows of a page.

Must not know: storage, HTML.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerRow:
    """An officer of the desk's country."""

    id: str
    login: str
    full_name: str
    role: str
    posts: tuple[str, ...]
    disabled: bool
    must_change: bool
    contexts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPassword:
    """An officer as just made or reset, with the password that is shown this once."""

    officer: OfficerRow
    password: str = field(repr=False)
