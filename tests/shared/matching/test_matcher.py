"""Whole subjects: documents, plates, VINs and persons, with the tier and the reason of each."""

from __future__ import annotations

import pytest

from shared.matching.look_alike import folded, misreadings
from shared.matching.matcher import PersonMatcher, person_key
from shared.matching.reasons import TEMPLATES, Code, Reason
from shared.partial_date import parse
from shared.watchlist import Ground, Match, Strength, Subject, Verdict

MATCHER = PersonMatcher()


def judged(traveller: dict[str, object], alert: dict[str, object]) -> Match | None:
    return MATCHER.judge(Subject(**traveller), Subject(**alert))  # type: ignore[arg-type]  # its own fields


@pytest.mark.parametrize(
    ("traveller", "alert", "verdict", "reasons"),
    [
        (
            {"document_number": "AB 123-456"},
            {"document_number": "ab123456"},
            Verdict.HIT,
            ["same document number"],
        ),
        (
            {"document_number": "ABO123456"},
            {"document_number": "AB0123456"},
            Verdict.POSSIBLE,
            ["document number looks the same", "O read as 0 in position 3"],
        ),
        (
            {"document_number": "AB123456", "document_issuer": "BIH"},
            {"document_number": "AB123456", "document_issuer": "SRB"},
            Verdict.POSSIBLE,
            ["same document number, but another issuer"],
        ),
        (
            {"document_number": "AB123456", "document_issuer": "RKS"},
            {"document_number": "AB123456", "document_issuer": "XKX"},
            Verdict.HIT,
            ["same document number"],
        ),
        ({"plate": "A12-K-345"}, {"plate": "a12k345"}, Verdict.HIT, ["same plate"]),
        (
            {"plate": "AI2-K-345"},
            {"plate": "A12-K-345"},
            Verdict.POSSIBLE,
            ["plate looks the same", "I read as 1 in position 2"],
        ),
        (
            {"plate": "A12-K-345", "plate_country": "BA"},
            {"plate": "A12-K-345", "plate_country": "RS"},
            Verdict.POSSIBLE,
            ["same plate, but another country"],
        ),
        ({"plate": "ČA 123-ĆD"}, {"plate": "ЧА123ЋД"}, Verdict.HIT, ["same plate"]),
        (
            {"vin": "wvwzzz1kz9w000001"},
            {"vin": "WVWZZZ1KZ9W000001"},
            Verdict.HIT,
            ["same vehicle identification number"],
        ),
        (
            {"vin": "WVWZZZ1KZ9WO00001"},
            {"vin": "WVWZZZ1KZ9W000001"},
            Verdict.POSSIBLE,
            ["vehicle identification number looks the same", "O read as 0 in position 12"],
        ),
    ],
)  # fmt: skip
def test_each_number_has_its_tier_and_reason(
    traveller: dict[str, object], alert: dict[str, object], verdict: Verdict, reasons: list[str]
) -> None:
    """Equal is a hit; look-alike, foreign or of another issuer is possible, and the place is named."""
    found = judged(traveller, alert)
    assert found is not None
    assert (found.verdict, list(found.reasons)) == (verdict, reasons)
    assert set(MATCHER.keys_of(Subject(**traveller))) & set(MATCHER.keys_of(Subject(**alert)))  # type: ignore[arg-type]  # its own fields


@pytest.mark.parametrize(
    ("traveller", "alert"),
    [
        ({"document_number": "AB123456"}, {"document_number": "AB123457"}),
        (
            {"document_number": "ABO12", "document_issuer": "BIH"},
            {"document_number": "AB012", "document_issuer": "SRB"},
        ),
        ({"plate": "AI2K345", "plate_country": "BA"}, {"plate": "A12K345", "plate_country": "RS"}),
        ({"plate": "A12K345"}, {"plate": "A12K346"}),
        ({"surname": "Petrović", "given_names": "Marko"}, {"document_number": "AB123456"}),
        ({}, {}),
    ],
)  # fmt: skip
def test_what_only_resembles_is_nothing(traveller: dict[str, object], alert: dict[str, object]) -> None:
    """Another digit, a look-alike of another issuer or country, nothing in common: no match."""
    assert judged(traveller, alert) is None


def test_a_person_is_explained_word_by_word_and_what_speaks_against_comes_last() -> None:
    """The rule, the strength in a word, and the other nationality."""
    found = judged(
        {
            "surname": "DORDEVIC",
            "given_names": "ANA",
            "birth": parse("1990-05-17").day_number(),
            "nationality": "AUT",
        },
        {
            "surname": "Ђорђевић",
            "given_names": "Ана",
            "birth": parse("1990-05-17").day_number(),
            "nationality": "SRB",
        },
    )
    assert found is not None
    assert (found.verdict, found.grounds, found.strength) == (
        Verdict.HIT,
        (Ground.NAME_BIRTH,),
        Strength.STRONG,
    )
    assert found.reasons == (
        "same name",
        "Ђ = D",
        "same birth date",
        "against: nationality AUT, on the list SRB",
    )
    assert [reason.against for reason in found.because] == [False, False, False, True]


def test_every_code_has_a_sentence_that_takes_its_parameters() -> None:
    """Nothing can be found for which there are no words."""
    assert set(TEMPLATES) == set(Code)
    assert all(str(Reason(code, ours="A", theirs="B", place=1)) for code in Code)


def test_look_alikes_fold_to_one_and_name_where_they_differ() -> None:
    """Folding twice changes nothing, and each place is counted from one."""
    assert folded("O0QD1IL2Z5S8B6GUV") == "00001112255" + "8866UU"
    assert folded(folded("OIL")) == folded("OIL")
    assert [(wrong.position, wrong.ours, wrong.theirs) for wrong in misreadings("AO1", "A0I")] == [
        (2, "O", "0"),
        (3, "1", "I"),
    ]


def test_a_traveller_is_one_person_only_with_their_document() -> None:
    """A namesake on another document has another key; without a document there is none."""
    who = Subject(
        surname="Petrović", given_names="Marko", birth=1, document_number="AB1", document_issuer="BIH"
    )
    again = Subject(
        surname="PETROVIC", given_names="MARKO", birth=1, document_number="ab 1", document_issuer="BIH"
    )
    assert person_key(who) == person_key(again) is not None
    assert person_key(who) != person_key(
        Subject(surname="Petrović", given_names="Marko", birth=1, document_number="AB2")
    )
    assert person_key(Subject(surname="Petrović", given_names="Marko", birth=1)) is None


def test_an_alert_of_a_hundred_aliases_has_a_bounded_number_of_keys() -> None:
    """A hostile alert cannot flood the equality keys."""
    subject = Subject(
        surname="A B C D", aliases=tuple(f"Ime{i} Prezime{i} Drugo{i}" for i in range(200)), birth=1
    )
    assert len(MATCHER.keys_of(subject)) <= 24
