"""Names for people: posts, nodes and printed ids, from the node directory and the code lists.

Must not know: who asks, what the records say.
"""

from __future__ import annotations

import re
from typing import Final

from hub.kit import Kit
from hub.store import lives, nodes, subjects, successors
from shared.database import Connection
from shared.errors import MissingError
from shared.ids import feed_of, make_dot, node_of_dot, print_dot, read_dot

CENTRE: Final = "PCC"
"""What stands for a post where the hub itself made a record."""
_DIGITS: Final = re.compile(r"[0-9]{1,19}")


class Directory:
    """The nodes as they are at one moment. Made for one request."""

    def __init__(self, kit: Kit, tx: Connection) -> None:
        self._kit = kit
        self._tx = tx
        self.nodes = {node.node: node for node in nodes.everyone(tx)}
        self._hubs = lives.numbers(tx)
        self._officers: dict[int, tuple[str, str]] = {}

    def printed(self, dot: int | None) -> str:
        """The id people read; "" for none, `#…` where the node is not known."""
        if not dot:
            return ""
        node = self.nodes.get(node_of_dot(dot))
        if node is not None:
            return print_dot(dot, post=node.post, epoch=node.epoch)
        if node_of_dot(dot) in self._hubs:
            return print_dot(dot, post=CENTRE, epoch=node_of_dot(dot))
        return f"#{dot}"

    def read(self, text: str) -> int:
        """A record id from a URL or as printed. Raises InputError `bad_id`, MissingError `no_record`."""
        if _DIGITS.fullmatch(text) and 0 < int(text) < 1 << 63:
            return int(text)
        post, epoch, lane, seq = read_dot(text[:80])
        if post == CENTRE and epoch in self._hubs:
            return make_dot(feed_of(epoch, lane), seq)
        for node in self.nodes.values():
            if (node.post, node.epoch) == (post, epoch):
                return self._now(make_dot(feed_of(node.node, lane), seq))
        raise no_record()

    def _now(self, printed: int) -> int:
        """The record a printed id means: the one that has it, else the one that had it."""
        if subjects.kind_of(self._tx, printed) is not None:
            return printed
        return next(iter(successors.now_called(self._tx, printed)), printed)

    def formerly(self, record: int) -> str:
        """The ids on papers printed before a device was enrolled again; "" for none."""
        return ", ".join(self.printed(old) for old in successors.formerly(self._tx, record))

    def also_called(self, record: int) -> str:
        """Other records whose papers bear this one's id, because a disk was copied; "" for none."""
        return ", ".join(self.printed(other) for other in successors.now_called(self._tx, record))

    def node_name(self, dot: int) -> str:
        node = self.nodes.get(node_of_dot(dot))
        return node.name if node is not None else CENTRE if node_of_dot(dot) in self._hubs else ""

    def post_of(self, dot: int) -> str:
        node = self.nodes.get(node_of_dot(dot))
        return node.post if node is not None else CENTRE if node_of_dot(dot) in self._hubs else ""

    def post_name(self, post: str) -> str:
        found = self._kit.lists.posts.find(post)
        return found.label if found is not None else post

    def who(self, author: int) -> str:
        """An officer's name, or login; "" for the machine itself."""
        if author not in self._officers:
            self._officers[author] = subjects.name_of(self._tx, author) if author else ("", "")
        login, full_name = self._officers[author]
        return full_name or login


def no_record() -> MissingError:
    """The same for what is not there and what may not be seen: neither is told apart."""
    return MissingError(
        "no_record",
        "there is no such record for this desk",
        hint="Check the id. Another country's record opens through a hit, a conflict or an answered request.",
    )
