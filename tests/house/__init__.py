"""Checks of the house itself: directions, homes, shapes, the wheel, the lock."""
