"""A run's events -> the points of its curves."""

import math
from collections.abc import Iterable
from typing import NamedTuple

from mnist_core.config.schema import Recipe
from mnist_core.runs.events import DAMAGED


class Curve(NamedTuple):
    """Loss and accuracy at some steps; three lists of one length, by rising step."""

    step: list[int]
    loss: list[float]
    accuracy: list[float]


class Curves(NamedTuple):
    """All curves of a run, as far as it has come."""

    steps: Curve  # training, each point the mean over a few steps
    train: Curve  # training, by epoch
    validation: Curve  # validation, by epoch; empty if the recipe has none
    total_steps: int  # planned; 1 before the start event, see `curves_before_start`
    steps_per_epoch: int
    resumed_at: tuple[int, ...] = ()  # the last steps before it was continued
    own: Curve = Curve([], [], [])  # of a run that learns a hand: that person's drawings held back
    mnist: Curve = Curve([], [], [])  # and digits of MNIST's test set, at the same steps


class _Point(NamedTuple):
    step: int  # the last that it stands for
    loss: float
    accuracy: float
    size: int  # steps of which it is the mean


class History:
    """What a page shows of a run's events, each of which is taken in once.

    It doesn't grow with the run: of the curve by step, at most `max_points` are held, each the mean
    of neighbours.

    Attributes:
        last: the latest event of each kind.
        last_step: the number of the last step, those of a continued run's parent included.
        damaged_count: how many events could not be read.
    """

    def __init__(self, max_points: float = math.inf):
        self.last: dict[str, dict] = {}
        self.last_step = self.damaged_count = 0
        self._max_points, self._total, self._per_epoch = max_points, 1, 1
        self._train, self._validation = Curve([], [], []), Curve([], [], [])
        self._own, self._mnist = Curve([], [], []), Curve([], [], [])
        self._points: list[_Point] = []  # of the curve by step
        self._resumed_at: tuple[int, ...] = ()
        self._min_size = 1  # steps that a point stands for before the next one begins

    def add(self, events: Iterable[dict]) -> "History":
        """Take in what happened next. Returns itself."""
        for event in events:
            kind = event["kind"]
            self.last[kind] = event
            if kind == DAMAGED:
                self.damaged_count += 1
            elif kind == "start":
                self._add_start(event)
            elif kind == "steps":
                self._add_steps(event)
            elif kind == "epoch":
                self._add_epoch(event)
            elif kind == "check":
                self._add_check(event)
        return self

    def curves(self) -> Curves:
        """The curves as they are now; they don't change with what is added later."""
        columns = list(zip(*self._points, strict=True))[:3] or ((), (), ())
        curves = (columns, self._train, self._validation)
        copies = (Curve(*map(list, curve)) for curve in curves)
        checks = (Curve(*map(list, curve)) for curve in (self._own, self._mnist))
        return Curves(*copies, self._total, self._per_epoch, self._resumed_at, *checks)

    def newest(self, steps: int) -> tuple[float, float] | None:
        """(loss, accuracy): the means over about so many last steps; None before the first."""
        found, count = [], 0
        for point in reversed(self._points):
            if count >= steps:
                break
            found.append(point)
            count += point.size
        return _merge(found)[1:3] if found else None

    def curves_before_start(self, recipe: Recipe) -> Curves:
        """Those of a run that has not begun: as it continues them, its length by its recipe."""
        per_epoch = recipe.steps_per_epoch()
        total = self.last_step + recipe.epochs * per_epoch
        return self.curves()._replace(total_steps=total, steps_per_epoch=per_epoch)

    def _add_start(self, event):
        before = event["first_step"] - 1
        self._total = max(1, before + event["total_steps"])
        self._per_epoch = max(1, event["steps_per_epoch"])
        if before:
            self._resumed_at += (before,)

    def _add_steps(self, event):
        size = max(1, event["every"])
        for values in zip(point_steps(event), event["loss"], event["accuracy"], strict=True):
            point = _Point(*values, size)
            if self._points and self._points[-1].size < self._min_size:
                point = _merge([self._points.pop(), point])
            self._points.append(point)
            self.last_step = max(self.last_step, point.step)
        while len(self._points) > self._max_points:
            pairs = [self._points[i : i + 2] for i in range(0, len(self._points), 2)]
            self._points = list(map(_merge, pairs))
            self._min_size = max(2 * self._min_size, self._points[0].size)

    def _add_epoch(self, event):
        _append(self._train, event, "")
        if "val_loss" in event:
            _append(self._validation, event, "val_")
        self.last_step = max(self.last_step, event["step"])  # it may end between two points

    def _add_check(self, event):
        _append(self._mnist, event, "mnist_")
        if "own_loss" in event:
            _append(self._own, event, "own_")


def from_events(events: Iterable[dict]) -> Curves:
    """The curves of a run, from its events, with all their points."""
    return History().add(events).curves()


def point_steps(event: dict) -> list[int]:
    """The last step that each point of a "steps" event stands for; a point is a mean of `every`."""
    first, every = event["first"], event["every"]
    return [first + (i + 1) * every - 1 for i in range(len(event["loss"]))]


def last_step(events: Iterable[dict]) -> int:
    """The number of the last step in the events, those of a continued run's parent included."""
    return History().add(events).last_step


def _merge(points: list[_Point]) -> _Point:
    """One point for neighbours."""
    size = sum(point.size for point in points)
    loss, accuracy = (sum(point[i] * point.size for point in points) / size for i in (1, 2))
    return _Point(points[-1].step, loss, accuracy, size)


def _append(curve, event, prefix) -> None:
    curve.step.append(event["step"])
    curve.loss.append(event[f"{prefix}loss"])
    curve.accuracy.append(event[f"{prefix}accuracy"])
