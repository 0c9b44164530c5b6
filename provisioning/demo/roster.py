"""Who works where in the demo: three posts, three desks, their people and their first names for things.

Job: the cast, as data. Passwords are made afresh each run and live in the demo's memory only.
Must not know: how anyone gets an account.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Final

from shared.codelists import load

POSTS: Final = ("KLOBUK", "SCEPANPOLJE", "GOSTUN")
"""One post a country, each of another."""

_WORDS: Final = (
    "bukva javor jasen hrast jela smreka breza lipa orah dren potok vrelo jezero rijeka dolina greben "
    "stijena kamen planina polje livada pastir most klisura vidik kula karavan soko vuk medvjed jelen "
    "vidra lasta roda galeb jastreb pastrmka mladica sunce mjesec zvijezda oblak magla snijeg kisa vjetar"
)


class UnknownPostError(ValueError):
    """No post of the demo is called so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who signs in. `post` is empty for an operator at the centre."""

    login: str
    full_name: str
    role: str
    country: str
    post: str = ""
    password: str = field(repr=False)

    @property
    def is_operator(self) -> bool:
        return not self.post


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One crossing point of the demo."""

    code: str
    label: str
    country: str

    @property
    def name(self) -> str:
        """What commands and directories call it."""
        return self.code.lower()


def posts() -> tuple[Post, ...]:
    """The demo's posts, as the code list has them."""
    places = load().posts
    found = (places.get(code, field="post") for code in POSTS)
    return tuple(Post(code=place.code, label=place.label, country=place.country) for place in found)


def post_named(name: str) -> Post:
    """The post a person means, in any case. Raises UnknownPostError."""
    for post in posts():
        if name.strip().casefold() in {post.code.casefold(), post.label.casefold()}:
            return post
    raise UnknownPostError(name)


def people() -> tuple[Person, ...]:
    """An operator a desk, two officers a post. No names of real people: they are called by their work."""
    found = []
    for post in posts():
        found += [
            Person(
                login=f"desk.{post.country.lower()}",
                full_name=f"Operator, desk {post.country}",
                role="operator",
                country=post.country,
                password=password(),
            ),
            Person(
                login=f"{post.name}.first",
                full_name=f"First line, {post.label}",
                role="officer",
                country=post.country,
                post=post.code,
                password=password(),
            ),
            Person(
                login=f"{post.name}.second",
                full_name=f"Second line, {post.label}",
                role="second_line",
                country=post.country,
                post=post.code,
                password=password(),
            ),
        ]
    return tuple(found)


def password() -> str:
    """Four words and a number: about 30 bits, enough for a demo on loopback, and easy to type."""
    words = [secrets.choice(_WORDS.split()) for _ in range(4)]
    return "-".join([*words, str(secrets.randbelow(90) + 10)])
