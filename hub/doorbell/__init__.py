"""The doorbell: "something for you", said to every node whose line is open, and nothing more.

A process of its own beside the hub's web server, with one event loop: no thread waits for a node.

    visitors ← door (sockets, HTTP) ← register (who may listen, who is rung) ← the hub's store

Invariants: what is rung carries no data and needs no belief; the data comes by the ordinary question.
Nothing here writes to the store but the port it listens on. One place looks for news, for all nodes.
"""

from hub.doorbell.door import Door
from hub.doorbell.register import Register

__all__ = ["Door", "Register"]
