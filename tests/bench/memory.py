"""How much memory a process holds, as the kernel counts it."""

from __future__ import annotations

from pathlib import Path

_MB = 1e6


def resident_mb(pid: int | str = "self") -> float:
    """What a process holds now."""
    return _status_mb(pid, "VmRSS")


def peak_mb(pid: int | str = "self") -> float:
    """The most it has held since its start, or since `forget_peak`."""
    return _status_mb(pid, "VmHWM")


def forget_peak() -> None:
    """Count this process's peak from now on."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _status_mb(pid: int | str, line: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.partition(f"{line}:")[2].split()[0]) * 1024 / _MB
