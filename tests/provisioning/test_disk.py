"""Files appear whole or not at all, for their owner only; the disk's complaints are coded."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from provisioning.disk import alone_in, own_directory, read_file, write_file
from shared.errors import ConfigError, InputError, KaraulaError, MissingError, StoreError


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """When the bytes do not reach the disk, what was there stays and no scrap is left."""
    path = tmp_path / "file"
    write_file(path, b"old")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError) as caught:
        write_file(path, b"new", replace=True)
    assert caught.value.code == "disk_full"
    assert (path.read_bytes(), os.listdir(tmp_path)) == (b"old", ["file"])


def test_the_bytes_are_on_the_disk_before_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """fsync of the file, then rename, then fsync of the directory: in this order."""
    steps: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def noted_fsync(handle: int) -> None:
        steps.append("directory" if os.path.isdir(f"/proc/self/fd/{handle}") else "file")
        fsync(handle)

    def noted_rename(self: Path, target: Path) -> Path:
        steps.append("rename")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(Path, "rename", noted_rename)
    write_file(tmp_path / "file", b"x")
    assert steps == ["file", "rename", "directory"]


def test_nothing_is_written_over_unasked(tmp_path: Path):
    """A file that is there stays unless replacing was meant."""
    write_file(tmp_path / "file", b"old")
    with pytest.raises(InputError) as caught:
        write_file(tmp_path / "file", b"new")
    assert (caught.value.code, (tmp_path / "file").read_bytes()) == ("file_exists", b"old")


@pytest.mark.parametrize(
    ("number", "kind", "code"),
    [
        (errno.EACCES, ConfigError, "no_permission"),
        (errno.EROFS, StoreError, "store_read_only"),
        (errno.EIO, StoreError, "disk_refused"),
        (errno.ENOENT, MissingError, "no_such_file"),
        (errno.EISDIR, InputError, "not_a_file"),
    ],
)
def test_each_complaint_has_its_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[KaraulaError], code: str
):
    """What the operating system says becomes something a person can act on."""

    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(kind) as caught:
        write_file(tmp_path / "file", b"x")
    assert (caught.value.code, bool(caught.value.hint)) == (code, True)


def test_an_endless_file_is_refused(tmp_path: Path):
    """A file far too long is refused after its cap is read, not after all of it."""
    (tmp_path / "file").write_bytes(bytes(11))
    with pytest.raises(InputError) as caught:
        read_file(tmp_path / "file", most_bytes=10)
    assert caught.value.code == "file_too_large"
    with pytest.raises(InputError):
        read_file(Path("/dev/zero"), most_bytes=10)


def test_a_stale_scrap_is_no_obstacle(tmp_path: Path):
    """The leftover of a run that was killed does not stop the next."""
    (tmp_path / f".file.{os.getpid()}.partial").write_bytes(b"half")
    write_file(tmp_path / "file", b"whole")
    assert os.listdir(tmp_path) == ["file"]


def test_a_new_directory_is_closed(tmp_path: Path):
    """What is made here is 0700, whatever the umask."""
    before = os.umask(0)
    try:
        own_directory(tmp_path / "made")
    finally:
        os.umask(before)
    assert (tmp_path / "made").stat().st_mode & 0o777 == 0o700


def test_two_commands_take_turns(tmp_path: Path):
    """A second process waits until the first has let go of the directory."""
    program = (
        "import sys\nfrom pathlib import Path\nfrom provisioning.disk import alone_in\n"
        "print('waiting', flush=True)\n"
        "with alone_in(Path(sys.argv[1])):\n    print(Path(sys.argv[1], 'word').read_text(), flush=True)"
    )
    with alone_in(tmp_path):
        second = subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        assert second.stdout is not None
        assert second.stdout.readline() == "waiting\n"
        time.sleep(0.2)  # gives a wrong lock its chance to be wrong; a right one waits however long
        (tmp_path / "word").write_text("written first")
    assert second.communicate(timeout=60)[0] == "written first\n"
