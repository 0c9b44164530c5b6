"""A record's values as texts: codes in words, instants in both zones, lists joined.

Job: turn one value of a known field into what an operator reads. Invariant: a value this version
has no word for is shown as it came. Must not know: which record it belongs to, layout.
"""

from __future__ import annotations

from datetime import tzinfo
from typing import Final

from flask_babel import gettext as _

from hub.console.moments import moment, span
from hub.console.words import Words
from shared.change import Value
from shared.schema import Type

_CODED: Final = (Type.CODE.value, Type.CODES.value)

_READ_BY_CODE: Final = frozenset(
    {"owner", "alert_owner", "handling"}
)  # people say the code; the word only helps


class Shown:
    """Shows values of one desk: its words, its wall clock."""

    def __init__(self, words: Words, zone: tzinfo) -> None:
        self._words = words
        self._zone = zone

    def __call__(self, name: str, type_name: str, value: Value, text: str) -> str:
        """One value. `text` is how the desk prints it, used where nothing says more."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return str(_("yes") if value else _("no"))
        if type_name == Type.INSTANT.value and isinstance(value, int):
            at = moment(value, self._zone)
            return f"{at.utc_full} UTC · {at.local_full}"
        if isinstance(value, tuple) and type_name == Type.CODES.value:
            return ", ".join(self._words.word(name, item) for item in value)
        if isinstance(value, str) and type_name in _CODED:
            return self._coded(name, value)
        if name.endswith("_age_s") and isinstance(value, int):
            return span(value)
        if isinstance(value, bytes):
            return str(_("%(n)d bytes", n=len(value)))
        return text or str(value)

    def _coded(self, name: str, value: str) -> str:
        found = self._words.word(name, value)
        return f"{value} · {found}" if name in _READ_BY_CODE and found != value else found
