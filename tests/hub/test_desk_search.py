"""What operators find: search with its purpose, and records by their printed ids."""

from __future__ import annotations

import pytest

from hub.desk import FormError
from hub.desk.view import Operator
from hub.hub import Hub
from hub.store import persons
from shared.errors import InputError, MissingError
from shared.ledger import audit
from tests.hub.outpost import Outpost
from tests.hub.test_desk import ALERT, codes


def test_search_finds_by_document_plate_vin_and_name_with_birth(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """Each key finds its check once the search has caught up, whatever the spelling's case and marks."""
    klobuk.check(document_number="AB 123", surname="ĐORĐEVIĆ", given_names="Ana", birth=30_000)
    klobuk.check(plate="A12-B-345", plate_country="BIH")
    klobuk.check(vin="1M8GDM9AXKP042788")
    klobuk.send(hub)
    hub.catch_up()
    purpose = {"purpose": "investigation", "reference": "K-1/26"}
    for form, expected in (
        ({"document_number": "ab123"}, 1),
        ({"plate": "a12 b 345"}, 1),
        ({"vin": "1m8gdm9axkp042788"}, 1),
        ({"surname": "Djordjevic", "given_names": "ANA", "birth": "1982-02-20"}, 1),
        ({"surname": "Djordjevic", "given_names": "ANA", "birth": "1982-02-21"}, 0),
        ({"document_number": "nobody1"}, 0),
    ):
        found = hub.desk.search(operators["BA"], form | purpose)
        assert len(found.checks) == expected, form


def test_a_search_finds_an_alert_whose_name_is_spelled_or_dated_otherwise(
    hub: Hub, operators: dict[str, Operator]
):
    """Another script, another order, a slip, day and month swapped: found; erased, nothing of it is filed."""
    desk, operator = hub.desk, operators["RS"]
    form = {"surname": "Скендербеговић", "given_names": "Адалета", "birth": "1974-08-12"}
    desk.raise_alert(operator, ALERT | form)
    hub.catch_up()
    purpose = {"purpose": "investigation", "reference": "K-1/26"}
    for asked in (
        {"surname": "Skenderbegović", "given_names": "Adaleta", "birth": "1974-08-12"},
        {"surname": "ADALETA", "given_names": "SKENDERBEGOVIC", "birth": "1974-12-08"},
        {"surname": "Skenderbegovc", "given_names": "Adaleta", "birth": "1974-08-12"},
    ):
        assert len(desk.search(operator, asked | purpose).alerts) == 1, asked
    with hub.kit.database.transaction() as tx:
        (alert,) = tx.execute("SELECT owner FROM alert_person_entry").fetchone()
        persons.forget(tx, alert)
        assert tx.execute("SELECT count(*) FROM alert_person_key").fetchone() == (0,)


def test_a_search_without_purpose_or_reference_is_refused(hub: Hub, operators: dict[str, Operator]):
    """Nobody looks anybody up without saying what for, and too little to search by is said."""
    with pytest.raises(FormError) as refused:
        hub.desk.search(operators["BA"], {"surname": "TESTOVIC"})
    assert codes(refused) == {"purpose": "required", "reference": "required", "birth": "nothing_to_search"}


def test_a_search_is_audited_with_its_purpose_and_without_its_results(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """The line says who, why and by which fields; it names nobody that was found."""
    klobuk.check(document_number="AB123")
    klobuk.send(hub)
    hub.catch_up()
    hub.desk.search(
        operators["BA"], {"document_number": "AB123", "purpose": "investigation", "reference": "K-1/26"}
    )
    (line, *_) = hub.desk.own_audit(operators["BA"])
    assert (line.action, line.purpose, line.reference, line.detail) == (
        "search",
        "investigation",
        "K-1/26",
        "document_number",
    )
    with hub.kit.database.snapshot() as tx:
        assert audit.verify(tx).number > 0


def test_a_corrected_check_is_found_by_its_new_value_only(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """The old key may linger in the index; the old value finds nothing."""
    made = klobuk.check(document_number="OLD123")
    klobuk.send(hub)
    hub.catch_up()
    shown = hub.desk.record(operators["BA"], str(made.record))
    hub.desk.correct(
        operators["BA"],
        shown.id,
        form={"document_number": "NEW123"},
        reason="misread number",
        contexts=shown.contexts,
    )
    hub.catch_up()
    purpose = {"purpose": "investigation", "reference": "K-1/26"}
    counts = [
        len(hub.desk.search(operators["BA"], {"document_number": n} | purpose).checks)
        for n in ("OLD123", "NEW123")
    ]
    assert counts == [0, 1]


# --- ids ---


def test_printed_ids_open_the_record_and_misheard_ones_do_not(
    hub: Hub, klobuk: Outpost, operators: dict[str, Operator]
):
    """What an officer reads over the telephone opens the record; one wrong character is named."""
    made = klobuk.check()
    klobuk.send(hub)
    printed = hub.desk.record(operators["BA"], str(made.record)).printed
    assert printed.startswith("KLOBUK-1-R-")
    assert hub.desk.record(operators["BA"], printed.lower()).id == str(made.record)
    with pytest.raises(InputError) as misheard:
        hub.desk.record(operators["BA"], printed[:-1] + ("A" if printed[-1] != "A" else "B"))
    assert misheard.value.code == "bad_id"


@pytest.mark.parametrize("text", ["0", "9" * 30, "x", "", "KLOBUK-1-R-1", "-5", "1e3", "١٢"])
def test_nonsense_ids_are_refused(hub: Hub, operators: dict[str, Operator], text: str):
    """Whatever stands in the address, the answer is coded."""
    with pytest.raises((InputError, MissingError)):
        hub.desk.record(operators["BA"], text)


@pytest.mark.parametrize("text", ["0", "9" * 19, "9" * 30, "x", "", "-5", "²"])
def test_nonsense_officers_are_not_found(hub: Hub, operators: dict[str, Operator], text: str):
    """An officer's number that no file could hold is as missing as any other."""
    with pytest.raises(MissingError):
        hub.desk.officer(operators["BA"], text)
