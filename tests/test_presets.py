"""The presets are what their descriptions say."""

import subprocess
import sys

import pytest

from mnist_core.config.schema import Experiment, Network, Recipe
from mnist_core.presets import ABOUT, PRESETS, describe_experiment


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_says_in_one_sentence_why_it_behaves_as_it_does(name):
    why = ABOUT[name].why
    assert why.endswith(".") and ". " not in why
    assert 40 < len(why) < 220


def test_there_is_a_preset_for_each_of_the_five_projects_three_of_ours_and_three_that_fail():
    published = ["two-conv-adadelta", "one-conv-128", "lenet", "one-conv-100", "conv-bn-dropout"]
    ours = ["quick", "quick-99.5", "tiny"]
    assert list(PRESETS) == [*published, *ours, "too-fast", "by-heart", "no-bend"]
    assert {PRESETS[name].recipe.precision for name in published} == {"float32"}


def test_the_preset_without_a_nonlinearity_has_none():
    network = PRESETS["no-bend"].network
    assert {layer.activation for layer in network.blocks + network.dense} == {"linear"}
    assert all(block.pool_size == 0 for block in network.blocks)  # max pooling bends too


def test_presets_and_their_layer_tables_need_no_keras():
    code = (
        "import sys; from mnist_core import presets, network;"
        "[network.layer_table(e.network) for e in presets.PRESETS.values()];"
        "assert not {'keras', 'tensorflow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_experiment_is_described_by_the_nearest_preset():
    assert {describe_experiment(e) for e in PRESETS.values()} == set(PRESETS)
    changed = PRESETS["lenet"].with_values({"recipe.learning_rate": "0.5", "data": "built-in"})
    assert describe_experiment(changed) == "lenet: learning rate 0.5"
    own = Experiment(Network(blocks=[]), Recipe(epochs=77, batch_size=3, seed=5, optimizer="SGD"))
    assert describe_experiment(own) == "its own"
