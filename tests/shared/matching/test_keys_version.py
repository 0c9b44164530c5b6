"""The keys of a subject belong to a version: whoever changes them says so, and lists are filed anew."""

from __future__ import annotations

import json
from hashlib import sha256
from itertools import islice

from shared.ledger import person_index
from shared.ledger.person_rows import Filed, written
from shared.matching.matcher import KEYS_VERSION, PersonMatcher, person_in
from shared.partial_date import parse
from shared.watchlist import Subject
from tests.match_data.people import People, vehicles
from tests.match_data.spelling import cyrillic

FROZEN = {1: "a7214c3d76deb2a6d60aa128a387e9c10ba387db2e01db25ecd9459244fe4f55"}
"""What the keys of the subjects below hash to, by version. A change of keys takes a new version and a new
line here; an old line is never changed."""
FILED = {
    3: "4797b8c5044cd286b7619896cefa9fde40c20e6b326ab07d187874921d9b6782",
    4: "0ac34cd543839fb634e198e98698667b7dce38da30e144b1ee3c43dfbf6d8f30",
}
"""The same of what their persons are filed under."""


def subjects() -> list[Subject]:
    """People of every pool in two scripts, with whole dates and years alone; documents; plates and VINs."""
    found = []
    for place, each in enumerate(islice(People("keys of a version"), 400)):
        birth = parse(each.born if place % 3 else each.born[:4]).day_number()
        surname, given = each.surname, each.given
        if place % 2 and each.nationality in ("SRB", "MKD", "MNE", "BIH"):
            surname, given = cyrillic(surname, each.nationality), cyrillic(given, each.nationality)
        found.append(Subject(surname=surname, given_names=given, birth=birth, document_number=each.document))
    found += [Subject(plate=each.plate, vin=each.vin) for each in islice(vehicles("keys of a version"), 200)]
    found += [
        Subject(plate="М123АА77", plate_country="RUS"),
        Subject(plate="Ž-O0 1Il·5S", document_number="ab-O0 1I/5S"),
        Subject(
            surname="de la Cruz y Ибрагимовић", written_name="عبد الله", birth=parse("1970").day_number()
        ),
        Subject(surname="X", aliases=("Y Z", "Đoko Љиљанић"), birth=parse("1980-05").day_number()),
    ]
    return found


def test_keys_that_are_others_are_of_another_version():
    """If this fails the keys have changed: raise KEYS_VERSION and add its line, or every upgraded list is
    asked by keys it was not filed by."""
    matcher = PersonMatcher()
    keys = [sorted(matcher.keys_of(each)) for each in subjects()]
    assert sum(map(len, keys)) > 1_000
    assert sha256(json.dumps(keys).encode()).hexdigest() == FROZEN[KEYS_VERSION]


def test_persons_filed_otherwise_are_of_another_version():
    """The same for the index of persons and its own version."""
    rows = [written(Filed(1, person_in(each))) for each in subjects()]
    packed = [[sorted(each.keys), sorted(each.words), each.names] for each in rows]
    assert sha256(json.dumps(packed).encode()).hexdigest() == FILED[person_index.VERSION]
