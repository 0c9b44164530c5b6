"""Words every reader already has: codes and shapes that travel as a small number.

A field's list is its own usual words (`_USUAL`), commonest first, and then all `WORDS`. Invariants:
lists of version 1 never change, because a word travels as its place; a field that came later has no
usual words, and a code that is in no list travels as text, at a few bytes. Must not know: what the
codes mean. Sources: ISO 3166-1, ICAO Doc 9303 part 3, the project's code lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

_SHAPES: Final = (
    "00000000 000000000 @0000000 @00000000 @@000000 @@0000000 00000000000 #00000 *00-*-000 *00*000 "
    "@00-@-000 TA-000000 @@000000@ @@@@000 @@000-@@ @@0000-@@ @@000@@ @@0000@@ @@-@@000 @@@000000 "
    "@0000000@ 00@@00000 000000000@ 00000000@ 0@@@00@@0 @@00000@@ @???????? @????????? ????????? 00@@@000 "
    "00@@@00 @@-000-@@ @@00@@@ @000@@00 @00@@@ @000@@@ @@@-000 @@@@00 @@00000 @00000@ @0000@@ @@0-000 "
    "@000000 0000000 000000 00-000-@@ @-000-@@@ ???????? ??????? ?????? ????? "
)
_CODES: Final = (
    "BA ME RS BIH MNE SRB M F X entry exit scan typed ok passport id_card P I ID car clear admit let_out "
    "active TD1 TD3 T1 T2 T3 T4 HRV HR tourism transit absent suspect unset manual repaired wrong_digit "
    "TD2 MRV-A MRV-B V PD PS PO PE PN PP PR AC C diplomatic_passport service_passport refugee_document "
    "stateless_document emergency_document laissez_passer residence_permit visa crew_card border_permit "
    "parents_passport driving_licence other none van bus lorry trailer motorcycle bicycle tractor on_foot "
    "visit business work study medical transport local_traffic official return_home possible hit "
    "confirmed cleared refuse second_line stop_exit A B C D E F G H I J issuer document_number birth "
    "expiry sex composite personal_number names document plate vin name_birth return refuse_entry "
    "travel_ban arrest missing child_at_risk vulnerable judicial discreet inquiry specific information "
    "vehicle blank_document vehicle_document vehicle_part firearm banknote boat boat_engine container "
    "aircraft equipment other_object unknown_wanted confirm_exit detain locate protect obtain_residence "
    "observe interview search report seize identify withdrawn H0 H1 H2 H3 armed violent escaped "
    "suicide_risk health terrorism none caution danger first_line hit_follow_up conflict desk_request "
    "alert_entry investigation missing_person traffic_check data_subject audit misread wrong_document "
    "duplicate turned_back tried_out officer shift_leader operator auditor engineer correct void resolve "
    "signed refused_to_sign draft sent received assigned in_progress answered refused closed overdue full "
    "partial negative transferred ordinary urgent apprehension facilitation refusal asylum_intention "
    "false_document seizure stolen_vehicle stolen_object illegal_stay hidden_in_vehicle "
    "irregular_crossing forged counterfeit impostor foreign_owner author_revoked no_owner desk_owned "
    "immutable_field sign_in sign_out capture look_up view export print alert check request bulletin "
    "purge leave sr sr-Latn bs hr cnr en image/jpeg image/png photo thumbnail lines relaxation occurrence "
    "handover stamps "
)
_ALPHA_3: Final = (
    "SVN MKD ALB AUT DEU ITA TUR HUN ROU BGR GRC POL CZE SVK CHE FRA GBR NLD BEL ESP PRT SWE NOR DNK FIN "
    "RUS UKR BLR MDA XKX RKS KOS USA CAN CHN IND PAK BGD AFG IRN IRQ SYR LBN ISR JOR SAU ARE QAT KWT EGY "
    "LBY TUN DZA MAR SOM ERI ETH SDN NGA GHA CMR SEN MLI GIN GMB COD CUB BRA ARG CHL COL MEX VEN PER ECU "
    "AUS NZL JPN KOR PRK VNM THA PHL IDN MYS SGP LKA NPL KAZ UZB TJK KGZ TKM AZE ARM GEO MNG LTU LVA EST "
    "IRL ISL LUX MLT CYP LIE MCO SMR VAT AND D GBD GBN GBO GBP GBS UNO UNA UNK XXA XXB XXC XXX EUE XOM "
    "XPO YUG SCG UTO "
)
_ALPHA_2: Final = (
    "SI MK AL AT DE IT TR HU RO BG GR PL CZ SK CH FR GB NL BE ES PT SE NO DK FI RU UA BY MD XK US CA CN "
    "LT LV EE IE LU MT CY GE AM AZ IL IR IQ SY "
)


_USUAL: Final = (
    (  # owner
        "1.1 2.1 3.1 4.1 5.1 6.1 7.1 8.1 9.1 10.1 11.1 12.1 13.1 14.1 15.1 16.1 17.1 18.1 19.1 20.1",
        "BA RS ME",
    ),
    ("1.6", "ok suspect unset"),  # clock
    ("1.8", "T1 T2 T3 T4"),  # device
    ("1.9 3.13", "entry exit"),  # direction
    ("1.10", "scan typed manual"),  # capture
    ("1.11", "ok absent repaired wrong_digit"),  # mrz_state
    ("1.14", "passport id_card none residence_permit visa border_permit"),  # document_category
    ("1.15", "P ID I V"),  # document_code
    ("1.16 2.12 3.19 7.17", "BIH SRB MNE HRV DEU TUR AUT SVN"),  # document_issuer
    (  # document_number
        "1.17 2.11 3.18",
        "000000000 @0000000 0@@@00@@0 @0000000@ ????????? 00000000 @00000000 @@0000000",
    ),
    ("1.19", "#00000 00000000000"),  # optional_1
    ("1.20", "#00000 00000000000"),  # optional_2
    ("1.21", "#00000 00000000000"),  # personal_number
    ("1.26 2.9", "M F X"),  # sex
    ("1.27 2.10 3.17 7.10", "BIH SRB MNE HRV DEU TUR AUT SVN"),  # nationality
    ("1.29 2.15 3.20", "*00-*-000 @@000-@@ @@0000-@@ @@@@000 @@000@@ *00*000 @@0000@@ TA-000000"),  # plate
    ("1.30 2.16 3.21 7.19", "BA RS ME HR DE TR AT SI"),  # plate_country
    ("1.32", "car lorry on_foot van bus motorcycle"),  # vehicle_kind
    ("1.35", "tourism transit visit business work"),  # purpose
    ("1.37", "clear possible hit"),  # verdict
    ("1.41", "admit let_out second_line refuse stop_exit"),  # decision
    ("1.45", "TD3 TD1 TD2"),  # mrz_format
    (  # category
        "2.3",
        (
            "arrest discreet refuse_entry missing judicial information specific inquiry vehicle plate "
            "document travel_ban return child_at_risk vulnerable unknown_wanted"
        ),
    ),
    (  # action
        "2.4",
        (
            "detain refuse_entry observe locate protect seize report search interview obtain_residence "
            "confirm_exit identify"
        ),
    ),
    ("2.5", "active withdrawn"),  # status
    ("2.13", "passport id_card"),  # document_category
    ("2.14", "#00000"),  # personal_number
    ("3.10", "document name_birth plate vin"),  # matched_on
    ("3.24", "possible confirmed cleared"),  # outcome
)
"""(kind.field numbers, the usual words their lists begin with)."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One field's words by place, and their places."""

    words: tuple[str, ...]
    places: Mapping[str, int]


def _vocabulary(*lists: str) -> Vocabulary:
    """All words in order, each once."""
    words = tuple(dict.fromkeys(word for words in lists for word in words.split()))
    return Vocabulary(words, MappingProxyType({word: place for place, word in enumerate(words)}))


_ALL: Final = (_SHAPES, _CODES, _ALPHA_3, _ALPHA_2)
WORDS: Final = _vocabulary(*_ALL)


def _numbers(fields: str) -> list[tuple[int, int]]:
    """The (kind, field) numbers of a row."""
    pairs = (field.split(".") for field in fields.split())
    return [(int(kind), int(number)) for kind, number in pairs]


_BY_FIELD: Final[Mapping[tuple[int, int], Vocabulary]] = {
    field: _vocabulary(usual, *_ALL) for fields, usual in _USUAL for field in _numbers(fields)
}


def words_for(kind: int, number: int) -> Vocabulary:
    """The words of a field; those of all where it has none of its own."""
    return _BY_FIELD.get((kind, number), WORDS)
