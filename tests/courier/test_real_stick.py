"""A stick with a file system of its own: full, write-protected, and pulled out after any of its writes."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from shared.courier import Sort, open_file
from shared.errors import StoreError
from tests.courier.house import House
from tests.programs import require_program

pytestmark = pytest.mark.requires_program("mkfs.ext4", "mount")

_SIZE = 4 * 1024 * 1024


def _run(program: str, *words: object) -> None:
    command = [require_program(program), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"{program} is not allowed here: {done.stderr.strip()}")


@contextmanager
def mounted(image: Path, at: Path, *options: str) -> Iterator[Path]:
    """The stick in the machine."""
    at.mkdir(exist_ok=True)
    _run("mount", "-o", ",".join(("loop", *options)), image, at)
    try:
        yield at
    finally:
        subprocess.run([require_program("umount"), str(at)], check=True)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A new stick of 4 MiB."""
    if os.geteuid():
        pytest.skip("mounting needs root")
    made = tmp_path / "stick.img"
    with made.open("wb") as file:
        file.truncate(_SIZE)
    _run("mkfs.ext4", "-q", "-F", made)
    return made


@pytest.fixture
def busy(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """Klobuk has several files' worth waiting."""
    monkeypatch.setattr("edge.courier.LOAD_BUDGET_BYTES", 1)
    for _ in range(4):
        house.sky.move(60_000)
        house.officers["KLOBUK"].capture()
        house.klobuk.node.sealer.seal(link_appeared=True)
    return house


def test_a_stick_that_is_full_keeps_what_is_whole_and_goes_on_later(busy: House, image: Path, tmp_path: Path):
    """No room is told as such; with room again the export finishes, and the hub gets all of it once."""
    with mounted(image, tmp_path / "mnt") as stick:
        busy.post_export(busy.klobuk, stick)
        for path in list((stick / "karaula").iterdir())[1:]:
            path.unlink()
        filler = stick / "filler"
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(1024))
        with pytest.raises(StoreError) as told:
            busy.post_export(busy.klobuk, stick)
        assert told.value.code == "stick_full"
        for path in (stick / "karaula").glob("up-*"):
            assert open_file(path.read_bytes(), Sort.LOAD)
        filler.unlink()
        busy.post_export(busy.klobuk, stick)
        assert busy.hub_import(stick).problems == []
    assert busy.checks() == 4


def test_a_write_protected_stick_is_read(busy: House, image: Path, tmp_path: Path):
    """The hub imports from it, leaves it as it is, and says why it cannot write receipts there."""
    with mounted(image, tmp_path / "mnt") as stick:
        busy.post_export(busy.klobuk, stick)
    with mounted(image, tmp_path / "mnt", "ro") as stick:
        before = sorted(path.name for path in (stick / "karaula").iterdir())
        assert busy.hub_import(stick).problems == []
        assert busy.checks() == 4
        assert sorted(path.name for path in (stick / "karaula").iterdir()) == before
        with pytest.raises(StoreError) as told:
            busy.hub_export(stick)
        assert told.value.code == "stick_read_only"


def test_a_stick_pulled_after_any_write_holds_whole_files_only(
    busy: House, image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """What the stick's own memory holds after each sync, put into another machine: every file under its name
    is whole, those that were said to be written are there, and the hub takes what there is."""
    pulled: list[tuple[Path, int]] = []
    real, done = os.fsync, 0

    def synced(handle: int) -> None:
        nonlocal done
        real(handle)
        done += os.path.isdir(f"/proc/self/fd/{handle}")
        copy = tmp_path / f"pulled-{len(pulled)}.img"
        shutil.copyfile(image, copy)
        pulled.append((copy, done))

    with mounted(image, tmp_path / "mnt") as stick, monkeypatch.context() as patch:
        patch.setattr("edge.stick.os.fsync", synced)
        busy.post_export(busy.klobuk, stick)
    assert len(pulled) > 6
    seen = 0
    for copy, written in pulled:
        with mounted(copy, tmp_path / "other") as stick:
            names = [path.name for path in (stick / "karaula").glob("up-*")]
            for name in names:
                assert open_file((stick / "karaula" / name).read_bytes(), Sort.LOAD)
            assert len(names) >= written
            assert {problem.code for problem in busy.hub_import(stick).problems} <= {"half_written"}
            assert busy.checks() >= seen
            seen = busy.checks()
    assert seen == 4
