"""A node process with one thread more: an officer at a tablet who takes forms from standard input.

The process is `karaula edge run` itself: the same `serve`, with its pages, its scheduler and its link. The
officer's thread calls the booth as the pages do. For each line of input, a form as JSON, it captures one
check and writes one line: what it took, and what a 4 KiB write with fsync beside the database took next.

    python -m tests.bench.booth DIRECTORY SYNC_INTERVAL_S LOGIN PASSWORD
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import edge.serve
from edge.booth import Booth
from edge.config import Config
from edge.node import EdgeNode, build
from edge.screen import Session
from shared.errors import KaraulaError

BLOCK: Final = bytes(4096)
BLOCKS: Final = 1_000  # the write-ahead log is written over again after about as many
BESIDE: Final = "baseline.bin"


class Disk:
    """The baseline: a block written and synced, in the directory of the database."""

    def __init__(self, directory: Path) -> None:
        self._handle = os.open(directory / BESIDE, os.O_WRONLY | os.O_CREAT, 0o600)
        self._turn = 0

    def write_ms(self) -> float:
        began = time.perf_counter()
        os.pwrite(self._handle, BLOCK, self._turn % BLOCKS * len(BLOCK))
        os.fsync(self._handle)
        self._turn += 1
        return (time.perf_counter() - began) * 1000


def capture(booth: Booth, session: Session, form: Mapping[str, str]) -> dict[str, Any]:
    """One check. `decide_ms`: from the sent form to the committed check. `whole_ms`: with scan and answer."""
    began = time.perf_counter()
    case = booth.open_case(session)
    try:
        booth.enter(session, case, {name: text for name, text in form.items() if name != "decision"})
        confirmed = {**form, "confirm_digits": "yes", "confirm_clock": "yes"}
        decided = time.perf_counter()
        saved = booth.decide(session, case, confirmed)
    except KaraulaError as refused:
        booth.drop_case(session, case)
        return {"refused": refused.code, "fields": sorted(getattr(refused, "problems", {}))}
    ended = time.perf_counter()
    return {
        "decide_ms": (ended - decided) * 1000,
        "whole_ms": (ended - began) * 1000,
        "hits": saved.hits,
    }


def work(node: EdgeNode, directory: Path, login: str, password: str) -> None:
    """Capture what comes in, until the input ends."""
    booth, disk, session = node.booth, Disk(directory), None
    for line in sys.stdin:
        session = session or booth.sign_in(login=login, password=password, device=booth.device(None))
        found = capture(booth, session, json.loads(line))
        print(json.dumps(found | {"disk_ms": disk.write_ms()}), flush=True)


def main(directory: Path, sync_interval_s: float, login: str, password: str) -> None:
    nodes: list[EdgeNode] = []

    def built(config: Config, *, nudge: Callable[..., None]) -> EdgeNode:
        nodes.append(build(config, nudge=nudge))
        return nodes[0]

    def begin(line: str) -> None:
        print(line, flush=True)
        threading.Thread(target=work, args=(nodes[0], directory, login, password), daemon=True).start()

    edge.serve.build = built  # the officer needs the node that `serve` makes for itself
    edge.serve.serve(Config(data=directory, sync_interval_s=sync_interval_s), say=begin)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), *sys.argv[3:])
