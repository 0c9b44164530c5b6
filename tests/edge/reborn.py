"""A post and the centre, both real, whose device is copied, put back, and enrolled again."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from edge.identity import Identity
from shared.crypto import BoxKey, SigningKey, digest
from shared.enrolment import Life, NodeKeys
from shared.errors import RemoteError
from shared.ids import Node
from tests.simulation.chance import Chance
from tests.simulation.machine import Centre, Post, Sky
from tests.simulation.network import Network
from tests.simulation.papers import START_MS, authority_keys, make_papers
from tests.simulation.people import Officer, Operators


def renewed(identity: Identity, number: int) -> Identity:
    """The device's papers once it is enrolled again under a number."""
    old = identity.certificate

    def key(part: str) -> bytes:
        return digest(b"karaula simulation\0", f"{old.post} {number} {part}".encode(), size=32)

    keys = NodeKeys(sign=SigningKey(key("sign")), box=BoxKey(key("box")))
    certificate = replace(
        old,
        serial=10_000 + number,
        node=Node(number),
        epoch=old.epoch + 1,
        verify_key=keys.sign.verify_key,
        seal_key=keys.box.seal_key,
        replaces=(Life(node=old.node, epoch=old.epoch), *old.replaces),
    )
    return replace(
        identity,
        certificate=certificate,
        certificate_paper=certificate.signed(authority_keys().sign),
        keys=keys,
    )


class Stage:
    """The centre, KLOBUK, and whatever other devices come of its disk."""

    def __init__(self, directory: Path) -> None:
        papers = make_papers(1)
        self.chance = Chance(1)
        self.sky = Sky(START_MS)
        self.directory = directory
        self.centre = Centre(papers.hub, directory / "hub.db", self.sky, self.chance)
        self.post = self._post(papers.posts[0], directory / "klobuk.db")
        self.network = Network(self.centre, self.chance)
        self.network.healed = True
        self.centre.boot()
        self.post.boot()
        self.officer = Officer(self.post, self.chance)
        self.operators = Operators(self.centre, (self.post,), self.chance)

    def _post(self, identity: Identity, path: Path) -> Post:
        return Post(identity, path, self.sky, self.chance)

    def close(self) -> None:
        for machine in (self.post, self.centre):
            machine.stop()

    def talk(self, post: Post | None = None) -> str:
        """One round; the code of what refused it, "" where nothing did."""
        self.sky.move(120_000)
        post = post or self.post
        post.node.sealer.seal(link_appeared=True)
        try:
            self.network.contact(post)
        except RemoteError as refused:
            return refused.code
        return ""

    def image(self, name: str) -> Path:
        """A copy of the post's disk as it is now."""
        self.post.stop()
        copy = self.directory / f"{name}.image"
        shutil.copy(self.post.disk.path, copy)
        self.post.boot()
        return copy

    def send_urgent_alone(self) -> None:
        """A contact over a metered link."""
        self.post.stop()
        self.post.metered = True
        self.post.boot()
        self.network.contact(self.post)
        self.post.stop()
        self.post.metered = False
        self.post.boot()

    def put_back(self, image: Path, identity: Identity | None = None) -> None:
        """The post's disk is an older one of its own again, with the papers it had."""
        self.post.stop()
        self.post.become(identity or self.post.identity)
        for part in ("", "-wal", "-shm"):
            self.post.disk.path.with_name(self.post.disk.path.name + part).unlink(missing_ok=True)
        shutil.copy(image, self.post.disk.path)
        self.post.boot()

    def clone(self, image: Path, name: str) -> tuple[Post, Officer]:
        """Another device with the same disk."""
        path = self.directory / f"{name}.db"
        shutil.copy(image, path)
        post = self._post(self.post.identity, path)
        post.boot()
        return post, Officer(post, self.chance)

    def enrol_again(self, number: int, post: Post | None = None) -> None:
        """A new certificate, and the process starts on it."""
        post = post or self.post
        post.stop()
        post.become(renewed(post.identity, number))
        post.boot()

    def finish(self, post: Post | None = None) -> None:
        """Contacts until the log is under its new number, and then some."""
        post = post or self.post
        for _ in range(6):
            assert self.talk(post) == ""
            if post.node.renumber_due:
                post.stop()
                post.boot()
        assert not post.node.kit.renewing

    def remarks(self) -> dict[str, int]:
        """How often each check stands at the centre, by its mark."""
        rows: list[Any] = self.centre.look("SELECT remark, count(*) FROM check_record GROUP BY remark")
        return dict(rows)
