"""A very small storm: its figures are of the changes that came, and every one of them is at the hub."""

from __future__ import annotations

from pathlib import Path

from tests.bench.storm import BUNDLE, measure


def test_a_small_storm_is_measured_whole(tmp_path: Path):
    """Four nodes with three bundles each; the hub itself is asked whether all are there (`_all_there`)."""
    found = measure(tmp_path, nodes=4, changes=3 * BUNDLE)
    assert found.changes == 4 * 3 * BUNDLE
    assert 0 < found.durable_s <= found.searchable_s
    assert 0 < found.metadata_share < 1
    assert 0 < found.kept_bundles_share < 1
    assert found.rss_end_mb >= found.rss_early_mb > 0
