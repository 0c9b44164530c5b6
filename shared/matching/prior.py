"""Which words of names are so common that agreeing on them says little.

Job: a coarse prior for when no list's own frequencies are at hand. Invariants: 0 (rare or unknown) to 1.
Source: hand-made; common knowledge of the languages of the region and its neighbours. A list's own counts,
where there is one, always come before this.
"""

from __future__ import annotations

from typing import Final

from shared.matching.spelling import sound
from shared.matching.tokens import Token

_VERY_COMMON: Final = """
mohammed muhamed ahmed ali hasan husein abdullah abdulah fatima maria marija jose juan ivan ana anna kim
lee park wang li zhang chen liu singh kumar khan
"""
_COMMON: Final = """
ibrahim mustafa mehmed omar osman yusuf ismail mahmud hamid khalid salih said karim rahman rahim amir
amin john david michael robert william james thomas peter paul george nikola marko jovan petar milan
stefan aleksandar vladimir sergej dmitri andrej alexander mihail elena natalia olga tatjana svetlana
irina luis carlos manuel antonio francisco pedro jovanovic petrovic nikolic markovic djordjevic
stojanovic ilic stankovic pavlovic milosevic hodzic hadzic ivanov petrov smirnov kuznetsov popov garcia
rodriguez gonzalez hernandez lopez martinez perez sanchez silva santos smith jones brown williams johnson
miller mueller schmidt nguyen tran pham yilmaz kaya demir hoxha krasniqi huang zhao wu zhou xu sun choi
jung kang cho begum shah akhtar hussain malik sheikh aziz nasir
"""


def _table() -> dict[str, float]:
    return {sound(word): 0.6 for word in _COMMON.split()} | {
        sound(word): 1.0 for word in _VERY_COMMON.split()
    }


_COMMONNESS: Final = _table()


def commonness(token: Token) -> float:
    """0 for a rare or unknown word, 1 for the commonest of the world."""
    return _COMMONNESS.get(token.sounds, 0.0)
