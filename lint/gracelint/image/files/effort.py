"""How much work one question about an image may take, so that a hostile build ends in "unknown" and not in a hang."""

from __future__ import annotations

from ...records import dataclass

MAX_STEPS = 8_000
MAX_NESTING = 60
MAX_WONDERING = 20
READING = 20
CHARACTERS = 50
"""Reading one RUN costs as much as `READING` steps, and one more for so many characters."""


@dataclass(slots=True)
class Effort:
    """What answering one question may still cost; all stages of a Dockerfile share one."""

    steps: int = MAX_STEPS
    depth: int = 0

    def begin(self) -> None:
        """A question is asked: a new one, unless it came up while another one is answered."""
        if self.depth == 0:
            self.steps = MAX_STEPS

    def spend(self, steps: int = 1) -> bool:
        """Take some of it; False when there is no more."""
        self.steps -= steps
        return self.steps >= 0

    def may_wonder(self) -> bool:
        """Whether one may ask if a command had what it needs: such questions lead to others of their kind."""
        return self.depth <= MAX_WONDERING and self.spend()

    @property
    def spent(self) -> bool:
        """Whether the question took too much."""
        return self.steps < 0

    @property
    def deep(self) -> bool:
        """Whether questions are nested too deeply to ask another one."""
        return self.depth > MAX_NESTING
