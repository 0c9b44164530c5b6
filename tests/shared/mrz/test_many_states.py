"""Documents of many states, each printed here by the standard's rules alone: `karaula mrz` reads every field.

Synthetic throughout: the people and numbers are invented, and no issued document nor published specimen was
copied. What is true of each row is its shape: which format, codes and optional data that state's documents
print. The zones are laid out and summed here anew, sharing nothing with the reader.
Source of the rules: ICAO Doc 9303 parts 3 to 7.
"""

# ruff: noqa: E501 - one document a line

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from shared.mrz import parse
from shared.mrz.report import report

TODAY = date(2026, 11, 24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one document prints. Dates are YYMMDD as in the zone; `optional` is up to two fields."""

    size: str
    code: str
    state: str
    number: str
    names: str
    birth: str = "850412"
    sex: str = "F"
    expiry: str = "310411"
    nation: str = ""
    optional: tuple[str, str] = ("", "")


def digit(text: str) -> str:
    """Weights 7 3 1 over 0–9 and A–Z as 10–35, modulo ten (part 3, section 4.9)."""
    values = [0 if sign == "<" else int(sign, 36) for sign in text]
    return str(sum(value * (7, 3, 1)[place % 3] for place, value in enumerate(values)) % 10)


def filled(text: str, length: int) -> str:
    assert len(text) <= length, f"{text} is longer than {length}"
    return text.ljust(length, "<")


def numbered(row: Row) -> tuple[str, str]:
    """The field of the number with its digit, and what of it overflows into the optional data."""
    if len(row.number) <= 9:
        field = filled(row.number, 9)
        return field + digit(field), ""
    return row.number[:9] + "<", row.number[9:] + digit(row.number) + "<"


def zone(row: Row) -> str:
    """The lines of a document."""
    number, overflow = numbered(row)
    nation, state = filled(row.nation or row.state, 3), filled(row.state, 3)
    birth, expiry = row.birth + digit(row.birth), row.expiry + digit(row.expiry)
    head = filled(row.code, 2) + state
    first, second = row.optional
    if row.size == "TD1":
        first, second = filled(overflow + first, 15), filled(second, 11)
        composite = digit(number + first + birth + expiry + second)
        lines = (head + number + first, birth + row.sex + expiry + nation + second + composite)
        return "\n".join((*lines, filled(row.names[:30], 30)))
    if row.size == "TD2":
        rest = filled(overflow + first, 7)
        line = number + nation + birth + row.sex + expiry + rest
        return f"{head}{filled(row.names[:31], 31)}\n{line}{digit(number + birth + expiry + rest)}"
    if row.size in {"MRV-A", "MRV-B"}:
        width = 44 if row.size == "MRV-A" else 36
        line = number + nation + birth + row.sex + expiry
        return f"{head}{filled(row.names[: width - 5], width - 5)}\n{line}{filled(first, width - len(line))}"
    rest = filled(first, 14)
    own = "<" if first == "" else digit(rest)
    line = number + nation + birth + row.sex + expiry + rest + own
    composite = digit(number + birth + expiry + rest + own)
    return f"{head}{filled(row.names[:39], 39)}\n{line}{composite}"


def passport(state: str, number: str, names: str, **more: object) -> Row:
    return Row(size="TD3", code="P", state=state, number=number, names=names, **more)  # type: ignore[arg-type]  # its fields


def card(code: str, state: str, number: str, names: str, **more: object) -> Row:
    return Row(size="TD1", code=code, state=state, number=number, names=names, **more)  # type: ignore[arg-type]  # its fields


DOCUMENTS = {
    "Bosnia and Herzegovina, passport": passport("BIH", "A7731946", "HODZIC<<AMRA"),
    "Bosnia and Herzegovina, card": card("ID", "BIH", "5E9A0TK12", "BEGIC<<LEJLA", optional=("1204985175011", "")),
    "Serbia, passport with the personal number": passport("SRB", "019283746", "DJORDJEVIC<<ANA", optional=("1204985715018", "")),
    "Serbia, card": card("ID", "SRB", "006172839", "STOJANOVIC<<MILICA", optional=("1204985715018", "")),
    "Montenegro, passport": passport("MNE", "KP4410928", "VUKOTIC<<JELENA", optional=("1204985215019", "")),
    "Montenegro, card": card("ID", "MNE", "D1U772034", "RADONJIC<<IVANA", optional=("1204985215019", "")),
    "Croatia, passport": passport("HRV", "310294857", "SOSTARIC<<MAJA"),
    "Croatia, card with the OIB": card("IO", "HRV", "119283746", "HORVAT<<PETRA", optional=("48271930561", "")),
    "North Macedonia, passport": passport("MKD", "B3391827", "STOJANOVSKA<<ELENA", optional=("1204985455017", "")),
    "Albania, passport": passport("ALB", "BF8810273", "HOXHA<<DRITA", optional=("I55412099P", "")),
    "Albania, card": card("ID", "ALB", "033918274", "PRIFTI<<ELIRA", optional=("I55412099P", "")),
    "Kosovo, passport under RKS": passport("RKS", "P01928374", "KRASNIQI<<VLORA", optional=("1180293847", "")),
    "Kosovo, card under RKS": card("ID", "RKS", "919283746", "GASHI<<ARTA", optional=("1180293847", "")),
    "Kosovo, under XKX": passport("XKX", "P11928374", "BERISHA<<TEUTA"),
    "Slovenia, card": card("ID", "SVN", "001928374", "NOVAK<<MOJCA", optional=("1204985505011", "")),
    "Germany, passport: one letter and two fillers": passport("D", "C4JKX28TL", "MUELLER<<ANNELIESE", nation="D"),
    "Germany, card": card("ID", "D", "L8KWXC92R", "SCHAEFER<<UTE", nation="D"),
    "Austria, passport": passport("AUT", "U8827364", "OBERHUBER<<THERESIA"),
    "Italy, passport": passport("ITA", "YB4410293", "DE<LUCA<<MARIA<CHIARA"),
    "Italy, card": card("C", "ITA", "CA11029HK", "ROSSI<<GIULIA"),
    "Turkey, passport": passport("TUR", "U28374651", "YILMAZ<<AYSE", optional=("48271930562", "")),
    "Turkey, card with its number": card("I", "TUR", "A19K28374", "OEZTUERK<<ELIF", optional=("<48271930562", "")),
    "Bulgaria, card with the EGN": card("ID", "BGR", "648271930", "PETROVA<<DESISLAVA", optional=("", "8504121234")),
    "Romania, large card with the CNP's end": Row(size="TD2", code="ID", state="ROU", number="RX482719", names="POPESCU<<ANDREEA", optional=("2412345", "")),
    "Greece, passport": passport("GRC", "AN7710283", "PAPADOPOULOU<<ELENI"),
    "Hungary, passport": passport("HUN", "BH4482719", "NAGY<<ERZSEBET"),
    "Poland, passport with the PESEL": passport("POL", "EP4827193", "WISNIEWSKA<<ZOFIA", optional=("85041248271", "")),
    "Czechia, card": card("ID", "CZE", "204827193", "NOVAKOVA<<JANA", optional=("8554121234", "")),
    "Slovakia, card": card("ID", "SVK", "HB482719", "HORVATHOVA<<ZUZANA", optional=("8554121234", "")),
    "Russia, passport": passport("RUS", "714827193", "KUZNETSOVA<<TATIANA"),
    "Ukraine, passport": passport("UKR", "FG482719", "SHEVCHENKO<<OLHA", optional=("1985041204827", "")),
    "Moldova, passport": passport("MDA", "AB4827193", "CEBAN<<NATALIA", optional=("2004827193056", "")),
    "Georgia, passport": passport("GEO", "19AB48271", "GELASHVILI<<NINO"),
    "France, passport": passport("FRA", "19FV48271", "LEFEVRE<<HELENE<MARIE"),
    "France, card": card("ID", "FRA", "X4RTBPFW4", "MARTIN<<CAMILLE", optional=("", "2048271")),
    "Belgium, card with twelve digits": card("ID", "BEL", "592048271931", "PEETERS<<MARIEKE", optional=("", "85041212345")),
    "Netherlands, passport with the citizen number": passport("NLD", "NX4PR82K1", "DE<BRUIJN<<WILLEKE<LISELOTTE", optional=("482719305", "")),
    "Portugal, card": card("ID", "PRT", "04827193<", "FERREIRA<<BEATRIZ", optional=("2ZX8", "")),
    "Spain, card with the DNI": card("ID", "ESP", "BKL482719", "GARCIA<LOPEZ<<LUCIA", optional=("48271930T", "")),
    "Switzerland, passport": passport("CHE", "X4827193", "ZUERCHER<<REGULA"),
    "Sweden, passport with the personal number": passport("SWE", "48271930", "OESTBERG<<AASA", optional=("198504121234", "")),
    "Estonia, card": card("ID", "EST", "AB0482719", "TAMM<<KADRI", optional=("48504121234", "")),
    "Latvia, passport": passport("LVA", "LV4827193", "BERZINA<<ILZE", optional=("120485<12345", "")),
    "United Kingdom, passport": passport("GBR", "548271930", "O<BRIEN<<SIOBHAN"),
    "United Kingdom, British national overseas": passport("GBR", "148271930", "CHAN<<MEI<LING", nation="GBN"),
    "United States, passport": passport("USA", "648271930", "JOHNSON<<EMILY<GRACE"),
    "United States, passport card": card("IP", "USA", "C04827193", "JOHNSON<<EMILY", optional=("", "")),
    "United States, resident card": card("C1", "USA", "482719305", "AMADI<<NGOZI", nation="NGA", optional=("SRC4827193056", "")),
    "Canada, passport with a second letter": Row(size="TD3", code="PP", state="CAN", number="AB482719", names="TREMBLAY<<SOPHIE"),
    "Syria, passport": passport("SYR", "N01482719", "AL<KHATIB<<RIMA", optional=("01020304827", "")),
    "Iraq, passport": passport("IRQ", "A14827193", "AL<JUBURI<<ZAHRA"),
    "Iran, passport": passport("IRN", "T48271930", "HOSSEINI<<MARYAM", optional=("0048271930", "")),
    "Afghanistan, passport": passport("AFG", "P04827193", "AHMADZAI<<SHUKRIA"),
    "Pakistan, passport": passport("PAK", "AB4827193", "KHAN<<AYESHA", optional=("3520248271930", "")),
    "Bangladesh, passport": passport("BGD", "A04827193", "BEGUM<<ROKEYA", optional=("8548271930", "")),
    "India, passport": passport("IND", "Z4827193", "SHARMA<<PRIYA"),
    "China, passport": passport("CHN", "EJ4827193", "WANG<<XIAOMEI", optional=("MGNPLHKN<<<<A9", "")),
    "Morocco, passport": passport("MAR", "QX4827193", "BENNANI<<SAMIRA", optional=("BK482719", "")),
    "Nigeria, passport": passport("NGA", "A04827193", "OKONKWO<<CHIAMAKA", optional=("48271930562", "")),
    "a diplomat's passport": Row(size="TD3", code="PD", state="SRB", number="D00048271", names="PAVLOVIC<<VESNA"),
    "a service passport": Row(size="TD3", code="PS", state="MNE", number="S0004827", names="PEROVIC<<MARINA"),
    "a refugee's travel document": Row(size="TD3", code="PR", state="D", number="R4JKX28TL", names="AL<HASSAN<<NOUR", nation="XXB"),
    "a stateless person's travel document": Row(size="TD3", code="PS", state="AUT", number="T8827364", names="OMEROVA<<LINA", nation="XXA"),
    "a laissez-passer of the United Nations": Row(size="TD3", code="PL", state="UNO", number="D0482719", names="EKSTROEM<<INGRID", nation="SWE"),
    "a European laissez-passer": Row(size="TD3", code="PU", state="EUE", number="EU482719", names="JANSSENS<<ANKE", nation="BEL"),
    "a crew member's certificate": card("AC", "MKD", "C4827193", "ILIEVSKA<<BILJANA"),
    "a residence permit": card("IR", "HRV", "RP4827193", "DEMIR<<ZEHRA", nation="TUR", optional=("482719305", "")),
    "a Schengen visa": Row(size="MRV-A", code="V", state="D", number="048271930", names="SHAH<<FARIDA", nation="AFG", optional=("1204851A7K", "")),
    "a small visa": Row(size="MRV-B", code="V", state="SRB", number="B48271930", names="CHOWDHURY<<NUSRAT", nation="BGD"),
    "a visa with a type": Row(size="MRV-A", code="VC", state="ITA", number="I04827193", names="DIALLO<<AMINATA", nation="GIN"),
    "no surname": passport("IDN", "B4827193", "SUHARTINI"),
    "a day of birth nobody knows": passport("AFG", "P14827193", "NOORZAI<<PALWASHA", birth="8504<<"),
    "a birth of which only the year is known": passport("SOM", "P24827193", "WARSAME<<HODAN", birth="85<<<<"),
    "sex unspecified": passport("AUT", "U9927364", "KOFLER<<ALEX", sex="<"),
    "a name that fills the zone": passport("PRT", "CA482719", "VASCONCELOS<DE<ALBUQUERQUE<<MARIA<FRANCISCA"),
}  # fmt: skip


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_of_any_state_is_read_field_by_field(name: str) -> None:
    """Every digit agrees, and each field is what was printed."""
    row = DOCUMENTS[name]
    answer = report(parse(zone(row), today=TODAY))
    assert answer["valid"], answer["checks"]
    assert answer["format"] == row.size
    assert answer["repairs"] == []
    fields = answer["fields"]
    assert isinstance(fields, dict)
    surname, _, given = row.names.partition("<<")
    said = {
        "document_code": row.code,
        "issuer": row.state,
        "nationality": row.nation or row.state,
        "document_number": row.number.rstrip("<"),
        "sex": {"<": "X"}.get(row.sex, row.sex),
        "surname": surname.replace("<", " "),
    }
    assert {key: fields[key] for key in said} == said
    assert given.replace("<", " ").startswith(fields["given_names"])
    assert fields["name_truncated"] == (given.replace("<", " ") != fields["given_names"])
    assert fields["birth"] == {"8504<<": "1985-04", "85<<<<": "1985"}.get(row.birth, "1985-04-12")
    assert fields["expiry"] == "2031-04-11"
    assert fields["issuer_name"]
    assert fields["nationality_name"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_one_wrong_digit_on_a_document_of_any_state_is_noticed(name: str) -> None:
    """A digit of the birth date read as another makes the zone invalid, whoever issued it."""
    row = DOCUMENTS[name]
    read = zone(row).replace(
        row.birth + digit(row.birth), f"{(int(row.birth[0]) + 1) % 10}{row.birth[1:]}{digit(row.birth)}"
    )
    assert not report(parse(read, today=TODAY))["valid"]
