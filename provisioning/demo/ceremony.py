"""Giving the demo's machines their identities, by the same commands an engineer types.

Job: authority, hub, one node a post, first accounts. Each step is one `karaula` command.
Invariant: every key is made by the command on "its" machine, as at a real post; the demo reads none.
Must not know: what the commands write.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Final

from provisioning.demo import process
from provisioning.demo.directory import DemoDirectory
from provisioning.demo.roster import Person, Post
from provisioning.disk import write_file
from shared.enrolment import files
from shared.errors import ConfigError

Say = Callable[[str], None]

_FIRST_PASSWORD: Final = re.compile(r"first password:\s*(\S+)")


def found_authority(at: DemoDirectory) -> None:
    """Make the authority, under a passphrase made for this run."""
    write_file(at.passphrase, f"{secrets.token_hex(16)}\n".encode())
    process.run("authority", "init", str(at.authority), *_passphrase(at))


def found_hub(at: DemoDirectory, *, url: str) -> None:
    """Make the hub, certified by the authority at once."""
    process.run(
        *("hub", "init", str(at.hub), "--name", "PCC", "--url", url),
        *("--authority", str(at.authority), *_passphrase(at)),
    )


def enrol(at: DemoDirectory, post: Post, *, url: str) -> None:
    """Issue a node pack for a post and enrol the node with it; `url` is where it finds the hub."""
    pack = at.sticks / f"{post.name}.pack"
    process.run(
        *("node", "issue", "--authority", str(at.authority), *_passphrase(at)),
        *("--hub-card", str(at.hub / files.HUB_CARD)),
        *("--post", post.code, "--url", url, "--out", str(pack)),
    )
    process.run(
        *("node", "enrol", str(pack), "--data", str(at.node(post.code)), "--yes"),
        *("--approve-with", str(at.authority), *_passphrase(at)),
    )


def add_person(at: DemoDirectory, person: Person) -> str:
    """Make an account at the hub; returns the first password, which the product makes and shows once.

    Raises ConfigError `demo_command_failed` when the command shows none.
    """
    posts = ("--post", person.post) if person.post else ()
    said = process.run(
        *("officer", "add", person.login, "--data", str(at.hub), "--name", person.full_name),
        *("--country", person.country, "--role", person.role, *posts),
    )
    found = _FIRST_PASSWORD.search(said)
    if found is None:
        raise ConfigError(
            "demo_command_failed",
            "karaula officer add showed no first password",
            hint="The demo and the command are of different versions; install karaula again.",
        )
    return found[1]


def _passphrase(at: DemoDirectory) -> tuple[str, str]:
    return ("--passphrase-file", str(at.passphrase))
