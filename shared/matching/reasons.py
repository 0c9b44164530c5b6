"""Why a match was found, as a code with its parameters, and in English.

Job: the vocabulary of explanations. A reason is stored and sent as code and parameters; pages translate
`Reason.template` and put the parameters in; the command line prints `str(reason)`.
Invariants: codes are stable; a template names every parameter it uses. Must not know: pages, languages.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Code(StrEnum):
    """Each rule that can speak for or against a match."""

    NAME_EMPTY = "name_empty"
    WORD_SAME = "word_same"
    WORD_SPELLED = "word_spelled"
    WORD_VARIANT = "word_variant"
    WORD_SHORT_FORM = "word_short_form"
    WORD_FAMILY_FORM = "word_family_form"
    WORD_VOWELS = "word_vowels"
    WORD_NEAR = "word_near"
    WORD_INITIAL = "word_initial"
    WORD_BEGINNING = "word_beginning"
    WORD_JOINED = "word_joined"
    WORD_LOOK_ALIKE = "word_look_alike"
    ORDER = "order"
    ONLY_OURS = "only_ours"
    ONLY_THEIRS = "only_theirs"


TEMPLATES: Final = {
    Code.NAME_EMPTY: "one of the names has no letters",
    Code.WORD_SAME: "{ours}: same",
    Code.WORD_SPELLED: "{ours} = {theirs}: the same sounds spelled otherwise",
    Code.WORD_VARIANT: "{ours} = {theirs}: one name in two traditions",
    Code.WORD_SHORT_FORM: "{ours} = {theirs}: a short form",
    Code.WORD_FAMILY_FORM: "{ours} = {theirs}: one surname for men and women",
    Code.WORD_VOWELS: "{ours} ~ {theirs}: consonants agree",
    Code.WORD_NEAR: "{ours} ~ {theirs}: nearly the same letters",
    Code.WORD_INITIAL: "{ours} ~ {theirs}: initial only",
    Code.WORD_BEGINNING: "{ours} ~ {theirs}: cut at the end of a full field",
    Code.WORD_JOINED: "{ours} = {theirs}: written apart or together",
    Code.WORD_LOOK_ALIKE: "{ours} = {theirs}: characters that readers confuse",
    Code.ORDER: "words in another order",
    Code.ONLY_OURS: "only the first has: {ours}",
    Code.ONLY_THEIRS: "only the second has: {ours}",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One ground for or against, with its parameters."""

    code: Code
    ours: str = ""
    theirs: str = ""

    @property
    def template(self) -> str:
        """The English sentence with its parameters by name; what pages translate."""
        return TEMPLATES[self.code]

    def __str__(self) -> str:
        return self.template.format(ours=self.ours, theirs=self.theirs)
