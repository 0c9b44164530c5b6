"""Papers of enrolment: what they hold, and what each kind of tampering is called."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import wire
from shared.crypto import BoxKey, Purpose, SigningKey, VerifyKey, random_bytes
from shared.enrolment import (
    AuthorityKeys,
    Certificate,
    EnrolmentRequest,
    Escrowed,
    HubCard,
    HubKeys,
    NodeKeys,
    Prekey,
    Revocations,
    Ticket,
    check_unexpired,
    check_url,
    escrow,
    newer_of,
    recover,
    request_certificate,
)
from shared.enrolment.paper import Kind, sign_paper
from shared.errors import BundleError, InputError, KaraulaError, TrustError
from shared.ids import Node
from tests.shared.papers import (
    AUTHORITY,
    CARD,
    CERTIFICATE,
    DB_KEY,
    HUB,
    HUB_CARD,
    HUB_CERTIFICATE,
    HUB_REQUEST,
    NODE,
    NOW_MS,
    PAPERS,
    READERS,
    REQUEST,
    REVOCATIONS,
    TICKET,
    VECTORS,
)

FROZEN = json.loads(VECTORS.read_text())
VALUES = {
    "authority card": CARD,
    "hub certificate": HUB_CERTIFICATE,
    "hub card": HUB_CARD,
    "certificate": CERTIFICATE,
    "revocations": REVOCATIONS,
    "hub request": HUB_REQUEST,
    "node pack": TICKET,
    "node keys": NODE,
    "hub keys": HUB,
    "authority keys": AUTHORITY,
    "escrow": Escrowed(subject="database of node 5", secret=DB_KEY),
}


# --- frozen bytes ---


@pytest.mark.parametrize("name", PAPERS)
def test_signed_papers_are_the_frozen_bytes(name: str):
    """Each signed paper is made today as it was when the format was set."""
    assert PAPERS[name].hex() == FROZEN["signed"][name]


@pytest.mark.parametrize("name", VALUES)
def test_frozen_bytes_are_read(name: str):
    """Each frozen paper and key file says today what it said when the format was set."""
    frozen = {**FROZEN["signed"], **FROZEN["secret"]}
    assert READERS[name](bytes.fromhex(frozen[name])) == VALUES[name]


def test_the_frozen_request_and_prekey_are_read():
    """The two papers without a value of their own in the table are read field by field."""
    request = EnrolmentRequest.read(bytes.fromhex(FROZEN["signed"]["request"]))
    assert (request.node, request.fingerprint) == (CERTIFICATE.node, CERTIFICATE.fingerprint)
    prekey = Prekey.read(bytes.fromhex(FROZEN["signed"]["prekey"]), hub=HUB.sign.verify_key)
    assert (prekey.number, prekey.key, prekey.made_ms) == (1, HUB.prekeys[1][0].seal_key, NOW_MS)


# --- tampering ---


@pytest.mark.parametrize("name", PAPERS)
def test_any_changed_byte_is_refused(name: str):
    """Whichever byte of a paper is changed, reading it raises a coded error; nothing is half believed."""
    paper = PAPERS[name]
    for place in range(len(paper)):
        for flip in (1, 0x80):
            changed = paper[:place] + bytes([paper[place] ^ flip]) + paper[place + 1 :]
            with pytest.raises((TrustError, InputError)) as caught:
                READERS[name](changed)
            assert caught.value.hint


@pytest.mark.parametrize("name", PAPERS)
def test_a_cut_paper_is_refused(name: str):
    """A paper cut anywhere is unreadable, not an internal error."""
    for length in range(len(PAPERS[name])):
        with pytest.raises(InputError) as caught:
            READERS[name](PAPERS[name][:length])
        assert caught.value.code == "unreadable_paper"


@given(data=st.binary(max_size=400), name=st.sampled_from(sorted(PAPERS)))
def test_garbage_is_refused(data: bytes, name: str):
    """Arbitrary bytes never raise anything but a coded error."""
    with pytest.raises(KaraulaError):
        READERS[name](data)


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize("other", PAPERS)
def test_one_paper_never_passes_for_another(name: str, other: str):
    """Giving a paper where another kind belongs says what it is instead, even where one key signed both."""
    if name == other:
        return
    with pytest.raises(InputError) as caught:
        READERS[name](PAPERS[other])
    assert caught.value.code == "wrong_paper"
    assert {"revocations": "revocation list"}.get(other, other) in caught.value.message


def test_a_foreign_authority_is_refused():
    """A certificate of another authority has a bad signature."""
    with pytest.raises(TrustError) as caught:
        Certificate.read(CERTIFICATE.signed(SigningKey.generate()), authority=CARD.verify_key)
    assert caught.value.code == "bad_signature"


def test_a_signature_for_another_purpose_is_refused():
    """What a key signed as a revocation list is no certificate, though the bytes are the same."""
    raw = wire.unpack(PAPERS["certificate"], max_bytes=4096)[0]  # type: ignore[index]  # a pair by construction
    moved = wire.pack([raw, AUTHORITY.sign.sign(Purpose.REVOCATIONS, raw)])
    with pytest.raises(TrustError) as caught:
        Certificate.read(moved, authority=CARD.verify_key)
    assert caught.value.code == "bad_signature"


def test_fields_of_a_newer_program_are_tolerated():
    """A surplus field at the end of a known version changes nothing for an older reader."""
    fields = [9, NOW_MS, [5], "something newer", [1, 2]]
    paper = sign_paper(Kind.REVOCATIONS, Purpose.REVOCATIONS, fields, AUTHORITY.sign)
    assert Revocations.read(paper, authority=CARD.verify_key).nodes == {Node(5)}


def test_a_newer_version_is_named():
    """Another major version asks for an upgrade; it is not called damaged."""
    raw = wire.pack([2, int(Kind.REVOCATIONS), 9, NOW_MS, []])
    paper = wire.pack([raw, AUTHORITY.sign.sign(Purpose.REVOCATIONS, raw)])
    with pytest.raises(InputError) as caught:
        Revocations.read(paper, authority=CARD.verify_key)
    assert caught.value.code == "newer_paper"


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [0, NOW_MS, []],
        [True, NOW_MS, []],
        [1, -1, []],
        [1, NOW_MS, [0]],
        [1, NOW_MS, [1 << 21]],
        [1, NOW_MS, ["2"]],
        [1, NOW_MS, 2],
        [1, 1 << 48, []],
    ],
)
def test_impossible_fields_are_refused_though_signed(fields: list[object]):
    """A signature does not make an impossible number possible."""
    paper = sign_paper(Kind.REVOCATIONS, Purpose.REVOCATIONS, fields, AUTHORITY.sign)
    with pytest.raises(InputError) as caught:
        Revocations.read(paper, authority=CARD.verify_key)
    assert caught.value.code == "damaged_paper"


@pytest.mark.parametrize(
    ("post", "country", "code"),
    [
        ("klobuk", "BA", "bad_post"),
        ("KLO-BUK", "BA", "bad_post"),
        ("K", "BA", "bad_post"),
        ("1KLOBUK", "BA", "bad_post"),
        ("KLOBUK", "BIH", "bad_country"),
        ("KLOBUK", "ba", "bad_country"),
    ],
)
def test_places_that_no_printed_id_can_carry_are_refused(post: str, country: str, code: str):
    """A post's code must survive print_dot, a country is two capitals."""
    with pytest.raises(InputError) as caught:
        replace(CERTIFICATE, post=post, country=country).signed(AUTHORITY.sign)
    assert caught.value.code == code


# --- the hub's card ---


def test_a_prekey_of_another_hub_never_enters_a_card():
    """Every prekey in a card is signed by the hub the card names."""
    foreign = HubKeys.generate().with_prekeys(1, now_ms=NOW_MS).signed_prekeys()
    with pytest.raises(TrustError) as caught:
        HubCard.gather(
            certificate=HUB_CARD.certificate,
            signed_prekeys=(*HUB_CARD.signed_prekeys, *foreign),
            url=HUB_CARD.url,
            authority=CARD.verify_key,
        )
    assert caught.value.code == "bad_signature"


def test_a_card_signed_by_another_is_refused():
    """A stranger cannot put the hub's own papers into a card with another address."""
    moved = replace(HUB_CARD, url="http://evil.example").signed(SigningKey.generate())
    with pytest.raises(TrustError) as caught:
        HubCard.read(moved, authority=CARD.verify_key)
    assert caught.value.code == "bad_signature"


@pytest.mark.parametrize(
    "url", ["", "pcc.example", "ftp://pcc", "https://", "http://a b\n", "http://" + "a" * 300]
)
def test_what_is_no_address_is_refused(url: str):
    """Only http and https addresses of sane length enter a card."""
    with pytest.raises(InputError) as caught:
        check_url(url)
    assert caught.value.code == "bad_url"


# --- tickets ---


def test_a_request_made_with_the_pack_is_believed():
    """The proof and the signature of an honest request hold."""
    EnrolmentRequest.read(REQUEST).examine(AUTHORITY.sign)


def test_a_request_without_the_packs_secret_is_refused():
    """Whoever saw only the ticket's number cannot ask in its name."""
    guessed = replace(TICKET, secret=random_bytes(32))
    paper = request_certificate(guessed, signer=NODE.sign, seal_key=NODE.box.seal_key, escrow=b"", now_ms=1)
    with pytest.raises(TrustError) as caught:
        EnrolmentRequest.read(paper).examine(AUTHORITY.sign)
    assert caught.value.code == "bad_proof"


def test_a_proof_cannot_be_moved_to_other_keys():
    """A proof overheard on the way vouches for no other device's keys."""
    thief = NodeKeys.generate()
    stolen = request_certificate(
        replace(TICKET, secret=bytes(32)),
        signer=thief.sign,
        seal_key=thief.box.seal_key,
        escrow=b"",
        now_ms=1,
    )
    asked = EnrolmentRequest.read(stolen).asked
    proof = EnrolmentRequest.read(REQUEST).proof
    paper = sign_paper(Kind.REQUEST, Purpose.REQUEST, [asked, proof], thief.sign)
    with pytest.raises(TrustError) as caught:
        EnrolmentRequest.read(paper).examine(AUTHORITY.sign)
    assert caught.value.code == "bad_proof"


def test_another_authority_sends_the_request_away():
    """A request answers one authority's pack, and another says so instead of calling it damaged."""
    with pytest.raises(TrustError) as caught:
        EnrolmentRequest.read(REQUEST).examine(SigningKey.generate())
    assert caught.value.code == "foreign_authority"


def test_a_ticket_ends_at_its_time():
    """The last millisecond is still good, the next is not."""
    check_unexpired(TICKET.expires_ms, now_ms=TICKET.expires_ms - 1)
    with pytest.raises(InputError) as caught:
        check_unexpired(TICKET.expires_ms, now_ms=TICKET.expires_ms)
    assert caught.value.code == "ticket_expired"


def test_request_and_certificate_show_one_fingerprint():
    """What the engineer reads out and what the authority certifies are the same sixteen characters."""
    assert EnrolmentRequest.read(REQUEST).fingerprint == CERTIFICATE.fingerprint


# --- revocations ---


def test_a_revoked_node_is_refused_and_another_is_not():
    """Only the nodes on the list lose their standing."""
    REVOCATIONS.refuse(3)
    with pytest.raises(TrustError) as caught:
        REVOCATIONS.refuse(2)
    assert caught.value.code == "node_revoked"


@given(st.lists(st.integers(1, 20), min_size=1))
def test_the_highest_list_wins_in_any_order(numbers: list[int]):
    """Whatever order lists arrive in, everyone ends with the highest."""
    held: Revocations | None = None
    for number in numbers:
        held = newer_of(held, replace(REVOCATIONS, number=number))
    assert held is not None
    assert held.number == max(numbers)


# --- keys ---


def test_key_files_open_with_their_key_only():
    """A node's and a hub's keys come back under the database key, and under no other."""
    assert NodeKeys.unlock(NODE.lock(DB_KEY), DB_KEY) == NODE
    assert HubKeys.unlock(HUB.lock(DB_KEY), DB_KEY) == HUB
    for wrong in (bytes(32), DB_KEY[:31]):
        with pytest.raises(TrustError) as caught:
            NodeKeys.unlock(NODE.lock(DB_KEY), wrong)
        assert caught.value.code == "wrong_key"


def test_a_nodes_key_file_is_no_hubs():
    """Each key file says what it is."""
    with pytest.raises(InputError) as caught:
        HubKeys.unlock(NODE.lock(DB_KEY), DB_KEY)
    assert caught.value.code == "wrong_paper"


def test_a_wrong_passphrase_is_named():
    """An authority's file opens with its passphrase only, and says what to check."""
    with pytest.raises(TrustError) as caught:
        AuthorityKeys.unlock(bytes.fromhex(FROZEN["secret"]["authority keys"]), "frozen words")
    assert (caught.value.code, "passphrase" in caught.value.hint) == ("wrong_key", True)


def test_prekeys_number_on_and_die():
    """New prekeys take the next numbers; a private half that is gone opens nothing more."""
    keys = HUB.with_prekeys(2, now_ms=NOW_MS)
    assert sorted(keys.prekeys) == [1, 2, 3, 4]
    assert keys.without_prekeys(frozenset({4})).prekey(4) is None
    assert keys.prekey(4) is not None


def test_escrow_opens_with_the_recovery_key_only():
    """A copy of a secret says whose it is, and only the recovery key opens it."""
    sealed = escrow("database of node 5", DB_KEY, AUTHORITY.recovery.seal_key)
    assert recover(sealed, AUTHORITY.recovery) == Escrowed(subject="database of node 5", secret=DB_KEY)
    with pytest.raises(BundleError):
        recover(sealed, BoxKey.generate())


def test_nothing_secret_shows():
    """Neither keys nor a ticket's secret appear when a value is printed into a log by mistake."""
    shown = "".join(
        repr(value) for value in (AUTHORITY, HUB, NODE, TICKET, Escrowed(subject="x", secret=DB_KEY))
    )
    secrets = [AUTHORITY.sign.seed, AUTHORITY.recovery.raw, HUB.sign.seed, HUB.box.raw, HUB.prekeys[1][0].raw]
    secrets += [NODE.sign.seed, NODE.box.raw, TICKET.secret, DB_KEY]
    assert [secret for secret in secrets if repr(secret) in shown or secret.hex() in shown] == []


def test_a_ticket_survives_its_file():
    """A node pack read back is the ticket that was written, hub and authority included."""
    assert Ticket.read(TICKET.signed(AUTHORITY.sign)) == TICKET
    assert VerifyKey(TICKET.authority.verify_key.raw) == CARD.verify_key
