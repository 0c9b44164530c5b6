"""The entries of each code list, as types.

Job: say what an entry of each list consists of, and read it from a row. `label` is English and the
key of its translations. Must not know: files, pages.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.codelists.table import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A code and its words: all there is to the plainest lists."""

    code: str
    label: str

    @classmethod
    def of(cls, row: Row) -> Entry:
        return cls(code=row.text("code"), label=row.text("label"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A state of the centre (ISO 3166 alpha-2). `nationalities` are its own nationals' codes in documents."""

    code: str
    label: str
    nationalities: tuple[str, ...]
    zone: str

    @classmethod
    def of(cls, row: Row) -> Country:
        return cls(
            code=row.text("code"),
            label=row.text("label"),
            nationalities=row.codes("nationalities"),
            zone=row.text("zone"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A crossing point. `neighbour` is the code of the post across the line, `section` the border
    section for statistics, `lon`/`lat` WGS 84 degrees for a map, `zone` an IANA time zone."""

    code: str
    label: str
    country: str
    neighbour: str
    section: str
    lon: float
    lat: float
    zone: str

    @classmethod
    def of(cls, row: Row) -> Post:
        return cls(
            code=row.text("code"),
            label=row.text("label"),
            country=row.text("country"),
            neighbour=row.text("neighbour"),
            section=row.text("section"),
            lon=row.degrees("lon", most=180),
            lat=row.degrees("lat", most=90),
            zone=row.text("zone"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertCategory:
    """What an alert asks for: `model` the article it follows, `action` a code of the actions list,
    `discreet` whether the traveller must not see it, `subjects` what it may be about (person,
    document, vehicle, plate, object), `retention_months` how long it may live without review."""

    code: str
    label: str
    model: str
    action: str
    discreet: bool
    subjects: tuple[str, ...]
    retention_months: int

    @classmethod
    def of(cls, row: Row) -> AlertCategory:
        return cls(
            code=row.text("code"),
            label=row.text("label"),
            model=row.text("model"),
            action=row.text("action"),
            discreet=row.flag("discreet"),
            subjects=row.codes("subjects"),
            retention_months=row.whole("retention_months", least=1, most=240),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """How a check can end. A code may stand once for each `direction` (entry, exit).

    `own_nationals` is whether the post country's own nationals are offered it; `crosses` whether
    the traveller passes the line by it.
    """

    code: str
    label: str
    direction: str
    needs_letters: bool
    own_nationals: bool
    crosses: bool

    @classmethod
    def of(cls, row: Row) -> Decision:
        return cls(
            code=row.text("code"),
            label=row.text("label"),
            direction=row.text("direction"),
            needs_letters=row.flag("needs_letters"),
            own_nationals=row.flag("own_nationals"),
            crosses=row.flag("crosses"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """Why somebody looks. `preset` names the screen that fills it in by itself; `regime` is border
    or criminal; `needs_reference` whether a case number must be given."""

    code: str
    label: str
    regime: str
    preset: str | None
    needs_reference: bool

    @classmethod
    def of(cls, row: Row) -> Purpose:
        return cls(
            code=row.text("code"),
            label=row.text("label"),
            regime=row.text("regime"),
            preset=row.maybe_text("preset"),
            needs_reference=row.flag("needs_reference"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasoned:
    """An entry that may ask for words of one's own (void reasons, handling codes)."""

    code: str
    label: str
    needs_text: bool

    @classmethod
    def of(cls, row: Row) -> Reasoned:
        return cls(code=row.text("code"), label=row.text("label"), needs_text=row.flag("needs_text"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentCategory:
    """A kind of document. `mrz_codes` are the machine-readable codes that mean it (one or two
    letters); `needs_number` whether a document number belongs to it."""

    code: str
    label: str
    mrz_codes: tuple[str, ...]
    needs_number: bool

    @classmethod
    def of(cls, row: Row) -> DocumentCategory:
        return cls(
            code=row.text("code"),
            label=row.text("label"),
            mrz_codes=row.codes("mrz_codes"),
            needs_number=row.flag("needs_number"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedOn:
    """What an alert and a check had in common; `exact` where it can be more than a likeness."""

    code: str
    label: str
    exact: bool

    @classmethod
    def of(cls, row: Row) -> MatchedOn:
        return cls(code=row.text("code"), label=row.text("label"), exact=row.flag("exact"))
