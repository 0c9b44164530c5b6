"""Two names alone: words, pairs of words, and the score with its reasons."""

from __future__ import annotations

import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.matching.alignment import align
from shared.matching.likeness import Rule, likeness
from shared.matching.name_pair import score_names
from shared.matching.reasons import Code
from shared.matching.tokens import TOKENS_MAX, Role, read_name, stored_name, stored_text

SAME_PERSON = """
Ђорђевић Ана | DJORDJEVIC ANA
DORDEVIC ANA | Ana Đorđević
Владимир Путин | PUTIN, Vladimir Vladimirovich
Enver Hoxha | Enver Hodža
Muhamed Hadžić | Mohammad Hadzic
Abdul Rahman al-Sudais | Abdurrahman Sudais
A8dul Rahman al-5udais | Abdurrahman Sudais
Xi Jinping | 习近平
Kim Jong Un | KIM JONGUN
Recep Tayyip Erdoğan | Erdogan, Recep
Dr. Hassan Rouhani | Hasan Ruhani
Nguyễn Phú Trọng | Nguyen Phu Trong
Müller, Jürgen | Juergen Mueller
Ратко Младић | Ratko Mladic
محمد بن سلمان | Mohammed bin Salman
Oleksandr Lukashenko | Aleksandr Lukašenko
"""
OTHER_PERSON = """
Marko Petrović | Mirko Petrović
Jovan Jovanović | Jovana Jovanović
Hasan Hodžić | Husein Hodžić
John Smith | Jane Smith
Hafez al-Assad | Bashar al-Assad
Kim Jong Un | Kim Jong Il
Mohammed bin Salman | Mohammed bin Nayef
Sergei Lavrov | Sergei Ivanov
Ivan Petrov | Petr Ivanov
Nikola Nikolić | Nikola Nikolovski
Wang Wei | Wang Lei
Peter Müller | Petra Müller
"""


def pairs(text: str) -> list[tuple[str, str]]:
    return [
        (one.strip(), other.strip())
        for one, _, other in (line.partition("|") for line in text.strip().splitlines())
    ]


@pytest.mark.parametrize(("one", "other"), pairs(SAME_PERSON))
def test_spellings_of_one_person_score_high(one: str, other: str) -> None:
    """Scripts, orders, titles, patronymics and romanisations do not part a person from themselves."""
    assert score_names(one, other).score >= 0.85


@pytest.mark.parametrize(("one", "other"), pairs(OTHER_PERSON))
def test_relatives_and_namesakes_score_lower(one: str, other: str) -> None:
    """One word in common, or nearly, is what families and nations have."""
    assert score_names(one, other).score < 0.8


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_score_is_total_symmetric_and_between_nought_and_one(one: str, other: str) -> None:
    """Any two texts get one answer, whichever comes first."""
    forth, back = score_names(one, other).score, score_names(other, one).score
    assert forth == back
    assert 0.0 <= forth <= 1.0


@given(st.text("abcdefghij", min_size=2, max_size=10), st.text("klmnoprstuv", min_size=2, max_size=10))
def test_a_name_is_wholly_like_itself(one: str, other: str) -> None:
    """Nothing scores higher than the same words, in either order."""
    assume(not one.startswith(("abd", "abed")))  # the servant of whoever follows: one word with it
    assert score_names(f"{one} {other}", f"{other} {one}").score == 1.0


def test_the_reasons_name_the_rule_of_each_word() -> None:
    """Codes with parameters, for the match and against it, that pages can translate."""
    found = score_names("Muhamed Hodžić", "HODZIC MOHAMMAD Ali")
    assert [reason.code for reason in found.reasons] == [
        Code.WORD_VARIANT,
        Code.WORD_SPELLED,
        Code.ORDER,
        Code.ONLY_THEIRS,
    ]
    assert str(found.reasons[0]) == "muhamed = mohammad: one name in two traditions"
    assert found.reasons[-1].against


@pytest.mark.parametrize(
    ("one", "other", "rule"),
    [
        ("petrovic", "petrovic", Rule.SAME),
        ("djuric", "duric", Rule.SPELLED),
        ("yusuf", "youssef", Rule.VARIANT),
        ("bill", "william", Rule.SHORT_FORM),
        ("ivanova", "ivanov", Rule.FAMILY_FORM),
        ("selimovich", "salimovich", Rule.VOWELS),
        ("jankovic", "jankvoic", Rule.VOWELS),
        ("petrovic", "petrovicz", Rule.SPELLED),
        ("stankovic", "stantovic", Rule.TYPO),
        ("m", "maria", Rule.INITIAL),
        ("marko", "petar", Rule.DIFFERENT),
    ],
)
def test_each_pair_of_words_is_alike_by_one_rule(one: str, other: str, rule: Rule) -> None:
    """Symmetric, and the rule is the strongest that holds."""
    (ours,), (theirs,) = read_name(f"{one} x")[:1], read_name(f"{other} x")[:1]
    assert likeness(ours, theirs).rule is rule
    assert likeness(ours, theirs) == likeness(theirs, ours)


def test_a_cut_word_stands_for_the_whole_and_a_whole_one_does_not() -> None:
    """ALEK at the end of a full zone may be ALEKSANDRA; typed by a person it is another name."""
    (whole,) = read_name("Aleksandra")
    for cut, rule in ((True, Rule.BEGINNING), (False, Rule.DIFFERENT)):
        assert likeness(read_name("HADZIC ALEK", cut=cut)[-1], whole).rule is rule


def test_words_written_apart_or_together_are_paired() -> None:
    """Articles and syllables join with their neighbours."""
    for one, other in (
        ("al rashid omar", "alrashid omar"),
        ("nur al-din yildiz", "nureddin yildiz"),
        ("xi jin ping", "xi jinping"),
    ):
        found = align(read_name(one), read_name(other))
        assert not found.theirs_left
        assert any(pair.likeness.rule is Rule.JOINED for pair in found.pairs)


@pytest.mark.parametrize("name", ["ibn", "de la", "al", "Dr.", "bin"])
def test_a_name_of_particles_alone_still_is_one(name: str) -> None:
    """There are people called Bin; what stands alone counts."""
    tokens = read_name(name)
    assert tokens
    assert all(token.role is Role.NAME for token in tokens)
    assert score_names(name, name).score == 1.0


@pytest.mark.parametrize("name", ["", " ", "<<<", "\u202e", "\u0301", "…", "🙂"])
def test_a_name_without_letters_matches_nothing(name: str) -> None:
    """The answer says so instead of a number that means nothing."""
    found = score_names(name, "Ana Petrović")
    assert (found.score, found.reasons[0].code) == (0.0, Code.NAME_EMPTY)


@pytest.mark.parametrize(
    "name",
    [
        "a" * 300,
        "a " * 150,
        "ab" * 5_000,
        "\u0301" * 3_000,
        "Анa Mаria " * 30,
        "محمد " * 60,
        "习" * 300,
        "1234567890 " * 30,
        "de la " * 100,
        "abdul " * 60,
    ],
)
def test_hostile_names_take_bounded_time(name: str) -> None:
    """A long, mixed or endless name is compared by its beginning, in milliseconds."""
    started = time.process_time()
    assert len(read_name(name)) <= TOKENS_MAX
    assert 0.0 <= score_names(name, name[::-1]).score <= 1.0
    assert time.process_time() - started < 1.0


@given(st.text(max_size=80), st.booleans())
def test_a_name_kept_in_an_index_reads_back_the_same(name: str, cut: bool) -> None:  # noqa: FBT001 — drawn
    """What is weighed later is what was filed."""
    tokens = read_name(name, cut=cut)
    kept = stored_name(stored_text(tokens)) if tokens else ()
    assert [(token.plain, token.role, token.cut) for token in kept] == [
        (token.plain, token.role, token.cut) for token in tokens
    ]
