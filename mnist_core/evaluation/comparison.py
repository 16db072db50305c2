"""What differs between runs, and how they did: plain data for a table and for figures."""

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

from mnist_core.config import labels
from mnist_core.config.paths import flatten, sort_paths
from mnist_core.config.schema import Experiment
from mnist_core.evaluation.metrics import wilson_interval
from mnist_core.presets import PRESETS
from mnist_core.runs.history import Curves

MAX_CHANGES = 4  # from a preset, for an experiment to be described by it


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

    index: int  # its place among the compared, from 0: its colour goes by it
    name: str
    short_name: str  # the name without what all the compared begin with
    x: float
    accuracy: float  # in [0, 1]
    low: float  # the 95 % interval of the accuracy
    high: float


def differences(experiments: Sequence[Experiment]) -> dict[str, list[Any]]:
    """The fields in which experiments differ: dotted path -> a value for each, in their order.

    None stands where an experiment has no such field, such as block 3 of a network of two. Fields
    that are the same in all are left out.
    """
    flat = [flatten(experiment) for experiment in experiments]
    found = {}
    for path in sort_paths(Experiment, {path for one in flat for path in one}):
        row = [one.get(path) for one in flat]
        if any(value != row[0] for value in row):
            found[path] = row
    return found


@functools.lru_cache(maxsize=1000)
def describe_experiment(experiment: Experiment) -> str:
    """What is asked, by the preset nearest to it: "quick: learning rate 0.003".

    The data set doesn't count. One that is like no preset is "its own".
    """
    flat = flatten(experiment)
    away = {name: _changed(preset, flat) for name, preset in _presets().items()}
    name = min(away, key=lambda name: len(away[name]))
    changes = sort_paths(Experiment, away[name])
    if len(changes) > MAX_CHANGES:
        return "its own"
    said = [
        f"{labels.path_label(path)} {labels.format_value(path, flat.get(path))}" for path in changes
    ]
    return f"{name}: {', '.join(said).lower()}" if said else name


@functools.cache
def _presets() -> dict[str, dict]:
    return {name: flatten(experiment) for name, experiment in PRESETS.items()}


def _changed(one, other) -> list[str]:
    paths = one.keys() | other.keys()
    return [path for path in paths if path != "data" and one.get(path) != other.get(path)]


def scatter_points(compared: Sequence[ComparedRun], of: str) -> list[ScatterPoint]:
    """Test accuracy against something, of those that have both.

    Args:
        of: "parameters" or "seconds".
    """
    found, shorts = [], short_names([one.name for one in compared])
    for number, one in enumerate(compared):
        x = getattr(one, of)
        if one.test and x:
            accuracy = one.test["accuracy"]
            low, high = wilson_interval(round(accuracy * one.test["images"]), one.test["images"])
            found.append(ScatterPoint(number, one.name, shorts[number], x, accuracy, low, high))
    return found


def planned_length(one: ComparedRun) -> tuple[float, int]:
    """(epochs, steps) that a run will have taken in the end: by itself, or before it says so."""
    if one.curves.total_steps > 1:
        return one.curves.total_steps / one.curves.steps_per_epoch, one.curves.total_steps
    if one.experiment is None:
        return 1, 1
    recipe = one.experiment.recipe
    return recipe.epochs, recipe.epochs * recipe.steps_per_epoch()


def short_names(names: Sequence[str]) -> list[str]:
    """Names without the words that all begin with: "quick epochs 3", "quick epochs 5" -> 3, 5."""
    split = [name.split(" ") for name in names]
    same = 0
    while len(names) > 1 and all(len(words) > same + 1 for words in split):
        if len({words[same] for words in split}) > 1:
            break
        same += 1
    return [" ".join(words[same:]) for words in split]
