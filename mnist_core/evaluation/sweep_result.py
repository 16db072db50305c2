"""What a sweep has shown: test accuracy against the swept setting, and which value is best."""

from collections.abc import Sequence
from typing import NamedTuple

from mnist_core.config import labels
from mnist_core.config.paths import flatten
from mnist_core.evaluation.comparison import ComparedRun, ScatterPoint
from mnist_core.evaluation.metrics import accuracy_interval

LOG_FROM = 4  # times the smallest value: with a larger one equal distances are equal factors


class SweepResult(NamedTuple):
    """The runs of a sweep that have taken their test, in the order of the setting."""

    points: list[ScatterPoint]  # x: the value, or of a setting without numbers its place, from 1
    texts: list[str]  # the value of each, in words
    is_logarithmic: bool  # whether the values differ by factors

    @property
    def best(self) -> int:
        """Which point has the highest accuracy; of equal ones the first."""
        return max(range(len(self.points)), key=lambda number: self.points[number].accuracy)

    def overlapping(self) -> list[str]:
        """The values of all others whose 95 % intervals reach into that of the best."""
        best, low = self.best, self.points[self.best].low
        others = zip(self.points, self.texts, strict=True)
        return [text for i, (point, text) in enumerate(others) if i != best and point.high >= low]


def sweep_result(runs: Sequence[ComparedRun], path: str) -> SweepResult:
    """What these runs have shown so far of the field with this dotted path."""
    values = {i: flatten(run.experiment).get(path) for i, run in enumerate(runs) if run.experiment}
    known = [i for i, value in values.items() if value is not None and runs[i].test]
    are_numbers = all(type(values[i]) in (int, float) for i in known)
    known = sorted(known, key=values.get) if are_numbers else known
    points = []
    for place, i in enumerate(known, start=1):
        accuracy, x = runs[i].test["accuracy"], values[i] if are_numbers else place
        interval = accuracy_interval(accuracy, runs[i].test["images"])
        peeked = runs[i].experiment.recipe.validation == "test"
        points.append(ScatterPoint(i, runs[i].name, "", x, accuracy, *interval, peeked))
    low, high = (points[0].x, points[-1].x) if points else (0, 0)
    texts = [labels.format_value(path, values[i]) for i in known]
    return SweepResult(points, texts, are_numbers and 0 < LOG_FROM * low <= high)
