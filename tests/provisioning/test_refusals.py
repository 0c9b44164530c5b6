"""What the ceremony refuses: each attempt has its own code, a hint, and leaves nothing behind."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from provisioning.authority import DAY_MS, TICKET_DAYS
from provisioning.commands.options import now_ms
from shared.crypto import random_bytes
from shared.enrolment import (
    AuthorityKeys,
    Certificate,
    EnrolmentRequest,
    NodeKeys,
    Revocations,
    Ticket,
    files,
    request_certificate,
)
from shared.ids import Node
from tests.provisioning.conftest import PASSPHRASE, URL, Machine


def later(monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    """Let the authority's clock run ahead."""
    ahead = now_ms() + int(days * DAY_MS)
    monkeypatch.setattr("provisioning.commands.node.now_ms", lambda: ahead)


def approve(machine: Machine, request: Path, *more: str) -> tuple[str | Path, ...]:
    return (
        *("node", "approve", request, "--authority", machine.authority),
        *("--out", machine.place / "cert", *more),
    )


def asked(machine: Machine, pack: Path, data: str = "node") -> Path:
    return machine.enrol(pack, data) / files.NODE_REQUEST


# --- tickets ---


def test_an_expired_ticket(ready: Machine, monkeypatch: pytest.MonkeyPatch):
    """A pack is good for its days and not a moment longer, by the authority's clock."""
    request = asked(ready, ready.issue())
    later(monkeypatch, TICKET_DAYS + 0.001)
    assert ready.refused(*approve(ready, request, "--yes")) == "ticket_expired"
    assert not (ready.place / "cert").exists()


def test_an_approved_request_is_answered_again_after_its_ticket_ended(
    ready: Machine, monkeypatch: pytest.MonkeyPatch
):
    """A lost certificate is written again, byte for byte: the ticket was used in time."""
    request = asked(ready, ready.issue())
    ready.did(*approve(ready, request, "--yes"))
    first = (ready.place / "cert").read_bytes()
    (ready.place / "cert").unlink()
    later(monkeypatch, 100)
    ready.did(*approve(ready, request, "--yes"))
    assert (ready.place / "cert").read_bytes() == first


def test_a_replayed_ticket(ready: Machine):
    """A copied pack enrols no second device."""
    pack = ready.issue()
    ready.enrol_here(pack, "node")
    request = asked(ready, pack, "thief")
    assert ready.refused(*approve(ready, request, "--yes")) == "ticket_used"


def test_a_request_without_the_packs_secret(ready: Machine):
    """Knowing a ticket's number is not holding the pack."""
    ticket = Ticket.read(ready.issue().read_bytes())
    keys = NodeKeys.generate()
    forged = ready.place / "forged"
    forged.write_bytes(
        request_certificate(
            replace(ticket, secret=random_bytes(32)),
            signer=keys.sign,
            seal_key=keys.box.seal_key,
            escrow=b"",
            now_ms=1,
        )
    )
    assert ready.refused(*approve(ready, forged, "--yes")) == "bad_proof"


def test_a_request_for_another_number(ready: Machine):
    """A pack for one node does not enrol as another."""
    ticket = Ticket.read(ready.issue().read_bytes())
    keys = NodeKeys.generate()
    forged = ready.place / "forged"
    other = replace(ticket, node=ticket.node + 1)
    forged.write_bytes(
        request_certificate(other, signer=keys.sign, seal_key=keys.box.seal_key, escrow=b"", now_ms=1)
    )
    assert ready.refused(*approve(ready, forged, "--yes")) == "wrong_node"


def test_a_ticket_the_list_does_not_know(ready: Machine):
    """An authority restored from an old copy does not approve what it no longer knows."""
    shutil.copy(ready.authority / files.ISSUED, ready.place / "old")
    request = asked(ready, ready.issue())
    shutil.copy(ready.place / "old", ready.authority / files.ISSUED)
    assert ready.refused(*approve(ready, request, "--yes")) == "unknown_ticket"


def test_a_revoked_pack(ready: Machine):
    """A pack lost before use is revoked like a node, and enrols nothing."""
    request = asked(ready, ready.issue())
    ready.did("node", "revoke", "KLOBUK", "--authority", ready.authority, "--reason", "lost", "--yes")
    assert ready.refused(*approve(ready, request, "--yes")) == "node_revoked"


@pytest.mark.parametrize("place", [3, 40, 120, -1])
def test_a_changed_request(ready: Machine, place: int):
    """A request changed on its way is refused before anything is signed."""
    request = asked(ready, ready.issue())
    data = bytearray(request.read_bytes())
    data[place] ^= 1
    request.write_bytes(data)
    code = ready.refused(*approve(ready, request, "--yes"))
    assert code in {"bad_signature", "unreadable_paper", "damaged_paper", "wrong_paper"}
    assert not (ready.place / "cert").exists()


@pytest.mark.parametrize("place", [3, 200, 700, -1])
def test_a_changed_pack(ready: Machine, place: int):
    """A pack changed on its way enrols nothing and leaves no directory."""
    pack = ready.issue()
    data = bytearray(pack.read_bytes())
    data[place] ^= 1
    pack.write_bytes(data)
    code = ready.refused("node", "enrol", pack, "--data", ready.place / "node")
    assert code in {"bad_signature", "unreadable_paper", "damaged_paper", "wrong_paper"}
    assert not (ready.place / "node").exists()


# --- fingerprints and questions ---


def test_another_fingerprint(ready: Machine):
    """A request exchanged on the way shows, and dashes or case do not matter."""
    mine = asked(ready, ready.issue("KLOBUK", "a"), "mine")
    said = ready.did("node", "enrol", ready.place / "a", "--data", ready.place / "mine")
    fingerprint = next(line for line in said.splitlines() if "device's" in line).split()[-1]
    wrong = approve(ready, mine, "--fingerprint", "0000-0000-0000-0000", "--yes")
    assert ready.refused(*wrong) == "fingerprint_mismatch"
    ready.did(*approve(ready, mine, "--fingerprint", fingerprint.replace("-", "").lower()))


def test_a_pack_of_an_unexpected_authority(ready: Machine):
    """An engineer who was told the authority's fingerprint catches a pack from elsewhere."""
    enrol = ("node", "enrol", ready.issue(), "--data", ready.place / "node")
    assert ready.refused(*enrol, "--authority-fingerprint", "0000-0000-0000-0000") == "fingerprint_mismatch"
    assert not (ready.place / "node").exists()


def test_a_no_is_a_no(ready: Machine):
    """Whoever does not answer yes approves and revokes nothing."""
    request = asked(ready, ready.issue())
    assert ready.refused(*approve(ready, request), answer="n\n") == "not_confirmed"
    revoke = ("node", "revoke", "KLOBUK", "--authority", ready.authority, "--reason", "x")
    assert ready.refused(*revoke, answer="n\n") == "not_confirmed"
    assert '"issued"' in ready.did("node", "list", "--authority", ready.authority, "--json")


# --- authorities ---


def test_a_wrong_passphrase(ready: Machine):
    """The authority's keys stay locked, and the hint names the passphrase."""
    (ready.place / "passphrase").write_text("some other nine words")
    issue = ("node", "issue", "--authority", ready.authority, "--hub-card", ready.hub_card)
    assert ready.refused(*issue, "--post", "KLOBUK", "--out", ready.place / "pack") == "wrong_key"
    assert not (ready.place / "pack").exists()


def test_a_foreign_authority(ready: Machine):
    """Another authority neither approves our request, nor issues for our hub, nor certifies our node."""
    foreign = ready.init_authority("foreign")
    pack = ready.issue()
    request = asked(ready, pack)
    words = ("node", "approve", request, "--authority", foreign, "--out", ready.place / "cert", "--yes")
    assert ready.refused(*words) == "foreign_authority"
    issue = ("node", "issue", "--authority", foreign, "--hub-card", ready.hub_card, "--post", "KLOBUK")
    assert ready.refused(*issue, "--out", ready.place / "pack2") == "bad_signature"
    ready.did(*approve(ready, request, "--yes"))
    keys = AuthorityKeys.unlock((foreign / files.AUTHORITY_KEYS).read_bytes(), PASSPHRASE)
    forged = Revocations(number=9, issued_ms=1, nodes=frozenset()).signed(keys.sign)
    (ready.place / "forged").write_bytes(forged)
    finish = ("node", "enrol", pack, "--data", ready.place / "node", "--certificate")
    assert ready.refused(*finish, ready.place / "forged") == "wrong_paper"


def test_a_swapped_card(ready: Machine):
    """An authority's directory with another's card beside its keys says so instead of issuing a mixture."""
    foreign = ready.init_authority("foreign")
    shutil.copy(foreign / files.AUTHORITY_CARD, ready.authority / files.AUTHORITY_CARD)
    issue = ("node", "issue", "--authority", ready.authority, "--hub-card", ready.hub_card)
    assert ready.refused(*issue, "--post", "KLOBUK", "--out", ready.place / "pack") == "foreign_card"


def test_an_authority_is_never_written_over(ready: Machine):
    """A second init leaves the keys as they were."""
    before = (ready.authority / files.AUTHORITY_KEYS).read_bytes()
    assert ready.refused("authority", "init", ready.authority) == "file_exists"
    assert (ready.authority / files.AUTHORITY_KEYS).read_bytes() == before


def test_a_hub_is_never_written_over(ready: Machine):
    """A second init leaves the hub as it was."""
    before = (ready.hub / files.HUB_KEYS).read_bytes()
    again = ("hub", "init", ready.hub, "--authority", ready.authority, "--url", URL)
    assert ready.refused(*again) == "already_set_up"
    assert (ready.hub / files.HUB_KEYS).read_bytes() == before


def test_a_weak_passphrase(machine: Machine):
    """A new authority asks for more than a word."""
    (machine.place / "passphrase").write_text("short\n")
    assert machine.refused("authority", "init", machine.authority) == "weak_passphrase"
    assert not machine.authority.exists()


def test_a_directory_others_can_enter(machine: Machine):
    """Keys are not put where other accounts look; an empty directory is simply closed."""
    machine.authority.mkdir(mode=0o755)
    (machine.authority / "notes").touch()
    assert machine.refused("authority", "init", machine.authority) == "open_directory"
    (machine.authority / "notes").unlink()
    machine.init_authority()
    assert machine.authority.stat().st_mode & 0o777 == 0o700


# --- mistakes of the hand ---


@pytest.mark.parametrize("given", [files.HUB_CERTIFICATE, files.AUTHORITY_CARD, files.HUB_KEYS, "hub.url"])
def test_the_wrong_file(ready: Machine, given: str):
    """A file of another kind is named as what it is, or as nothing of ours."""
    code = ready.refused("node", "enrol", ready.hub / given, "--data", ready.place / "node")
    assert code in {"wrong_paper", "unreadable_paper"}


def test_a_missing_file(ready: Machine):
    """A path that leads nowhere is one line, not a traceback."""
    assert ready.refused("node", "enrol", ready.place / "no", "--data", ready.place / "x") == "no_such_file"
    revoke = ("node", "revoke", "KLOBUK", "--authority", ready.place / "no", "--reason", "x", "--yes")
    assert ready.refused(*revoke) == "no_such_file"


def test_an_unknown_post(ready: Machine):
    """A post that is not on the list gets no pack, and the nearest name is offered."""
    result = ready.run(
        *("node", "issue", "--authority", ready.authority, "--hub-card", ready.hub_card),
        *("--post", "KLOBUC", "--out", ready.place / "pack"),
    )
    assert result.exit_code == 1
    assert "unknown_code" in result.output
    assert "KLOBUK" in result.output


@pytest.mark.parametrize("number", ["0", "1", "2", "2097152", "-5"])
def test_a_number_no_node_can_have(ready: Machine, number: str):
    """Numbers that were given, or do not fit 21 bits, are refused."""
    ready.issue()
    issue = ("node", "issue", "--authority", ready.authority, "--hub-card", ready.hub_card)
    words = (*issue, "--post", "KLOBUK", "--number", number, "--out", ready.place / "pack2")
    assert ready.refused(*words) == "node_taken"


def test_a_pack_is_not_written_over(ready: Machine):
    """Issuing into an existing file gives no number away."""
    ready.issue()
    issue = ("node", "issue", "--authority", ready.authority, "--hub-card", ready.hub_card)
    assert ready.refused(*issue, "--post", "RACA", "--out", ready.place / "pack") == "file_exists"
    assert "RACA" not in ready.did("node", "list", "--authority", ready.authority, "--json")


def test_another_pack_into_a_begun_directory(ready: Machine):
    """Two identities never mix in one directory, begun or done."""
    first, second = ready.issue("KLOBUK", "a"), ready.issue("RACA", "b")
    ready.enrol(first, "node")
    assert ready.refused("node", "enrol", second, "--data", ready.place / "node") == "other_pack"
    ready.enrol_here(first, "node")
    assert ready.refused("node", "enrol", second, "--data", ready.place / "node") == "other_pack"


def test_another_devices_certificate(ready: Machine):
    """A certificate is taken in only where its private keys are."""
    first, second = ready.issue("KLOBUK", "a"), ready.issue("RACA", "b")
    ready.did(*approve(ready, asked(ready, first, "one"), "--yes"))
    asked(ready, second, "two")
    finish = ("node", "enrol", second, "--data", ready.place / "two", "--certificate", ready.place / "cert")
    assert ready.refused(*finish) == "other_keys"
    assert not (ready.place / "two" / files.NODE_CERTIFICATE).exists()


def test_a_certificate_for_another_node_than_the_pack(ready: Machine):
    """Even the right keys and the right authority do not make this device a node its pack does not name."""
    pack = ready.issue()
    request = EnrolmentRequest.read(asked(ready, pack).read_bytes())
    keys = AuthorityKeys.unlock((ready.authority / files.AUTHORITY_KEYS).read_bytes(), PASSPHRASE)
    granted = Certificate(
        serial=1,
        node=Node(request.node + 1),
        post="KLOBUK",
        epoch=1,
        country="BA",
        verify_key=request.verify_key,
        seal_key=request.seal_key,
        issued_ms=1,
    )
    (ready.place / "cert").write_bytes(granted.signed(keys.sign))
    finish = ("node", "enrol", pack, "--data", ready.place / "node", "--certificate", ready.place / "cert")
    assert ready.refused(*finish) == "other_node"


def test_a_certificate_before_the_first_run(ready: Machine):
    """Finishing what was never begun says what to do first."""
    pack = ready.issue()
    finish = ("node", "enrol", pack, "--data", ready.place / "node", "--certificate", pack)
    assert ready.refused(*finish) == "not_begun"


def test_a_damaged_database_key(ready: Machine):
    """A key file of the wrong length points to the escrow; one of other bytes opens nothing."""
    pack = ready.issue()
    ready.enrol(pack, "node")
    key = ready.place / "node" / files.DATABASE_KEY
    finish = ("node", "enrol", pack, "--data", ready.place / "node", "--certificate", pack)
    key.write_bytes(b"short")
    assert ready.refused(*finish) == "bad_database_key"
    key.write_bytes(bytes(32))
    assert ready.refused(*finish) in {"wrong_key", "wrong_paper"}


def test_a_damaged_list(ready: Machine):
    """A list cut by a careless copy stops every command that would number anew."""
    path = ready.authority / files.ISSUED
    path.write_text(path.read_text()[:-20])
    assert ready.refused("node", "list", "--authority", ready.authority) == "bad_issued_list"
    issue = ("node", "issue", "--authority", ready.authority, "--hub-card", ready.hub_card)
    assert ready.refused(*issue, "--post", "RACA", "--out", ready.place / "pack") == "bad_issued_list"


def test_two_nodes_at_one_post(ready: Machine):
    """Revoking a post with two nodes in standing asks which one is meant."""
    ready.issue("KLOBUK", "a")
    ready.issue("KLOBUK", "b")
    revoke = ("--authority", ready.authority, "--reason", "x", "--yes")
    assert ready.refused("node", "revoke", "KLOBUK", *revoke) == "which_node"
    ready.did("node", "revoke", "KLOBUK-2", *revoke)
    assert ready.refused("node", "revoke", "HUM", *revoke) == "no_such_node"


def test_wrong_use_is_status_two(ready: Machine):
    """A missing or contradictory option is a matter of usage, told apart from a refusal."""
    for words in (
        ("hub", "init", ready.place / "h"),
        ("hub", "init", ready.place / "h", "--authority", ready.authority),
        ("hub", "init", ready.place / "h", "--authority", ready.authority, "--certificate", "x"),
        ("node", "issue"),
        ("node", "nonsense"),
    ):
        assert ready.run(*words).exit_code == 2
