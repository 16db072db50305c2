"""The presets are what their descriptions say."""

import subprocess
import sys

import pytest

from mnist_core.presets import ABOUT, PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_says_in_one_sentence_why_it_behaves_as_it_does(name):
    why = ABOUT[name].why
    assert why.endswith(".") and ". " not in why
    assert 40 < len(why) < 220


def test_there_is_a_preset_for_each_of_the_five_projects_two_of_ours_and_three_that_fail():
    published = ["two-conv-adadelta", "one-conv-128", "lenet", "one-conv-100", "conv-bn-dropout"]
    assert list(PRESETS) == [*published, "quick", "tiny", "too-fast", "by-heart", "no-bend"]


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
