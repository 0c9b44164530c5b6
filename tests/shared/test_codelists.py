"""Code lists: delivered lists are whole and agree with the schema; a slip in a file is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shared import codelists
from shared.codelists import CodeLists, load, load_lists, packaged
from shared.enrolment import check_place
from shared.errors import ConfigError, InputError
from shared.limits import CODE_MAX_CHARS
from shared.schema import Kind, field_by_name

LISTS = load()
FILES = sorted(path.stem for path in Path(codelists.__file__).parent.glob("*.json"))


def changed(name: str, edit: Any) -> CodeLists:
    """All lists, with one file's document passed through `edit` first."""

    def read(wanted: str) -> bytes:
        if wanted != name:
            return packaged(wanted)
        document = json.loads(packaged(wanted))
        edit(document)
        return json.dumps(document).encode()

    return load_lists(read)


def test_every_delivered_file_is_loaded():
    """No list lies about unread, and none is missing."""
    assert sorted(CodeLists.__slots__) == FILES


@pytest.mark.parametrize("name", FILES)
def test_every_list_names_its_source_and_fits_its_field(name: str):
    """A list says where it comes from; codes fit the wire, labels are not empty."""
    one = getattr(LISTS, name)
    assert len(one.source) > 20
    assert [entry.code for entry in one if len(entry.code) > CODE_MAX_CHARS] == []
    assert all(code in one and one.get(code).label for code in one.codes)


def test_every_post_can_have_a_node_and_tells_the_time():
    """Each post's code can stand in a certificate, its zone exists, and it lies in the region."""
    for post in LISTS.posts:
        check_place(post.code, post.country)
        ZoneInfo(post.zone)
        assert post.zone == LISTS.countries.get(post.country).zone
        assert (42 < post.lat < 46, 17 < post.lon < 21) == (True, True), post.code


def test_the_sections_are_the_three_borders():
    """Eleven crossings, two posts each, on the borders between the three states."""
    sections = {
        section: sum(post.section == section for post in LISTS.posts)
        for section in ("BA-ME", "BA-RS", "RS-ME")
    }
    assert sections == {"BA-ME": 8, "BA-RS": 8, "RS-ME": 6}
    assert all(set(post.section.split("-")) > {post.country} for post in LISTS.posts)


@pytest.mark.parametrize(("country", "nationality"), [("BA", "BIH"), ("ME", "MNE"), ("RS", "SRB")])
def test_own_nationals_are_never_offered_refusal(country: str, nationality: str):
    """At home nobody is refused entry, whatever other nationality is named too; abroad they may be."""
    for nationalities in ([nationality], ["UTO", nationality], [nationality, None]):
        offered = LISTS.decisions_for(direction="entry", country=country, nationalities=nationalities)
        assert [decision.code for decision in offered] == ["admit", "second_line"]
    for other in {"BA", "ME", "RS"} - {country}:
        offered = LISTS.decisions_for(direction="entry", country=other, nationalities=[nationality])
        assert "refuse" in [decision.code for decision in offered]


def test_an_exit_has_its_own_decisions():
    """Nobody is admitted or refused on the way out, own nationals included."""
    offered = LISTS.decisions_for(direction="exit", country="BA", nationalities=["BIH"])
    assert [decision.code for decision in offered] == ["let_out", "second_line", "stop_exit"]


def test_only_refusal_asks_for_letters():
    """Letters belong to a refusal of entry and nothing else; there are A to J."""
    assert {(one.code, one.direction) for one in LISTS.decisions if one.needs_letters} == {
        ("refuse", "entry")
    }
    assert "".join(LISTS.refusal_letters.codes) == "ABCDEFGHIJ"


def test_handling_codes_are_the_schemas():
    """The list and the order by which the schema ranks them agree, mildest first."""
    assert LISTS.handling.codes == field_by_name(Kind.ALERT, "handling").order


def test_discreet_alerts_alone_are_discreet():
    """Exactly the category whose action is not to reveal is shown as a cue."""
    assert [one.code for one in LISTS.alert_categories if one.discreet] == ["discreet"]
    assert [one.code for one in LISTS.alert_categories if one.action == "observe"] == ["discreet"]


def test_categories_by_subject():
    """A plate may be stolen or under a check; a person is not an object to seize."""
    assert {one.code for one in LISTS.categories_for("plate")} == {"plate", "discreet", "inquiry", "specific"}
    assert "seize" not in {one.action for one in LISTS.categories_for("person")}
    assert LISTS.action_of("arrest").code == "detain"


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("P<", "passport"),
        ("PD", "diplomatic_passport"),
        ("PX", "passport"),
        ("ID", "id_card"),
        ("I<", "id_card"),
        ("AC", "crew_card"),
        ("V<", "visa"),
        ("VC", "visa"),
        ("IR", "residence_permit"),
        ("<<", None),
        ("Z<", None),
        ("", None),
    ],
)
def test_document_codes_find_their_category(code: str, category: str | None):
    """Two letters count before one; a code that says nothing leaves the choice to the officer."""
    found = LISTS.document_category_of(code)
    assert (found.code if found else None) == category


def test_first_line_has_its_purpose_ready():
    """The booth fills in its purpose without a question or a reference."""
    purpose = LISTS.preset_purpose("first_line")
    assert purpose is not None
    assert (purpose.code, purpose.needs_reference) == ("first_line", False)


def test_an_unknown_code_is_an_input_error_with_a_way_out():
    """The error names the field and the nearest codes."""
    with pytest.raises(InputError) as caught:
        LISTS.posts.get("KLOBUC", field="post")
    assert (caught.value.code, caught.value.field) == ("unknown_code", "post")
    assert "KLOBUK" in caught.value.hint
    with pytest.raises(InputError, match="let_out"):
        LISTS.decision("admit", direction="exit")
    with pytest.raises(InputError, match="entry or exit"):
        LISTS.decisions_for(direction="sideways", country="BA", nationalities=[])


def drop_key(document: dict[str, Any]) -> None:
    del document["entries"][0]["label"]


def add_key(document: dict[str, Any]) -> None:
    document["entries"][0]["lable"] = "x"


def double(document: dict[str, Any]) -> None:
    document["entries"].append(document["entries"][0])


def empty(document: dict[str, Any]) -> None:
    document["entries"] = []


def no_source(document: dict[str, Any]) -> None:
    document["source"] = " "


def strange_neighbour(document: dict[str, Any]) -> None:
    document["entries"][0]["neighbour"] = document["entries"][2]["code"]


def strange_country(document: dict[str, Any]) -> None:
    document["entries"][0]["country"] = "XX"


def flag_as_text(document: dict[str, Any]) -> None:
    document["entries"][0]["discreet"] = "false"


def strange_action(document: dict[str, Any]) -> None:
    document["entries"][0]["action"] = "shrug"


def far_away(document: dict[str, Any]) -> None:
    document["entries"][0]["lat"] = 142.0


@pytest.mark.parametrize(
    ("name", "edit"),
    [
        *(
            (name, edit)
            for name in ("posts", "refusal_letters")
            for edit in (drop_key, add_key, double, empty)
        ),
        ("handling", no_source),
        ("posts", strange_neighbour),
        ("posts", strange_country),
        ("posts", far_away),
        ("alert_categories", flag_as_text),
        ("alert_categories", strange_action),
        ("decisions", double),
    ],
)
def test_a_slip_in_a_file_is_named_at_start(name: str, edit: Any):
    """A list that is damaged or contradicts another is refused with its name."""
    with pytest.raises(ConfigError) as caught:
        changed(name, edit)
    assert caught.value.code == "bad_code_list"
    assert name in caught.value.message


def test_what_is_not_json_is_named():
    """A half-written file is a coded error, not a traceback."""
    with pytest.raises(ConfigError, match="not JSON"):
        load_lists(lambda name: b"{" if name == "posts" else packaged(name))
    with pytest.raises(ConfigError, match="missing"):
        packaged("posters")
