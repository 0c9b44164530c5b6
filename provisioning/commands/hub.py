"""`karaula hub init`: a hub's identity.

Job: questions and answers at the terminal. Must not know: how anything is signed or stored.
"""

from __future__ import annotations

from pathlib import Path

import click

from provisioning.authority import read_paper_file
from provisioning.commands.options import PATH, key_file_option, now_ms, passphrase_option, unlocked
from provisioning.hub_setup import HubSetup
from provisioning.terminal import next_step, say
from shared.enrolment import HubCertificate, files
from shared.errors import InputError


@click.command("init")
@click.argument("directory", type=PATH)
@click.option("--url", help="Where nodes reach this hub, like https://pcc.example:8443")
@click.option("--name", default="PCC", show_default=True, help="What the hub is called.")
@click.option(
    "--authority",
    "authority_dir",
    type=PATH,
    metavar="DIR",
    help="The authority's directory, where it is at hand: certifies at once.",
)
@click.option(
    "--authority-card",
    type=PATH,
    metavar="FILE",
    help="The authority's card, where the authority is elsewhere: writes a request.",
)
@click.option(
    "--certificate",
    type=PATH,
    metavar="FILE",
    help="The certificate that came back; its neighbour file “revocations” is taken along.",
)
@key_file_option
@passphrase_option
def init(
    directory: Path,
    url: str | None,
    name: str,
    authority_dir: Path | None,
    authority_card: Path | None,
    certificate: Path | None,
    key_file: Path | None,
    passphrase_file: Path | None,
) -> None:
    """Make a hub's identity in DIRECTORY, on the hub itself.

    Keys are made here. With --authority it is done in one go; otherwise the first run
    (--authority-card) writes hub.request for the authority, and the second (--certificate) finishes.
    """
    setup = HubSetup(directory=directory, key_file=key_file)
    if setup.is_complete:
        raise InputError(
            "already_set_up",
            f"{directory} is a hub already",
            hint="Choose another directory; a hub's keys are never written over.",
        )
    given = [option for option in (authority_dir, authority_card, certificate) if option is not None]
    if len(given) != 1:
        raise click.UsageError("Give exactly one of --authority, --authority-card and --certificate.")
    if certificate is not None:
        _finish(setup, read_paper_file(certificate), certificate.parent / files.REVOCATIONS)
        return
    if url is None:
        raise click.UsageError("Give --url: where nodes reach this hub.")
    card = authority_card or (given[0] / files.AUTHORITY_CARD)
    if authority_dir is None:
        _begin(setup, card, name=name, url=url)
        return
    with unlocked(authority_dir, passphrase_file) as authority:
        request = setup.begin(authority_card=read_paper_file(card), name=name, url=url, now_ms=now_ms())
        _, paper = authority.certify_hub(request, now_ms=now_ms())
        _finish(setup, paper, authority_dir / files.REVOCATIONS)


def _begin(setup: HubSetup, card: Path, *, name: str, url: str) -> None:
    request = setup.begin(authority_card=read_paper_file(card), name=name, url=url, now_ms=now_ms())
    path = setup.directory / files.HUB_REQUEST
    say(f"The hub's keys are made. Its fingerprint: {request.fingerprint}")
    next_step(
        f"carry {path} to the authority, run there  karaula authority certify-hub {path.name} "
        f"--authority DIR --out {files.HUB_CERTIFICATE}  and bring the files it writes back"
    )


def _finish(setup: HubSetup, paper: bytes, revocations: Path) -> None:
    found = read_paper_file(revocations) if revocations.exists() else None
    hub: HubCertificate = setup.complete(paper, found)
    say(f"The hub {hub.name} is node {hub.node}. Its fingerprint: {hub.fingerprint}")
    if found is None:
        say(f"No revocation list came along: bring the authority's file “{files.REVOCATIONS}” when you can.")
    next_step(
        f"issue the nodes: karaula node issue --authority DIR --hub-card {setup.directory / files.HUB_CARD} "
        f"--post KLOBUK --out klobuk.pack ; start the hub: karaula hub run --data {setup.directory}"
    )
