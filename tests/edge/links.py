"""Links for tests: narrow ones, and ones that break off where the test says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from edge.pace import Pace
from shared.errors import RemoteError
from shared.session import read_question


class Narrow(Pace):
    """A link so narrow that a question and an answer hold so many bytes; None is as wide as it measures."""

    def __init__(self, room: int | None) -> None:
        super().__init__()
        self._room = room

    @property
    def request_bytes(self) -> int:
        return super().request_bytes if self._room is None else self._room

    @property
    def reply_bytes(self) -> int:
        return super().reply_bytes if self._room is None else self._room


@dataclass
class Breaking:
    """Carries questions to a hub; `cuts` says of each whether its question or its answer is lost."""

    hub: Callable[[bytes], bytes]
    cuts: Iterator[str] = field(default_factory=lambda: iter(()))
    questions: list[bytes] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)

    def exchange(self, question: bytes) -> bytes:
        self.questions.append(question)
        cut = next(self.cuts, "")
        if cut == "question":
            raise broken_off()
        answer = self.hub(question)
        if cut == "answer":
            raise broken_off()
        self.answers.append(answer)
        return answer

    @property
    def sent(self) -> int:
        return sum(map(len, self.questions))

    def pieces(self) -> list[int]:
        """The size of each question's piece, 0 where there was none."""
        uploads = [read_question(question).hello.upload for question in self.questions]
        return [0 if upload is None else len(upload.data) for upload in uploads]


def broken_off() -> RemoteError:
    return RemoteError("link_cut", "the link to the hub broke off", hint="Work goes on.")
