"""Document numbers, plates and national numbers as integers.

Job: split a serial such as `A12-K-345` into its *shape* `*00-*-000` and one integer. In a shape `0`
stands for a digit, `@` for a capital, `*` for one of the seven letters that Cyrillic and Latin share on
Bosnian plates, `?` for a capital or a digit; every other character stands for itself. The integer
counts through all serials of that shape. Invariant: `serials(shape, [number_of(shape, s)])` is `[s]`.
Must not know: which country issues what.

National numbers (JMBG: DDMMYYY RR BBB K, weights 7 6 5 4 3 2 twice) repeat the birth date and end in a
check digit; `shorten` leaves RRBBB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby, product
from operator import mul
from typing import Final

from shared.errors import WireError

_DIGITS: Final = "0123456789"
_CAPITALS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALPHABETS: Final = {"0": _DIGITS, "@": _CAPITALS, "*": "AEJKMOT", "?": _DIGITS + _CAPITALS}
SHAPE_MAX_CHARS: Final = 24
_SERIALS_MAX: Final = 1 << 62
_TABLE_MAX: Final = 1 << 15  # three letters: spelled by a table
_MARKS: Final = frozenset("@*?")
_EXACT: Final = str.maketrans({**dict.fromkeys(_DIGITS, "0"), **dict.fromkeys(_CAPITALS, "@")})
_NUMERAL: Final = str.maketrans(dict.fromkeys(_DIGITS, "0"))
_LOOSE: Final = str.maketrans(dict.fromkeys(_DIGITS + _CAPITALS, "?"))
_BOSNIAN: Final = {"@00-@-000": "*00-*-000", "@00@000": "*00*000"}

_WEIGHTS: Final = (7, 6, 5, 4, 3, 2) * 2
_SHORT: Final = "#"  # begins a shortened national number; no serial of ours begins so
_DAY_ZERO: Final = date(1900, 1, 1)  # as `partial_date` counts full dates
_DAYS: Final = 110_000


def shape_of(serial: str) -> str | None:
    """The usual shape of a serial; None where shapes do not pay (no digit, or too long, or it holds a mark).

    Among small letters capitals belong to words, as in `Kt-00123/26`, and stand for themselves.
    """
    words = serial.upper() != serial
    shape = serial.translate(_NUMERAL if words else _EXACT)
    if "0" not in shape or not _is_usable(shape) or set(serial) & _MARKS:
        return None
    fewer = _BOSNIAN.get(shape)
    return fewer if fewer and set(serial) & set(_CAPITALS) <= set(ALPHABETS["*"]) else shape


def loose_shape_of(serial: str) -> str | None:
    """The shape that takes any capital or digit in their places, for serials that mix them at will."""
    shape = serial.translate(_LOOSE)
    return shape if _is_usable(shape) and not set(serial) & _MARKS else None


def _is_usable(shape: str) -> bool:
    return 0 < len(shape) <= SHAPE_MAX_CHARS and 0 < _capacity(shape) <= _SERIALS_MAX


def number_of(shape: str, serial: str) -> int:
    """Where a serial stands among all serials of its shape."""
    number = 0
    for place, character in zip(shape, serial, strict=True):
        alphabet = ALPHABETS.get(place)
        if alphabet is not None:
            number = number * len(alphabet) + alphabet.index(character)
    return number


def serials(shape: str, numbers: Sequence[int]) -> list[str]:
    """The serials that stand at these places. Raises WireError `bad_shape` for what cannot be."""
    if not _is_usable(shape) or not numbers or not 0 <= min(numbers) <= max(numbers) < _capacity(shape):
        raise _bad_shape()
    spelled, pattern = _plan(shape)
    parts: list[Iterable[str]] = []
    for bound, spell in spelled[:-1]:
        parts.append(map(spell, [number % bound for number in numbers]))
        numbers = [number // bound for number in numbers]
    parts.append(map(spelled[-1][1], numbers))
    return [*parts[0]] if pattern == "{}" else [*map(pattern.format, *reversed(parts))]


def shorten(number: str, birth: object) -> str | None:
    """`#RRBBB` for a national number that repeats `birth` and checks; None for any other."""
    if len(number) != 13 or type(birth) is not int or not 0 <= birth < _DAYS:
        return None
    if not number.isdecimal() or not number.isascii():
        return None
    short = _SHORT + number[7:12]
    return short if lengthen(short, birth) == number else None


def lengthen(short: str, birth: object) -> str:
    """Undo `shorten`; a text that is no shortened number passes. Raises WireError `bad_shape`."""
    if short[:1] != _SHORT:
        return short
    if type(birth) is not int or not 0 <= birth < _DAYS:
        raise _bad_shape()
    born = _DAY_ZERO + timedelta(days=birth)
    (days, ours), (year, rest) = _DAYS_OF_YEAR[born.month, born.day], _YEARS[born.year % 1000]
    digits, total = days + year, ours + rest
    try:
        rest = (total + _REGIONS[short[1:3]] + _SERIALS[short[3:]]) % 11
    except KeyError:
        raise _bad_shape() from None
    return f"{digits}{short[1:]}{-rest % 11 % 10}"


def is_short(text: str) -> bool:
    return text[:1] == _SHORT


def _weighed(digits: str, weights: tuple[int, ...]) -> int:
    return sum(map(mul, map(int, digits), weights))


_REGIONS: Final = {f"{number:02}": _weighed(f"{number:02}", _WEIGHTS[7:9]) for number in range(100)}
_SERIALS: Final = {f"{number:03}": _weighed(f"{number:03}", _WEIGHTS[9:]) for number in range(1000)}


def _part(digits: str, weights: tuple[int, ...]) -> tuple[str, int]:
    """(some digits, their share of the check sum)."""
    return digits, _weighed(digits, weights)


_DAYS_OF_YEAR: Final = {
    (month, day): _part(f"{day:02}{month:02}", _WEIGHTS[:4]) for month in range(1, 13) for day in range(1, 32)
}
_YEARS: Final = [_part(f"{year:03}", _WEIGHTS[4:7]) for year in range(1000)]


@lru_cache(maxsize=1 << 10)
def _plan(shape: str) -> tuple[list[tuple[int, Callable[[int], str]]], str]:
    """(each varying run's bound and spelling, the last run first; the pattern their texts fill)."""
    spelled: list[tuple[int, Callable[[int], str]]] = []
    pattern = ""
    for place, run in groupby(shape):
        length = len([*run])
        alphabet = ALPHABETS.get(place)
        if alphabet is None:
            pattern += place.replace("{", "{{").replace("}", "}}") * length
            continue
        pattern += "{}"
        spelled.insert(0, (len(alphabet) ** length, _speller(alphabet, length)))
    return spelled, pattern


def _speller(alphabet: str, length: int) -> Callable[[int], str]:
    if alphabet == _DIGITS:
        return f"{{:0{length}d}}".format
    if len(alphabet) ** length <= _TABLE_MAX:
        return _words(alphabet, length).__getitem__
    size = len(alphabet)

    def spell(number: int) -> str:
        letters = []
        for _ in range(length):
            number, place = divmod(number, size)
            letters.append(alphabet[place])
        return "".join(reversed(letters))

    return spell


@lru_cache(maxsize=1 << 10)
def _capacity(shape: str) -> int:
    """How many serials have this shape; 0 where none of its places varies."""
    capacity = 1
    for place in shape:
        capacity *= len(ALPHABETS.get(place, "-"))
    return capacity if capacity > 1 else 0


@lru_cache(maxsize=16)
def _words(alphabet: str, count: int) -> list[str]:
    return [*map("".join, product(alphabet, repeat=count))]


def _bad_shape() -> WireError:
    return WireError(
        "bad_shape", "a serial number cannot be rebuilt", hint="Send the bundle again from the source."
    )
