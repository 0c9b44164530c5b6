"""The matcher of the house: documents, plates, VINs and persons, with the reason.

Job: stand behind `watchlist.Matcher`. Persons are also filed in a `ledger.person_index`, which finds what the
few equality keys here cannot; both ways end in the same `judge`.
Invariants
* A number that only looks alike is at most possible; so is a plate of another country, a document of another
  issuer, and any name whose birth date is not wholly known and equal.
* A verdict names its grounds and reasons, those that speak against it too.
* `keys_of` is bounded: at most `_NAME_KEYS_MAX` keys for all names of a person.
Must not know: storage, pages, who is asking, how rare a word is on a list (`rarity` is handed in).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Final

from shared.errors import InputError
from shared.matching.birth import Relation, date_of, parts_of
from shared.matching.evidence import Evidence, Rarity, weigh
from shared.matching.keys import ordinary_number, words_filed
from shared.matching.letters import letter_rules
from shared.matching.look_alike import Misreading, folded, folded_as_typed, misreadings
from shared.matching.name_pair import reasons_of
from shared.matching.person import Person, person_of
from shared.matching.rarity import ListRarity
from shared.matching.reasons import Code, Reason
from shared.mrz.states import match_code
from shared.names import fold
from shared.plates import normalise_plate, read_plate
from shared.text_number import number_of
from shared.watchlist import Ground, Match, Subject, Verdict, document_key

KEYS_VERSION: Final = 1
"""Of `keys_of`. Whoever changes folding, readings of plates or words changes it: else an upgraded list would
be asked by keys that it was not filed by. `tests/shared/matching/test_keys_version.py` says when."""

_NAME_KEYS_MAX: Final = 24
_NAME_WORDS_MAX: Final = 4
_KEY_MASK: Final = (1 << 63) - 1
_Finding = tuple[Verdict, Ground, tuple[Reason, ...], float]
_SURE, _OTHER_ISSUER, _LOOKS_ALIKE = 1.0, 0.8, 0.75


class PersonMatcher:
    """Matches whole subjects.

    `rarity` measures how rare words are where no list is at hand. `words_kept`: of how many words the numbers
    are remembered, at about 150 B each; a hub, which files everybody's checks, has room for more than a post.
    """

    keys_version: Final = KEYS_VERSION

    def __init__(self, rarity: Callable[[], Rarity] = ListRarity, *, words_kept: int = 1 << 12) -> None:
        self._rarity = rarity
        self._number_of = lru_cache(maxsize=words_kept)(ordinary_number)

    def keys_of(self, subject: Subject) -> tuple[int, ...]:
        """Keys a store keeps and asks by: one a number, and a few a name with its year of birth."""
        keys = _name_keys(subject, self._number_of)
        if subject.document_number and (form := _form(subject.document_number)):
            keys.append(_key("d", form))
        if subject.plate:
            keys += [_key("p", form) for form in _plate_forms(subject.plate)]
        if subject.vin and (form := _form(subject.vin)):
            keys.append(_key("v", form))
        return tuple(keys)

    def judge(self, traveller: Subject, alert: Subject, *, rarity: Rarity | None = None) -> Match | None:
        """Whether they match, and why; `rarity` where a list's own counts are at hand."""
        found = [
            finding
            for finding in (
                _document(traveller, alert),
                _plate(traveller, alert),
                _vin(traveller, alert),
                _person(person_in(traveller), person_in(alert), rarity or self._rarity()),
            )
            if finding is not None
        ]
        if not found:
            return None
        because = tuple(reason for _, _, reasons, _ in found for reason in reasons)
        return Match(
            verdict=max(verdict for verdict, _, _, _ in found),
            grounds=tuple(ground for _, ground, _, _ in found),
            reasons=tuple(map(str, because)),
            because=because,
            score=round(max(score for _, _, _, score in found), 4),
        )


def person_key(subject: Subject) -> int | None:
    """Who stands at the booth, as one number: document, its issuer, name and birth date together.

    None without a document: a namesake of someone cleared must never pass as them.
    """
    number = document_key(subject.document_number)
    if not number or not (subject.surname or subject.given_names):
        return None
    issuer = match_code(subject.document_issuer)
    name = f"{fold(subject.surname)}|{fold(subject.given_names)}"
    return _key("who", f"{issuer}|{number}|{name}|{subject.birth}")


@lru_cache(maxsize=1 << 8)  # one record's index and judgement ask for it one after another
def person_in(subject: Subject) -> Person:
    """The person of a subject; one without names where it is about no person."""
    return person_of(
        surname=subject.surname,
        given_names=subject.given_names,
        others=(subject.written_name, *subject.aliases),
        birth=subject.birth,
        sex=subject.sex,
        nationality=subject.nationality,
    )


def _name_keys(subject: Subject, number_of: Callable[[str], int]) -> list[int]:
    """Two words of each name with the year of birth, in any order; one word where there is no other."""
    born = parts_of(subject.birth)
    if born is None or born[0] is None:
        return []
    year = _year_key(born[0])
    sums = _sums_of_pairs(words_filed(f"{subject.surname} {subject.given_names}", number_of))
    for other in (subject.written_name, *subject.aliases):
        if other:
            sums += _sums_of_pairs(words_filed(other, number_of))
    return [(each + year) & _KEY_MASK for each in sums[:_NAME_KEYS_MAX]]


def _sums_of_pairs(words: list[int]) -> list[int]:
    """The same whatever the order of the words; a single word stands for itself."""
    words = words[:_NAME_WORDS_MAX]
    sums = [one + other for place, one in enumerate(words) for other in words[:place] if one != other]
    return sums or words[:1]


@lru_cache(maxsize=1 << 8)
def _year_key(year: int) -> int:
    return _key("y", str(year))


def _document(traveller: Subject, alert: Subject) -> _Finding | None:
    ours, theirs = document_key(traveller.document_number), document_key(alert.document_number)
    if not ours or not theirs or folded(ours) != folded(theirs):
        return None
    issuers = match_code(traveller.document_issuer), match_code(alert.document_issuer)
    foreign = all(issuers) and issuers[0] != issuers[1]
    if wrong := misreadings(ours, theirs):
        because = (Reason(Code.DOCUMENT_LOOKS_ALIKE), *_misread(wrong))
        return None if foreign else (Verdict.POSSIBLE, Ground.DOCUMENT, because, _LOOKS_ALIKE)
    if foreign:
        return Verdict.POSSIBLE, Ground.DOCUMENT, (Reason(Code.DOCUMENT_OTHER_ISSUER),), _OTHER_ISSUER
    return Verdict.HIT, Ground.DOCUMENT, (Reason(Code.DOCUMENT_SAME),), _SURE


def _plate(traveller: Subject, alert: Subject) -> _Finding | None:
    ours, theirs = normalise_plate(traveller.plate), normalise_plate(alert.plate)
    if not ours or not theirs:
        return None
    countries = traveller.plate_country, alert.plate_country
    foreign = all(countries) and countries[0] != countries[1]
    if ours != theirs:
        if foreign or not {*_plate_forms(traveller.plate)} & {*_plate_forms(alert.plate)}:
            return None
        because = (Reason(Code.PLATE_LOOKS_ALIKE), *_misread(misreadings(ours, theirs)))
        return Verdict.POSSIBLE, Ground.PLATE, because, _LOOKS_ALIKE
    if foreign:
        return Verdict.POSSIBLE, Ground.PLATE, (Reason(Code.PLATE_OTHER_COUNTRY),), _OTHER_ISSUER
    return Verdict.HIT, Ground.PLATE, (Reason(Code.PLATE_SAME),), _SURE


def _vin(traveller: Subject, alert: Subject) -> _Finding | None:
    ours, theirs = document_key(traveller.vin), document_key(alert.vin)
    if not ours or not theirs or folded(ours) != folded(theirs):
        return None
    if wrong := misreadings(ours, theirs):
        return Verdict.POSSIBLE, Ground.VIN, (Reason(Code.VIN_LOOKS_ALIKE), *_misread(wrong)), _LOOKS_ALIKE
    return Verdict.HIT, Ground.VIN, (Reason(Code.VIN_SAME),), _SURE


def _person(ours: Person, theirs: Person, rarity: Rarity) -> _Finding | None:
    evidence = weigh(ours, theirs, rarity)
    if evidence is None or not evidence.is_possible:
        return None
    verdict = Verdict.HIT if evidence.is_hit else Verdict.POSSIBLE
    return verdict, Ground.NAME_BIRTH, tuple(reasons_for(evidence, ours, theirs)), evidence.score


_BIRTH_CODES: Final = {
    Relation.EQUAL: Code.BIRTH_EQUAL,
    Relation.SWAPPED: Code.BIRTH_SWAPPED,
    Relation.ONE_DIGIT: Code.BIRTH_ONE_DIGIT,
    Relation.YEAR_OFF: Code.BIRTH_YEAR_OFF,
    Relation.YEAR_MONTH: Code.BIRTH_YEAR_MONTH,
    Relation.YEAR_ONLY: Code.BIRTH_YEAR_ONLY,
    Relation.YEAR_EQUAL: Code.BIRTH_YEAR_EQUAL,
    Relation.YEAR_NEAR: Code.BIRTH_OTHER,
    Relation.UNKNOWN: Code.BIRTH_UNKNOWN,
    Relation.OTHER: Code.BIRTH_OTHER,
}


def reasons_for(evidence: Evidence, ours: Person, theirs: Person) -> Iterator[Reason]:
    """What agrees and by which rule, the birth dates, then what speaks against."""
    if evidence.exact and not evidence.alignment.swapped:
        yield Reason(Code.NAME_SAME)
    else:
        yield from reasons_of(evidence.ours, evidence.theirs, evidence.alignment)
    if rules := letter_rules(*evidence.written):
        yield Reason(Code.LETTERS, ours=", ".join(rules))
    one, other = date_of(ours.birth), date_of(theirs.birth)
    yield Reason(
        _BIRTH_CODES[evidence.birth.relation],
        ours=str(one) if one is not None else "",
        theirs=str(other) if other is not None else "",
    )
    if evidence.sex is False:
        yield Reason(Code.SEX_DIFFERS, ours=ours.sex, theirs=theirs.sex)
    if evidence.nationality is False:
        yield Reason(Code.NATIONALITY_DIFFERS, ours=ours.nationality, theirs=theirs.nationality)


def _misread(wrong: tuple[Misreading, ...]) -> Iterator[Reason]:
    for each in wrong:
        yield Reason(Code.CHARACTER_LOOKS_ALIKE, ours=each.ours, theirs=each.theirs, place=each.position)


def _form(number: str) -> str:
    """What a document's or vehicle's number is filed under; "" where there is none."""
    return folded_as_typed(number) if number.isascii() else folded(document_key(number))


def _plate_forms(plate: str) -> Iterable[str]:
    """What a plate may be filed under, one form a reading; none for one that cannot be read."""
    if plate.isascii():  # one reading, and most plates
        return (form,) if (form := folded_as_typed(plate)) else ()
    try:
        return (folded(reading) for reading in read_plate(plate).readings)
    except InputError:
        return ()


def _key(sort: str, text: str) -> int:
    """Positive in SQLite's signed integers."""
    return number_of(sort + text, 63)
