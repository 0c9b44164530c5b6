"""What every test gets: the `requires_program` marker, Chromium's path, Hypothesis without a stopwatch."""

from __future__ import annotations

import signal

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.programs import require_program

# Nothing here is judged by time: two busy cores would make a slow example look like a wrong one.
settings.register_profile(
    "karaula", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("karaula")
# For planted faults: the same examples each time, and no search for the smallest one that nobody will read.
settings.register_profile(
    "unshrunk",
    settings.get_profile("karaula"),
    phases=(Phase.explicit, Phase.generate),
    database=None,
    derandomize=True,
)

# A run started in the background inherits an ignored Ctrl-C, and so would every process a test starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, or fail where CI=true, a test marked `requires_program("name")` on a machine without it."""
    for marker in item.iter_markers("requires_program"):
        for name in marker.args:
            require_program(name)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's Chromium, for `executable_path`."""
    return require_program("chromium", "chromium-browser")
