"""When a run should end before its time."""

import time

from mnist_core.runs.run import Run
from mnist_core.system import settings


class StopCondition:
    """Whether a run should end: somebody asked for it, or its time is over."""

    def __init__(self, run: Run):
        self.run, self.minutes = run, settings.MINUTES.value()
        self.started, self.is_time_over = time.monotonic(), False

    def is_met(self) -> bool:
        """Whether it should end now."""
        minutes = (time.monotonic() - self.started) / 60
        self.is_time_over = bool(self.minutes) and minutes > self.minutes
        return self.is_time_over or self.run.stop_requested()

    def sentence(self) -> str:
        """Why, where nobody asked."""
        if not self.is_time_over:
            return ""
        duration = "a minute" if self.minutes == 1 else f"{self.minutes} minutes"
        return f"It had {duration}, as every run here. Continue goes on from here."
