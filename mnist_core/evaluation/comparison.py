"""What differs between runs, and their results: plain data for tables and figures."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from mnist_core.config.paths import flatten, sort_paths
from mnist_core.config.schema import Experiment
from mnist_core.evaluation.metrics import accuracy_interval
from mnist_core.runs.history import Curves


class ComparedRun(NamedTuple):
    """A run among others. What isn't known, or not yet, is None."""

    name: str
    experiment: Experiment | None
    curves: Curves
    test: dict | None  # "accuracy" in [0, 1], "loss", "images"
    seconds: float | None
    parameters: int | None


class ScatterPoint(NamedTuple):
    """A run in a scatter plot."""

    index: int  # among the compared runs, from 0: decides its colour and symbol
    name: str
    short_name: str  # the name without the words that all names begin with
    x: float
    accuracy: float  # in [0, 1]
    low: float  # the 95 % interval of the accuracy
    high: float
    peeked: bool  # whether it was validated on the test set


def differences(experiments: Sequence[Experiment]) -> dict[str, list[Any]]:
    """The fields in which experiments differ: dotted path -> a value for each, in their order.

    None stands where an experiment has no such field, such as block 3 of a network of two. Fields
    that are the same in all are left out.
    """
    flat = [flatten(experiment) for experiment in experiments]
    rows = {}
    for path in sort_paths(Experiment, {path for values in flat for path in values}):
        row = [values.get(path) for values in flat]
        if any(value != row[0] for value in row):
            rows[path] = row
    return rows


def scatter_points(runs: Sequence[ComparedRun], x_field: str) -> list[ScatterPoint]:
    """Test accuracy against a field of the runs, of those that have both.

    Args:
        x_field: "parameters" or "seconds".
    """
    points, shorts = [], short_names([run.name for run in runs])
    for index, run in enumerate(runs):
        x = getattr(run, x_field)
        if run.test and x:
            accuracy = run.test["accuracy"]
            low, high = accuracy_interval(accuracy, run.test["images"])
            peeked = bool(run.experiment and run.experiment.recipe.validation == "test")
            figures = (x, accuracy, low, high, peeked)
            points.append(ScatterPoint(index, run.name, shorts[index], *figures))
    return points


def planned_length(run: ComparedRun) -> tuple[float, int]:
    """(epochs, steps) that a run will have taken in the end."""
    return run.curves.total_steps / run.curves.steps_per_epoch, run.curves.total_steps


def short_names(names: Sequence[str]) -> list[str]:
    """Names without the words that all begin with: "quick epochs 3", "quick epochs 5" -> 3, 5."""
    split = [name.split(" ") for name in names]
    shared = 0
    while len(names) > 1 and all(len(words) > shared + 1 for words in split):
        if len({words[shared] for words in split}) > 1:
            break
        shared += 1
    return [" ".join(words[shared:]) for words in split]
