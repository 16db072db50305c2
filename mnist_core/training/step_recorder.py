"""The loss and accuracy of each step of a training, sent as events a few times a second."""

import math
import time
from collections.abc import Callable

import numpy as np

MAX_POINTS = 20_000  # of a run's step curve; above, a point is the mean of several steps
EVENT_INTERVAL = 0.25  # seconds between two "steps" events: a page draws at 2 Hz


class StepRecorder:
    """Collects steps, sends them as "steps" events, and averages them over an epoch."""

    def __init__(self, on_event: Callable[[dict], None], total_steps: int, first_step: int):
        self.on_event, self.total, self.first = on_event, total_steps, first_step
        self.every = math.ceil(total_steps / MAX_POINTS)  # steps a point
        self.step, self.epoch = first_step, 1
        self.pending: list[tuple[float, float]] = []  # not sent yet
        self.epoch_steps: list[tuple[float, float]] = []

    def start_clock(self) -> None:
        """Call this just before the first step."""
        self.last_sent = self.pace_started = time.monotonic()

    def begin_epoch(self, number: int) -> None:
        """The steps that follow are of this epoch, 1-based."""
        self.epoch, self.epoch_started = number, time.monotonic()

    def add(self, loss: float, accuracy: float) -> None:
        """Take the figures of the next step."""
        self.step += 1
        self.pending.append((loss, accuracy))
        self.epoch_steps.append((loss, accuracy))
        # The first step includes compiling; sending it at once shows that something happens
        if time.monotonic() - self.last_sent > EVENT_INTERVAL or self.step == self.first + 1:
            self.send()

    def send(self) -> None:
        """Send the steps that make whole points; the rest waits."""
        whole = len(self.pending) // self.every * self.every
        if not whole:
            return
        now = time.monotonic()
        points = np.array(self.pending[:whole]).reshape(-1, self.every, 2).mean(axis=1)
        first = self.step - len(self.pending) + 1
        self.pending = self.pending[whole:]
        event = {
            "kind": "steps",
            "epoch": self.epoch,
            "first": first,
            "every": self.every,
            "loss": points[:, 0].round(5).tolist(),
            "accuracy": points[:, 1].round(4).tolist(),
            "seconds_left": self._seconds_left(now),
            "time": time.time(),
        }
        self.on_event(event)
        self.last_sent = now

    def _seconds_left(self, now: float) -> float | None:
        """By the pace since the first step, which compiled; None while there is no pace yet."""
        steps = self.step - self.first - 1
        if not steps:
            self.pace_started = now
            return None
        return round((now - self.pace_started) / steps * (self.total - steps - 1), 1)

    def end_epoch(self) -> tuple[float, float, float]:
        """(loss, accuracy, seconds) of the epoch that ends: means over its steps."""
        loss, accuracy = np.mean(self.epoch_steps, axis=0)
        seconds = time.monotonic() - self.epoch_started
        self.epoch_steps = []
        return float(loss), float(accuracy), seconds
