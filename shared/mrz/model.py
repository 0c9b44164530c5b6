"""What a machine-readable zone says, and how far to trust each part of it.

Job: the values that `parse` returns and `render` takes.
Invariants: text fields hold no trailing filler; in names and codes nothing but A–Z, 0–9 and
spaces; numbers and optional data keep an inner `<` (it stands for a hyphen or a gap, and only
the issuer knows which). Must not know: positions of fields, screens, storage.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.mrz.layout import Alphabet, FieldName, Format
from shared.partial_date import PartialDate


class Sex(StrEnum):
    """As documents print it for people; the zone itself writes unspecified as a filler."""

    FEMALE = "F"
    MALE = "M"
    UNSPECIFIED = "X"


class IssueCode(StrEnum):
    """What can be odd about a zone that was read. The values are stable."""

    UNKNOWN_STATE = "unknown_state"
    SPECIMEN_STATE = "specimen_state"
    BAD_DATE = "bad_date"
    IMPOSSIBLE_DATE = "impossible_date"
    DATE_RANGE = "date_range"
    BIRTH_AFTER_EXPIRY = "birth_after_expiry"
    UNKNOWN_SEX = "unknown_sex"
    UNUSUAL_DOCUMENT_CODE = "unusual_document_code"
    NUMBER_MISSING = "number_missing"
    NAME_MISSING = "name_missing"
    NAME_SEPARATOR = "name_separator"
    NOT_A_LETTER = "not_a_letter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One check digit: what it should be, what was read, whether they agree."""

    field: FieldName
    expected: str
    found: str
    ok: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A character changed because its field's alphabet leaves no doubt. Positions count from 1."""

    field: FieldName
    line: int
    position: int
    before: str
    after: str
    why: Alphabet

    def __str__(self) -> str:
        """A compact code for a record: `2.14:O>0`."""
        return f"{self.line}.{self.position}:{self.before}>{self.after}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """The one look-alike swap that would make a failed digit right. Nothing was changed."""

    field: FieldName
    line: int
    position: int
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Something odd that an officer should look at; `message` is plain English for it."""

    code: IssueCode
    field: FieldName
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MrzFields:
    """The contents of a zone, enough to print it again.

    document_number: whole, also where it runs on in the optional data of a card.
    personal_number: booklets only. optional_1, optional_2: cards; visas use the first.
    zero_when_empty: a booklet with no personal number may print `0` or `<` as its digit; this is
    True for the `0`.
    """

    format: Format
    document_code: str
    issuer: str
    document_number: str
    surname: str
    given_names: str
    nationality: str
    sex: Sex
    birth: PartialDate
    expiry: PartialDate
    optional_1: str = ""
    optional_2: str = ""
    personal_number: str = ""
    zero_when_empty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mrz(MrzFields):
    """A zone as read.

    name_truncated: the name fills its field to the last position, so it may have been cut;
    compare it by its beginning. lines: as read, upper case, before any repair.
    round_trips: `render` makes exactly `lines` from the fields, so the lines need not be kept.
    A date that cannot be is unknown here and an issue there.
    """

    name_truncated: bool
    lines: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    repairs: tuple[Repair, ...]
    suggestions: tuple[Suggestion, ...]
    issues: tuple[Issue, ...]
    round_trips: bool

    @property
    def digits_ok(self) -> bool:
        """Whether each check digit agrees."""
        return all(verdict.ok for verdict in self.verdicts)
