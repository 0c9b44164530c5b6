"""All code lists together, checked against one another.

Job: load every list through an injected reader, and answer the questions that need more than one.
Invariants: a list that names an entry of another names one that exists; neighbouring posts name
each other. Must not know: where the bytes come from, the time, pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from shared.codelists.entries import (
    AlertCategory,
    Country,
    Decision,
    DocumentCategory,
    Entry,
    MatchedOn,
    Post,
    Purpose,
    Reasoned,
)
from shared.codelists.table import CodeList, bad_list, parse
from shared.errors import InputError

Read = Callable[[str], bytes]
"""Gives the bytes of the list with a name, for example `posts`."""

DIRECTIONS: Final = ("entry", "exit")
SUBJECTS: Final = ("person", "document", "vehicle", "plate", "object")
REGIMES: Final = ("border", "criminal")


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeLists:
    """Every list. Immutable: one is made at start and handed about."""

    countries: CodeList[Country]
    posts: CodeList[Post]
    alert_categories: CodeList[AlertCategory]
    alert_actions: CodeList[Entry]
    refusal_letters: CodeList[Entry]
    decisions: CodeList[Decision]
    purposes: CodeList[Purpose]
    void_reasons: CodeList[Reasoned]
    document_categories: CodeList[DocumentCategory]
    handling: CodeList[Reasoned]
    crossing_purposes: CodeList[Entry]
    matched_on: CodeList[MatchedOn]
    warnings: CodeList[Entry]
    vehicle_kinds: CodeList[Entry]

    def is_own_national(self, *, country: str, nationality: str | None) -> bool:
        """Whether a nationality as printed in a document is that of the country itself.

        Raises InputError `unknown_code` for a country that is not on the list.
        """
        return nationality in self.countries.get(country, field="country").nationalities

    def decisions_for(
        self, *, direction: str, country: str, nationalities: Iterable[str | None]
    ) -> tuple[Decision, ...]:
        """The decisions to offer at a post of `country`, in the list's order.

        Somebody with any of the country's own nationalities is offered only what own nationals may
        be told. Raises InputError `unknown_code` for an unknown country or direction.
        """
        own = any(self.is_own_national(country=country, nationality=one) for one in nationalities)
        offered = self._of_direction(direction)
        return tuple(decision for decision in offered if decision.own_nationals or not own)

    def decision(self, code: str, *, direction: str) -> Decision:
        """One decision. Raises InputError `unknown_code`, with the field `decision` or `direction`."""
        offered = self._of_direction(direction)
        for decision in offered:
            if decision.code == code:
                return decision
        raise InputError(
            "unknown_code",
            f"this is not a decision on {direction}",
            hint=f"Use one of: {', '.join(one.code for one in offered)}.",
            field="decision",
        )

    def action_of(self, category: str) -> Entry:
        """What to do about an alert of this category. Raises InputError `unknown_code`."""
        return self.alert_actions.get(self.alert_categories.get(category, field="category").action)

    def categories_for(self, subject: str) -> tuple[AlertCategory, ...]:
        """The alert categories that may be about a person, document, vehicle, plate or object."""
        return tuple(one for one in self.alert_categories if subject in one.subjects)

    def preset_purpose(self, screen: str) -> Purpose | None:
        """The purpose a screen fills in by itself, if it has one."""
        return next((purpose for purpose in self.purposes if purpose.preset == screen), None)

    def document_category_of(self, document_code: str) -> DocumentCategory | None:
        """The category a machine-readable document code means: two letters count before one.

        None when the code says nothing; the officer chooses then.
        """
        code = document_code.upper().rstrip("<")
        for wanted in (code, code[:1]):
            for category in self.document_categories:
                if wanted and wanted in category.mrz_codes:
                    return category
        return None

    def posts_of(self, country: str) -> tuple[Post, ...]:
        """The posts of one country."""
        return tuple(post for post in self.posts if post.country == country)

    def _of_direction(self, direction: str) -> tuple[Decision, ...]:
        if direction not in DIRECTIONS:
            raise InputError(
                "unknown_code",
                "a crossing is either entry or exit",
                hint="Choose entry or exit.",
                field="direction",
            )
        return tuple(decision for decision in self.decisions if decision.direction == direction)


def load_lists(read: Read) -> CodeLists:
    """Every list through `read`, checked. Raises ConfigError `bad_code_list`."""

    def plain(name: str) -> CodeList[Entry]:
        return parse(name, read(name), Entry.of)

    lists = CodeLists(
        countries=parse("countries", read("countries"), Country.of),
        posts=parse("posts", read("posts"), Post.of),
        alert_categories=parse("alert_categories", read("alert_categories"), AlertCategory.of),
        alert_actions=plain("alert_actions"),
        refusal_letters=plain("refusal_letters"),
        decisions=parse(
            "decisions",
            read("decisions"),
            Decision.of,
            key=lambda decision: (decision.code, decision.direction),
        ),
        purposes=parse("purposes", read("purposes"), Purpose.of),
        void_reasons=parse("void_reasons", read("void_reasons"), Reasoned.of),
        document_categories=parse("document_categories", read("document_categories"), DocumentCategory.of),
        handling=parse("handling", read("handling"), Reasoned.of),
        crossing_purposes=plain("crossing_purposes"),
        matched_on=parse("matched_on", read("matched_on"), MatchedOn.of),
        warnings=plain("warnings"),
        vehicle_kinds=plain("vehicle_kinds"),
    )
    for fault in _faults(lists):
        raise bad_list(*fault)
    return lists


def _faults(lists: CodeLists) -> Iterable[tuple[str, str]]:
    """What contradicts something else, as (list, what)."""
    yield from _faults_of_posts(lists)
    for category in lists.alert_categories:
        if category.action not in lists.alert_actions:
            yield "alert_categories", f"{category.code} asks for an unknown action"
        if not category.subjects or not set(category.subjects) <= set(SUBJECTS):
            yield "alert_categories", f"{category.code} is about an unknown subject"
    for decision in lists.decisions:
        if decision.direction not in DIRECTIONS:
            yield "decisions", f"{decision.code} is for an unknown direction"
    for purpose in lists.purposes:
        if purpose.regime not in REGIMES:
            yield "purposes", f"{purpose.code} is under an unknown regime"
    codes = [code for category in lists.document_categories for code in category.mrz_codes]
    if len(set(codes)) != len(codes):
        yield "document_categories", "a document code means two categories"


def _faults_of_posts(lists: CodeLists) -> Iterable[tuple[str, str]]:
    for post in lists.posts:
        across = lists.posts.find(post.neighbour)
        if post.country not in lists.countries:
            yield "posts", f"{post.code} is in no country of the list"
        if across is None or across.neighbour != post.code or across.country == post.country:
            yield "posts", f"{post.code} and its neighbour do not face each other"
        elif across.section != post.section:
            yield "posts", f"{post.code} and its neighbour are on different sections"
