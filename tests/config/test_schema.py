"""An experiment is valid or refused in words, and survives JSON and links unchanged."""

import pytest
from config_strategies import experiments
from hypothesis import given, settings

from mnist_core.config import schema
from mnist_core.config.options import fields
from mnist_core.config.schema import ConvBlock, DenseLayer, Experiment, Network, Recipe


@given(experiments)
@settings(max_examples=60, deadline=None)
def test_json_there_and_back_is_exact(experiment):
    assert Experiment.from_json(experiment.to_json()) == experiment


@given(experiments)
@settings(max_examples=60, deadline=None)
def test_a_link_there_and_back_is_exact(experiment):
    assert Experiment().with_values(experiment.to_query()) == experiment


def test_the_default_experiment_needs_nothing_in_its_link():
    assert Experiment().to_query() == {}


@pytest.mark.parametrize(
    "kind", [ConvBlock, DenseLayer, schema.Augmentation, Recipe], ids=lambda kind: kind.__name__
)
def test_every_number_just_outside_its_limits_is_refused_by_name(kind):
    for name, option in fields(kind).items():
        if not option.limits:
            continue
        low, high = option.limits
        for beyond in (low - 1, high + 1):
            with pytest.raises(ValueError, match=rf"{kind.__name__}\.{name} .*{high}.*{beyond}"):
                kind(**{name: type(high)(beyond)})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"recipe": {"epochs": 0}}', "Recipe.epochs must be from 1 to 200. Received: 0"),
        ('{"recipe": {"epochs": 2.5}}', "Recipe.epochs must be a whole number. Received: 2.5"),
        ('{"recipe": {"epochs": true}}', "Recipe.epochs must be a whole number. Received: True"),
        ('{"recipe": {"learning_rate": NaN}}', "Recipe.learning_rate must be from 1e-06 to 10.0"),
        ('{"recipe": {"optimizer": "sgd"}}', "must be one of Adam, AdamW, SGD, RMSprop, Adadelta"),
        ('{"recipe": {"epoch": 3}}', "Experiment.recipe has no field 'epoch'. It has: optimizer,"),
        ('{"network": {"blocks": 3}}', "Experiment.network.blocks must be a list. Received: 3"),
        ('{"network": {"blocks": [{}, {}, {}, {}, {}]}}', "blocks must have 0 to 4 entries"),
        ('{"data": ["mnist"]}', "Experiment.data must be a text. Received: ['mnist']"),
        ("[]", "Experiment must be an object with named values. Received: []"),
        ("{", "An experiment must be JSON."),
        ('{"recipe": {"learning_rate": 1' + "0" * 400 + "}}", "must be a number that fits"),
    ],
)
def test_a_wrong_experiment_is_refused_with_field_limit_and_value(text, said):
    with pytest.raises(ValueError) as refusal:
        Experiment.from_json(text)
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("recipe.epochs", "many", "recipe.epochs must be a number, true, false or JSON"),
        ("recipe.speed", "1", "recipe.speed: there is no field 'speed'. Known here: optimizer,"),
        ("network.blocks.3.filters", "8", "there are 1 entries, from 0. Received: '3'"),
        ("network.blocks", "9", "Network.blocks must have 0 to 4 entries. Received: 9"),
        ("network.blocks.0.padding", "SAME", "must be one of valid, same. Received: 'SAME'"),
    ],
)
def test_a_wrong_change_is_refused_by_its_path(path, text, said):
    with pytest.raises(ValueError) as refusal:
        Experiment().with_values({path: text})
    assert said in str(refusal.value)


def test_changes_that_are_valid_only_together_may_come_in_any_order():
    changed = Experiment().with_values(
        {
            "network.blocks.2.kernel_size": "5",  # doesn't fit unless the others change as well
            "network.blocks": "3",
            "network.blocks.2.padding": "same",
        }
    )
    assert len(changed.network.blocks) == 3


def test_a_kernel_larger_than_its_map_is_explained_with_the_layer_and_a_way_out():
    pooled = ConvBlock(pool_size=3)
    with pytest.raises(ValueError) as refusal:
        Network(blocks=[pooled, pooled, ConvBlock(kernel_size=7)])
    said = str(refusal.value)
    assert said.startswith("block3_conv: The 7x7 kernel does not fit on a 2x2 map.")
    assert "padding 'same'" in said


def test_pooling_a_map_smaller_than_its_window_is_explained():
    quartered = ConvBlock(pool_size=4)
    with pytest.raises(ValueError, match="block2_pool: 4x4 pooling does not fit on a 3x3 map"):
        Network(blocks=[quartered, ConvBlock(kernel_size=4, pool_size=4)])


def test_early_stopping_without_validation_is_refused():
    with pytest.raises(ValueError, match=r"Recipe\.validation must be 'split' or 'test'"):
        Recipe(validation="none", patience=3)


def test_lists_become_tuples_so_that_an_experiment_stays_as_it_is():
    assert Network(blocks=[ConvBlock()]).blocks == (ConvBlock(),)
