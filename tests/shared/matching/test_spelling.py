"""Scripts, spellings and words: what is held equal before any score."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.matching.letters import letter_rules
from shared.matching.near_names import group_of
from shared.matching.script import READ_MAX_CHARS, latin
from shared.matching.spelling import skeleton, sound
from shared.matching.words import family_form, is_patronymic


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Ђорђевић Ана", "djordjevic ana"),
        ("Đorđević, Ana-Marija", "djordjevic ana marija"),
        ("Щукин Юрий", "shchukin yuriy"),
        ("Ѓорѓи Ќосев", "gjorgji kjosev"),
        ("Мельниченко Сергій", "melnichenko sergiy"),
        ("IŞIK, ığdır İzmir", "ishik igdir izmir"),
        ("O’Connor", "oconnor"),
        ("Müller Strauß Łukasz", "muller strauss lukasz"),
        ("محمد بن سلمان", "mhmd bn slman"),
        ("习近平", "xi jin ping"),
        ("김정은", "gim jeong eun"),
        ("Αλέξης", "alexis"),
        ("\u202eAna\u200b", "ana"),
        ("", ""),
        ("<<<", ""),
        ("\u0301\u0301", ""),
    ],
)
def test_any_script_becomes_words_in_plain_letters(name: str, words: str) -> None:
    """Cyrillic by its table, Latin without marks, other scripts by AnyAscii, invisible signs dropped."""
    assert latin(name) == words


@given(st.text(max_size=400))
def test_reading_is_total_bounded_and_done_once(name: str) -> None:
    """No text breaks it, only a–z, digits and blanks come out, and reading that again changes nothing."""
    once = latin(name)
    assert set(once) <= set("abcdefghijklmnopqrstuvwxyz0123456789 ")
    assert latin(once[:READ_MAX_CHARS]) == once[:READ_MAX_CHARS].strip()


@pytest.mark.parametrize(
    "spellings",
    [
        ("djordjevic", "dordevic", "djordjevich", "dzordzevic", "gjorgjevic"),
        ("zivkovic", "zhivkovich"),
        ("sljivic", "shljivich"),
        ("hadzic", "hadjic", "hadzhich"),
        ("hoxha", "hodza", "hodzha", "hodja"),
        ("khalid", "halid"),
        ("tchaikovsky", "chaikovskij", "tschaikowski"),
        ("ivanoff", "ivanov", "iwanow"),
        ("yusuf", "jusuf", "yousouf"),
        ("mueller", "muller", "muler"),
        ("sergey", "sergei", "sergej"),
        ("schmidt", "shmidt", "szmidt"),
    ],
)
def test_spellings_of_one_word_sound_alike(spellings: tuple[str, ...]) -> None:
    """Each class of the module's docstring holds, whatever tradition spelled the word."""
    assert len({sound(spelling) for spelling in spellings}) == 1


def test_skeletons_outlive_romanisation_and_still_tell_names_apart() -> None:
    """Vowels do not count, consonants do; a leading vowel is one sign."""
    assert skeleton("mohammad") == skeleton("muhamed") == skeleton("mehmet")
    assert skeleton("goran") == skeleton("horan")
    assert skeleton("petrovic") != skeleton("petkovic")
    assert skeleton("ana") != skeleton("na")


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=40))
def test_every_word_has_a_skeleton(word: str) -> None:
    """Nothing falls out of the index for want of consonants."""
    assert skeleton(word)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("muhamed", "mohammad"),
        ("jamal", "cemal"),
        ("yusuf", "yousef"),
        ("serhiy", "sergei"),
        ("fatma", "fatimah"),
    ],
)
def test_one_name_in_two_traditions_is_one_group(one: str, other: str) -> None:
    """The table knows names whose spellings no rule joins."""
    assert group_of(sound(one)) == group_of(sound(other)) != 0


@pytest.mark.parametrize(
    ("one", "other"), [("marko", "mirko"), ("hasan", "husein"), ("ivan", "jovan"), ("ana", "ena")]
)
def test_names_of_different_people_are_of_no_common_group(one: str, other: str) -> None:
    """Brothers' names are not variants of one another."""
    assert not group_of(sound(one)) or group_of(sound(one)) != group_of(sound(other))


def test_a_surnames_ending_for_women_is_seen_and_a_mans_name_is_not_one() -> None:
    """Ivanova is Ivanov; Petra stays Petra; a patronymic is known by its ending."""
    assert family_form("ivanova") == "ivanov"
    assert family_form("kovalskaya") == family_form("kovalsky")
    assert family_form("petra") == "petra"
    assert is_patronymic("vladimirovich")
    assert is_patronymic("sergeevna")
    assert not is_patronymic("petrovic")


@pytest.mark.parametrize(
    ("ours", "theirs", "rules"),
    [
        ("Ђорђевић", "DJORDJEVIC", ("Ђ = DJ",)),
        ("Đorđević", "DORDEVIC", ("Đ = D", "Ć = C")),
        ("Ђорђевић", "Đorđević", ("Ђ = Đ", "Ć = Ћ")),
        ("Müller", "MUELLER", ("Ü = UE",)),
        ("Müller", "MULLER", ("Ü = U",)),
        ("Şahin", "SAHIN", ("Ş = S",)),
        ("DJURIC", "DURIC", ("DJ = D",)),
        ("Ana", "ANA", ()),
    ],
)
def test_the_letters_that_differ_are_named(ours: str, theirs: str, rules: tuple[str, ...]) -> None:
    """An officer reads which letters were held equal, each pair once."""
    assert letter_rules(ours, theirs) == rules
