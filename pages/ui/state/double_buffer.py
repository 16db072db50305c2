"""Two layers that take turns to show what grows, so that a redraw is never seen."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class DoubleBuffer:
    """What each of two layers shows, and which is in front; see `charts.growing`."""

    shown: list[Any] = field(default_factory=lambda: [None, None])
    front: int = 0

    def turn(self, newest) -> None:
        """Bring what is new to the front, if it is new."""
        if newest != self.shown[self.front]:
            self.front = 1 - self.front
            self.shown[self.front] = newest
