"""`karaula authority …`: the offline authority, its word on hubs, its recovery key.

Job: questions and answers at the terminal. Must not know: how anything is signed or stored.
"""

from __future__ import annotations

from pathlib import Path

import click

from provisioning.authority import create, read_paper_file
from provisioning.commands.options import (
    PATH,
    authority_option,
    now_ms,
    passphrase_option,
    unlocked,
    yes_option,
)
from provisioning.disk import write_file
from provisioning.terminal import ask_passphrase, confirm, next_step, say
from shared.enrolment import HubRequest, files, recover
from shared.errors import TrustError


@click.command("init")
@click.argument("directory", type=PATH)
@click.option("--name", default="Authority", show_default=True, help="What the authority is called.")
@passphrase_option
def init(directory: Path, name: str, passphrase_file: Path | None) -> None:
    """Make a new authority in DIRECTORY.

    Its keys are locked under a passphrase. Do it on a machine without a network, and keep copies of
    DIRECTORY and the passphrase in two places: without them no node can be enrolled, revoked or
    recovered.
    """
    passphrase = ask_passphrase(passphrase_file, new=True)
    card = create(directory, name=name, passphrase=passphrase, now_ms=now_ms())
    say(f"The authority {card.name} is in {directory}.")
    say(f"Its fingerprint: {card.fingerprint}")
    next_step(
        f"on the hub, run  karaula hub init HUB-DIR --authority {directory}  or, where this directory "
        f"is not at hand, carry {directory / files.AUTHORITY_CARD} there and give it as --authority-card"
    )


@click.command("certify-hub")
@click.argument("request", type=PATH)
@authority_option
@click.option("--out", type=PATH, required=True, metavar="FILE", help="Where to write the certificate.")
@click.option("--fingerprint", help="Refuse unless the request has this fingerprint.")
@click.option("--restored", is_flag=True, help="It was restored from a backup: give it a new number.")
@passphrase_option
@yes_option
def certify_hub(
    request: Path,
    authority_dir: Path,
    out: Path,
    fingerprint: str | None,
    passphrase_file: Path | None,
    yes: bool,  # noqa: FBT001 — click passes options by keyword
    restored: bool,  # noqa: FBT001 — the same
) -> None:
    """Sign the certificate a hub asks for in REQUEST.

    REQUEST is the hub's file hub.request. The newest revocation list is written beside the
    certificate, for the hub to start with.
    """
    asked = HubRequest.read(read_paper_file(request))
    say(f"The hub {asked.name} has the fingerprint {asked.fingerprint}")
    check_fingerprint(asked.fingerprint, fingerprint)
    if fingerprint is None:
        confirm("Does the hub show the same?", yes=yes)
    with unlocked(authority_dir, passphrase_file) as authority:
        hub, paper = authority.certify_hub(asked, now_ms=now_ms(), restored=restored)
        write_file(out, paper, replace=True)
        beside = out.parent / files.REVOCATIONS
        if beside.resolve() != (authority_dir / files.REVOCATIONS).resolve():
            write_file(beside, read_paper_file(authority_dir / files.REVOCATIONS), replace=True)
    say(f"Certified as node {hub.node}: {out}")
    next_step(
        f"carry {out} and {beside} to the hub and run  karaula hub init HUB-DIR --certificate {out.name}"
    )


@click.command("recover-key")
@click.argument("sealed", type=PATH)
@authority_option
@click.option("--out", type=PATH, required=True, metavar="FILE", help="Where to write the recovered key.")
@passphrase_option
def recover_key(sealed: Path, authority_dir: Path, out: Path, passphrase_file: Path | None) -> None:
    """Open a SEALED copy of a key.

    Copies are recovery.sealed of a node or hub, and what lies in escrow/.
    """
    with unlocked(authority_dir, passphrase_file) as authority:
        found = recover(read_paper_file(sealed), authority.keys.recovery)
    write_file(out, found.secret)
    say(f"{out} holds the key of the {found.subject}.")
    next_step(
        f"put it into the data directory as {files.DATABASE_KEY}, then remove this copy: "
        "it opens everything the machine kept"
    )


def check_fingerprint(found: str, wanted: str | None) -> None:
    """Raise TrustError `fingerprint_mismatch` unless they agree; dashes and case do not matter."""
    if wanted is not None and _plain(found) != _plain(wanted):
        raise TrustError(
            "fingerprint_mismatch",
            f"the fingerprint is {found}, not the one you gave",
            hint="Someone may have exchanged the file on its way; fetch it again and compare once more.",
        )


def _plain(fingerprint: str) -> str:
    return "".join(character for character in fingerprint.upper() if character.isalnum())
