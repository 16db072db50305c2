"""What a sweep has shown: its values in order, the best one, and whether it may be chance."""

import pytest
from compared_runs import compared_run

from mnist_core.config.schema import Experiment
from mnist_core.evaluation.metrics import accuracy_interval
from mnist_core.evaluation.sweep_result import sweep_result
from mnist_core.plots import comparison as comparison_plots

RATE = "recipe.learning_rate"


def swept(path, accuracies):
    """A run for each value, with the accuracy of its test, or None."""
    return [
        compared_run(
            index,
            experiment=Experiment().with_values({path: value}),
            test=accuracy and {"accuracy": accuracy, "loss": 0.3, "images": 10_000},
        )
        for index, (value, accuracy) in enumerate(accuracies.items())
    ]


def test_the_best_value_is_named_with_those_that_chance_may_have_put_below_it():
    runs = swept(RATE, {"0.008": 0.97, "0.004": 0.9904, "0.002": 0.9895, "0.0005": 0.98})
    result = sweep_result(runs, RATE)
    assert result.texts == ["0.0005", "0.002", "0.004", "0.008"]
    assert [point.x for point in result.points] == [0.0005, 0.002, 0.004, 0.008]
    assert result.texts[result.best] == "0.004"
    assert result.points[result.best].index == 1
    assert result.overlapping() == ["0.002"]
    assert [(p.low, p.high) for p in result.points][2] == accuracy_interval(0.9904, 10_000)


def test_of_equally_good_values_the_first_is_named_and_the_other_overlaps():
    result = sweep_result(swept(RATE, {"0.01": 0.99, "0.001": 0.99}), RATE)
    assert (result.texts[result.best], result.overlapping()) == ("0.001", ["0.01"])


def test_runs_without_a_test_or_an_experiment_are_left_out():
    runs = swept(RATE, {"0.1": None, "0.01": 0.9, "0.001": 0.8})
    runs[2] = runs[2]._replace(experiment=None)
    assert sweep_result(runs, RATE).texts == ["0.01"]
    assert sweep_result(runs[:1], RATE).points == []


@pytest.mark.parametrize(
    ("path", "values", "is_logarithmic"),
    [
        (RATE, ["0.001", "0.01"], True),
        (RATE, ["0.001", "0.002"], False),
        ("recipe.batch_size", ["16", "256"], True),
        ("recipe.momentum", ["0", "0.9"], False),  # a logarithm of 0 there is not
    ],
)
def test_values_that_differ_by_factors_stand_at_equal_factors(path, values, is_logarithmic):
    runs = swept(path, dict.fromkeys(values, 0.9))
    assert sweep_result(runs, path).is_logarithmic == is_logarithmic


def test_choices_stand_side_by_side_in_the_order_they_were_asked_for():
    runs = swept("recipe.optimizer", {"SGD": 0.8, "Adam": 0.9})
    result = sweep_result(runs, "recipe.optimizer")
    assert [point.x for point in result.points] == [1, 2]
    assert (result.texts, result.is_logarithmic) == (["SGD", "Adam"], False)


def test_the_figure_names_each_value_at_its_place_and_shows_the_intervals():
    result = sweep_result(swept(RATE, {"0.001": 0.9, "0.01": 0.98}), RATE)
    figure = comparison_plots.sweep_scatter(result, "Learning rate")
    assert list(figure.layout.xaxis.tickvals) == [0.001, 0.01]
    assert list(figure.layout.xaxis.ticktext) == ["0.001", "0.01"]
    assert (figure.layout.xaxis.type, figure.layout.xaxis.title.text) == ("log", "Learning rate")
    assert [point.text for point in figure.data] == [("",), ("best",)]
    low, high = accuracy_interval(0.98, 10_000)
    best = figure.data[1]
    assert best.error_y.array[0] == pytest.approx(100 * (high - 0.98))
    assert best.error_y.arrayminus[0] == pytest.approx(100 * (0.98 - low))
