"""Matching: names across scripts, dates, documents and vehicles, with the reason. See docs/matching.md."""
