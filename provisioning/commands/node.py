"""`karaula node …`: issue, enrol, approve, revoke, list.

Job: questions and answers at the terminal. Must not know: how anything is signed or stored.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from provisioning.authority import TICKET_DAYS, read_paper_file
from provisioning.commands.authority import check_fingerprint
from provisioning.commands.options import (
    PATH,
    authority_option,
    key_file_option,
    now_ms,
    passphrase_option,
    unlocked,
    yes_option,
)
from provisioning.disk import write_file
from provisioning.issued import Issued, IssuedNode, State
from provisioning.node_setup import NodeSetup
from provisioning.terminal import confirm, next_step, say, show_table
from shared.codelists import load
from shared.enrolment import Certificate, EnrolmentRequest, Ticket, files
from shared.errors import InputError
from shared.limits import TEXT_MAX_CHARS


@click.command("issue")
@authority_option
@click.option("--hub-card", type=PATH, required=True, metavar="FILE", help="The hub's card (hub.card).")
@click.option("--post", help="The post's code, like KLOBUK.")
@click.option(
    "--replaces", metavar="NODE", help="The node whose device is enrolled again: its number, or KLOBUK-1."
)
@click.option("--url", help="Where this node reaches the hub, if not where the hub's card says.")
@click.option("--number", type=int, help="A node number of your choice, for tests.")
@click.option("--out", type=PATH, required=True, metavar="PACK", help="Where to write the node pack.")
@passphrase_option
def issue(
    authority_dir: Path,
    hub_card: Path,
    post: str | None,
    replaces: str | None,
    url: str | None,
    number: int | None,
    out: Path,
    passphrase_file: Path | None,
) -> None:
    """Make a node pack.

    It is the one file an engineer carries to a post to enrol a device. With --replaces it is for a device
    that is a node already, was restored or cloned, and goes on under a new number with what it holds.
    """
    replaced = None if replaces is None else Issued.load(authority_dir).by_post_or_number(replaces)
    if (post is None) == (replaced is None):
        raise InputError(
            "post_or_replaces",
            "a pack is for a post, or for a node that is replaced",
            hint="Give --post for a new device, --replaces for one that goes on under a new number.",
        )
    place = load().posts.get(replaced.post if replaced is not None else str(post).upper(), field="post")
    if out.exists():
        raise InputError("file_exists", f"{out} is there already", hint="Choose another name for the pack.")
    with unlocked(authority_dir, passphrase_file) as authority:
        row, pack = authority.issue(
            hub_card=read_paper_file(hub_card),
            post=place.code,
            country=place.country,
            url=url,
            number=number,
            replaces=replaced,
            now_ms=now_ms(),
        )
        write_file(out, pack)
    say(f"Node {row.node} for {place.label} ({row.label}, {row.country}): {out}")
    say(f"Good once, until {_day(row.expires_ms)} ({TICKET_DAYS} days). It holds a secret: keep it safe.")
    next_step(f"carry it to the device and run  karaula node enrol {out.name} --data DIR")


@click.command("enrol")
@click.argument("pack", type=PATH)
@click.option(
    "--data", "directory", type=PATH, required=True, metavar="DIR", help="The node's data directory."
)
@click.option("--certificate", type=PATH, metavar="FILE", help="The certificate that came back: finishes.")
@click.option(
    "--approve-with",
    "authority_dir",
    type=PATH,
    metavar="DIR",
    help="The authority's directory, where it is on this machine: does all in one go.",
)
@click.option("--authority-fingerprint", help="Refuse unless the pack's authority has this fingerprint.")
@key_file_option
@passphrase_option
@yes_option
def enrol(
    pack: Path,
    directory: Path,
    certificate: Path | None,
    authority_dir: Path | None,
    authority_fingerprint: str | None,
    key_file: Path | None,
    passphrase_file: Path | None,
    yes: bool,  # noqa: FBT001 — click passes options by keyword
) -> None:
    """Enrol this device with the node PACK, in DIR.

    The first run makes keys here and writes node.request for the authority; the second, with
    --certificate, finishes. Each run can be repeated. A device that is a node already takes a pack that
    replaces it: it keeps its records, and goes on under the new number when it is started again.
    """
    ticket = Ticket.read(read_paper_file(pack))
    check_fingerprint(ticket.authority.fingerprint, authority_fingerprint)
    setup = NodeSetup(directory=directory, ticket=ticket, key_file=key_file)
    setup.settle()
    if setup.is_complete:
        setup.refuse_other_pack()
        say(f"This device is enrolled already: node {ticket.node}, {ticket.post}-{ticket.epoch}.")
        _next_after_enrolment(directory)
        return
    if certificate is not None:
        _finish(setup, read_paper_file(certificate))
        return
    request, paper = setup.begin(now_ms=now_ms())
    if authority_dir is None:
        _show_request(setup, request)
        return
    with unlocked(authority_dir, passphrase_file) as authority:
        authority.examine(paper, now_ms=now_ms())
        say(f"{ticket.post}-{ticket.epoch} has the fingerprint {request.fingerprint}")
        confirm("Approve this device?", yes=yes)
        _, granted = authority.approve(paper, now_ms=now_ms())
    _finish(setup, granted)


def _show_request(setup: NodeSetup, request: EnrolmentRequest) -> None:
    ticket, path = setup.ticket, setup.place / files.NODE_REQUEST
    say(f"This device asks to be node {ticket.node}, {ticket.post}-{ticket.epoch}. Its keys stay here.")
    say(f"This device's fingerprint:   {request.fingerprint}")
    say(f"The authority's fingerprint: {ticket.authority.fingerprint} ({ticket.authority.name})")
    if now_ms() >= ticket.expires_ms:
        say(f"By this device's clock the pack ended on {_day(ticket.expires_ms)}: check the clock.")
    next_step(
        f"send {path} to the authority, compare both fingerprints by telephone, and when the certificate "
        f"is back run  karaula node enrol PACK --data {setup.directory} --certificate FILE"
    )


def _finish(setup: NodeSetup, paper: bytes) -> None:
    certificate: Certificate = setup.complete(paper)
    say(f"Enrolled: node {certificate.node}, {certificate.post}-{certificate.epoch} ({certificate.country}).")
    if certificate.replaces:
        labels = ", ".join(f"{certificate.post}-{life.epoch}" for life in certificate.replaces)
        say(f"It takes the place of {labels}, and keeps all that the device holds.")
    _next_after_enrolment(setup.directory)


def _next_after_enrolment(directory: Path) -> None:
    next_step(f"destroy the node pack, then start the node: karaula edge run --data {directory}")


@click.command("approve")
@click.argument("request", type=PATH)
@authority_option
@click.option("--out", type=PATH, required=True, metavar="CERT", help="Where to write the certificate.")
@click.option("--fingerprint", help="Refuse unless the request has this fingerprint.")
@passphrase_option
@yes_option
def approve(
    request: Path,
    authority_dir: Path,
    out: Path,
    fingerprint: str | None,
    passphrase_file: Path | None,
    yes: bool,  # noqa: FBT001 — click passes options by keyword
) -> None:
    """Approve the REQUEST of a device.

    Its pack is checked, the fingerprints are compared, and its certificate is signed.
    """
    paper = read_paper_file(request)
    with unlocked(authority_dir, passphrase_file) as authority:
        asked, row = authority.examine(paper, now_ms=now_ms())
        say(f"Node {row.node}, {row.label} ({row.country}), asks with the fingerprint {asked.fingerprint}")
        check_fingerprint(asked.fingerprint, fingerprint)
        if fingerprint is None:
            confirm("Does the engineer at the post read the same?", yes=yes)
        row, certificate = authority.approve(paper, now_ms=now_ms())
        write_file(out, certificate, replace=True)
    say(f"Approved, certificate {row.serial}: {out}")
    next_step(
        f"bring {out} to the device and run  karaula node enrol PACK --data DIR --certificate {out.name}"
    )


@click.command("revoke")
@click.argument("node")
@authority_option
@click.option("--reason", required=True, help="Why; kept in the authority's list only.")
@passphrase_option
@yes_option
def revoke(
    node: str,
    authority_dir: Path,
    reason: str,
    passphrase_file: Path | None,
    yes: bool,  # noqa: FBT001 — click passes options by keyword
) -> None:
    """Take away the standing of NODE.

    NODE is a number, a post (KLOBUK), or post and epoch (KLOBUK-2).
    """
    if not reason.strip() or len(reason) > TEXT_MAX_CHARS:
        raise InputError(
            "no_reason", "a revocation needs its reason", hint="Say why in a few words.", field="reason"
        )
    row = Issued.load(authority_dir).by_post_or_number(node)
    if row.state is not State.REVOKED:
        confirm(f"Revoke node {row.node}, {row.label}? This cannot be undone.", yes=yes)
    with unlocked(authority_dir, passphrase_file) as authority:
        again = Issued.load(authority_dir).by_post_or_number(node).state is State.REVOKED
        row, revocations = authority.revoke(str(row.node), reason=reason.strip(), now_ms=now_ms())
    path = authority_dir / files.REVOCATIONS
    say(f"Node {row.node}, {row.label}, {'was revoked before' if again else 'is revoked'}.")
    say(f"Revocation list {revocations.number} has {len(revocations.nodes)} nodes: {path}")
    next_step(f"carry {path} to the hub and run  karaula hub revocations {path.name}")


@click.command("list")
@authority_option
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON array.")
def list_nodes(authority_dir: Path, as_json: bool) -> None:  # noqa: FBT001 — click passes options by keyword
    """Every node issued, with its standing. Needs no passphrase."""
    rows = Issued.load(authority_dir).nodes
    if as_json:
        say(json.dumps([{**asdict(row), "state": row.state.value} for row in rows], ensure_ascii=False))
        return
    if not rows:
        say("No node was issued yet.")
        next_step("karaula node issue --authority DIR --hub-card FILE --post KLOBUK --out klobuk.pack")
        return
    show_table(
        ("number", "node", "country", "standing", "since", "fingerprint"),
        [
            (str(row.node), row.label, row.country, row.state.value, _day(_since(row)), row.fingerprint)
            for row in rows
        ],
    )


def _since(row: IssuedNode) -> int:
    return row.revoked_ms or row.approved_ms or row.issued_ms


def _day(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d")
