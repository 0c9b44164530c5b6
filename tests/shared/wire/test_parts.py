"""The codec's parts by themselves: bits, symbols, shapes, national numbers, columns."""

from __future__ import annotations

from hashlib import blake2b

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import WireError
from shared.partial_date import from_date
from shared.schema import SCHEMA
from shared.wire import hints
from shared.wire.bits import NUMBER_MAX, BitReader, Packed, put_gamma, put_number, to_bytes
from shared.wire.column_reader import ColumnReader
from shared.wire.column_writer import write_column, write_flags
from shared.wire.expression import Hint
from shared.wire.operations import Reference
from shared.wire.rows import Rows
from shared.wire.shapes import lengthen, loose_shape_of, number_of, serials, shape_of, shorten
from shared.wire.symbols import TABLES, Script, decode_texts, encode_texts, script_of
from shared.wire.vocabulary import WORDS, words_for
from tests.bench.documents import person
from tests.bench.meter import Chance
from tests.shared.wire.strategies import INT_MAX, ints, texts

numbers = st.integers(0, NUMBER_MAX) | st.integers(0, 300)


@given(st.lists(numbers, max_size=20))
def test_numbers_read_as_written(values: list[int]):
    """Numbers one after the other, whatever their lengths, and nothing left over."""
    reader = BitReader(to_bytes("".join(map(put_number, values))))
    assert [reader.number() for _ in values] == values
    reader.finish()


@given(st.lists(st.integers(0, 4_000), max_size=20))
def test_gamma_reads_as_written(values: list[int]):
    """Small numbers in gamma code."""
    reader = BitReader(to_bytes("".join(map(put_gamma, values))))
    assert [reader.gamma() for _ in values] == values
    reader.finish()


@given(st.integers(0, 64), st.integers(0, 7), st.data())
def test_columns_of_bits_read_as_written(width: int, before: int, data: st.DataObject):
    """Every width, beginning at any bit of a byte."""
    values = data.draw(st.lists(st.integers(0, (1 << width) - 1), max_size=40))
    reader = BitReader(to_bytes("1" * before + str(Packed(values, width))))
    reader.take(before)
    assert reader.take_all(len(values), width) == values
    reader.finish()


@given(st.lists(texts, max_size=6), st.lists(texts, max_size=6), st.lists(texts, max_size=6))
def test_texts_read_as_written_in_every_table(capitals: list[str], latin: list[str], cyrillic: list[str]):
    """Each table can say every text, its own letters or not."""
    shares = [capitals, latin, cyrillic]
    assert decode_texts(encode_texts(shares)) == shares


@pytest.mark.parametrize(
    ("text", "script", "bytes_max"),
    [
        ("PETROVIC", Script.CAPITALS, 5),
        ("Krađa vozila", Script.LATIN, 11),
        ("Возило прегледано", Script.CYRILLIC, 14),
    ],
)
def test_a_text_finds_its_script_and_shrinks(text: str, script: Script, bytes_max: int):
    """A name or sentence of the region takes fewer bytes than letters."""
    assert script_of([text]) is script
    assert TABLES[script].size(text) <= bytes_max


@given(st.text("ABCXYZ0123456789-/ Š", max_size=26))
def test_serials_are_rebuilt_from_their_shape(serial: str):
    """Whichever shape a serial is given, shape and number give it back."""
    for shape in (shape_of(serial), loose_shape_of(serial)):
        if shape is not None:
            assert serials(shape, [number_of(shape, serial)]) == [serial]


@pytest.mark.parametrize(
    ("serial", "shape"),
    [
        ("A12-K-345", "*00-*-000"),
        ("A12-B-345", "@00-@-000"),
        ("BG123-AB", "@@000-@@"),
        ("ČA123-AB", "Č@000-@@"),
        ("Kt-00123/26", "Kt-00000/00"),
        ("012345678", "000000000"),
        ("WORDS", None),
        ("A@1", None),
        ("0" * 25, None),
        ("", None),
    ],
)
def test_the_usual_shape(serial: str, shape: str | None):
    """Digits and capitals vary; small letters make capitals part of a word; marks rule a shape out."""
    assert shape_of(serial) == shape


@pytest.mark.parametrize(
    ("shape", "number"), [("", 0), ("abc", 0), ("0", 10), ("0", -1), ("@" * 14, 0), ("0" * 25, 0)]
)
def test_impossible_serials_are_refused(shape: str, number: int):
    """Neither a shape without room nor a place outside it is rebuilt."""
    with pytest.raises(WireError) as caught:
        serials(shape, [number])
    assert caught.value.code == "bad_shape"


def test_national_numbers_are_told_by_the_birth_date():
    """A national number that agrees with the birth date travels as five digits; any other as it is."""
    chance = Chance(4)
    for _ in range(300):
        someone = person(chance, "bench", "SRB")
        birth = from_date(someone.birth).day_number()
        short = shorten(someone.personal_number, birth)
        assert short is not None
        assert len(short) == 6
        assert lengthen(short, birth) == someone.personal_number
        assert shorten(someone.personal_number, birth + 1) is None
    assert shorten("0101006500006", from_date(someone.birth).day_number()) is None
    assert lengthen("0101006500006", None) == "0101006500006"


@pytest.mark.parametrize(("short", "birth"), [("#0000", 1), ("#00x00", 1), ("#00000", None), ("#00000", -1)])
def test_impossible_national_numbers_are_refused(short: str, birth: object):
    """A shortened number without its date, or with anything but digits, is nothing."""
    with pytest.raises(WireError):
        lengthen(short, birth)


def read_back(expression, count: int, rows: Rows) -> list[object]:
    shares = [[text for script, text in expression.texts if script is share] for share in Script]
    reader = ColumnReader(
        expression.layout,
        BitReader(to_bytes(expression.rendered())),
        decode_texts(encode_texts(shares)),
        expression.extras,
    )
    values = reader.column(count, rows)
    reader.finish()
    return values


columns = st.one_of(
    st.lists(ints, max_size=40),
    st.lists(st.integers(0, 3), max_size=60),
    st.lists(st.integers(58 << 50, 59 << 50), max_size=20).map(sorted),
    st.lists(st.sampled_from(["BIH", "SRB", "A12-K-345", "PETAR", "Ана"]), max_size=40),
    st.lists(texts, max_size=20),
    st.lists(st.booleans(), max_size=20),
    st.lists(st.lists(st.integers(1, INT_MAX), max_size=3).map(tuple), max_size=10),
    st.lists(st.one_of(ints, texts, st.binary(max_size=5), st.booleans()), max_size=10),
)


@given(columns, st.data())
def test_every_column_reads_as_written(values: list[object], data: st.DataObject):
    """With all hints at once, wrong ones included, a column comes back as it was."""
    count = len(values)
    each = st.lists(st.integers(0, INT_MAX), min_size=count, max_size=count)
    keys = data.draw(st.lists(st.sampled_from("abc"), min_size=count, max_size=count))
    rows = Rows(
        dots=data.draw(each),
        stamps=data.draw(each),
        authors=data.draw(st.lists(st.integers(0, 2), min_size=count, max_size=count)),
        records=data.draw(each),
        fields={
            7: keys,
            8: [*values],
            9: data.draw(st.lists(st.integers(0, 50_000), min_size=count, max_size=count)),
        },
    )
    hint = Hint(
        keys=((7,), (0, 7), (99,)),
        same=(99, 7) if data.draw(st.booleans()) else (8,),
        birth=9,
        since=tuple(Reference),
        elapsed=all(type(value) is int for value in values),
    )
    found = read_back(write_column(values, rows, hint), count, rows)
    assert found == values
    assert [*map(type, found)] == [*map(type, values)]


@given(st.lists(st.integers(0, 1), max_size=80))
def test_flags_read_as_written(flags: list[int]):
    """Rare, common or mixed."""
    assert read_back(write_flags(flags, Rows()), len(flags), Rows()) == flags


def test_a_word_keeps_its_place():
    """Places travel, so the lists of a released version never change."""
    every = "\n".join(
        " ".join(words_for(kind, number).words) for kind in range(1, 20) for number in range(1, 100)
    )
    assert blake2b(every.encode(), digest_size=8).hexdigest() == "24a11a012fbea8e1"
    assert len(WORDS.words) == len(set(WORDS.words))
    assert words_for(2, 5).words[:2] == ("active", "withdrawn")
    assert words_for(1, 9).places["exit"] == 1
    assert words_for(77, 1) is words_for(1, 4_000) is WORDS


def test_hints_name_fields_that_exist():
    """A field that leans on another is placed after it, whatever the numbers."""
    for kind, row in SCHEMA.items():
        placed = hints.in_order(kind, {field.number for field in row.fields})
        assert sorted(placed) == sorted(field.number for field in row.fields)
        for number in placed:
            hint = hints.hint_for(kind, number)
            leans = {*hint.same, *(each for key in (*hint.keys, *hint.presence) for each in key), hint.birth}
            assert {other for other in leans if other} <= {*placed[: placed.index(number)]}
