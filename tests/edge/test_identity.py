"""A node's directory: read and believed, or refused with what an engineer should do."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge import identity
from shared.enrolment import AuthorityKeys, NodeKeys
from shared.enrolment import files as names
from shared.errors import ConfigError, InputError
from tests.edge.posts import START_MS, make_post


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """An enrolled node's directory, its key beside it."""
    post = make_post(tmp_path / "made")
    node = post.identity
    place = tmp_path / "node"
    place.mkdir()
    authority = post.authority
    (place / names.AUTHORITY_CARD).write_bytes(node.authority.signed(authority.sign))
    (place / names.NODE_CERTIFICATE).write_bytes(node.certificate_paper)
    (place / names.NODE_KEYS).write_bytes(node.keys.lock(node.database_key))
    (place / names.HUB_CARD).write_bytes(node.hub.signed(post.centre.keys.sign))
    (place / names.DATABASE_KEY).write_bytes(node.database_key)
    return place


def code_of(place: Path, **options: object) -> str:
    with pytest.raises(ConfigError) as told:
        identity.load(place, environment={}, **options)
    assert told.value.hint
    return told.value.code


def test_an_enrolled_directory_is_read(directory: Path):
    """Certificate, keys, hub and its address come out; no secret is in its repr."""
    found = identity.load(directory, environment={})
    assert (found.certificate.post, found.hub_url) == ("KLOBUK", "http://127.0.0.1:1")
    assert found.database_key.hex() not in repr(found)
    assert repr(found.database_key) not in repr(found)


def test_where_the_hub_is(directory: Path):
    """The option goes before hub.url, which goes before the hub's own card."""
    (directory / names.HUB_URL).write_text("https://pcc.example:8443/\n")
    assert identity.load(directory, environment={}).hub_url == "https://pcc.example:8443"
    assert identity.load(directory, hub_url="http://10.0.0.1", environment={}).hub_url == "http://10.0.0.1"
    with pytest.raises(InputError, match="web address"):  # what was typed is wrong, no paper is
        identity.load(directory, hub_url="ftp://x", environment={})


@pytest.mark.parametrize(
    "missing", [names.AUTHORITY_CARD, names.NODE_CERTIFICATE, names.NODE_KEYS, names.HUB_CARD]
)
def test_a_missing_paper_is_named(directory: Path, missing: str):
    """Each paper that is not there says that this is no enrolled node."""
    (directory / missing).unlink()
    assert code_of(directory) == "not_enrolled"


@pytest.mark.parametrize(
    "damaged", [names.AUTHORITY_CARD, names.NODE_CERTIFICATE, names.NODE_KEYS, names.HUB_CARD]
)
def test_a_damaged_paper_is_refused(directory: Path, damaged: str):
    """One flipped bit in any paper is noticed at start."""
    data = bytearray((directory / damaged).read_bytes())
    data[len(data) // 2] ^= 1
    (directory / damaged).write_bytes(data)
    assert code_of(directory) == "identity_unreadable"


def test_the_key_comes_as_a_credential_or_a_named_file(directory: Path, tmp_path: Path):
    """A systemd credential goes before the directory; a named file is the only place looked at."""
    key = (directory / names.DATABASE_KEY).read_bytes()
    (directory / names.DATABASE_KEY).unlink()
    assert code_of(directory) == "no_database_key"
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / names.DATABASE_KEY).write_bytes(key)
    found = identity.load(directory, environment={"CREDENTIALS_DIRECTORY": str(tmp_path / "credentials")})
    assert found.database_key == key
    named = tmp_path / "key"
    named.write_bytes(key)
    assert identity.load(directory, key_file=named, environment={}).database_key == key
    assert code_of(directory, key_file=tmp_path / "nowhere") == "no_database_key"


@pytest.mark.parametrize(
    "key", [b"", b"short", bytes(32), b"\x01" * 33], ids=["none", "short", "zero", "long"]
)
def test_a_wrong_key_is_refused(directory: Path, key: bytes):
    """Neither a short nor another node's key opens the private keys."""
    (directory / names.DATABASE_KEY).write_bytes(key)
    assert code_of(directory) == "identity_unreadable"


def test_keys_of_another_node_are_noticed(directory: Path):
    """Private keys that are not the certificate's are refused although they open."""
    key = (directory / names.DATABASE_KEY).read_bytes()
    (directory / names.NODE_KEYS).write_bytes(NodeKeys.generate().lock(key))
    assert code_of(directory) == "identity_mismatch"


def test_papers_of_another_authority_are_noticed(directory: Path):
    """A certificate must be traced to the authority's card that lies beside it."""
    other = AuthorityKeys.generate()
    card = identity.load(directory, environment={}).authority
    forged = type(card)(
        name="Other",
        verify_key=other.sign.verify_key,
        recovery_key=other.recovery.seal_key,
        made_ms=START_MS,
    )
    (directory / names.AUTHORITY_CARD).write_bytes(forged.signed(other.sign))
    assert code_of(directory) == "identity_unreadable"
