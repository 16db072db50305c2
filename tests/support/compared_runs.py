"""Runs to compare, as plain data."""

from mnist_core.config.schema import Experiment
from mnist_core.evaluation.comparison import ComparedRun
from mnist_core.runs import history
from mnist_core.runs.history import Curve, Curves


def compared_run(index, per_epoch=10, epochs=4, done=2, accuracy=0.9, **fields) -> ComparedRun:
    """One of several runs, `done` epochs into training."""
    steps = list(range(1, per_epoch * done + 1))
    ends = [per_epoch * (i + 1) for i in range(done)]
    curves = Curves(
        Curve(steps, [2 / (i + 1) for i in steps], [1 - 1 / (i + 1) for i in steps]),
        Curve(ends, [0.5] * done, [0.8] * done),
        Curve(ends, [0.4] * done, [accuracy] * done),
        per_epoch * epochs,
        per_epoch,
    )
    test = {"accuracy": accuracy, "loss": 0.3, "images": 10_000}
    run = ComparedRun(f"run {index}", Experiment(), curves, test, 10.0 + index, 1000 * 10**index)
    return run._replace(**fields)


def queued_run(experiment) -> ComparedRun:
    """A run that has not begun."""
    curves = history.History().curves_before_start(experiment.recipe)
    return ComparedRun("queued", experiment, curves, None, None, 100)
