"""A run's events -> the points of its curves."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


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
    total_steps: int  # planned; 1 before the start event
    steps_per_epoch: int


def from_events(events: Iterable[dict]) -> Curves:
    """The curves of a run, from its events."""
    steps, train, validation = (Curve([], [], []) for _ in range(3))
    total = per_epoch = 1
    for event in events:
        if event["kind"] == "start":
            total = max(1, event["first_step"] - 1 + event["total_steps"])
            per_epoch = max(1, event["steps_per_epoch"])
        elif event["kind"] == "steps":
            columns = (point_steps(event), event["loss"], event["accuracy"])
            for column, values in zip(steps, columns, strict=True):
                column.extend(values)
        elif event["kind"] == "epoch":
            _append(train, event, "")
            if "val_loss" in event:
                _append(validation, event, "val_")
    return Curves(steps, train, validation, total, per_epoch)


def point_steps(event: dict) -> list[int]:
    """The last step that each point of a "steps" event stands for; a point is a mean of `every`."""
    first, every = event["first"], event["every"]
    return [first + (i + 1) * every - 1 for i in range(len(event["loss"]))]


def last_step(events: Sequence[dict]) -> int:
    """The number of the last step in the events, those of a continued run's parent included."""
    steps = [point_steps(e)[-1] for e in events if e["kind"] == "steps" and e["loss"]]
    # An epoch may end between two points
    return max(steps + [e.get("step", 0) for e in events if e["kind"] == "epoch"], default=0)


def _append(curve, event, prefix) -> None:
    curve.step.append(event["step"])
    curve.loss.append(event[f"{prefix}loss"])
    curve.accuracy.append(event[f"{prefix}accuracy"])
