"""Code lists: what a country may change without changing the program.

Job: posts, alert categories, refusal letters, decisions, purposes and the like, as JSON files beside
this module, each naming its source; and `load`, which reads them once into typed, checked lists.
Labels are English and are translated where they are shown.
This module alone in `shared` reads anything: its own package's data. A deployment with lists of its
own hands another reader to `load_lists`. Must not know: pages, storage.
"""

from __future__ import annotations

import pkgutil

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
from shared.codelists.lists import CodeLists, load_lists
from shared.codelists.table import CodeList, bad_list

__all__ = [
    "AlertCategory",
    "CodeList",
    "CodeLists",
    "Country",
    "Decision",
    "DocumentCategory",
    "Entry",
    "MatchedOn",
    "Post",
    "Purpose",
    "Reasoned",
    "load",
    "load_lists",
    "packaged",
]


def load() -> CodeLists:
    """The lists this program was delivered with. Raises ConfigError `bad_code_list`."""
    return load_lists(packaged)


def packaged(name: str) -> bytes:
    """The bytes of a delivered list. Raises ConfigError `bad_code_list` where there is none."""
    try:
        data = pkgutil.get_data(__name__, f"{name}.json")
    except OSError:
        data = None
    if data is None:
        raise bad_list(name, "the list is missing from the installation")
    return data
