"""From a typed form to the values of a check: every problem at once, nothing odd let through."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings

from edge.capture.case import Captured, read_case
from edge.capture.decision import open_decisions
from edge.capture.notes import age_on, expiry_state, may_be_minor
from edge.capture.zone import lines_of
from shared.codelists import load
from shared.errors import InputError
from shared.ids import Dot, RecordId
from shared.mrz import MrzFields, render
from shared.partial_date import parse
from tests.edge.posts import TD3, TD3_WRONG_DIGIT
from tests.shared.mrz.documents import PASSPORT, SPECIMENS, documents, made

LISTS = load()
TODAY = date(2026, 5, 28)
PARENT = RecordId(Dot(77))
TD1 = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
MANUAL = {
    "direction": "entry",
    "document_category": "id_card",
    "document_number": "AB 12-3",
    "surname": "Đorđević",
    "given_names": "Ана",
    "birth": "12.8.1974",
    "nationality": "srb",
    "sex": "F",
}


def resolve(text: str) -> RecordId:
    if text == "PARENT":
        return PARENT
    raise InputError("no_check", "no check has this id", hint="Look again.")


def read(form: dict[str, str]) -> Captured:
    return read_case(form, lists=LISTS, today=TODAY, resolve=resolve)


def codes(form: dict[str, str]) -> dict[str, str]:
    return {name: problem.code for name, problem in read(form).problems.items()}


def test_a_zone_fills_the_check():
    """The fields come from the zone; its lines are not kept where the fields make them again."""
    captured = read({"mrz": TD3, "direction": "entry"})
    assert captured.problems == {}
    assert (captured.values["document_number"], captured.values["capture"]) == ("L898902C3", "scan")
    assert (captured.values["document_category"], captured.values["mrz_state"]) == ("passport", "ok")
    assert "mrz_lines" not in captured.values
    assert captured.values["mrz_format"] == "TD3"


@pytest.mark.parametrize("specimen", SPECIMENS)
def test_the_zone_of_every_specimen_is_made_again(specimen: str):
    """Of every format: the values alone give the lines that were read, so none are kept."""
    values = read({"mrz": specimen, "direction": "entry"}).values
    assert "mrz_lines" not in values
    assert "\n".join(lines_of(values)) == specimen


@given(documents())
@settings(max_examples=100, deadline=None)
def test_whatever_was_read_can_be_shown_again(document: MrzFields):
    """Any sound document's values give its very lines, a booklet's 0 for an empty number included."""
    lines = "\n".join(render(document))
    values = read({"mrz": lines, "direction": "entry"}).values
    assert "\n".join(lines_of(values)) == lines


@pytest.mark.parametrize("zero", [True, False])
def test_an_empty_numbers_digit_is_remembered(*, zero: bool):
    """A booklet without a personal number prints 0 or < as its digit; both need no kept lines."""
    lines = made(PASSPORT, personal_number="", zero_when_empty=zero)
    values = read({"mrz": lines, "direction": "entry"}).values
    assert values.get("mrz_zero", False) is zero
    assert "mrz_lines" not in values
    assert "\n".join(lines_of(values)) == lines


def test_a_check_without_a_zone_has_no_lines():
    """Neither a manual capture nor one in another version's format pretends to have had a zone."""
    assert lines_of(read(MANUAL).values) == ()
    assert lines_of({"mrz_format": "TD9", "document_code": "P"}) == ()


def test_a_card_fills_it_as_well():
    """A TD1 card is re-created from its fields too."""
    captured = read({"mrz": TD1, "direction": "exit", "source": "typed"})
    assert (captured.values["document_category"], captured.values["capture"]) == ("id_card", "typed")
    assert "mrz_lines" not in captured.values


def test_lines_are_kept_where_the_fields_would_lose_them():
    """A wrong digit, or a field typed over the zone, keeps the lines as read."""
    wrong = read({"mrz": TD3_WRONG_DIGIT, "direction": "entry"})
    typed = read({"mrz": TD3, "direction": "entry", "surname": "ERIKSEN"})
    assert wrong.values["mrz_lines"] == TD3_WRONG_DIGIT
    assert (typed.values["surname"], typed.values["mrz_lines"]) == ("ERIKSEN", TD3)


def test_a_document_without_a_zone_is_typed():
    """Old cards: local letters, partial spelling of dates, a number with blanks."""
    captured = read(MANUAL)
    assert captured.problems == {}
    assert captured.values["document_number"] == "AB12-3"
    assert captured.values["birth"] == parse("1974-08-12").day_number()
    assert (captured.values["nationality"], captured.values["capture"]) == ("SRB", "manual")
    assert captured.values["mrz_state"] == "absent"


def test_somebody_with_no_document_at_all():
    """No number is asked for; a name, a birth date (even unknown) and a nationality are."""
    bare = {"direction": "entry", "document_category": "none"}
    assert codes(bare) == {
        "surname": "name_missing",
        "birth": "birth_missing",
        "nationality": "nationality_missing",
    }
    whole = read(bare | {"given_names": "Ana", "birth": "XXXX", "nationality": "XXX"})
    assert (whole.problems, "birth" in whole.values) == ({}, False)


def test_a_child_in_a_parents_passport():
    """The parent's check is named by its id; one that does not exist is told."""
    child = MANUAL | {"document_category": "parents_passport", "document_number": ""}
    assert codes(child) == {"accompanied_by": "parent_missing"}
    assert codes(child | {"accompanied_by": "NOBODY"}) == {"accompanied_by": "no_check"}
    assert read(child | {"accompanied_by": "PARENT"}).values["accompanied_by"] == PARENT


def test_an_unreadable_zone_says_what_is_wrong_and_keeps_out_of_the_way():
    """A short line is named with its length; typing the document by hand instead is not asked for yet."""
    short = codes({"mrz": TD3[:-1], "direction": "entry"})
    assert short == {"mrz": "mrz_length"}
    assert set(codes({"mrz": "\u202eABC", "direction": "entry"})) == {"mrz"}


def test_an_empty_form_waits():
    """Nothing typed yet is no fault, but for the way the traveller goes."""
    captured = read({})
    assert (captured.empty, set(captured.problems)) == (True, {"direction"})


@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [
        ("surname", "A\x00B", "text_control"),
        ("surname", "A\u202eB", "text_reordering"),
        ("given_names", "x" * 101, "text_too_long"),
        ("written_name", "\u2066Ана", "text_reordering"),
        ("birth", "31.02.1990", "impossible_date"),
        ("birth", "2031-01-01", "birth_future"),
        ("birth", "yesterday", "bad_date"),
        ("birth", "1812-01-01", "date_range"),
        ("document_expiry", "2026-13-01", "impossible_date"),
        ("document_issuer", "QQQ", "unknown_state"),
        ("nationality", "BOSNIA", "unknown_state"),
        ("document_number", "---", "number_empty"),
        ("document_number", "x" * 41, "text_too_long"),
        ("document_category", "spaceship", "unknown_code"),
        ("sex", "Q", "unknown_code"),
        ("plate", "---", "plate_empty"),
        ("plate", "A" * 21, "text_too_long"),
        ("plate_country", "1", "bad_country"),
        ("vin", "V" * 31, "text_too_long"),
        ("vehicle_kind", "ufo", "unknown_code"),
        ("purpose", "fun", "unknown_code"),
        ("stay_days", "-1", "bad_days"),
        ("stay_days", "1e3", "bad_days"),
        ("stay_days", "99999", "bad_days"),
        ("stay_days", "٣", "bad_days"),
        ("remark", "a\x07b", "text_control"),
        ("remark", "x" * 2001, "text_too_long"),
        ("direction", "sideways", "direction_missing"),
    ],
)
def test_bad_input_is_named_beside_its_field(field: str, typed: str, code: str):
    """Each field refuses what cannot be in it, by code; the others are read all the same."""
    captured = read(MANUAL | {field: typed})
    assert captured.problems[field].code == code
    assert captured.problems[field].hint
    assert len(captured.problems) <= 2
    assert field == "sex" or captured.values["sex"] == "F"


def test_several_problems_come_together():
    """An officer mends everything in one go."""
    bad = codes(MANUAL | {"birth": "31.02.1990", "plate": "---", "stay_days": "x"})
    assert set(bad) == {"birth", "plate", "stay_days"}


def test_notes_stop_nothing():
    """An expired document, an odd plate, a doubtful VIN and national number are shown, and no more."""
    captured = read(
        MANUAL
        | {
            "document_expiry": "2026-05-27",
            "plate": "A12-K-345",
            "plate_country": "HU",
            "vin": "1M8GDM9AXKP042789",
            "personal_number": "0101006500007",
        }
    )
    assert captured.problems == {}
    assert {note.code for note in captured.notes} >= {
        "document_expired",
        "plate_country_odd",
        "vin_check_digit",
        "national_number_check_digit",
    }


def test_own_nationals_are_offered_no_refusal():
    """The decisions depend on direction and nationality, and on nothing before both are known."""
    offers = {
        (direction, nationality): [
            one.code
            for one in open_decisions(LISTS, direction=direction, country="BA", nationality=nationality)
        ]
        for direction in ("", "entry", "exit")
        for nationality in ("BIH", "SRB", "")
    }
    assert offers["", "SRB"] == []
    assert "refuse" not in offers["entry", "BIH"]
    assert "refuse" in offers["entry", "SRB"]
    assert "admit" not in offers["exit", "SRB"]


def test_ages_are_told_only_when_certain():
    """A full date gives the age on the day; a year alone does not, unless it leaves no doubt of minority."""
    assert age_on(parse("1974-05-28"), today=TODAY) == 52
    assert age_on(parse("1974-05-29"), today=TODAY) == 51
    assert age_on(parse("1974"), today=TODAY) is None
    assert age_on(None, today=TODAY) is None
    assert [
        may_be_minor(parse(born), today=TODAY) for born in ("2008-05-28", "2008-05-29", "2008", "1974")
    ] == [
        False,
        True,
        True,
        False,
    ]


def test_a_document_is_good_through_its_last_day():
    """Valid on the day of expiry, soon within a month, unknown without a date."""
    states = [
        expiry_state(parse(day), today=TODAY) for day in ("2026-05-27", "2026-05-28", "2026-06-28", "2026")
    ]
    assert states == ["expired", "soon", "ok", "ok"]
    assert expiry_state(None, today=TODAY) == "unknown"
