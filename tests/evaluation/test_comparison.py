"""What differs between experiments, all of it and nothing else; and runs in a scatter plot."""

import json

import pytest
from compared_runs import compared_run, queued_run
from config_strategies import experiments
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_core.config.schema import ConvBlock, Experiment, Network
from mnist_core.evaluation import comparison, metrics
from mnist_core.presets import PRESETS

thoroughly = settings(max_examples=60, deadline=None)


def flatten(value, path=""):
    """Another implementation: every leaf of an experiment's JSON, lists also by their length."""
    if isinstance(value, list):
        items, leaves = enumerate(value), {path: len(value)}
    elif isinstance(value, dict):
        items, leaves = value.items(), {}
    else:
        return {path: value}
    for key, item in items:
        leaves |= flatten(item, f"{path}.{key}" if path else str(key))
    return leaves


@thoroughly
@given(st.lists(experiments, min_size=1, max_size=4))
def test_the_differences_are_those_between_the_flattened_json(compared):
    flat = [flatten(json.loads(experiment.to_json())) for experiment in compared]
    rows = {path: [leaves.get(path) for leaves in flat] for path in set().union(*flat)}
    expected = {path: row for path, row in rows.items() if any(v != row[0] for v in row)}
    assert comparison.differences(compared) == expected


@thoroughly
@given(experiments, experiments)
def test_the_differences_turn_one_experiment_into_the_other(first, second):
    rows = comparison.differences([first, second])
    values = {path: new for path, (_, new) in rows.items() if new is not None}
    texts = {p: new if isinstance(new, str) else json.dumps(new) for p, new in values.items()}
    assert first.with_values(texts) == second
    assert comparison.differences([second] * 3) == {}


def test_a_block_that_only_one_network_has_is_missing_from_the_other():
    two, three = (Experiment(Network(blocks=[ConvBlock(pool_size=0)] * n)) for n in (2, 3))
    rows = comparison.differences([two, three])
    assert rows["network.blocks"] == [2, 3]
    assert rows["network.blocks.2.filters"] == [None, 32]
    assert all(path.startswith("network.blocks") for path in rows)


def test_the_rows_come_in_the_order_of_the_form():
    rows = list(comparison.differences([PRESETS["tiny"], PRESETS["lenet"], PRESETS["quick"]]))
    first = [path.split(".")[0] for path in rows]
    assert first == sorted(first, key=["network", "recipe", "data"].index)
    assert rows.index("network.blocks") < rows.index("network.blocks.0.filters")
    assert rows.index("network.blocks.2.filters") < rows.index("network.dense")


def test_a_point_has_the_runs_own_figures_and_their_interval():
    runs = [compared_run(0), compared_run(1, accuracy=0.95), queued_run(Experiment())]
    points = comparison.scatter_points(runs, "parameters")
    assert [point[:5] for point in points] == [
        (0, "run 0", "run 0", 1000, 0.9),
        (1, "run 1", "run 1", 10_000, 0.95),
    ]
    assert (points[1].low, points[1].high) == metrics.wilson_interval(9500, 10_000)
    assert [point.x for point in comparison.scatter_points(runs, "seconds")] == [10, 11]


def test_a_run_without_a_test_or_a_time_has_no_point():
    runs = [compared_run(0, test=None), compared_run(1, seconds=None)]
    assert [point.index for point in comparison.scatter_points(runs, "parameters")] == [1]
    assert comparison.scatter_points(runs, "seconds") == []


@pytest.mark.parametrize(
    ("names", "short"),
    [
        (["quick epochs 3", "quick epochs 5"], ["3", "5"]),
        (["lenet", "lenet 2"], ["lenet", "lenet 2"]),
        (["lenet", "tiny"], ["lenet", "tiny"]),
        (["same x", "same x"], ["x", "x"]),
        (["alone here"], ["alone here"]),
        ([], []),
    ],
)
def test_names_lose_the_words_that_all_begin_with(names, short):
    assert comparison.short_names(names) == short


def test_a_compared_run_equals_another_only_if_nothing_new_happened():
    assert compared_run(0, done=1) == compared_run(0, done=1) != compared_run(0, done=2)
