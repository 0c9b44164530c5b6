"""Birth dates, keys and evidence: what makes a hit, what is only possible, what is nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.matching.birth import Relation, compare_births
from shared.matching.evidence import ENOUGH, HIT_BITS, WORD_BITS_MAX, WORD_BITS_MIN, Evidence, weigh
from shared.matching.keys import WORDS_MAX, asked_keys, stored_keys
from shared.matching.person import Person, person_of
from shared.matching.rarity import ListRarity
from shared.matching.tokens import Role, read_name
from shared.partial_date import parse


def packed(text: str) -> int | None:
    return parse(text).day_number() if text else None


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        ("1974-08-12", "1974-08-12", Relation.EQUAL),
        ("1974-08-12", "1974-12-08", Relation.SWAPPED),
        ("1974-08-12", "1974-08-13", Relation.ONE_DIGIT),
        ("1974-08-12", "1984-08-12", Relation.ONE_DIGIT),
        ("1979-08-12", "1980-08-12", Relation.YEAR_OFF),
        ("1974-08-12", "1974-08", Relation.YEAR_MONTH),
        ("1974-08-12", "1974", Relation.YEAR_ONLY),
        ("1974", "1974", Relation.YEAR_ONLY),
        ("1974-08-12", "1974-11-29", Relation.YEAR_EQUAL),
        ("1974", "1975-01-01", Relation.YEAR_NEAR),
        ("1974-08-12", "", Relation.UNKNOWN),
        ("XXXX-08-12", "1974-08-12", Relation.UNKNOWN),
        ("1974-08-12", "1961-03-30", Relation.OTHER),
    ],
)
def test_two_birth_dates_stand_in_one_relation(one: str, other: str, relation: Relation) -> None:
    """Equal, swapped, a digit or a year off, known in part, unknown, other: the same both ways."""
    assert compare_births(packed(one), packed(other)).relation is relation
    assert compare_births(packed(other), packed(one)).relation is relation


def test_a_common_day_says_less_than_another() -> None:
    """1 January stands for "unknown" in many papers, so agreeing on it is worth less."""
    assert (
        compare_births(packed("1980-01-01"), packed("1980-01-01")).bits
        < compare_births(packed("1980-02-03"), packed("1980-02-03")).bits
    )


def person(surname: str, given: str, birth: str = "1974-08-12", **more: str) -> Person:
    return person_of(surname=surname, given_names=given, birth=packed(birth), **more)  # type: ignore[arg-type]  # codes


def weighed(one: Person, other: Person, rarity: ListRarity | None = None) -> Evidence:
    found = weigh(one, other, rarity or ListRarity())
    assert found is not None
    return found


def test_the_same_name_and_whole_date_is_a_hit_however_common() -> None:
    """Nothing can tell a second Marko Petrović of that day from the first, so it is said, and loudly."""
    common = ListRarity(persons=1_000_000, count=lambda word: 50_000)
    found = weighed(person("Petrović", "Marko"), person("PETROVIC", "MARKO"), common)
    assert found.exact
    assert found.is_hit


@pytest.mark.parametrize("birth", ["1974-12-08", "1974-08-13", "1974", "1974-08", "", "1984-08-12"])
def test_only_an_equal_whole_date_makes_a_hit(birth: str) -> None:
    """However rare the name, a damaged, swapped, partial or unknown date leaves it possible at most."""
    rare = ListRarity(persons=1_000_000, count=lambda word: 0)
    one, other = (
        person("Skenderbegzadović", "Adaleta", each, nationality="BIH", sex="F")
        for each in ("1974-08-12", birth)
    )
    found = weighed(one, other, rare)
    assert not found.is_hit
    assert found.is_possible


def test_a_rare_name_stands_with_a_damaged_date_and_a_common_one_does_not() -> None:
    """The frequency of words on the list is evidence."""
    one, other = person("Skenderbegović", "Ana"), person("Skenderbegović", "Ana", "1974-08-13")
    assert weighed(one, other, ListRarity(persons=1_000_000, count=lambda word: 2)).is_possible
    assert not weighed(one, other, ListRarity(persons=1_000_000, count=lambda word: 20_000)).is_possible


def test_a_word_too_many_and_a_wrong_digit_are_two_faults_and_an_equal_date_bears_one() -> None:
    """A second given name on one side speaks against; where the whole date is equal a pair can bear it."""
    list_of_many = ListRarity(persons=1_000_000, count=lambda word: 1_100)
    exact, longer = person("Imamović", "Almir"), person("Imamović", "Almir Mario")
    wrong = person("Imamović", "Almir", "1974-08-13")
    assert weighed(exact, longer, list_of_many).is_possible
    lost = weighed(exact, wrong, list_of_many).bits - weighed(longer, wrong, list_of_many).bits
    assert lost == pytest.approx(3.0)
    assert not weighed(longer, wrong, list_of_many).is_possible


def test_a_slip_that_makes_a_word_nobody_has_counts_and_two_frequent_surnames_do_not() -> None:
    """Petrović is no slip of Petković where the list is full of both."""
    frequent = ListRarity(persons=1_000_000, count=lambda word: 5_000)
    unseen = ListRarity(persons=1_000_000, count=lambda word: 0)
    one, other = person("Petrović", "Dragana"), person("Petković", "Dragana")
    assert not weighed(one, other, frequent).is_possible
    assert weighed(one, other, unseen).is_possible


def test_nationality_and_sex_weigh_and_never_decide() -> None:
    """A dual national with the same name and date is still a hit, with less behind it."""
    same = weighed(
        person("Hadžić", "Amra", nationality="BIH", sex="F"),
        person("Hadžić", "Amra", nationality="BIH", sex="F"),
    )
    dual = weighed(
        person("Hadžić", "Amra", nationality="BIH", sex="F"),
        person("Hadžić", "Amra", nationality="AUT", sex="M"),
    )
    assert dual.is_hit
    assert (dual.nationality, dual.sex) == (False, False)
    assert dual.bits < same.bits


def test_a_cut_name_matches_by_its_beginning() -> None:
    """A zone of thirty characters cuts a long name; the known beginning is evidence, not a typing error."""
    long = person("Hadžimuhamedović", "Aleksandra Marija")
    cut = person_of(
        surname="HADZIMUHAMEDOVIC", given_names="ALEKSANDRA", birth=packed("1974-08-12"), cut=True
    )
    whole = person_of(
        surname="HADZIMUHAMEDOVIC", given_names="ALEKSAND", birth=packed("1974-08-12"), cut=True
    )
    assert weighed(cut, long).is_hit
    assert weighed(whole, long).is_hit


def test_aliases_are_names_too() -> None:
    """Any name of an alert may be the one in the document."""
    alert = person_of(
        surname="Novak", given_names="Petar", others=["Ilić Savo", "Сава Илић"], birth=packed("1974-08-12")
    )
    assert weighed(person("Ilić", "Savo"), alert).is_hit


def test_rarity_stays_between_its_bounds() -> None:
    """A word on every row and a word on none are both only so common or so rare."""
    token = read_name("petrovic marko")[0]
    for count in (0, 1, 1_000_000):
        assert (
            WORD_BITS_MIN
            <= ListRarity(persons=1_000_000, count=lambda word, n=count: n).bits(token)
            <= WORD_BITS_MAX
        )  # type: ignore[misc]  # the default binds the loop's value


def test_a_score_orders_and_a_hit_is_never_below_a_possible() -> None:
    """A half where a pair just becomes possible; 0.95 parts the tiers."""
    hit = weighed(person("Petrović", "Marko"), person("Petrović", "Marko"))
    possible = weighed(person("Skenderbegović", "Adaleta"), person("Skenderbegović", "Adaleta", "1974-08-13"))
    assert hit.score >= 0.95 >= possible.score >= 0.5
    assert max(ENOUGH.values()) < HIT_BITS


names = st.lists(
    st.sampled_from(
        ["petar", "marko", "ana", "đorđević", "hodža", "mohammad", "al", "ibn", "yusuf", "ivanova"]
    ),
    min_size=1,
    max_size=9,
)


@given(names, st.sampled_from(["1974-08-12", "1974", "1974-08", "", "1974-02-29"[:7]]))
def test_who_is_asked_for_by_the_same_words_is_always_found(words: list[str], birth: str) -> None:
    """What is filed under a name and date shares a key with the same name and date, in any order."""
    filed = stored_keys(read_name(" ".join(words)), packed(birth))
    asked = {key for _, key in asked_keys(read_name(" ".join(reversed(words))), packed(birth))}
    named = [token for token in read_name(" ".join(words)) if token.role is not Role.PARTICLE]
    assert not named[:WORDS_MAX] or filed & asked


@pytest.mark.parametrize(
    ("name", "birth"),
    [
        ("PETROVIC MARKO", "1974-08-12"),
        ("MARKO PETROVIC", "1974-12-08"),
        ("PETROVICH MARKO", "1984-08-12"),
        ("PETROVIC MRKO", "1974-08-13"),
        ("PETRVC MARKO", "1974"),
        ("PETROVIC M", "1974-08-12"),
        ("XXXXX YYYYY", "1974-08-12"),
        ("PETROVIC MARKO ANTE", ""),
    ],
)
def test_damage_leaves_a_key_in_common(name: str, birth: str) -> None:
    """A swapped, damaged or partial date, another order, a slip in one word: something is still shared."""
    filed = stored_keys(read_name("Petrović Marko"), packed("1974-08-12"))
    assert filed & {key for _, key in asked_keys(read_name(name), packed(birth))}


@given(st.text(max_size=300))
def test_no_name_floods_the_index(name: str) -> None:
    """A name of any length is filed under a bounded number of keys."""
    assert len(stored_keys(read_name(name), packed("1974-08-12"))) <= 10 + 5 + 5 + 1 + 1
