"""Prekeys: the next one each week, new ones ahead, old ones dead after the longest offline time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hub.desk.view import Operator
from hub.hub import Hub
from hub.identity import save_keys
from hub.prekeys import AHEAD, BEHIND, ROTATE_AFTER_DAYS
from shared.enrolment import HubKeys, Prekey, files, recover
from tests.hub.outpost import Outpost, Realm

WEEK_MS = ROTATE_AFTER_DAYS * 24 * 60 * 60 * 1000


def test_a_week_later_nodes_are_told_the_next_prekey(hub: Hub, realm: Realm, klobuk: Outpost):
    """The head names the new number, and its signed public half comes along."""
    before = klobuk.ask(hub).head.prekey
    realm.dial.ms += WEEK_MS
    hub.rotate_prekeys()
    heard = klobuk.ask(hub)
    assert heard.head.prekey == before + 1
    known = [
        Prekey.read(paper, hub=realm.identity().certificate.verify_key).number for paper in heard.prekeys
    ]
    assert before + 1 in known


def test_nothing_rotates_before_its_time(hub: Hub, klobuk: Outpost):
    """A restart or a second look moves nothing."""
    before = klobuk.ask(hub).head.prekey
    assert not hub.ring.rotate()
    assert klobuk.ask(hub).head.prekey == before


def test_prekeys_are_made_ahead_and_saved_before_anyone_hears(realm: Realm):
    """The file is written first; if it cannot be, the ring stays where it was."""
    with realm.hub() as hub:
        assert max(realm.keys.prekeys) == hub.ring.current + AHEAD

        def refuse(_: HubKeys) -> None:
            raise OSError("read-only")

        hub.ring._save = refuse
        known = hub.ring.papers_after(0)
        for _ in range(AHEAD + 2):
            realm.dial.ms += WEEK_MS
            hub.rotate_prekeys()
        assert hub.ring.papers_after(0) == known
        assert hub.ring.current == 1 + AHEAD, "what was saved is used, and nothing beyond"


def test_old_private_halves_die_after_the_longest_offline_time(realm: Realm):
    """What was sealed half a year ago opens no more, for the hub or for whoever steals its keys."""
    with realm.hub() as hub:
        for _ in range(BEHIND + 2):
            realm.dial.ms += WEEK_MS
            hub.rotate_prekeys()
        assert hub.ring.private(1) is None
        assert hub.ring.private(hub.ring.current - BEHIND) is not None
    assert min(realm.keys.prekeys) == 3


def test_the_ring_continues_after_a_restart(realm: Realm):
    """The number stands in the store, the keys in their file."""
    with realm.hub() as hub:
        realm.dial.ms += WEEK_MS
        hub.rotate_prekeys()
    with realm.hub() as again:
        assert again.ring.current == 2


def test_new_prekeys_are_escrowed_to_the_authority(realm: Realm):
    """A hub that loses its directory can still have its unopened bundles opened, by the authority's key."""
    identity = realm.identity()
    keys = identity.keys.with_prekeys(1, now_ms=1)
    save_keys(realm.directory, identity, keys)
    number = max(keys.prekeys)
    sealed = (realm.directory / files.ESCROW / f"prekey-{number}.sealed").read_bytes()
    assert recover(sealed, realm.authority.recovery).secret == keys.prekeys[number][0].raw
    kept = HubKeys.unlock((realm.directory / files.HUB_KEYS).read_bytes(), identity.database_key)
    assert set(kept.prekeys) == set(keys.prekeys)


def test_an_escrowed_copy_dies_with_its_prekey(realm: Realm):
    """Half a year later neither the key file nor the escrow holds the private half, and the rest still do."""
    identity = realm.identity()
    vault = realm.directory / files.ESCROW
    keys = identity.keys.with_prekeys(3, now_ms=1)
    save_keys(realm.directory, replace(identity, keys=HubKeys.generate()), keys)
    assert {path.name for path in vault.iterdir()} == {f"prekey-{n}.sealed" for n in keys.prekeys}
    save_keys(realm.directory, identity, keys.without_prekeys(frozenset({1, 2})))
    assert {path.name for path in vault.iterdir()} == {f"prekey-{n}.sealed" for n in (3, 4, 5)}


def test_a_rotation_interrupted_after_the_escrow_finishes_at_the_next(
    realm: Realm, monkeypatch: pytest.MonkeyPatch
):
    """The power fails when the copies are gone and the key file is not yet written: nothing stays behind."""
    identity = realm.identity()
    keys = identity.keys.with_prekeys(3, now_ms=1)
    save_keys(realm.directory, replace(identity, keys=HubKeys.generate()), keys)

    def power_cut(*_: object) -> None:
        raise OSError("power cut")

    with monkeypatch.context() as cut:
        cut.setattr("hub.identity.write_whole", power_cut)
        with pytest.raises(OSError, match="power cut"):
            save_keys(realm.directory, replace(identity, keys=keys), keys.without_prekeys(frozenset({1})))
    file = realm.directory / files.HUB_KEYS
    assert 1 in HubKeys.unlock(file.read_bytes(), identity.database_key).prekeys
    save_keys(realm.directory, replace(identity, keys=keys), keys.without_prekeys(frozenset({1})))
    assert 1 not in HubKeys.unlock(file.read_bytes(), identity.database_key).prekeys
    assert not (realm.directory / files.ESCROW / "prekey-1.sealed").exists()


def test_a_copy_newer_than_a_restored_key_file_is_kept(realm: Realm):
    """A hub whose key file came back from a backup keeps the escrow that the file does not know."""
    identity = realm.identity()
    vault = realm.directory / files.ESCROW
    vault.mkdir()
    (vault / "prekey-9.sealed").write_bytes(b"sealed")
    (vault / "read me").write_bytes(b"somebody's note")
    save_keys(realm.directory, identity, identity.keys)
    assert sorted(path.name for path in vault.iterdir()) == [
        *("prekey-1.sealed", "prekey-2.sealed", "prekey-9.sealed", "read me")
    ]


def test_a_prekey_is_in_the_key_backup_before_it_is_in_the_key_file(realm: Realm, tmp_path: Path):
    """A key backup on a disk that is not mounted: nothing is written, and no stand-in is made for it."""
    identity, away = realm.identity(), tmp_path / "not mounted"
    keys = identity.keys.with_prekeys(1, now_ms=1)
    with pytest.raises(OSError, match="not mounted"):
        save_keys(realm.directory, identity, keys, key_backup=away)
    assert not (realm.directory / files.HUB_KEYS).exists()
    assert not away.exists()
    away.mkdir()
    save_keys(realm.directory, identity, keys, key_backup=away)
    assert {path.name for path in away.iterdir()} == {f"prekey-{n}.sealed" for n in keys.prekeys}
    assert not (realm.directory / files.ESCROW).exists()


def test_a_key_backup_that_fails_is_told_at_the_console(
    hub: Hub, realm: Realm, operators: dict[str, Operator]
):
    """The ring goes on with what it has, and says so until it can save again."""
    save = hub.ring._save

    def refuse(_: HubKeys) -> None:
        raise OSError("read-only")

    assert not hub.desk.overview(operators["BA"]).troubles
    hub.ring._save = refuse
    realm.dial.ms += WEEK_MS
    hub.rotate_prekeys()
    assert hub.desk.overview(operators["BA"]).troubles
    hub.ring._save = save
    hub.rotate_prekeys()
    assert not hub.desk.overview(operators["BA"]).troubles
