"""Sticks pulled, damaged, swapped or made by somebody else: never a partial import, always a name."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from edge import receipts
from shared import courier, wire
from shared.courier import Sort, close_file, open_file
from shared.crypto import BoxKey, SigningKey
from shared.errors import KaraulaError, MissingError, StoreError
from shared.limits import STICK_FILE_MAX_BYTES
from tests.courier.house import House

EVERY = 1
"""Each byte: the files of these tests are small on purpose."""


@pytest.fixture
def loaded(house: House) -> House:
    """Klobuk's checks lie on the stick."""
    for _ in range(2):
        house.sky.move(60_000)
        house.officers["KLOBUK"].capture()
    house.post_export(house.klobuk)
    return house


@pytest.fixture
def answered(loaded: House) -> House:
    """The hub has taken them, and its packet lies on the stick."""
    for _ in range(5):  # for some posts or for all, as it comes
        loaded.operators.raise_alert()
    loaded.hub_import()
    loaded.hub_export()
    return loaded


def test_a_load_cut_at_any_byte_is_no_import(loaded: House):
    """However much of a file is there: the hub names it, takes nothing of it, and leaves it."""
    before = loaded.state_of_hub()
    for path in [loaded.folder / "up-2-slip.krl", *loaded.loads(loaded.klobuk)]:
        whole = path.read_bytes()
        for length in range(0, len(whole), EVERY):
            path.write_bytes(whole[:length])
            with pytest.raises(KaraulaError) as told:
                open_file(path.read_bytes(), Sort.LOAD)
            assert told.value.code == "file_incomplete"
        path.write_bytes(whole[:-1])
        for other in loaded.folder.iterdir():
            if other != path:
                other.rename(other.with_suffix(".aside"))
        report = loaded.hub_import()
        assert [(problem.name, problem.code) for problem in report.problems] == [
            (path.name, "file_incomplete")
        ]
        assert path.exists()
        for other in loaded.folder.glob("*.aside"):
            other.rename(other.with_suffix(".krl"))
        path.write_bytes(whole)
    assert loaded.state_of_hub() == before
    assert loaded.hub_import().problems == []
    assert loaded.checks() == 2


def test_a_packet_cut_at_any_byte_is_no_import(answered: House):
    """The post names the file, and its state is what it was."""
    before = answered.state_of(answered.klobuk)
    (path,) = answered.packets(answered.klobuk)
    whole = path.read_bytes()
    for length in range(0, len(whole), EVERY):
        path.write_bytes(whole[:length])
        report = answered.post_import(answered.klobuk)
        assert [problem.code for problem in report.problems] == ["file_incomplete"]
    assert answered.state_of(answered.klobuk) == before
    path.write_bytes(whole)
    assert answered.post_import(answered.klobuk).taken == 1


def test_a_packet_with_any_bit_changed_is_refused_though_its_file_is_whole(answered: House):
    """Whoever makes the digest anew still does not have the hub's key: every bit is refused by a code."""
    before = answered.state_of(answered.klobuk)
    (path,) = answered.packets(answered.klobuk)
    packet = open_file(path.read_bytes(), Sort.PACKET)
    for bit in range(0, 8 * len(packet), 7):
        bent = bytearray(packet)
        bent[bit // 8] ^= 1 << (bit % 8)
        with pytest.raises(KaraulaError) as told:
            answered.klobuk.node.courier.take(bytes(bent))
        assert told.value.code
    assert answered.state_of(answered.klobuk) == before


def test_a_load_with_any_bit_changed_is_refused_though_its_file_is_whole(loaded: House):
    """In the slip or around it the whole load is refused; inside a bundle that bundle is."""
    path = loaded.loads(loaded.klobuk)[0]
    load = open_file(path.read_bytes(), Sort.LOAD)
    loaded.hub_import()
    before = loaded.state_of_hub()
    refused = 0
    for bit in range(0, 8 * len(load), 31):
        bent = bytearray(load)
        bent[bit // 8] ^= 1 << (bit % 8)
        try:
            taken = loaded.centre.hub.courier.take(bytes(bent))
        except KaraulaError:
            refused += 1
        else:
            assert taken.receipt.refusals
            assert not taken.covered
    assert refused > 0
    assert loaded.state_of_hub() == before


def test_a_receipt_without_the_hubs_signature_is_not_believed(answered: House):
    """A packet that says everything right and is signed by another key leaves the queue as it is."""
    klobuk = answered.klobuk
    (path,) = answered.packets(klobuk)
    packet = open_file(path.read_bytes(), Sort.PACKET)
    _, cover, _, parcel, revocations, prekeys = wire.unpack(packet, max_bytes=1 << 20)  # type: ignore[misc]  # six fields
    from shared.courier.packet import _signed
    from shared.crypto import Purpose

    forged = SigningKey.generate().sign(Purpose.PACKET, _signed(cover, parcel, revocations, prekeys))
    waiting = answered.queue(klobuk)
    path.write_bytes(close_file(Sort.PACKET, wire.pack([1, cover, forged, parcel, revocations, prekeys])))
    assert [problem.code for problem in answered.post_import(klobuk).problems] == ["bad_signature"]
    assert answered.queue(klobuk) == waiting > 0


def test_another_posts_packet_under_our_name_is_refused(answered: House):
    """A packet renamed to another post is told as not for it."""
    (path,) = answered.packets(answered.klobuk)
    path.rename(path.with_name(path.name.replace("down-2-", "down-3-")))
    before = answered.state_of(answered.dobrakovo)
    assert [problem.code for problem in answered.post_import(answered.dobrakovo).problems] == ["not_for_us"]
    assert answered.state_of(answered.dobrakovo) == before


def test_a_load_for_another_hub_stays_on_the_stick(loaded: House):
    """It is named, and carried on to whom it is for."""
    post = loaded.klobuk.node
    with post.kit.database.snapshot() as tx:
        slip = courier.sign_slip(
            receipts.standing(post.kit, tx),
            node=loaded.klobuk.number,
            hub=b"else",
            certificate=post.kit.identity.certificate_paper,
            signer=post.kit.identity.keys.sign,
        )
    path = loaded.loads(loaded.klobuk)[0]
    path.write_bytes(close_file(Sort.LOAD, courier.write_load(slip, [])))
    codes = {problem.code for problem in loaded.hub_import().problems}
    assert "wrong_hub" in codes
    assert path.exists()


def test_a_slip_with_a_strange_certificate_is_refused(loaded: House):
    """A node nobody certified, or one that shows another's paper, is not admitted."""
    node = loaded.klobuk.node
    stranger, papers = SigningKey.generate(), loaded.gostun.identity.certificate_paper
    for certificate, signer, code in (
        (papers, node.kit.identity.keys.sign, "foreign_certificate"),
        (node.kit.identity.certificate_paper, stranger, "bad_signature"),
        (b"\x90", stranger, "unreadable_paper"),
    ):
        with node.kit.database.snapshot() as tx:
            slip = courier.sign_slip(
                receipts.standing(node.kit, tx),
                node=loaded.klobuk.number,
                hub=node.kit.identity.hub_tag,
                certificate=certificate,
                signer=signer,
            )
        with pytest.raises(KaraulaError) as told:
            loaded.centre.hub.courier.take(courier.write_load(slip, []))
        assert told.value.code == code
    assert loaded.centre.look("SELECT count(*) FROM node") == [(0,)]


def test_a_parcel_sealed_to_another_reader_changes_nothing(answered: House):
    """A hub's own mistake is told too: nothing is applied that cannot be opened."""
    hub, klobuk = answered.centre.hub, answered.klobuk
    before = answered.state_of(klobuk)
    from hub.store import nodes

    real = nodes.find

    def other(tx: object, node: int) -> object:
        import dataclasses

        known = real(tx, node)
        return None if known is None else dataclasses.replace(known, seal_key=BoxKey.generate().seal_key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nodes, "find", other)
        (packet,) = hub.courier.packets(klobuk.number)
    with pytest.raises(KaraulaError) as told:
        klobuk.node.courier.take(packet)
    assert told.value.code == "cannot_open"
    assert answered.state_of(klobuk) == before


def test_what_is_no_file_of_ours_is_not_opened(loaded: House, tmp_path: Path):
    """Links, pipes, folders and giants under our names are named and passed over; other names are left."""
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    for path in loaded.folder.iterdir():
        path.unlink()
    (loaded.folder / "up-2-slip.krl").symlink_to(secret)
    os.mkfifo(loaded.folder / "up-3-slip.krl")
    (loaded.folder / "up-4-slip.krl").mkdir()
    with (loaded.folder / "up-5-slip.krl").open("wb") as giant:
        giant.truncate(STICK_FILE_MAX_BYTES + 1)
    (loaded.folder / "holiday.jpg").write_bytes(b"picture")
    report = loaded.hub_import()
    assert {(problem.name, problem.code) for problem in report.problems} == {
        ("up-2-slip.krl", "not_a_file"),
        ("up-3-slip.krl", "not_a_file"),
        ("up-4-slip.krl", "not_a_file"),
        ("up-5-slip.krl", "file_too_large"),
    }


def test_a_folder_that_is_a_link_is_not_followed(house: House, tmp_path: Path):
    """Nobody makes an export write into a directory of this machine."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    house.folder.symlink_to(elsewhere)
    with pytest.raises(KaraulaError) as told:
        house.post_export(house.klobuk)
    assert told.value.code in {"no_stick", "not_a_file"}
    assert list(elsewhere.iterdir()) == []


def test_half_written_files_are_named_and_tidied(loaded: House):
    """What a pulled stick left under a first name is told by both sides, and goes with the next export."""
    (loaded.folder / ".up-2-1-1-2-0123456789abcdef.krl.part").write_bytes(b"half")
    assert "half_written" in {problem.code for problem in loaded.hub_import().problems}
    assert "half_written" in {problem.code for problem in loaded.post_import(loaded.klobuk).problems}
    loaded.post_export(loaded.klobuk)
    assert [path.name for path in loaded.folder.iterdir() if path.name.endswith(".part")] == []


def test_no_stick_is_told(house: House):
    """An import from a directory without our folder says so."""
    with pytest.raises(MissingError) as told:
        house.hub_import()
    assert told.value.code == "no_stick"


def test_a_read_only_stick_is_imported_and_not_written(answered: House, monkeypatch: pytest.MonkeyPatch):
    """Its write lock on: the import works all the same, the export says why it cannot."""
    (path,) = answered.packets(answered.klobuk)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    for call in ("unlink", "rename", "fsync"):
        monkeypatch.setattr(f"edge.stick.os.{call}", refuse)
    assert answered.post_import(answered.klobuk).taken == 1
    assert path.exists()
    with pytest.raises(StoreError) as told:
        answered.post_export(answered.klobuk)
    assert told.value.code == "stick_read_only"


@pytest.mark.parametrize("fails", ["open", "fsync", "rename", "folder"])
def test_an_export_that_fails_at_any_step_leaves_only_whole_files(
    loaded: House, monkeypatch: pytest.MonkeyPatch, fails: str
):
    """The stick fills or is pulled at any step of any file: what is there is whole, and the next export
    goes on."""
    for after in range(2):
        for path in loaded.folder.iterdir():
            path.unlink()
        with monkeypatch.context() as patch:
            _break(patch, fails, after)
            with pytest.raises(StoreError) as told:
                loaded.post_export(loaded.klobuk)
        assert told.value.code == "stick_full"
        for path in loaded.folder.iterdir():
            assert path.name.endswith(".part") or open_file(path.read_bytes(), Sort.LOAD)
    loaded.post_export(loaded.klobuk)
    assert loaded.hub_import().problems == []
    assert loaded.checks() == 2


def _break(patch: pytest.MonkeyPatch, what: str, after: int) -> None:
    """Let a system call fail from the `after`th time on."""
    count = 0
    real = {name: getattr(os, name) for name in ("open", "fsync", "rename")}

    def gone() -> None:
        nonlocal count
        count += 1
        if count > after:
            raise OSError(errno.ENOSPC, "No space left on device")

    def opened(path: object, flags: int, *rest: object, **more: object) -> int:
        if flags & os.O_CREAT and what == "open":
            gone()
        return real["open"](path, flags, *rest, **more)

    def synced(handle: int) -> None:
        is_folder = os.path.isdir(f"/proc/self/fd/{handle}")
        if (what == "folder") == is_folder and what in ("fsync", "folder"):
            gone()
        real["fsync"](handle)

    def renamed(*names: object, **more: object) -> None:
        if what == "rename":
            gone()
        real["rename"](*names, **more)

    patch.setattr("edge.stick.os.open", opened)
    patch.setattr("edge.stick.os.fsync", synced)
    patch.setattr("edge.stick.os.rename", renamed)


def test_a_stick_pulled_in_the_middle_of_a_file_has_nothing_under_its_name(
    loaded: House, monkeypatch: pytest.MonkeyPatch
):
    """No program gets to tidy up when the stick is gone: half a file lies there under another name only."""
    for path in loaded.folder.iterdir():
        path.unlink()

    def pulled(handle: int) -> None:
        os.truncate(handle, os.fstat(handle).st_size // 2)
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr("edge.stick.os.fsync", pulled)
        with pytest.raises(SystemExit):
            loaded.post_export(loaded.klobuk)
    left = [path.name for path in loaded.folder.iterdir()]
    assert left == [".up-2-slip.krl.part"]
    loaded.post_export(loaded.klobuk)
    assert loaded.hub_import().problems == []
    assert loaded.checks() == 2


def test_the_two_sticks_are_one_text():
    """edge/stick.py and hub/stick.py are the same, word for word."""
    from edge import stick as at_the_post
    from hub import stick as at_the_hub

    assert Path(at_the_post.__file__).read_text() == Path(at_the_hub.__file__).read_text()
