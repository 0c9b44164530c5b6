"""What each part of the product adds to the worlds: one module an area, found by being here.

A module of this folder that defines a subclass of `Area` joins every world. It names its faults and events
in enums of its own, gives its pieces of work their weights, and checks its promises at the end. Nothing else
has to be edited: the world, the tally and the verdict ask every area in turn.
"""

from __future__ import annotations

import importlib
import pkgutil

from tests.simulation.areas.area import Area, Work

__all__ = ["Area", "Work", "gather"]


def gather() -> tuple[type[Area], ...]:
    """The areas of this folder, by the names of their modules."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return tuple(
        thing
        for module in modules
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, Area) and thing.__module__ == module.__name__
        if thing is not Area
    )
