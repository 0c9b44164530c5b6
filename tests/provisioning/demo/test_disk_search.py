from __future__ import annotations

from pathlib import Path

import pytest

from provisioning.demo import disk_search


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_a_name_in_any_file_is_found(tmp_path: Path, encoding: str):
    """Wherever below the directory a secret stands readable, its file is named."""
    (tmp_path / "klobuk").mkdir()
    (tmp_path / "klobuk" / "core.17").write_bytes(b"\0\1" + "BRABOGOVARIC".encode(encoding) + b"\xff")
    (tmp_path / "clean").write_bytes(b"nothing")
    found = disk_search.search(tmp_path, ["BRABOGOVARIC", "X00000000"])
    assert (found.files, found.readable) == (2, {"klobuk/core.17": 1})


def test_a_clean_disk_is_clean(tmp_path: Path):
    """Nothing is reported where nothing is."""
    (tmp_path / "store").write_bytes(bytes(range(256)))
    assert disk_search.search(tmp_path, ["BRABOGOVARIC"]).readable == {}
