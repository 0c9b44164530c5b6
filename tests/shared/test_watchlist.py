"""Matching by equality: grounds, verdicts, keys that never miss what judging finds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.partial_date import PartialDate
from shared.watchlist import EqualityMatcher, Ground, Match, Subject, Verdict, numbers_of, subject_of

MATCHER = EqualityMatcher()
BORN = PartialDate(year=1990, month=5, day=17).day_number()
TRAVELLER = Subject(
    surname="ĐORĐEVIĆ",
    given_names="ANA",
    birth=BORN,
    document_number="AB123456",
    document_issuer="BIH",
    plate="A12-K-345",
    plate_country="BA",
    vin="WVWZZZ1KZ9W000001",
)


def judged(**alert: object) -> Match | None:
    return MATCHER.judge(TRAVELLER, Subject(**alert))  # type: ignore[arg-type]  # its own fields


@pytest.mark.parametrize(
    ("alert", "verdict", "ground"),
    [
        ({"document_number": "ab 123-456"}, Verdict.HIT, Ground.DOCUMENT),
        ({"document_number": "AB123456", "document_issuer": "BIH"}, Verdict.HIT, Ground.DOCUMENT),
        ({"document_number": "AB123456", "document_issuer": "UTO"}, Verdict.POSSIBLE, Ground.DOCUMENT),
        ({"plate": "a12k345"}, Verdict.HIT, Ground.PLATE),
        ({"plate": "А12-К-345", "plate_country": "BA"}, Verdict.HIT, Ground.PLATE),  # Cyrillic А, К
        ({"plate": "A12-K-345", "plate_country": "RS"}, Verdict.POSSIBLE, Ground.PLATE),
        ({"vin": "wvwzzz 1kz9w000001"}, Verdict.HIT, Ground.VIN),
        ({"surname": "Đorđević", "given_names": "Ana", "birth": BORN}, Verdict.HIT, Ground.NAME_BIRTH),
    ],
)
def test_each_ground_matches_after_folding(
    alert: dict[str, object], verdict: Verdict, ground: Ground
) -> None:
    """Document, plate, VIN, and name with birth; another issuer or country makes it only possible."""
    found = judged(**alert)
    assert found is not None
    assert (found.verdict, found.grounds) == (verdict, (ground,))
    assert all(found.reasons)


def test_all_grounds_are_named_and_the_surest_counts() -> None:
    """An officer sees each reason; one certain ground makes a hit."""
    found = judged(document_number="AB123456", document_issuer="UTO", vin=TRAVELLER.vin, plate="A12K345")
    assert found is not None
    assert found.verdict is Verdict.HIT
    assert found.grounds == (Ground.DOCUMENT, Ground.PLATE, Ground.VIN)
    assert len(found.reasons) == 3


def test_a_partly_known_birth_date_is_only_possible() -> None:
    """The same name and the same half-known date is a reason to look, not a hit."""
    half = PartialDate(year=1990).day_number()
    found = MATCHER.judge(
        TRAVELLER._replace(birth=half), Subject(surname="Đorđević", given_names="Ana", birth=half)
    )
    assert found is not None
    assert found.verdict is Verdict.POSSIBLE


@pytest.mark.parametrize(
    "alert",
    [
        {},
        {"surname": "Đorđević", "given_names": "Ana"},  # no birth date: too common a thing
        {"surname": "Đorđević", "birth": BORN},
        {"surname": "Đorđević", "given_names": "Ana", "birth": BORN + 1},
        {"birth": BORN},
        {"document_number": "AB123457"},
        {"document_number": "---"},
        {"plate": "-.-"},
        {"vin": " "},
    ],
)
def test_what_is_not_the_same_does_not_match(alert: dict[str, object]) -> None:
    """A name alone, a date alone, another number, or nothing but separators."""
    assert judged(**alert) is None


def test_separators_alone_never_match_one_another() -> None:
    """Two fields left as dashes are two unknowns."""
    dashes = Subject(document_number="--", plate="- -", vin="-", surname="-", given_names=" ", birth=BORN)
    assert MATCHER.judge(dashes, dashes) is None
    assert MATCHER.keys_of(dashes) == ()


def test_one_issuer_under_several_codes_is_one() -> None:
    """Aliases count for matching."""
    traveller = Subject(document_number="K1", document_issuer="RKS")
    found = MATCHER.judge(traveller, Subject(document_number="K1", document_issuer="XKX"))
    assert found is not None
    assert found.verdict is Verdict.HIT


WORDS = st.sampled_from(["", "-", "Ana", "ANA", "Ђорђевић", "Đorđević", "A12-K-345", "А12К345", "x y"])
SUBJECTS = st.builds(
    Subject,
    surname=WORDS, given_names=WORDS, written_name=WORDS, birth=st.sampled_from([None, BORN]),
    document_number=WORDS, document_issuer=st.sampled_from(["", "BIH", "RKS", "XKX"]),
    plate=WORDS, plate_country=st.sampled_from(["", "BA"]), vin=WORDS,
)  # fmt: skip


@given(SUBJECTS, SUBJECTS)
def test_whatever_matches_shares_a_key(traveller: Subject, alert: Subject) -> None:
    """Looking keys up never misses what judging would find, and judging is symmetric in what it finds."""
    found = MATCHER.judge(traveller, alert)
    if found is not None:
        assert set(MATCHER.keys_of(traveller)) & set(MATCHER.keys_of(alert))
        again = MATCHER.judge(alert, traveller)
        assert again is not None
        assert (again.verdict, again.grounds) == (found.verdict, found.grounds)


@given(SUBJECTS)
def test_keys_fit_the_index(subject: Subject) -> None:
    """63 bits and no sign; the same subject has the same keys."""
    keys = MATCHER.keys_of(subject)
    assert all(0 <= key < 1 << 63 for key in keys)
    assert keys == MATCHER.keys_of(subject)


def test_a_subject_is_read_from_values_by_name() -> None:
    """What is not set, or of an odd type from a newer peer, counts as unknown."""
    found = subject_of({"surname": "A", "birth": BORN, "plate": None, "vin": 7, "remark": "x"})
    assert found == Subject(surname="A", birth=BORN)
    assert subject_of({"birth": "1990"}) == Subject()


def test_what_numbers_alone_are_asked_by_holds_no_name_and_every_number() -> None:
    """A store finds names by its index; documents, plates and VINs by these keys."""
    whole = Subject(
        surname="Petrović", given_names="Marko", aliases=("Savo Ilić",), birth=7, document_number="AB0001234",
        plate="A12-K-345", plate_country="BIH", vin="WVWZZZ1JZXW000001",
    )  # fmt: skip
    alone = numbers_of(whole)
    assert (alone.surname, alone.given_names, alone.written_name, alone.aliases) == ("", "", "", ())
    assert (alone.document_number, alone.plate, alone.vin) == (whole.document_number, whole.plate, whole.vin)
    assert set(MATCHER.keys_of(alone)) < set(MATCHER.keys_of(whole))
