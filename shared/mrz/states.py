"""State and organisation codes as machine-readable zones print them.

Job: say what a code means, and which two codes mean the same for matching.
Invariant: aliases serve matching alone; the code a document prints is kept as it is.
Must not know: which documents a country accepts (that is its configuration).

Source: ICAO Doc 9303 part 3, section 5 (codes beside ISO 3166-1), and `iso3166` for the rest.
YUG and SCG are former states whose old documents are still shown; RKS is printed on documents
where others write XKX, and neither is in ISO 3166-1.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from shared.mrz.iso3166 import ISO_3166

SPECIMEN: Final = "UTO"
"""Utopia: the issuer that every specimen names and no genuine document does."""

_BESIDE_ISO: Final = {
    "D": "Germany",
    "GBD": "British Overseas Territories citizen",
    "GBN": "British National (Overseas)",
    "GBO": "British Overseas citizen",
    "GBP": "British protected person",
    "GBS": "British subject",
    "UNO": "United Nations Organization",
    "UNA": "United Nations specialized agency",
    "UNK": "Resident of Kosovo, document issued by UNMIK",
    "XXA": "Stateless person (1954 Convention)",
    "XXB": "Refugee (1951 Convention)",
    "XXC": "Refugee, other",
    "XXX": "Person of unspecified nationality",
    "EUE": "European Union (laissez-passer)",
    "XOM": "Sovereign Military Order of Malta",
    "XPO": "Interpol",
    "XBA": "African Development Bank",
    "XIM": "African Export-Import Bank",
    "XCC": "Caribbean Community",
    "XCE": "Council of Europe",
    "XCO": "Common Market for Eastern and Southern Africa",
    "XEC": "Economic Community of West African States",
    "XES": "Organization of Eastern Caribbean States",
    "XMP": "Parliamentary Assembly of the Mediterranean",
    "XDC": "Southern African Development Community",
    "NTZ": "Neutral Zone",
    "YUG": "Yugoslavia (former)",
    "SCG": "Serbia and Montenegro (former)",
    "RKS": "Kosovo",
    "XKX": "Kosovo",
    SPECIMEN: "Utopia (specimen, never a genuine document)",
}

STATES: Final[Mapping[str, str]] = MappingProxyType({**ISO_3166, **_BESIDE_ISO})
"""Each known code, without fillers, to its English name."""

_ALIASES: Final = {"D": "DEU", "RKS": "XKX"}


def match_code(code: str) -> str:
    """The code under which to compare: Germany's D is DEU, RKS is XKX; others are themselves."""
    return _ALIASES.get(code, code)
