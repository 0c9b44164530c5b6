"""The whole ceremony through the real command: what each step leaves behind, and for whose eyes."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from provisioning.cli import root
from shared.enrolment import (
    AuthorityCard,
    AuthorityKeys,
    Certificate,
    EnrolmentRequest,
    HubCard,
    HubCertificate,
    HubKeys,
    NodeKeys,
    Revocations,
    Ticket,
    files,
    recover,
)
from shared.limits import NODE_MAX
from tests.provisioning.conftest import PASSPHRASE, URL, Machine


def test_three_nodes_get_their_identities_from_the_real_program(tmp_path: Path):
    """As separate processes with the real key derivation: one node by hand, two in one go."""
    (tmp_path / "passphrase").write_text(PASSPHRASE)
    program = Path(sys.executable).with_name("karaula")

    def karaula(*words: str) -> str:
        done = subprocess.run([program, *words], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        assert "\nNext: " in done.stdout
        return done.stdout

    secret = ("--passphrase-file", "passphrase")
    karaula("authority", "init", "authority", *secret)
    karaula("hub", "init", "hub", "--authority", "authority", "--url", URL, *secret)
    issue = ("node", "issue", "--authority", "authority", "--hub-card", "hub/hub.card", *secret)
    for post in ("klobuk", "gostun", "dobrakovo"):
        karaula(*issue, "--post", post, "--out", f"{post}.pack")
    asked = karaula("node", "enrol", "klobuk.pack", "--data", "klobuk")
    approve = ("node", "approve", "klobuk/node.request", "--authority", "authority", *secret)
    fingerprint = re.findall(r"fingerprint: +(\S+)", asked)[0]
    karaula(*approve, "--out", "klobuk.cert", "--fingerprint", fingerprint)
    karaula("node", "enrol", "klobuk.pack", "--data", "klobuk", "--certificate", "klobuk.cert")
    for post in ("gostun", "dobrakovo"):
        karaula(
            *("node", "enrol", f"{post}.pack", "--data", post),
            *("--approve-with", "authority", "--yes", *secret),
        )

    key = AuthorityCard.read((tmp_path / "authority/authority.card").read_bytes()).verify_key
    found = {}
    for post in ("klobuk", "gostun", "dobrakovo"):
        certificate = Certificate.read((tmp_path / post / files.NODE_CERTIFICATE).read_bytes(), authority=key)
        found[certificate.post] = (certificate.node, certificate.country, certificate.epoch)
    assert found == {"KLOBUK": (2, "BA", 1), "GOSTUN": (3, "RS", 1), "DOBRAKOVO": (4, "ME", 1)}


def test_what_a_node_ends_with(ready: Machine):
    """A node's directory has the files the edge reads, and they belong together."""
    data = ready.enrol_here(ready.issue(), "node")
    card = AuthorityCard.read((data / files.AUTHORITY_CARD).read_bytes())
    certificate = Certificate.read((data / files.NODE_CERTIFICATE).read_bytes(), authority=card.verify_key)
    keys = NodeKeys.unlock((data / files.NODE_KEYS).read_bytes(), (data / files.DATABASE_KEY).read_bytes())
    assert (keys.sign.verify_key, keys.box.seal_key) == (certificate.verify_key, certificate.seal_key)
    hub = HubCard.read((data / files.HUB_CARD).read_bytes(), authority=card.verify_key)
    assert [prekey.number for prekey in hub.prekeys] == [1, 2, 3, 4]
    assert (data / files.HUB_URL).read_text() == f"{URL}\n"
    assert {path.name for path in data.iterdir()} == {
        *(files.AUTHORITY_CARD, files.NODE_CERTIFICATE, files.NODE_KEYS, files.HUB_CARD, files.HUB_URL),
        *(files.RECOVERY, files.DATABASE_KEY),
    }


def test_what_a_hub_ends_with(ready: Machine):
    """A hub's keys open with its database key, match its certificate, and every prekey is in escrow."""
    card = AuthorityCard.read((ready.hub / files.AUTHORITY_CARD).read_bytes())
    keys = HubKeys.unlock(
        (ready.hub / files.HUB_KEYS).read_bytes(), (ready.hub / files.DATABASE_KEY).read_bytes()
    )
    hub = HubCertificate.read((ready.hub / files.HUB_CERTIFICATE).read_bytes(), authority=card.verify_key)
    assert (hub.node, hub.verify_key) == (1, keys.sign.verify_key)
    assert (
        Revocations.read((ready.hub / files.REVOCATIONS).read_bytes(), authority=card.verify_key).nodes
        == frozenset()
    )
    authority = AuthorityKeys.unlock((ready.authority / files.AUTHORITY_KEYS).read_bytes(), PASSPHRASE)
    escrowed = {
        recover(path.read_bytes(), authority.recovery).secret for path in (ready.hub / files.ESCROW).iterdir()
    }
    assert escrowed == {box.raw for box, _ in keys.prekeys.values()}


def test_an_offline_authority_certifies_a_hub_by_hand(machine: Machine):
    """Only the card, the request and the certificate travel; the hub finishes without the authority."""
    authority = machine.init_authority()
    stick = machine.place / "stick"
    stick.mkdir(mode=0o700)
    (stick / "card").write_bytes((authority / files.AUTHORITY_CARD).read_bytes())
    machine.did("hub", "init", machine.hub, "--authority-card", stick / "card", "--url", URL)
    assert not machine.hub_card.exists()
    request = stick / files.HUB_REQUEST
    request.write_bytes((machine.hub / files.HUB_REQUEST).read_bytes())
    certify = ("authority", "certify-hub", request, "--authority", authority, "--out", stick / "hub.cert")
    machine.did(*certify, answer="y\n")
    machine.did("hub", "init", machine.hub, "--certificate", stick / "hub.cert")
    assert (machine.hub / files.REVOCATIONS).exists()
    assert not (machine.hub / files.HUB_REQUEST).exists()
    machine.issue()


def test_a_second_hub_takes_the_next_node_number(ready: Machine):
    """A hub restored on new keys is another node; its number is not given to a post."""
    ready.issue()
    ready.did("hub", "init", ready.place / "hub2", "--authority", ready.authority, "--url", URL)
    key = AuthorityCard.read((ready.authority / files.AUTHORITY_CARD).read_bytes()).verify_key
    hub = HubCertificate.read((ready.place / "hub2" / files.HUB_CERTIFICATE).read_bytes(), authority=key)
    assert (hub.node, Ticket.read(ready.issue(name="pack2").read_bytes()).node) == (3, 4)


def test_numbers_and_epochs_count_up(ready: Machine):
    """Nodes are numbered on, epochs are counted at each post, and a chosen number leaves the count alone."""
    asked = [("KLOBUK",), ("GOSTUN",), ("KLOBUK", "--number", str(NODE_MAX)), ("KLOBUK",)]
    asked += [("RACA", "--number", "5"), ("RACA",)]
    tickets = [
        Ticket.read(ready.issue(post, f"pack{place}", *more).read_bytes())
        for place, (post, *more) in enumerate(asked)
    ]
    assert [ticket.node for ticket in tickets] == [2, 3, NODE_MAX, 4, 5, 6]
    assert [(ticket.post, ticket.epoch) for ticket in tickets] == [
        *(("KLOBUK", 1), ("GOSTUN", 1), ("KLOBUK", 2), ("KLOBUK", 3)),
        *(("RACA", 1), ("RACA", 2)),
    ]


def test_a_nodes_own_way_to_the_hub(ready: Machine):
    """--url at issue is what the node uses, whatever the hub's card says."""
    pack = ready.issue("KLOBUK", "pack", "--url", "https://relay.example:9/")
    assert (ready.enrol_here(pack, "node") / files.HUB_URL).read_text() == "https://relay.example:9\n"


def test_a_node_is_revoked_by_its_post(ready: Machine):
    """The next list names the node; the last line says where to carry it."""
    ready.enrol_here(ready.issue(), "node")
    said = ready.did(
        *("node", "revoke", "klobuk", "--authority", ready.authority, "--reason", "stolen"), answer="y\n"
    )
    assert "karaula hub revocations" in said
    card = AuthorityCard.read((ready.authority / files.AUTHORITY_CARD).read_bytes())
    paper = (ready.authority / files.REVOCATIONS).read_bytes()
    revocations = Revocations.read(paper, authority=card.verify_key)
    assert (revocations.number, revocations.nodes) == (2, {2})
    ready.did("node", "revoke", "2", "--authority", ready.authority, "--reason", "again")
    assert (ready.authority / files.REVOCATIONS).read_bytes() == paper


def test_the_list_shows_every_standing(ready: Machine):
    """The table names node, country and standing; --json says the same to programs."""
    ready.enrol_here(ready.issue("KLOBUK", "a"), "node")
    ready.issue("GOSTUN", "b")
    ready.issue("RACA", "c")
    ready.did("node", "revoke", "RACA", "--authority", ready.authority, "--reason", "lost", "--yes")
    rows = json.loads(ready.did("node", "list", "--authority", ready.authority, "--json"))
    assert [(row["post"], row["state"]) for row in rows] == [
        *(("KLOBUK", "approved"), ("GOSTUN", "issued"), ("RACA", "revoked")),
    ]
    shown = ready.did("node", "list", "--authority", ready.authority)
    assert all(word in shown for word in ("KLOBUK-1", "approved", "GOSTUN-1", "issued", "revoked"))


def test_a_dead_boards_database_key_is_recovered(ready: Machine):
    """The copy beside the database and the one at the authority both give the key back."""
    data = ready.enrol_here(ready.issue(), "node")
    key = (data / files.DATABASE_KEY).read_bytes()
    copies = [data / files.RECOVERY, ready.authority / files.ESCROW / "node-2.sealed"]
    for place, copy in enumerate(copies):
        out = ready.place / f"recovered{place}"
        said = ready.did("authority", "recover-key", copy, "--authority", ready.authority, "--out", out)
        assert out.read_bytes() == key
        assert "node 2" in said
        assert key.hex() not in said


def test_the_database_key_may_live_elsewhere(ready: Machine, monkeypatch):
    """With --key-file, or a systemd credential, no key lies in the data directory."""
    pack, vault = ready.issue(), ready.place / "vault"
    vault.mkdir(mode=0o700)
    data = ready.enrol(pack, "node", "--key-file", vault / "key")
    assert not (data / files.DATABASE_KEY).exists()
    NodeKeys.unlock((data / files.NODE_KEYS).read_bytes(), (vault / "key").read_bytes())
    credential = vault / files.DATABASE_KEY
    credential.write_bytes(bytes(range(32)))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(vault))
    data = ready.enrol(ready.issue(name="pack2"), "node2")
    assert not (data / files.DATABASE_KEY).exists()
    NodeKeys.unlock((data / files.NODE_KEYS).read_bytes(), bytes(range(32)))


def test_everything_is_for_its_owner_only(ready: Machine):
    """Directories are 0700 and files 0600, under the most careless umask."""
    ready.enrol_here(ready.issue("KLOBUK", "a"), "node")
    ready.did("hub", "init", ready.place / "hub2", "--authority", ready.authority, "--url", URL)
    ready.init_authority("authority2")
    wide = []
    for name in ("node", "hub2", "authority2", "a"):
        for path in [ready.place / name, *(ready.place / name).rglob("*")]:
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode != (0o700 if path.is_dir() else 0o600):
                wide.append(f"{path} {mode:o}")
    assert wide == []


def test_no_secret_shows_or_lies_in_the_open(ready: Machine):
    """No private key, ticket secret or passphrase is printed, nor lies unlocked in a file but its own."""
    data = ready.place / "node"
    pack = ready.issue()
    said = ready.did("node", "enrol", pack, "--data", data)
    request = EnrolmentRequest.read((data / files.NODE_REQUEST).read_bytes())
    said += ready.did(
        *("node", "approve", data / files.NODE_REQUEST, "--authority", ready.authority),
        *("--out", ready.place / "cert", "--fingerprint", request.fingerprint),
    )
    said += ready.did("node", "enrol", pack, "--data", data, "--certificate", ready.place / "cert")
    said += ready.did("node", "list", "--authority", ready.authority)
    authority = AuthorityKeys.unlock((ready.authority / files.AUTHORITY_KEYS).read_bytes(), PASSPHRASE)
    node_key = (data / files.DATABASE_KEY).read_bytes()
    hub_key = (ready.hub / files.DATABASE_KEY).read_bytes()
    node = NodeKeys.unlock((data / files.NODE_KEYS).read_bytes(), node_key)
    hub = HubKeys.unlock((ready.hub / files.HUB_KEYS).read_bytes(), hub_key)
    canaries = {
        "authority sign": authority.sign.seed,
        "authority recovery": authority.recovery.raw,
        "node sign": node.sign.seed,
        "node box": node.box.raw,
        "hub sign": hub.sign.seed,
        "hub box": hub.box.raw,
        **{f"prekey {number}": box.raw for number, (box, _) in hub.prekeys.items()},
        "ticket secret": Ticket.read(pack.read_bytes()).secret,
        "node database": node_key,
        "hub database": hub_key,
        "passphrase": PASSPHRASE.encode(),
    }
    may_hold = {
        pack: {"ticket secret"},
        data / files.DATABASE_KEY: {"node database"},
        ready.hub / files.DATABASE_KEY: {"hub database"},
        ready.place / "passphrase": {"passphrase"},
    }
    open_secrets = [
        f"{name} in {path}"
        for path in ready.place.rglob("*")
        if path.is_file()
        for name, secret in canaries.items()
        if name not in may_hold.get(path, set())
        and any(form in path.read_bytes() for form in (secret, secret.hex().encode()))
    ]
    assert open_secrets == []
    assert [name for name, secret in canaries.items() if secret.hex() in said] == []
    assert PASSPHRASE not in said


def test_a_passphrase_is_asked_for_twice_and_not_echoed(machine: Machine):
    """Without a file the passphrase is typed, a slip in the second typing is caught, and it never shows."""
    typed = f"{PASSPHRASE}\nanother one entirely\n{PASSPHRASE}\n{PASSPHRASE}\n"
    arguments = ["authority", "init", str(machine.authority)]
    result = CliRunner().invoke(root(), arguments, input=typed)
    assert (result.exit_code, PASSPHRASE in result.output) == (0, False)
    assert "do not match" in result.output
    AuthorityKeys.unlock((machine.authority / files.AUTHORITY_KEYS).read_bytes(), PASSPHRASE)


def test_nothing_partial_is_left(ready: Machine):
    """No temporary file survives a command."""
    ready.enrol_here(ready.issue(), "node")
    assert [path for path in ready.place.rglob("*") if path.name.endswith(".partial")] == []
    assert os.listdir(ready.place / "node") != []
