"""Run a command that dies with whoever started it. Run as a script, without any package.

    python -I -S tether.py PARENT-PID COMMAND [ARGUMENT …]

Job: ask the kernel for SIGTERM on the parent's death (prctl(2), PR_SET_PDEATHSIG), then become the
command. Not a `preexec_fn`: that may not run safely in a process that has threads.
Must not know: which command.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Replace this process by the command; exit 1 where the parent is gone already."""
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before the kernel was asked
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
