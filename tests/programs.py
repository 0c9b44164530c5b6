"""Programs beyond the environment that some tests need, and what their absence means.

On a person's machine such a test is skipped with the reason. Where CI=true the machine was to be complete, so
the same absence is a failure: a test that is always skipped there would hold nothing.
"""

from __future__ import annotations

import os
import shutil

import pytest

_FOR_ROOT = ("/usr/sbin", "/sbin")


def require_program(*names: str) -> str:
    """The path of the first of `names` (other names of one program); skips or fails without it.

    Looked for on PATH, and where Debian keeps what is for root and on no other path.
    """
    for name in names:
        path = shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", os.defpath), *_FOR_ROOT)))
        if path:
            return path
    reason = f"missing program: {' or '.join(names)}"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason} (CI=true: a skip would hide it)", pytrace=False)
    pytest.skip(reason)
