"""The runner's table and its bench.json."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench.__main__ import found, machine, merged, table_of
from tests.bench.figures import Figure

FIGURE = Figure(name="wire_bytes_urgent", value=200, unit="B", better="lower", goal=220, baseline=250)


def test_a_row_has_the_agreed_keys():
    """Whoever reads bench.json finds exactly these."""
    assert [*FIGURE.row()] == ["name", "value", "unit", "better", "goal", "baseline", "ratio"]
    assert FIGURE.row()["ratio"] == 200 / 250


def test_other_figures_are_kept(tmp_path: Path):
    """A run of one bench replaces its own rows and leaves the others."""
    results = tmp_path / "bench.json"
    results.write_text(
        json.dumps([{"name": "edge_rss_mb", "value": 90}, {"name": FIGURE.name, "value": 999}])
    )
    assert [(row["name"], row["value"]) for row in merged([FIGURE], results)] == [
        ("edge_rss_mb", 90), (FIGURE.name, 200),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "[", "{}"])
def test_a_damaged_file_is_written_anew(tmp_path: Path, text: str):
    """What cannot be read is not kept."""
    results = tmp_path / "bench.json"
    results.write_text(text)
    assert [row["name"] for row in merged([FIGURE], results)] == [FIGURE.name]


def test_a_goal_has_a_direction():
    """Lower is better for bytes, higher for changes a second."""
    assert FIGURE.met
    assert not Figure(name="x", value=200, unit="", better="higher", goal=220).met


def test_the_table_names_the_machine(tmp_path: Path):
    """Numbers without their machine say nothing."""
    assert "Python" in machine(tmp_path)
    assert table_of([FIGURE], "here").row_count == 1


def test_a_bench_nobody_knows_is_named():
    """A slip in ONLY= ends with the names there are."""
    with pytest.raises(SystemExit, match="wire, ingest, edge, storm, link, push, matching"):
        found(["wires"])
    assert [name for name, _ in found(["wire"])] == ["wire"]
