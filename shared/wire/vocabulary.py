"""Words every reader already has: codes and shapes that travel as a small number.

A field's list is its own usual words (`USUAL`), commonest first, and then all `WORDS`. Invariants:
lists of version 1 never change, because a word travels as its place; a field that came later has no
usual words, and a code that is in no list travels as text, at a few bytes. Must not know: what the
codes mean. Sources: ISO 3166-1, ICAO Doc 9303 part 3, the project's code lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from shared.schema import SCHEMA, Kind

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


_USUAL: Final = {
    Kind.CHECK: {
        "clock": "ok suspect unset",
        "device": "T1 T2 T3 T4",
        "direction": "entry exit",
        "capture": "scan typed manual",
        "mrz_state": "ok absent repaired wrong_digit",
        "document_category": "passport id_card none residence_permit visa border_permit",
        "document_code": "P ID I V",
        "document_number": "000000000 @0000000 0@@@00@@0 @0000000@ ????????? 00000000 @00000000 @@0000000",
        "optional_1": "#00000 00000000000",
        "optional_2": "#00000 00000000000",
        "personal_number": "#00000 00000000000",
        "sex": "M F X",
        "plate": "*00-*-000 @@000-@@ @@0000-@@ @@@@000 @@000@@ *00*000 @@0000@@ TA-000000",
        "vehicle_kind": "car lorry on_foot van bus motorcycle",
        "purpose": "tourism transit visit business work",
        "verdict": "clear possible hit",
        "decision": "admit let_out second_line refuse stop_exit",
        "mrz_format": "TD3 TD1 TD2",
    },
    Kind.ALERT: {
        "category": "arrest discreet refuse_entry missing judicial information specific inquiry vehicle "
        "plate document "
        "travel_ban return child_at_risk vulnerable unknown_wanted",
        "action": "detain refuse_entry observe locate protect seize report search interview obtain_residence "
        "confirm_exit identify",
        "status": "active withdrawn",
        "sex": "M F X",
        "document_category": "passport id_card",
        "document_number": "000000000 @0000000 0@@@00@@0 @0000000@ ????????? 00000000 @00000000 @@0000000",
        "personal_number": "#00000",
        "plate": "*00-*-000 @@000-@@ @@0000-@@ @@@@000 @@000@@ *00*000 @@0000@@ TA-000000",
    },
    Kind.HIT: {
        "matched_on": "document name_birth plate vin",
        "direction": "entry exit",
        "document_number": "000000000 @0000000 0@@@00@@0 @0000000@ ????????? 00000000 @00000000 @@0000000",
        "plate": "*00-*-000 @@000-@@ @@0000-@@ @@@@000 @@000@@ *00*000 @@0000@@ TA-000000",
        "outcome": "possible confirmed cleared",
    },
}
_EVERYWHERE: Final = {
    "owner": "BA RS ME",
    "nationality": "BIH SRB MNE HRV DEU TUR AUT SVN",
    "document_issuer": "BIH SRB MNE HRV DEU TUR AUT SVN",
    "plate_country": "BA RS ME HR DE TR AT SI",
}


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
_BY_FIELD: Final[Mapping[tuple[int, int], Vocabulary]] = {
    (kind, field.number): _vocabulary(usual, *_ALL)
    for kind in Kind
    for field in SCHEMA[kind].fields
    if (usual := {**_EVERYWHERE, **_USUAL.get(kind, {})}.get(field.name))
}


def words_for(kind: int, number: int) -> Vocabulary:
    """The words of a field; those of all where it has none of its own."""
    return _BY_FIELD.get((kind, number), WORDS)
