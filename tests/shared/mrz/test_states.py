"""State codes."""

from __future__ import annotations

from shared.mrz.iso3166 import ISO_3166
from shared.mrz.states import STATES, match_code


def test_the_iso_table_is_whole() -> None:
    """249 officially assigned codes, each of three capitals with a name, in order, none twice."""
    assert len(ISO_3166) == 249
    assert list(ISO_3166) == sorted(ISO_3166)
    assert all(
        len(code) == 3 and code.isascii() and code.isupper() and name for code, name in ISO_3166.items()
    )
    assert {"BIH", "MNE", "SRB", "HRV", "MKD", "ALB"} <= set(ISO_3166)


def test_codes_beside_iso_are_known() -> None:
    """What documents print though ISO 3166-1 has it not."""
    beside = {"D", "GBD", "GBN", "GBO", "GBP", "GBS", "UNO", "UNA", "UNK", "XXA", "XXB", "XXC", "XXX"}
    beside |= {"EUE", "XOM", "XPO", "YUG", "SCG", "RKS", "XKX", "UTO"}
    assert beside <= set(STATES)
    assert not beside & set(ISO_3166)


def test_aliases_match_each_other_and_nothing_else() -> None:
    """RKS and XKX compare as one, D and DEU as one; every other code only as itself."""
    assert match_code("RKS") == match_code("XKX")
    assert match_code("D") == match_code("DEU")
    others = set(STATES) - {"RKS", "XKX", "D", "DEU"}
    assert all(match_code(code) == code for code in others)
