"""Make `.venv/` from the lock file, on a machine that has little more than a Python.

Job: find or fetch uv, then let it install exactly what `uv.lock` names, each file checked against its hash.
Invariants: nothing is written outside the checkout, save by a uv already on the machine to its own cache;
no Python is downloaded; nothing but this project itself is built; a fetched uv is run only if its SHA-256 is
the one written here.
Must not know: anything but the standard library, since it runs before there is an environment.

    python3 .ci/bootstrap.py              make or refresh .venv/
    python3 .ci/bootstrap.py uv lock      run that same uv with other arguments
"""

from __future__ import annotations

import hashlib
import io
import os
import platform
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

# The oldest Python the code is written for, and the first one our compiled dependencies have no wheels for.
PYTHON_MIN = (3, 11)
PYTHON_TOO_NEW = (3, 15)

# The uv fetched when the machine has none in [UV_PINNED, UV_TOO_NEW). Outside that window uv would have to
# fetch another build backend and might write the lock file differently. `required-version` in pyproject.toml
# says the same; a test compares the two.
UV_PINNED = (0, 13, 9)
UV_TOO_NEW = (0, 14, 0)

# machine -> (folder and file below files.pythonhosted.org/packages, SHA-256 of the file), as published at
# https://pypi.org/project/uv/#files
WHEEL_HOST = "https://files.pythonhosted.org/packages"
UV_WHEELS = {
    "x86_64": (
        "3d/aa/26d64642d808de4a652579ef950d7cd2d37f080a8babf9c67c6b75fc4c3f",
        "uv-0.13.9-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19",
    ),
    "aarch64": (
        "57/15/94b6cd62ac3ff6550288328e8035288875197cbc183f51554b266a69877b",
        "uv-0.13.9-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64.whl",
        "5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe",
    ),
}
WHEEL_BYTES_MAX = 64 * 1024 * 1024  # three times today's wheel; a longer answer is not the wheel
FETCH_TRIES = 4
FETCH_TIMEOUT_S = 60

# Settings of the person's own uv that would change where packages come from or where they go.
UV_SETTINGS_KEPT = ("UV_CACHE_DIR", "UV_OFFLINE", "UV_HTTP_TIMEOUT", "UV_LINK_MODE", "UV_NO_PROGRESS")

PACKAGES = ("edge", "hub", "provisioning", "shared")
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
UV_HOME = ROOT / ".uv"


class BootstrapError(Exception):
    """The environment cannot be made; the message says what a person can do about it."""


def dotted(version: tuple[int, ...]) -> str:
    """The version as people write it: `(3, 11)` gives `3.11`."""
    return ".".join(str(part) for part in version)


def python_fits(version: tuple[int, ...]) -> bool:
    """Whether a Python of this version can run the product."""
    return PYTHON_MIN <= version[:2] < PYTHON_TOO_NEW


def python_version(program: str) -> tuple[int, ...]:
    """The version that the interpreter at `program` reports; `(0,)` when it does not run."""
    try:
        answer = subprocess.run(
            [program, "-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=True,
        ).stdout.decode()
        return tuple(int(part) for part in answer.split("."))
    except (OSError, subprocess.CalledProcessError, ValueError):
        return (0,)


def choose_python() -> str:
    """The environment's interpreter: the one already in it, the one running this, or another on PATH."""
    present = str(VENV / "bin" / "python")
    if python_fits(python_version(present)):
        return present
    if python_fits(sys.version_info[:3]):
        return sys.executable
    for minor in range(PYTHON_MIN[1], PYTHON_TOO_NEW[1]):
        found = shutil.which("python3.%d" % minor)
        if found and python_fits(python_version(found)):
            return found
    raise BootstrapError(
        "Python {} or newer, below {}, is needed; this is {}. "
        "On Debian 12 and later: apt-get install python3".format(
            dotted(PYTHON_MIN), dotted(PYTHON_TOO_NEW), dotted(sys.version_info[:3])
        )
    )


def uv_version(program: str) -> tuple[int, ...]:
    """The version that the uv at `program` reports; `(0,)` when it does not run."""
    try:
        answer = subprocess.run(
            [program, "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
        ).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        return (0,)
    match = re.match(r"uv (\d+)\.(\d+)\.(\d+)", answer)
    return tuple(int(part) for part in match.groups()) if match else (0,)


def uv_fits(version: tuple[int, ...]) -> bool:
    """Whether a uv of this version reads our lock file and carries our build backend."""
    return UV_PINNED <= version < UV_TOO_NEW


def download(url: str) -> bytes:
    """The body at `url`, at most `WHEEL_BYTES_MAX`; proxies and certificates are the machine's own."""
    failure: Exception = OSError("not tried")
    for attempt in range(FETCH_TRIES):
        if attempt:
            time.sleep(2**attempt)
        try:
            with urllib.request.urlopen(url, timeout=FETCH_TIMEOUT_S) as reply:  # noqa: S310 - a constant https URL
                body: bytes = reply.read(WHEEL_BYTES_MAX + 1)
        except (OSError, urllib.error.URLError) as error:
            failure = error
            continue
        if len(body) > WHEEL_BYTES_MAX:
            raise BootstrapError("{} is far longer than the file it should be.".format(url))
        return body
    raise BootstrapError(
        "{} cannot be reached ({}). Check the network, HTTPS_PROXY and ca-certificates, "
        "or install uv {} yourself.".format(url, failure, dotted(UV_PINNED))
    )


def unpack_uv(wheel: bytes, sha256: str, target: Path) -> None:
    """Write the uv program in `wheel` to `target` in one step, once its SHA-256 is the expected one."""
    actual = hashlib.sha256(wheel).hexdigest()
    if actual != sha256:
        raise BootstrapError(
            "The fetched uv is not the pinned one (SHA-256 {}, expected {}). Nothing of it was run; "
            "try again, and if it stays so, tell whoever runs your network.".format(actual, sha256)
        )
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        program = archive.read("uv-{}.data/scripts/uv".format(dotted(UV_PINNED)))
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name("uv.{}.partial".format(os.getpid()))
    partial.write_bytes(program)
    partial.chmod(0o755)
    partial.replace(target)  # two `make env` at once both succeed


def find_uv() -> tuple[str, bool]:
    """A uv that fits, and whether it is the one kept inside the checkout; fetches that one if need be."""
    on_path = shutil.which("uv")
    if on_path and uv_fits(uv_version(on_path)):
        return on_path, False
    kept = UV_HOME / "uv-{}".format(dotted(UV_PINNED)) / "uv"
    if not uv_fits(uv_version(str(kept))):
        machine = platform.machine()
        if sys.platform != "linux" or machine not in UV_WHEELS:
            raise BootstrapError(
                "No uv is pinned for {} on {}. "
                "Install uv {} (https://docs.astral.sh/uv/) and try again.".format(
                    sys.platform, machine, dotted(UV_PINNED)
                )
            )
        folder, file, sha256 = UV_WHEELS[machine]
        say("fetching uv {} (about 18 MB)".format(dotted(UV_PINNED)))
        unpack_uv(download("/".join((WHEEL_HOST, folder, file))), sha256, kept)
    return str(kept), True


def uv_environment(*, kept: bool) -> dict[str, str]:
    """The environment uv runs in: the caller's, without settings that would lead it elsewhere."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name in UV_SETTINGS_KEPT or not name.startswith(("UV_", "VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME"))
    }
    environment["UV_PROJECT_ENVIRONMENT"] = str(VENV)
    environment["UV_PYTHON_DOWNLOADS"] = "never"
    environment["UV_SYSTEM_CERTS"] = "1"  # trust what this machine trusts, as urllib above does
    if kept:  # the home directory may be missing or read-only
        environment.setdefault("UV_CACHE_DIR", str(UV_HOME / "cache"))
    return environment


def compile_modules() -> None:
    """Compile what was installed and our own packages, once.

    uv leaves that to the first import, and a process that may not write there (a service, or with
    PYTHONDONTWRITEBYTECODE) then compiles everything at each start: a node takes two seconds of processor
    time more, and keeps 6 MB for the syntax trees it no longer has.
    """
    compiler = [str(VENV / "bin" / "python"), "-m", "compileall", "-q", "-j", "0"]
    command = [*compiler, str(VENV / "lib"), *PACKAGES]
    # What is not meant for this Python (templates, a parser's bad examples) does not compile, and need not.
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)


def say(line: str) -> None:
    """Tell the person at the terminal what happens now."""
    print("bootstrap: " + line, file=sys.stderr, flush=True)


def main(arguments: list[str]) -> int:
    """Make the environment, or run uv with the arguments after `uv`; returns the exit status."""
    try:
        python = choose_python()
        program, kept = find_uv()
    except BootstrapError as error:
        say(str(error))
        return 1
    if arguments[:1] == ["uv"]:
        command = [program, *arguments[1:]]
    else:
        say("uv {} installs the locked packages for {}".format(dotted(uv_version(program)), python))
        command = [program, "sync", "--frozen", "--no-python-downloads", "--python", python]
    status = subprocess.run(command, cwd=ROOT, env=uv_environment(kept=kept), check=False).returncode
    if status == 0 and arguments[:1] != ["uv"]:
        compile_modules()
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
