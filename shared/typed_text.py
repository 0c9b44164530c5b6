"""Text that a person typed or pasted: what may be in it.

Job: refuse what no keyboard types on purpose, before it reaches a page, a log or a list.
Invariant: what leaves here is NFC, has no blanks at its ends or doubled inside, and holds no
control, format, private or unassigned character. Letters of every script pass: a name may be
written in its own. Must not know: which form it came from.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from shared.errors import InputError

# Marks that reorder what follows on the screen, so that a page shows other text than is stored.
_REORDERING: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_REFUSED: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BLANKS_AROUND: Final = " \t\r\n\u00a0"  # a wedge reader or a paste leaves them at the ends
_COMPOSING: Final = 4  # a letter is at most so many characters before they are composed


def typed_text(text: str, *, field: str, chars_max: int) -> str:
    """Clean one line of typed text; "" stays "".

    Raises InputError `text_too_long`, `text_reordering` or `text_control`, with `field` set.
    """
    if len(text) > chars_max * _COMPOSING:
        raise _too_long(field, chars_max)
    text = text.strip(_BLANKS_AROUND)
    if not (text.isascii() and text.isprintable()):
        _refuse_characters(text, field)
        text = unicodedata.normalize("NFC", text)
    text = " ".join(text.split())
    if len(text) > chars_max:
        raise _too_long(field, chars_max)
    return text


def _refuse_characters(text: str, field: str) -> None:
    for position, character in enumerate(text, start=1):
        if unicodedata.category(character) not in _REFUSED:
            continue
        reordering = character in _REORDERING
        raise InputError(
            "text_reordering" if reordering else "text_control",
            f"position {position} holds U+{ord(character):04X}, "
            + ("which reorders text on the screen" if reordering else "which is no letter or sign"),
            hint="Clear the field and type it by hand; pasted text can carry invisible characters.",
            field=field,
        )


def _too_long(field: str, chars_max: int) -> InputError:
    return InputError(
        "text_too_long",
        f"more than {chars_max} characters",
        hint=f"Shorten it to {chars_max} characters; put the rest in a remark.",
        field=field,
    )
