"""What happens to a traveller's data between a list and a booth: twenty sorts, in equal shares.

Each takes a listed person and returns what the booth reads of them, or None where it cannot happen to this one
(a name without Đ loses none). Whatever a sort does not touch is as the list has it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from tests.match_data import spelling
from tests.match_data.people import People, Person

Corrupt = Callable[[Person, random.Random], Person | None]

_LETTERS: Final = "abcdefghijklmnoprstuvz"
_CONFUSED: Final = {
    "O": "0",
    "I": "1",
    "S": "5",
    "B": "8",
    "Z": "2",
    "0": "O",
    "1": "I",
    "5": "S",
    "8": "B",
    "2": "Z",
}
_SCRIPTS: Final = frozenset({"BIH", "SRB", "MNE", "MKD"})


def _named(person: Person, surname: str, given: str) -> Person | None:
    if (surname, given) == (person.surname, person.given):
        return None
    return replace(person, surname=surname, given=given)


def cyrillic_script(person: Person, chance: random.Random) -> Person | None:
    """The list has Latin letters, the document Cyrillic ones."""
    if person.nationality == "RUS":
        return person  # written in Cyrillic at home; see `as_listed`
    if person.nationality not in _SCRIPTS:
        return None
    return _named(
        person,
        spelling.cyrillic(person.surname, person.nationality),
        spelling.cyrillic(person.given, person.nationality),
    )


def diacritics_lost(person: Person, chance: random.Random) -> Person | None:
    return _named(person, spelling.plain(person.surname), spelling.plain(person.given))


def dj(person: Person, chance: random.Random) -> Person | None:
    """Đ printed as DJ, or as D."""
    if not {"Đ", "đ"} & set(person.surname + person.given):
        return None
    spelled = chance.choice((("Dj", "dj"), ("D", "d")))

    def swap(name: str) -> str:
        return spelling.plain(name.replace("Đ", spelled[0]).replace("đ", spelled[1]))

    return _named(person, swap(person.surname), swap(person.given))


def g_or_h(person: Person, chance: random.Random) -> Person | None:
    """Г printed as H (an old table's slip), or H as G."""
    whole = person.surname + person.given
    if person.nationality not in _SCRIPTS or not set("GgHh") & set(whole):
        return None
    table = str.maketrans("GgHh", "HhGg") if chance.random() < 0.3 else str.maketrans("Gg", "Hh")
    return _named(
        person, spelling.plain(person.surname.translate(table)), spelling.plain(person.given.translate(table))
    )


def _in_zone(person: Person, length: int) -> Person | None:
    surname, given = spelling.zone(person.surname, person.nationality), spelling.zone(person.given)
    field = f"{surname.replace(' ', '<')}<<{given.replace(' ', '<')}"
    if len(field) <= length:
        return None
    surname, _, given = field[:length].partition("<<")
    return _named(person, surname.replace("<", " ").strip(), given.replace("<", " ").strip())


def zone_truncated(person: Person, chance: random.Random) -> Person | None:
    """A zone too short for the name: 39 places in a passport, 30 on a card, fewer where names are abridged."""
    longer = replace(person, given=f"{person.given} {_more_given(person, chance)}")
    for length in (39, 30, 24):
        cut = _in_zone(longer, length)
        if cut is not None and cut.surname and len(cut.given) > 1:
            return cut
    return None


def _more_given(person: Person, chance: random.Random) -> str:
    other = People(chance.getrandbits(32))
    for _ in range(400):
        found = other.next()
        if found.nationality == person.nationality and found.sex == person.sex:
            return spelling.zone(found.given).title()
    return "Maria"


def names_swapped(person: Person, chance: random.Random) -> Person | None:
    return _named(person, person.given, person.surname)


def one_of_two_surnames(person: Person, chance: random.Random) -> Person | None:
    parts = re.split(r"[ -]", person.surname)
    if len(parts) < 2 or min(map(len, parts)) < 4:
        return None
    return _named(person, chance.choice(parts), person.given)


def extra_given(person: Person, chance: random.Random) -> Person | None:
    return _named(person, person.surname, f"{person.given} {_more_given(person, chance)}")


def initial_only(person: Person, chance: random.Random) -> Person | None:
    return _named(person, person.surname, spelling.plain(person.given)[:1])


def _typed(name: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(name))
    sort = chance.random()
    if sort < 0.34:
        return name[:at] + name[at + 1 :]
    if sort < 0.67:
        return name[:at] + chance.choice(_LETTERS) + name[at:]
    return name[:at] + chance.choice(_LETTERS) + name[at + 1 :]


def one_typo(person: Person, chance: random.Random) -> Person | None:
    if chance.random() < 0.6 or len(person.given) < 5:
        return _named(person, _typed(person.surname, chance), person.given)
    return _named(person, person.surname, _typed(person.given, chance))


def two_typos(person: Person, chance: random.Random) -> Person | None:
    """Only in a long name."""
    if len(person.surname) < 9:
        return None
    return _named(person, _typed(_typed(person.surname, chance), chance), person.given)


def transposition(person: Person, chance: random.Random) -> Person | None:
    name = person.surname
    at = chance.randrange(1, max(2, len(name) - 1))
    return _named(person, name[:at] + name[at : at + 2][::-1] + name[at + 2 :], person.given)


def scanner_confusion(person: Person, chance: random.Random) -> Person | None:
    """A camera's confusion in the zone: O for 0 and the like, in the name and in the number."""
    surname, given = spelling.zone(person.surname, person.nationality), spelling.zone(person.given)
    places = [at for at, letter in enumerate(surname) if letter in _CONFUSED]
    numbers = [at for at, letter in enumerate(person.document) if letter in _CONFUSED]
    if not places or not numbers:
        return None
    at, digit = chance.choice(places), chance.choice(numbers)
    number = person.document
    return replace(
        person,
        surname=surname[:at] + _CONFUSED[surname[at]] + surname[at + 1 :],
        given=given,
        document=number[:digit] + _CONFUSED[number[digit]] + number[digit + 1 :],
    )


def _vary(name: str, nationality: str, chance: random.Random) -> str:
    parts = re.split(r"([ -])", name)
    return "".join(spelling.variant(part, nationality, chance) or part for part in parts)


def romanisation(person: Person, chance: random.Random) -> Person | None:
    """Another office's spelling."""
    return _named(
        person,
        _vary(person.surname, person.nationality, chance),
        _vary(person.given, person.nationality, chance),
    )


def joined_or_parted(person: Person, chance: random.Random) -> Person | None:
    """Hyphens, blanks and particles come and go."""
    options: list[Callable[[str], str]] = [
        lambda name: name.replace("-", " "),
        lambda name: name.replace("-", ""),
        lambda name: name.replace(" ", ""),
        lambda name: name.replace(" ", "-"),
        lambda name: re.sub(r"^(Al-|El |De |Di |D'|Dell')", "", name),
    ]
    chance.shuffle(options)
    for change in options:
        surname, given = change(person.surname), change(person.given)
        if (surname, given) != (person.surname, person.given):
            return _named(person, surname, given)
    return None


def married(person: Person, chance: random.Random) -> Person | None:
    """A woman's surname changed or was doubled; the document with the old number is still the same one."""
    if person.sex != "F":
        return None
    other = People(chance.getrandbits(32)).next()
    surname = f"{person.surname} {other.surname}" if chance.random() < 0.5 else other.surname
    return _named(person, surname, person.given)


def day_and_month_swapped(person: Person, chance: random.Random) -> Person | None:
    year, month, day = person.born.split("-")
    if day == month or int(day) > 12:
        return None
    return replace(person, born=f"{year}-{day}-{month}")


def one_wrong_digit(person: Person, chance: random.Random) -> Person | None:
    """One digit of the date is another, and it is still a date."""
    for _ in range(50):
        at = chance.choice((2, 3, 5, 6, 8, 9))
        digit = chance.choice("0123456789")
        born = person.born[:at] + digit + person.born[at + 1 :]
        if born != person.born and _is_date(born):
            return replace(person, born=born)
    return None


def _is_date(born: str) -> bool:
    year, month, day = map(int, born.split("-"))
    return 1930 <= year <= 2015 and 1 <= month <= 12 and 1 <= day <= 28


def year_only(person: Person, chance: random.Random) -> Person | None:
    return replace(person, born=person.born[:4])


def romanisation_and_digit(person: Person, chance: random.Random) -> Person | None:
    varied = romanisation(person, chance)
    return one_wrong_digit(varied, chance) if varied else None


def typo_and_year(person: Person, chance: random.Random) -> Person | None:
    varied = one_typo(person, chance)
    return year_only(varied, chance) if varied else None


def other_nationality(person: Person, chance: random.Random) -> Person | None:
    """Dual nationals show the other passport: its number is another one."""
    other = chance.choice(["BIH", "SRB", "MNE", "HRV", "TUR", "D"])
    return replace(person, nationality=other, document="") if other != person.nationality else None


CORRUPTIONS: Final[Mapping[str, Corrupt]] = {
    "cyrillic script": cyrillic_script,
    "diacritics lost": diacritics_lost,
    "Đ as D or DJ": dj,
    "Г as H or G": g_or_h,
    "zone truncated": zone_truncated,
    "names swapped": names_swapped,
    "one of two surnames": one_of_two_surnames,
    "extra given name": extra_given,
    "initial only": initial_only,
    "one typo": one_typo,
    "two typos in a long name": two_typos,
    "transposition": transposition,
    "scanner confusion": scanner_confusion,
    "romanisation variant": romanisation,
    "hyphen, blank, particle": joined_or_parted,
    "married surname": married,
    "day and month swapped": day_and_month_swapped,
    "one wrong date digit": one_wrong_digit,
    "year only": year_only,
    "romanisation and wrong digit": romanisation_and_digit,
    "typo and year only": typo_and_year,
    "other nationality": other_nationality,
}
_BY_DOCUMENT: Final = frozenset({"married surname", "scanner confusion"})
"""Sorts whose traveller shows the listed document: elsewhere names and dates must do alone."""


def queries(people: list[Person], *, each: int, seed: int | str) -> Iterator[tuple[str, Person, Person]]:
    """(sort, the listed person, what the booth reads) in equal shares."""
    for name, corrupt in CORRUPTIONS.items():
        chance = random.Random(f"{name} {seed}")
        made = tries = 0
        while made < each and tries < 2_000 * each:
            tries += 1
            person = chance.choice(people)
            found = corrupt(person, chance)
            if found is None:
                continue
            made += 1
            yield name, person, found if name in _BY_DOCUMENT else replace(found, document="")
        if made < each:
            raise ValueError(f"too few people can be corrupted by {name!r}")


def as_listed(person: Person) -> Person:
    """A person as a list has them: Latin letters, as most lists are kept."""
    if not spelling.has_cyrillic(person.surname):
        return person
    return replace(person, surname=spelling.romanised(person.surname), given=spelling.romanised(person.given))
