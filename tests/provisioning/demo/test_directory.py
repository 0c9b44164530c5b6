from __future__ import annotations

from pathlib import Path

import pytest

from provisioning.demo.directory import DemoDirectory
from shared.errors import ConfigError


def test_two_demos_do_not_share_a_directory(tmp_path: Path):
    """The second is refused with a sentence that says how to see or stop the first."""
    at = DemoDirectory(path=tmp_path / "demo")
    lock = at.take()
    with pytest.raises(ConfigError, match="demo_running"):
        at.take()
    assert at.is_running()
    lock.release()
    assert not at.is_running()
    at.take().release()


def test_a_demo_starts_from_nothing(tmp_path: Path):
    """What an earlier run left, links and stores included, is gone."""
    at = DemoDirectory(path=tmp_path / "demo")
    at.take().release()
    (at.path / "klobuk").mkdir()
    (at.path / "klobuk" / "karaula.db").write_bytes(b"old")
    at.set_link("KLOBUK", up=False)
    at.take().release()
    assert not (at.path / "klobuk").exists()
    assert at.cut_links() == frozenset()


def test_a_foreign_directory_is_never_emptied(tmp_path: Path):
    """A directory with something else in it is refused and stays as it is."""
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ConfigError, match="not_a_demo_directory"):
        DemoDirectory(path=tmp_path).take()
    with pytest.raises(ConfigError, match="not_a_demo_directory"):
        DemoDirectory(path=tmp_path / "thesis.txt").take()
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_links_are_cut_and_healed_one_by_one(tmp_path: Path):
    """Each request leaves the other links as they are."""
    at = DemoDirectory(path=tmp_path / "demo")
    at.take().release()
    at.set_link("KLOBUK", up=False)
    at.set_link("GOSTUN", up=False)
    at.set_link("KLOBUK", up=True)
    assert at.cut_links() == {"GOSTUN"}


def test_nobody_else_can_enter(tmp_path: Path):
    """The directory holds keys: it is its owner's alone."""
    at = DemoDirectory(path=tmp_path / "demo")
    at.take().release()
    assert at.path.stat().st_mode & 0o077 == 0


def test_asking_a_demo_that_does_not_run_says_so(tmp_path: Path):
    """Without a demo, link and status commands are refused with a code."""
    with pytest.raises(ConfigError, match="demo_not_running"):
        DemoDirectory(path=tmp_path / "none").require_running()
