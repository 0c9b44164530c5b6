"""What an area may add to a world. Every method does nothing until a subclass says otherwise.

An example, whole:

    class Courier(Area):
        \"\"\"A stick carries bundles between a post and the centre.\"\"\"

        class Fault(StrEnum):
            PULLED = "a stick pulled out in the middle of an import"

        KINDS = (Fault,)

        def at_post(self, post: Post) -> dict[Work, int]:
            return {lambda: self._carry(post): 3}

        def _carry(self, post: Post) -> None:
            if self.chance.one_in(3):
                self.chance.fire(self.Fault.PULLED)
                …

Work may raise PowerCut and StoreError: the world then cuts or heals the machine it was given for.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from tests.simulation.machine import Post
    from tests.simulation.world import World

Work = Callable[[], object]


class Area:
    """One area in one world, made when the world is: no machine runs yet."""

    KINDS: ClassVar[tuple[type[StrEnum], ...]] = ()
    """Its faults and events. Each must come up somewhere in a run of some length, or that run fails."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.chance = world.chance

    def begin(self) -> None:
        """Every machine has booted; the first step is next."""

    def at_post(self, post: Post) -> dict[Work, int]:
        """Pieces of work at a post, and how often each comes up beside the others (a capture weighs 20)."""
        del post
        return {}

    def at_hub(self) -> dict[Work, int]:
        """Pieces of work at the centre, weighed on the same scale."""
        return {}

    def mend(self) -> None:
        """Peace begins: no fault of this area happens from here on."""

    def talk(self) -> None:
        """One perfect round of what this area still has to bring, after every post's contact."""

    def said(self) -> list[tuple[object, ...]]:
        """What must stand still before the world counts as drained."""
        return []

    def judge(self) -> None:
        """Raise AssertionError, naming the promise, for what does not hold. Asked twice, all drained."""
