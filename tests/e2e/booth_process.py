"""A real node process at Klobuk, enrolled by the real commands, and a centre that can be cut off.

The node is `karaula edge run` in its own process with its own encrypted file. The centre is the test's:
it speaks the sync protocol over HTTP on loopback with the hub's real keys, so that a test can raise an
alert, and pull the cable, whenever it likes.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from shared.crypto import password_verifier
from shared.enrolment import AuthorityCard, Certificate, HubKeys, files
from tests.edge.posts import OWN_PASSWORD, Centre, Dial

KARAULA = Path(sys.executable).with_name("karaula")
POST = "KLOBUK"
_PATIENCE_S = 30  # how long a process may take to speak on two busy cores; no test waits this long when well


class RealDial(Dial):
    """The machine's own clock in place of a dial."""

    def __getattribute__(self, name: str) -> Any:
        return time.time_ns() // 1_000_000 if name == "wall_ms" else object.__getattribute__(self, name)


@dataclass
class Booth:
    """The running node: its address, its centre, and the cable between them."""

    url: str
    centre: Centre
    cable: Cable
    process: subprocess.Popen[str] = field(repr=False)

    def wait_for(self, text: str, path: str = "/bar") -> None:
        """Wait until a page that anyone may see holds a text."""
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            with urllib.request.urlopen(self.url + path) as answer:  # noqa: S310 — our own loopback address
                if text in answer.read().decode():
                    return
            time.sleep(0.1)
        raise AssertionError(f"{text!r} never came to stand on {path}")


class Cable:
    """HTTP between node and centre; cut, it answers nothing and listens nowhere."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None
        self.port = 0
        self.join()

    def join(self) -> None:
        """Plug it in; the port stays the same."""
        centre, lock = self._centre, self._lock

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                question = self.rfile.read(int(self.headers["Content-Length"]))
                with lock:
                    answer = centre.exchange(question)
                self.send_response(200)
                self.send_header("Content-Type", "application/octet-stream")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Door)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def cut(self) -> None:
        """Pull it out."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @contextmanager
    def speaking(self) -> Iterator[Centre]:
        """The centre, while no question is being answered."""
        with self._lock:
            yield self._centre


def karaula(*arguments: object) -> None:
    """Run one command of the product."""
    done = subprocess.run(
        [KARAULA, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=_PATIENCE_S
    )
    assert done.returncode == 0, done.stderr


def enrol(directory: Path) -> tuple[Path, Centre]:
    """An authority, a hub's keys and an enrolled node, by the commands an engineer types."""
    authority, hub, node = directory / "authority", directory / "hub", directory / "node"
    phrase, pack = directory / "passphrase", directory / "node.pack"
    phrase.write_text("four words nobody guesses\n", encoding="utf-8")
    secret = ("--passphrase-file", phrase)
    karaula("authority", "init", authority, *secret)
    karaula("hub", "init", hub, "--url", "http://127.0.0.1:9", "--authority", authority, *secret)
    issue = ("--authority", authority, "--hub-card", hub / files.HUB_CARD, "--post", POST, "--out", pack)
    karaula("node", "issue", *issue, *secret)
    karaula("node", "enrol", pack, "--data", node, "--yes", "--approve-with", authority, *secret)
    keys = HubKeys.unlock((hub / files.HUB_KEYS).read_bytes(), (hub / files.DATABASE_KEY).read_bytes())
    centre = Centre(keys, RealDial())
    card = AuthorityCard.read((node / files.AUTHORITY_CARD).read_bytes())
    centre.node = Certificate.read((node / files.NODE_CERTIFICATE).read_bytes(), authority=card.verify_key)
    return node, centre


@contextmanager
def running(directory: Path) -> Iterator[Booth]:
    """The node's process from its start to its clean end, after its first contact.

    It knows two officers (`mira`; `novi` with the desk's first password) and two alerts.
    """
    node, centre = enrol(directory)
    centre.officer(full_name="Mira Test", own_verifier=password_verifier(OWN_PASSWORD), own_reset=1)
    centre.officer(login="novi", full_name="Novi Test")
    centre.alert(
        document_number="L898902C3",
        document_issuer="UTO",
        surname="ERIKSSON",
        given_names="ANNA MARIA",
        birth="1974-08-12",
        warnings=("armed",),
        reason="Convicted in absence (synthetic)",
    )
    centre.alert(category="discreet", action="observe", document_number="U12345678", reference="RS-Q-9")
    cable = Cable(centre)
    command = [KARAULA, "edge", "run", "--data", node, "--sync-interval", "0.2"]
    command += ["--hub-url", f"http://127.0.0.1:{cable.port}"]
    with open(directory / "node.log", "w", encoding="utf-8") as log:
        process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert said.startswith("listening on "), (said, (directory / "node.log").read_text())
            booth = Booth(
                url=said.removeprefix("listening on ").strip(), centre=centre, cable=cable, process=process
            )
            booth.wait_for("Link up")
            yield booth
        finally:
            cable.cut()
            process.terminate()
            assert process.wait(_PATIENCE_S) == 0, (directory / "node.log").read_text()
            assert process.stdout is not None
            process.stdout.close()
