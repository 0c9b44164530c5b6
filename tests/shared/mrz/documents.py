"""Synthetic documents of every format: the standard's specimens, and a strategy that makes more."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

from hypothesis import strategies as st

from shared.mrz import STATES, Format, Mrz, MrzFields, Sex, parse, render
from shared.partial_date import PartialDate

TODAY = date(2026, 11, 24)

PASSPORT = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
CARD = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
CARD_LONG = "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<"
CARD_2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
CARD_2_LONG = "I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<\nD23145890<UTO3407127M95071227349<<<8"
# Visas have no composite digit.
VISA_A = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4UTO4009078F96121096ZE184226B<<<<<<"
VISA_B = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4UTO4009078F9612109<<<<<<<<"

SPECIMENS = (PASSPORT, CARD, CARD_LONG, CARD_2, CARD_2_LONG, VISA_A, VISA_B)

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "0123456789"
_words = st.lists(st.text(_LETTERS, min_size=1, max_size=6), min_size=1, max_size=2).map(" ".join)


def contents(mrz: MrzFields) -> dict[str, object]:
    """The fields that `render` takes, whether they were read or made."""
    return {field.name: getattr(mrz, field.name) for field in fields(MrzFields)}


def made(specimen: str, **changes: object) -> str:
    """A sound document: the specimen with these fields changed, printed anew."""
    sound = contents(parse(specimen, today=TODAY)) | changes
    return "\n".join(render(MrzFields(**sound)))  # type: ignore[arg-type]  # the fields of a parsed zone


def swap(text: str, line: int, position: int, character: str) -> str:
    """`text` with one character replaced; line and position count from 1."""
    rows = [list(row) for row in text.split("\n")]
    rows[line - 1][position - 1] = character
    return "\n".join("".join(row) for row in rows)


def codes(mrz: Mrz) -> set[str]:
    """The codes of what was odd."""
    return {str(issue.code) for issue in mrz.issues}


@st.composite
def _partial(draw: st.DrawFn, first: date, last: date) -> PartialDate:
    day = draw(st.dates(first, last))
    known = draw(st.tuples(st.booleans(), st.booleans(), st.booleans()) | st.just((True, True, True)))
    return PartialDate(
        year=day.year if known[0] else None,
        month=day.month if known[1] else None,
        day=day.day if known[2] and (known[1] or day.day < 29) else None,
    )


@st.composite
def documents(draw: st.DrawFn) -> MrzFields:
    """A document whose fields fit its format, long numbers and unknown date parts among them."""
    kind = draw(st.sampled_from(Format))
    room = {Format.TD1: 15, Format.TD2: 7, Format.MRV_A: 16, Format.MRV_B: 8, Format.TD3: 0}[kind]
    longest = 8 + room if kind in {Format.TD1, Format.TD2} else 9
    number = draw(st.text(_LETTERS + _DIGITS, min_size=1, max_size=longest))
    if len(number) > 9:
        room = max(0, room - (len(number) - 9) - 2)
    optional = st.text(_LETTERS + _DIGITS, max_size=room)
    return MrzFields(
        format=kind,
        document_code=draw(
            st.sampled_from({"TD3": ["P", "PD"], "TD1": ["I", "AC"], "TD2": ["I"]}.get(kind, ["V"]))
        ),
        issuer=draw(st.sampled_from(sorted(STATES))),
        document_number=number,
        surname=draw(_words),
        given_names=draw(_words | st.just("")),
        nationality=draw(st.sampled_from(sorted(STATES))),
        sex=draw(st.sampled_from(Sex)),
        birth=draw(_partial(date(1927, 1, 1), TODAY)),
        expiry=draw(_partial(date(1957, 1, 1), date(2056, 12, 31))),
        optional_1=draw(optional),
        optional_2=draw(st.text(_LETTERS + _DIGITS, max_size=11)) if kind is Format.TD1 else "",
        personal_number=(number_2 := draw(st.text(_DIGITS, max_size=14)) if kind is Format.TD3 else ""),
        zero_when_empty=kind is Format.TD3 and not number_2 and draw(st.booleans()),
    )
