"""An experiment's fields have paths, words, a meaning, and values that can be shown."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_core.config import labels
from mnist_core.config.paths import flatten, sort_paths
from mnist_core.config.schema import OPTIONS, ConvBlock, DenseLayer, Experiment, Network
from mnist_core.presets import PRESETS


def test_every_field_has_a_label_a_meaning_and_a_value_that_can_be_shown():
    network = Network(blocks=[ConvBlock(pool_size=0)] * 2, dense=[DenseLayer()] * 2)
    values = flatten(Experiment(network))
    assert len({labels.path_label(path) for path in values}) == len(values)
    for path, value in values.items():
        assert OPTIONS[path].help.endswith(".")
        assert labels.format_value(path, value)
        assert labels.format_value(path, None) == "–"


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("network.blocks.2.filters", "Block 3: filters"),
        ("network.dense.0.dropout_rate", "Dense 1: dropout rate"),
        ("recipe.augmentation.shift", "Augmentation: shift"),
        ("recipe.learning_rate", "Learning rate"),
    ],
)
def test_a_path_is_said_in_words(path, label):
    assert labels.path_label(path) == label


@given(st.floats(1e-6, 10), st.floats(1e-6, 10))
def test_two_values_that_differ_look_different(one, other):
    both = [labels.format_value("recipe.learning_rate", value) for value in (one, other)]
    assert (both[0] == both[1]) == (one == other)


def test_the_paths_are_those_that_settings_are_changed_by():
    for path, value in flatten(PRESETS["tiny"]).items():
        text = value if isinstance(value, str) else json.dumps(value)
        assert PRESETS["tiny"].with_values({path: text}) == PRESETS["tiny"]


def test_paths_are_sorted_as_they_are_declared():
    declared = [path for path in OPTIONS if path not in ("network", "recipe")]
    assert declared.index("network.blocks.3.filters") < declared.index("network.head")
    assert declared.index("network.head") < declared.index("recipe.optimizer")
    assert sort_paths(Experiment, sorted(declared)) == declared
    assert list(flatten(PRESETS["tiny"])) == sort_paths(Experiment, flatten(PRESETS["tiny"]))
