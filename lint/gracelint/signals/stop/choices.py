"""What is not known about the stop, answered in every way that it can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Choices:
    """One run's answers to what is not known; `runs` tries them all, up to a bound."""

    MOST = 48

    def __init__(self, answers: list[int]) -> None:
        self.answers, self.asked = answers, list[tuple[str, int]]()
        self._made: dict[object, int] = {}

    def pick(self, key: object, label: str, ways: int) -> int:
        """The answer (0 … ways-1) to a question; the same again for the same key."""
        if key in self._made:
            return self._made[key]
        number = len(self.asked)
        answer = self.answers[number] if number < len(self.answers) else 0
        self.asked.append((label, ways))
        self._made[key] = answer
        return answer

    def next(self) -> list[int] | None:
        """The answers of the next run; None after the last."""
        answers = [*self.answers, *([0] * (len(self.asked) - len(self.answers)))][: len(self.asked)]
        while answers:
            if answers[-1] + 1 < self.asked[len(answers) - 1][1]:
                answers[-1] += 1
                return answers
            answers.pop()
        return None


def runs() -> Iterator[Choices]:
    """Runs with every combination of answers, the likeliest first, up to a bound."""
    answers: list[int] | None = []
    for _ in range(Choices.MOST):
        choices = Choices(answers or [])
        yield choices
        answers = choices.next()
        if answers is None:
            return
