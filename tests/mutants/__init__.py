"""Planted faults: for each promise and number, a small wrong edit that some named test must catch."""
