"""Matching a traveller against the watch-list: keys to look up, then a judgement with its reason.

Job: be the one interface between whoever holds the lists and whoever decides what matches. A store
keeps `keys_of` beside each alert and each check, finds what shares a key, and asks the `Matcher`.
`EqualityMatcher` is plain equality after folding; the house uses `matching.matcher.PersonMatcher`.

Invariants
* Whatever can match shares at least one key: looking up keys never misses what `judge` would find.
* Keys are 63-bit hashes: a shared key is only a reason to look, never a match.
* A verdict always names its grounds, in words an officer can check on the document.
Must not know: storage, pages, who is asking.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final, NamedTuple, Protocol

from shared.change import Value
from shared.matching.evidence import Rarity
from shared.matching.reasons import Reason
from shared.names import fold
from shared.partial_date import from_day_number
from shared.plates import normalise_plate
from shared.text_number import number_of


class Ground(StrEnum):
    """On what a traveller and an alert agree."""

    DOCUMENT = "document"
    PLATE = "plate"
    VIN = "vin"
    NAME_BIRTH = "name_birth"


class Verdict(IntEnum):
    """How a check came out. A hit is never proof: a person confirms or clears it."""

    CLEAR = 0
    POSSIBLE = 1
    HIT = 2

    @property
    def code(self) -> str:
        return self.name.lower()


class Subject(NamedTuple):
    """What can be matched: a person, a document, a vehicle, in any mixture. Empty means unknown.

    `birth` is a packed partial date (`partial_date`). Always made by names; a tuple, because a hub makes one
    for every check it files, and a dataclass takes four times as long.
    """

    surname: str = ""
    given_names: str = ""
    written_name: str = ""
    birth: int | None = None
    document_number: str = ""
    document_issuer: str = ""
    plate: str = ""
    plate_country: str = ""
    vin: str = ""
    sex: str = ""
    nationality: str = ""
    aliases: tuple[str, ...] = ()


class Strength(StrEnum):
    """How strong a match is, in words; its number is for ordering, not for officers."""

    CERTAIN = "certain"
    STRONG = "strong"
    FAIR = "fair"
    WEAK = "weak"


_STRENGTHS: Final = (
    (Strength.CERTAIN, 0.99),
    (Strength.STRONG, 0.9),
    (Strength.FAIR, 0.7),
    (Strength.WEAK, 0.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A judged pair: how sure, on which grounds, the reasons in words and as codes for pages to translate."""

    verdict: Verdict
    grounds: tuple[Ground, ...]
    reasons: tuple[str, ...]
    because: tuple[Reason, ...] = ()
    score: float = 1.0

    @property
    def strength(self) -> Strength:
        """How strong it is, in a word that pages translate."""
        return next(word for word, least in _STRENGTHS if self.score >= least)


class Matcher(Protocol):
    """What a store needs of any matching method.

    `keys_version` is another number where the keys of one subject are others: what was filed by the old ones
    is filed anew.
    """

    @property
    def keys_version(self) -> int: ...

    def keys_of(self, subject: Subject) -> tuple[int, ...]:
        """The look-up keys of a traveller or an alert; order carries no meaning."""

    def judge(self, traveller: Subject, alert: Subject, *, rarity: Rarity | None = None) -> Match | None:
        """Whether they match, and why; None when they only shared a key.

        `rarity`: how rare words are on the list at hand, where there is one.
        """


def numbers_of(subject: Subject) -> Subject:
    """The subject without its names: what its documents, plates and VIN alone are asked by."""
    return subject._replace(surname="", given_names="", written_name="", aliases=())


_TEXT_FIELDS: Final = (
    "surname",
    "given_names",
    "written_name",
    "document_number",
    "document_issuer",
    "plate",
    "plate_country",
    "vin",
    "sex",
    "nationality",
)
_ALIASES: Final = {"RKS": "XKX", "RKX": "XKX"}  # one issuer under several codes, for matching only


def subject_of(values: Mapping[str, Value]) -> Subject:
    """The subject in a check's, hit's or alert's values by field name."""
    birth = values.get("birth")
    texts = {name: value for name in _TEXT_FIELDS if isinstance(value := values.get(name), str)}
    aliases = values.get("aliases")
    return Subject(
        birth=birth if isinstance(birth, int) else None,
        aliases=tuple(str(each) for each in aliases) if isinstance(aliases, tuple) else (),
        **texts,
    )


class EqualityMatcher:
    """Equality of folded values: document number, plate, VIN, and name with birth date."""

    keys_version: Final = -1  # of no list that is kept

    def keys_of(self, subject: Subject) -> tuple[int, ...]:
        keys = []
        if number := document_key(subject.document_number):
            keys.append(_key("d", number))
        if plate := normalise_plate(subject.plate) if subject.plate else "":
            keys.append(_key("p", plate))
        if vin := _vin(subject.vin):
            keys.append(_key("v", vin))
        if subject.birth is not None and (name := _name(subject)):
            keys.append(_key("n", f"{name}|{subject.birth}"))
        return tuple(keys)

    def judge(self, traveller: Subject, alert: Subject, *, rarity: Rarity | None = None) -> Match | None:
        found = [
            verdict
            for verdict in (_document(traveller, alert), _plate(traveller, alert), _by_vin(traveller, alert),
                            _by_name(traveller, alert))
            if verdict is not None
        ]  # fmt: skip
        if not found:
            return None
        return Match(
            verdict=max(verdict for verdict, _, _ in found),
            grounds=tuple(ground for _, ground, _ in found),
            reasons=tuple(reason for _, _, reason in found),
        )


_Finding = tuple[Verdict, Ground, str]


def document_key(number: str) -> str:
    """A document number without what scanners and people add: separators, fillers, case."""
    plain = number.upper()
    # Most numbers are clean already: one look at the whole is a tenth of a look at each character.
    return plain if plain.isalnum() else "".join(character for character in plain if character.isalnum())


def _document(traveller: Subject, alert: Subject) -> _Finding | None:
    number = document_key(alert.document_number)
    if not number or number != document_key(traveller.document_number):
        return None
    ours, theirs = _issuer(traveller.document_issuer), _issuer(alert.document_issuer)
    if ours and theirs and ours != theirs:
        return Verdict.POSSIBLE, Ground.DOCUMENT, "same document number, but another issuer"
    return Verdict.HIT, Ground.DOCUMENT, "same document number"


def _plate(traveller: Subject, alert: Subject) -> _Finding | None:
    plate = normalise_plate(alert.plate) if alert.plate and traveller.plate else ""
    if not plate or plate != normalise_plate(traveller.plate):
        return None
    if traveller.plate_country and alert.plate_country and traveller.plate_country != alert.plate_country:
        return Verdict.POSSIBLE, Ground.PLATE, "same plate, but another country"
    return Verdict.HIT, Ground.PLATE, "same plate"


def _by_vin(traveller: Subject, alert: Subject) -> _Finding | None:
    vin = _vin(alert.vin)
    return (
        (Verdict.HIT, Ground.VIN, "same vehicle identification number")
        if vin and vin == _vin(traveller.vin)
        else None
    )


def _by_name(traveller: Subject, alert: Subject) -> _Finding | None:
    if alert.birth is None or alert.birth != traveller.birth:
        return None
    name = _name(alert)
    if not name or name != _name(traveller):
        return None
    born = from_day_number(alert.birth)
    if born.year is None or born.month is None or born.day is None:
        return Verdict.POSSIBLE, Ground.NAME_BIRTH, f"same name; birth date known only as {born}"
    return Verdict.HIT, Ground.NAME_BIRTH, "same name and birth date"


def _name(subject: Subject) -> str:
    surname, given = fold(subject.surname), fold(subject.given_names)
    return f"{surname}|{given}" if surname or given else ""


def _vin(vin: str) -> str:
    return document_key(vin) if vin else ""


def _issuer(code: str) -> str:
    return _ALIASES.get(code, code)


def _key(sort: str, text: str) -> int:
    """Positive in SQLite's signed integers."""
    return number_of(f"{sort}:{text}", 63)
