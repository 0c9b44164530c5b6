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
    NAME_SAME = "name_same"
    LETTERS = "letters"
    BIRTH_EQUAL = "birth_equal"
    BIRTH_SWAPPED = "birth_swapped"
    BIRTH_ONE_DIGIT = "birth_one_digit"
    BIRTH_YEAR_OFF = "birth_year_off"
    BIRTH_YEAR_MONTH = "birth_year_month"
    BIRTH_YEAR_ONLY = "birth_year_only"
    BIRTH_YEAR_EQUAL = "birth_year_equal"
    BIRTH_UNKNOWN = "birth_unknown"
    BIRTH_OTHER = "birth_other"
    SEX_DIFFERS = "sex_differs"
    NATIONALITY_DIFFERS = "nationality_differs"
    DOCUMENT_SAME = "document_same"
    DOCUMENT_OTHER_ISSUER = "document_other_issuer"
    DOCUMENT_LOOKS_ALIKE = "document_looks_alike"
    PLATE_SAME = "plate_same"
    PLATE_OTHER_COUNTRY = "plate_other_country"
    PLATE_LOOKS_ALIKE = "plate_looks_alike"
    VIN_SAME = "vin_same"
    VIN_LOOKS_ALIKE = "vin_looks_alike"
    CHARACTER_LOOKS_ALIKE = "character_looks_alike"


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
    Code.NAME_SAME: "same name",
    Code.LETTERS: "{ours}",
    Code.BIRTH_EQUAL: "same birth date",
    Code.BIRTH_SWAPPED: "birth date with day and month swapped: {ours}, {theirs}",
    Code.BIRTH_ONE_DIGIT: "birth date differs in one digit: {ours}, {theirs}",
    Code.BIRTH_YEAR_OFF: "birth year off by one or ten: {ours}, {theirs}",
    Code.BIRTH_YEAR_MONTH: "year and month of birth agree, the day is not known",
    Code.BIRTH_YEAR_ONLY: "year of birth agrees, the day is not known",
    Code.BIRTH_YEAR_EQUAL: "against: only the year of birth agrees: {ours}, {theirs}",
    Code.BIRTH_UNKNOWN: "against: a birth date is not known",
    Code.BIRTH_OTHER: "against: another birth date: {ours}, {theirs}",
    Code.SEX_DIFFERS: "against: sex {ours}, on the list {theirs}",
    Code.NATIONALITY_DIFFERS: "against: nationality {ours}, on the list {theirs}",
    Code.DOCUMENT_SAME: "same document number",
    Code.DOCUMENT_OTHER_ISSUER: "same document number, but another issuer",
    Code.DOCUMENT_LOOKS_ALIKE: "document number looks the same",
    Code.PLATE_SAME: "same plate",
    Code.PLATE_OTHER_COUNTRY: "same plate, but another country",
    Code.PLATE_LOOKS_ALIKE: "plate looks the same",
    Code.VIN_SAME: "same vehicle identification number",
    Code.VIN_LOOKS_ALIKE: "vehicle identification number looks the same",
    Code.CHARACTER_LOOKS_ALIKE: "{ours} read as {theirs} in position {place}",
}


_AGAINST: Final = frozenset(
    {
        Code.ONLY_OURS,
        Code.ONLY_THEIRS,
        Code.BIRTH_YEAR_EQUAL,
        Code.BIRTH_UNKNOWN,
        Code.BIRTH_OTHER,
        Code.SEX_DIFFERS,
        Code.NATIONALITY_DIFFERS,
        Code.DOCUMENT_OTHER_ISSUER,
        Code.PLATE_OTHER_COUNTRY,
    }
)


@dataclass(frozen=True, slots=True)
class Reason:
    """One ground for or against, with its parameters."""

    code: Code
    ours: str = ""
    theirs: str = ""
    place: int = 0

    @property
    def against(self) -> bool:
        """Whether it speaks against the match."""
        return self.code in _AGAINST

    @property
    def template(self) -> str:
        """The English sentence with its parameters by name; what pages translate."""
        return TEMPLATES[self.code]

    def __str__(self) -> str:
        return self.template.format(ours=self.ours, theirs=self.theirs, place=self.place)
