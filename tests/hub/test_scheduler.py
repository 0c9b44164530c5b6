"""The hub's jobs: whatever one of them meets, it runs again at its next turn."""

from __future__ import annotations

import pytest

from hub.scheduler import _guarded
from shared.errors import StoreError


@pytest.mark.parametrize(
    "trouble", [StoreError("disk_full", "full", hint="Free space."), OSError("read-only file system")]
)
def test_a_job_that_fails_is_logged_and_not_the_end_of_it(
    trouble: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    """A full database and a key file that cannot be written alike."""

    def job() -> None:
        raise trouble

    _guarded("rotate_prekeys", job)()
    said = capsys.readouterr()
    assert "job_failed" in said.out + said.err
    assert "rotate_prekeys" in said.out + said.err
