"""The documentation as a test sees it: blocks of commands, inline code, links."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import click

from provisioning.cli import root
from provisioning.registry import installed
from tests.house.source import ROOT

FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
COMMENT = re.compile(r"\s+#\s.*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One Markdown file."""

    path: str
    text: str

    def lines(self) -> list[str]:
        """Every line of its code blocks, fenced or indented, continued lines joined, comments cut."""
        found: list[str] = []
        fenced = going_on = False
        for line in self.text.splitlines():
            if line.startswith("```"):
                fenced = not fenced
            elif fenced or line.startswith("    "):
                command = COMMENT.sub("", line.strip())
                if going_on:
                    found[-1] += f" {command}"
                elif command:
                    found.append(command)
                going_on = command.endswith("\\")
                if going_on:
                    found[-1] = found[-1].removesuffix("\\").rstrip()
        return found

    def commands(self) -> list[list[str]]:
        """Its `karaula …` and `make …` commands as words, from blocks and from inline code."""
        inline = [" ".join(code.split()) for code in INLINE.findall(FENCE.sub("", self._prose()))]
        return [words for line in [*self.lines(), *inline] if (words := _command(line))]

    def options(self) -> set[str]:
        """Options named alone in inline code: `--sabotage NAME`."""
        return {code.split()[0] for code in INLINE.findall(self._prose()) if code.startswith("--")}

    def section(self, heading: str) -> Page:
        """The part under a `## heading`."""
        _, _, rest = self.text.partition(f"\n## {heading}\n")
        assert rest, f"{self.path} has no section {heading!r}"
        return Page(path=self.path, text=rest.split("\n## ")[0])

    def _prose(self) -> str:
        return "\n".join(line for line in self.text.splitlines() if not line.startswith("    "))


def _command(line: str) -> list[str]:
    """The words from `karaula` or `make` on; [] for anything else. A wildcard (`karaula node …`) ends it."""
    try:
        words = shlex.split(line)
    except ValueError:  # an apostrophe in a line of prose or code
        return []
    if words and words[0] in {".venv/bin/karaula", "karaula"}:
        words[0] = "karaula"
    if not words or words[0] not in {"karaula", "make"}:
        return []
    return words[: words.index("…")] if "…" in words else words


@cache
def pages() -> tuple[Page, ...]:
    """README and everything in docs/ for people."""
    paths = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md"))]
    return tuple(
        Page(path=path.relative_to(ROOT).as_posix(), text=path.read_text(encoding="utf-8")) for path in paths
    )


@cache
def verbs() -> frozenset[str]:
    """What `make` can be asked for."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return frozenset(re.findall(r"^([a-z-]+):", text, re.MULTILINE))


@cache
def karaula(*names: str) -> click.Command | None:
    """The command of these names (`"node", "issue"`); None where there is none."""
    found: click.Command | None = root()
    for name in names:
        found = found.get_command(click.Context(found), name) if isinstance(found, click.Group) else None
    return found


def every_command() -> Iterator[tuple[str, ...]]:
    """The names of all commands that are registered."""
    yield from (tuple(name.split(".")) for name in sorted(installed()))


def options_of(command: click.Command) -> frozenset[str]:
    """The options a command takes, `--help` included."""
    taken = command.get_params(click.Context(command))
    return frozenset(option for parameter in taken for option in (*parameter.opts, *parameter.secondary_opts))
