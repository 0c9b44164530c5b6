"""Synthetic alerts, as an operator types them into the form.

Job: form values by field name, spread over the categories. Nothing is shared with whatever matches.
Must not know: how an alert is stored or found.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Final

from provisioning.demo.travellers import Traveller, Travellers

Form = dict[str, str]

PHONES: Final = {"BA": "+387 59 000 111", "ME": "+382 40 000 222", "RS": "+381 33 000 333"}
"""Duty phones of the three desks; made up."""

_PERSON: Final = ("arrest", "missing", "refuse_entry", "travel_ban", "judicial", "return", "information")
_VIN_SIGNS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"


class Watchlist:
    """Alert forms for one desk's country."""

    def __init__(self, *, country: str, seed: int, today: date) -> None:
        self._country = country
        self._random = Random(f"{country}{seed}")  # noqa: S311 - made-up alerts need no secrecy
        self._travellers = Travellers(seed=self._random.randrange(1 << 30), today=today)
        self._today = today
        self._number = 0

    def any(self) -> Form:
        """One alert of any sort, about nobody who will come."""
        subject, sort = self._travellers.next(), self._random.random()
        if sort < 0.5:
            return self.person(subject, self._random.choice(_PERSON))
        if sort < 0.65:
            return self.person(subject, "discreet")
        if sort < 0.8:
            return self.document(subject)
        return self.vehicle(subject) if sort < 0.9 else self.plate(subject)

    def person(self, subject: Traveller, category: str) -> Form:
        """An alert on a person, with their document."""
        return self._form(category) | {
            "surname": subject.surname,
            "given_names": subject.given_names,
            "birth": subject.birth.isoformat(),
            "sex": subject.sex.value,
            "nationality": subject.nationality,
            "document_number": subject.document_number,
            "document_issuer": subject.document_issuer,
        }

    def document(self, subject: Traveller) -> Form:
        """A document reported lost or stolen."""
        return self._form("document") | {
            "document_number": subject.document_number,
            "document_issuer": subject.document_issuer,
            "document_category": "passport",
        }

    def plate(self, subject: Traveller) -> Form:
        return self._form("plate") | {"plate": subject.plate, "plate_country": subject.plate_country}

    def vehicle(self, subject: Traveller) -> Form:
        return self._form("vehicle") | {
            "plate": subject.plate,
            "plate_country": subject.plate_country,
            "vin": "".join(self._random.choice(_VIN_SIGNS) for _ in range(17)),
        }

    def _form(self, category: str) -> Form:
        self._number += 1
        return {
            "category": category,
            "authority": f"Border police, desk {self._country}",
            "reference": f"{self._country}-{self._today.year}-{self._number:05d}",
            "reason": "Synthetic alert of the demo",
            "expires": (self._today + timedelta(days=180 + self._random.randrange(150))).isoformat(),
            "phone": PHONES[self._country],
        }
