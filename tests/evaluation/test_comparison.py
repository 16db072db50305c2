"""What differs between experiments: all of it and nothing else; and runs in one figure."""

import dataclasses
import json
import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_core.config import validation
from mnist_core.config.schema import (
    Augmentation,
    ConvBlock,
    DenseLayer,
    Experiment,
    Network,
    Recipe,
)
from mnist_core.evaluation import comparison, metrics
from mnist_core.evaluation.comparison import ComparedRun
from mnist_core.plots import comparison as comparison_plots
from mnist_core.plots.comparison import EPOCHS, STEPS
from mnist_core.presets import PRESETS
from mnist_core.runs.history import Curve, Curves

NONE = Curve([], [], [])
blocks = st.builds(
    ConvBlock,
    filters=st.integers(1, 256),
    kernel_size=st.integers(1, 3),
    padding=st.just("same"),
    pool_size=st.sampled_from([0, 2]),
    batch_normalization=st.booleans(),
)
networks = st.builds(
    Network,
    blocks=st.lists(blocks, max_size=4),
    dense=st.lists(st.builds(DenseLayer, units=st.integers(1, 1024)), max_size=3),
    head=st.sampled_from(["flatten", "global_average_pooling"]),
)
recipes = st.builds(
    Recipe,
    optimizer=st.sampled_from(["Adam", "SGD"]),
    learning_rate=st.floats(1e-6, 10),
    augmentation=st.builds(Augmentation, shift=st.floats(0, 6)),
)
experiments = st.builds(Experiment, networks, recipes, data=st.sampled_from(["mnist", "built-in"]))


def flattened(plain, path=""):
    """Another implementation: every leaf of an experiment's JSON, lists also by their length."""
    if isinstance(plain, dict):
        pairs = plain.items()
    elif isinstance(plain, list):
        pairs = enumerate(plain)
    else:
        return {path: plain}
    found = {path: len(plain)} if isinstance(plain, list) else {}
    for key, value in pairs:
        found |= flattened(value, f"{path}.{key}" if path else str(key))
    return found


def naively(several):
    flat = [flattened(json.loads(e.to_json())) for e in several]
    found = {}
    for path in {path for one in flat for path in one}:
        row = [one.get(path) for one in flat]
        if any(value != row[0] for value in row):
            found[path] = row
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(experiments, min_size=1, max_size=4))
def test_the_differences_are_those_between_the_flattened_json(several):
    assert comparison.differences(several) == naively(several)


@settings(max_examples=60, deadline=None)
@given(experiments, st.integers(1, 5))
def test_an_experiment_does_not_differ_from_itself(experiment, times):
    assert comparison.differences([experiment] * times) == {}


@settings(max_examples=60, deadline=None)
@given(experiments, experiments)
def test_the_differences_turn_one_experiment_into_the_other(one, other):
    found = comparison.differences([one, other])
    changes = {p: new if isinstance(new, str) else json.dumps(new) for p, (_, new) in found.items()}
    wanted = {path: text for path, text in changes.items() if text != "null"}
    assert one.with_values(wanted) == other


def test_a_block_that_only_one_network_has_is_missing_from_the_other():
    two, three = (Experiment(Network(blocks=[ConvBlock(pool_size=0)] * n)) for n in (2, 3))
    found = comparison.differences([two, three])
    assert found["network.blocks"] == [2, 3]
    assert found["network.blocks.2.filters"] == [None, 32]
    assert all(path.startswith("network.blocks") for path in found)


def test_the_rows_come_in_the_order_of_the_form():
    found = list(comparison.differences([PRESETS["tiny"], PRESETS["lenet"], PRESETS["quick"]]))
    first = [path.split(".")[0] for path in found]
    assert first == sorted(first, key=["network", "recipe", "data"].index)
    assert found.index("network.blocks") < found.index("network.blocks.0.filters")
    assert found.index("network.blocks.2.filters") < found.index("network.dense")


def test_an_experiment_is_described_by_the_nearest_preset():
    assert {comparison.describe_experiment(e) for e in PRESETS.values()} == set(PRESETS)
    changed = PRESETS["lenet"].with_values({"recipe.learning_rate": "0.5", "data": "built-in"})
    assert comparison.describe_experiment(changed) == "lenet: learning rate 0.5"
    own = Experiment(Network(blocks=[]), Recipe(epochs=77, batch_size=3, seed=5, optimizer="SGD"))
    assert comparison.describe_experiment(own) == "its own"


def a_run(number, per_epoch=10, epochs=4, done=2, accuracy=0.9, **known):
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
    about = {"test": test, "seconds": 10.0 + number, "parameters": 1000 * 10**number} | known
    return ComparedRun(f"run {number}", Experiment(), curves, **about)


def waiting(experiment):
    return ComparedRun("waits", experiment, Curves(NONE, NONE, NONE, 1, 1), None, None, 100)


def test_curves_of_several_runs_lie_on_the_same_axes():
    several = [a_run(0, per_epoch=10, epochs=4), a_run(1, per_epoch=100, epochs=2)]
    for by, end in ((EPOCHS, 4), (STEPS, 200)):
        for figure in comparison_plots.overlaid_curves(several, by):
            assert tuple(figure.layout.xaxis.range) == (0, end)
            assert len(figure.data) == 4


def test_along_epochs_the_marks_of_all_runs_stand_at_whole_epochs():
    several = [a_run(0, per_epoch=10), a_run(1, per_epoch=37)]
    loss, _ = comparison_plots.overlaid_curves(several, EPOCHS)
    marked = [line for line in loss.data if "markers" in line.mode]
    assert [list(line.x) for line in marked] == [[1, 2], [1, 2]]
    loss, _ = comparison_plots.overlaid_curves(several, STEPS)
    assert [list(line.x) for line in loss.data if "markers" in line.mode] == [[10, 20], [37, 74]]


@pytest.mark.parametrize("by", [EPOCHS, STEPS])
def test_the_axes_do_not_move_while_the_runs_begin_and_go_on(by):
    asked = Experiment(recipe=Recipe(train_images=1000, batch_size=100, validation="none"))
    before = [waiting(asked), waiting(asked)]
    after = [a_run(number, per_epoch=10, epochs=3, done=number) for number in range(2)]
    for old, new in zip(
        comparison_plots.overlaid_curves(before, by),
        comparison_plots.overlaid_curves(after, by),
        strict=True,
    ):
        assert old.layout.xaxis.range == new.layout.xaxis.range
        assert old.layout.yaxis.range == new.layout.yaxis.range
        assert old.layout.height == new.layout.height


def test_validation_is_solid_and_training_faint_in_the_colour_of_the_run():
    loss, _ = comparison_plots.overlaid_curves([a_run(0), a_run(1)])
    for number in range(2):
        of_run = [line for line in loss.data if line.name.startswith(f"run {number}")]
        assert {line.line.color for line in of_run} == {comparison_plots.run_style(number).colour}
        faint, solid = sorted(of_run, key=lambda line: line.opacity)
        assert faint.name.endswith("training") and solid.name.endswith("validation")
        assert faint.opacity < 0.5 and solid.opacity == 1


def test_twelve_runs_all_look_different():
    looks = [comparison_plots.run_style(n) for n in range(comparison_plots.MAX_RUNS)]
    assert len(set(looks)) == comparison_plots.MAX_RUNS == 12


def luminance(colour):
    """Source: WCAG 2.2, relative luminance."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(p * weight for p, weight in zip(parts, (0.2126, 0.7152, 0.0722), strict=True))


@pytest.mark.parametrize("page", ["#ffffff", "#0e1117"])
def test_every_colour_can_be_seen_on_light_and_dark_pages(page):
    for colour in comparison_plots.COLOURS:
        low, high = sorted((luminance(colour), luminance(page)))
        assert (high + 0.05) / (low + 0.05) > 2.2, colour


def test_a_point_holds_the_runs_own_figures_and_their_interval():
    several = [a_run(0, accuracy=0.9), a_run(1, accuracy=0.95), waiting(Experiment())]
    points = comparison.scatter_points(several, "parameters")
    assert [(p.index, p.name, p.x, p.accuracy) for p in points] == [
        (0, "run 0", 1000, 0.9),
        (1, "run 1", 10_000, 0.95),
    ]
    assert (points[1].low, points[1].high) == metrics.wilson_interval(9500, 10_000)
    assert [p.x for p in comparison.scatter_points(several, "seconds")] == [10, 11]


def test_a_run_without_a_test_or_a_time_is_in_no_scatter_plot():
    several = [a_run(0, test=None), a_run(1, seconds=None)]
    assert [p.index for p in comparison.scatter_points(several, "parameters")] == [1]
    assert comparison.scatter_points(several, "seconds") == []


@pytest.mark.parametrize("count", [0, 1, 2, 12])
@pytest.mark.parametrize("logarithmic", [False, True])
def test_every_point_of_a_scatter_plot_is_within_its_axes_and_named(count, logarithmic):
    several = [a_run(number % 6, accuracy=0.11 + 0.08 * number) for number in range(count)]
    points = comparison.scatter_points(several, "parameters")
    figure = comparison_plots.accuracy_scatter(points, "Parameters", logarithmic)
    (x_low, x_high), (low, high) = figure.layout.xaxis.range, figure.layout.yaxis.range
    for point, mark in zip(points, figure.data, strict=True):
        x = math.log10(mark.x[0]) if logarithmic else mark.x[0]
        assert x_low < x < x_high and low < point.low <= point.high < high
        assert mark.text == (point.short_name,)


def test_long_names_keep_the_end_that_tells_them_apart():
    names = [f"a network of mine with very long words, take {n}" for n in "AB"]
    several = [a_run(0)._replace(name=names[0]), a_run(1)._replace(name="b")]
    figure = comparison_plots.accuracy_scatter(
        comparison.scatter_points(several, "parameters"), "Parameters"
    )
    assert re.fullmatch("a networ….{20}", figure.data[0].text[0])
    assert figure.data[0].text[0].endswith("take A")


def test_names_lose_the_words_that_all_begin_with():
    short = comparison.short_names
    assert short(["quick epochs 3", "quick epochs 5"]) == ["3", "5"]
    assert short(["lenet", "lenet 2"]) == ["lenet", "lenet 2"]
    assert short(["lenet", "tiny"]) == ["lenet", "tiny"]
    assert short(["same x", "same x"]) == ["x", "x"]
    assert short(["alone here"]) == ["alone here"]
    assert short([]) == []


def test_a_comparison_is_made_of_plain_data_that_can_be_told_from_newer():
    one, other = a_run(0, done=1), a_run(0, done=2)
    assert one == a_run(0, done=1) != other
    assert dataclasses.is_dataclass(one.experiment) and validation.to_dict(one.experiment)
