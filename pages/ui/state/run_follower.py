"""A run as a page follows it: its events so far, each read once."""

import contextlib
from dataclasses import dataclass, field

from mnist_core.runs.history import Curves, History
from mnist_core.runs.run import ENDED, WAITING, Run

MAX_POINTS = 2000  # of the curve by step; a chart draws 400
TICKS = 60  # of a whole run: its curves grow by about eight pixels each
MIN_INTERVAL, MAX_INTERVAL = 0.8, 3.0  # seconds between two looks
TOLERANCE = 1.5  # times
BLOCK = 1 << 22  # bytes of events that are read at once


def _new_history() -> History:
    return History(MAX_POINTS)


@dataclass
class RunFollower:
    """A run and what its events tell, as far as they have been read.

    Attributes:
        watched: whether digits were read by it while it trained; they stay when it has ended.
        interval: what `poll_interval` said last.
        mistake: the bytes of an image, and what it was taken for last; see `watched_digits`.
    """

    run: Run
    offset: int = 0
    history: History = field(default_factory=_new_history)
    watched: bool = False
    mistake: tuple[bytes, str] = (b"", "")
    interval: float = MIN_INTERVAL

    def update(self) -> None:
        """Take in what has happened since."""
        before = -1
        while before != self.offset:
            before = self.offset
            new, self.offset = self.run.events(before, BLOCK)
            self.history.add(new)

    def curves(self) -> Curves:
        """The curves so far, and how long the run will be."""
        if self.run and not self._has_begun():
            with contextlib.suppress(ValueError):  # a damaged experiment is said elsewhere
                return self.history.curves_before_start(self.run.experiment().recipe)
        return self.history.curves()

    def _has_begun(self) -> bool:
        """Whether it trains or has trained; the events of a continued run's parent tell nothing."""
        return bool(self.last("start")) and self.run.state not in (*WAITING, "starting")

    def last(self, kind: str) -> dict:
        """The latest event of a kind, or an empty one."""
        return self.history.last.get(kind, {})

    def damaged_count(self) -> int:
        """How many of its events could not be read."""
        return self.history.damaged_count

    def replace_events(self, events: list[dict]) -> None:
        """Have these events in place of those that were read; what was damaged stays so."""
        damaged, self.history = self.history.damaged_count, _new_history().add(events)
        self.history.damaged_count = damaged

    def exists(self) -> bool:
        """Whether nobody has deleted the run meanwhile."""
        return self.run.exists()

    def has_ended(self) -> bool:
        """Whether there is nothing more to come."""
        return self.run.state in ENDED

    def poll_interval(self) -> float:
        """Seconds between two looks at the run: the longer all of it takes, the rarer.

        Each costs the browser and the server processor time that the training lacks. All parts of a
        page have the same, so that their looks are one (see `late_requests`). It stays until it is
        far off: another one needs a rerun of the whole page.
        """
        start, steps = self.last("start"), self.last("steps")
        seconds = (steps.get("seconds_left") or 0) + steps.get("time", 0) - start.get("time", 0)
        wanted = max(MIN_INTERVAL, min(MAX_INTERVAL, seconds / TICKS))
        if not 1 / TOLERANCE < wanted / self.interval < TOLERANCE:
            self.interval = wanted
        return self.interval

    def share_done(self) -> float:
        """How much of its steps has been taken, 0 to 1, those of a parent included."""
        if not self._has_begun():
            return 0.0
        start = self.last("start")
        return min(1.0, self.history.last_step / (start["first_step"] - 1 + start["total_steps"]))

    def completed_steps(self) -> int:
        """How many steps have been taken, those of a continued run's parent included."""
        return self.history.last_step
