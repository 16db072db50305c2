"""A front and a back buffer for charts that grow, so that a redraw is never seen."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class DoubleBuffer:
    """What each of two buffers shows, and which is in front; see `charts.live`."""

    contents: list[Any] = field(default_factory=lambda: [None, None])
    front: int = 0

    def push(self, newest: Any) -> None:
        """Put what is new into the other buffer and bring that to the front."""
        if newest != self.contents[self.front]:
            self.front = 1 - self.front
            self.contents[self.front] = newest
