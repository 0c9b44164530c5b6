"""One hub and one post as processes of their own, each with its directory, at addresses that stay."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from provisioning.demo import ceremony, roster
from provisioning.demo.directory import DemoDirectory
from provisioning.demo.process import Server
from provisioning.demo.roster import Person
from provisioning.demo.stores import Store
from shared.enrolment import files
from tests.kills.people import Operator

SYNC_S: Final = "0.2"


@dataclass(kw_only=True)
class House:
    """The running pair, and who may sign in where."""

    at: DemoDirectory
    hub: Server
    node: Server
    officers: tuple[Person, ...]
    operator: Operator

    def directory(self, server: Server) -> Path:
        """Where this machine keeps its database and its key."""
        return self.at.hub if server is self.hub else self.at.node(roster.posts()[0].code)

    @contextmanager
    def left_by(self, server: Server) -> Iterator[Store]:
        """The store as a kill left it, read from a copy: the machine itself must do its own recovery."""
        source = self.directory(server)
        with tempfile.TemporaryDirectory(dir=self.at.path) as name:
            for path in (files.DATABASE, f"{files.DATABASE}-wal", files.DATABASE_KEY):
                if (source / path).exists():
                    shutil.copy(source / path, Path(name, path))
            with Store(Path(name), name=server.name) as store:
                yield store


@contextmanager
def standing(path: Path) -> Iterator[House]:
    """Both processes from their first start to their end, with an operator and two officers made."""
    at = DemoDirectory(path=path)
    lock = at.take()
    post = roster.posts()[0]
    cast = [one for one in roster.people() if one.country == post.country]
    hub = Server(name="hub", arguments=("hub", "run", "--data", str(at.hub)), log=at.logs / "hub.log")
    hub.port = _free_port()
    arguments = ("edge", "run", "--data", str(at.node(post.code)), "--sync-interval", SYNC_S)
    node = Server(name="node", arguments=arguments, log=at.logs / "node.log")
    try:
        ceremony.found_authority(at)
        url = f"http://127.0.0.1:{hub.port}"
        ceremony.found_hub(at, url=url)
        ceremony.enrol(at, post, url=url)
        passwords = {one.login: ceremony.add_person(at, one) for one in cast}
        for server in (hub, node):
            server.start()
        for server in (hub, node):
            server.wait()
        boss = next(one for one in cast if one.is_operator)
        operator = Operator(hub, country=post.country, login=boss.login, password=passwords[boss.login])
        officers = tuple(
            Person(
                login=one.login,
                full_name=one.full_name,
                role=one.role,
                country=one.country,
                post=one.post,
                password=passwords[one.login],
            )
            for one in cast
            if not one.is_operator
        )
        yield House(at=at, hub=hub, node=node, officers=officers, operator=operator)
    finally:
        for server in (node, hub):
            server.stop()
        lock.release()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port
