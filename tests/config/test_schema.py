"""An experiment is valid or refused in words, and survives JSON and links unchanged."""

import re

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


BLOCKS = '{"network": {"blocks": [%s]}}'
POOLED = '{"pool_size": 3}'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"recipe": {"epochs": 0}}', "recipe.epochs must be from 1 to 200. Received: 0"),
        ('{"recipe": {"epochs": 2.5}}', "recipe.epochs must be a whole number. Received: 2.5"),
        ('{"recipe": {"epochs": true}}', "recipe.epochs must be a whole number. Received: True"),
        ('{"recipe": {"learning_rate": NaN}}', "recipe.learning_rate must be from 1e-06 to 10.0"),
        ('{"recipe": {"optimizer": "sgd"}}', "must be one of Adam, AdamW, SGD, RMSprop, Adadelta"),
        ('{"recipe": {"epoch": 3}}', "recipe has no field 'epoch'. It has: optimizer,"),
        ('{"recipe": {"validation": "none", "patience": 3}}', "recipe.validation must be 'split'"),
        ('{"network": {"blocks": 3}}', "network.blocks must be a list. Received: 3"),
        (BLOCKS % "{}, {}, {}, {}, {}", "network.blocks must have 0 to 4 entries. Received: 5"),
        (BLOCKS % f'{POOLED}, {POOLED}, {{"kernel_size": 7}}',
         "block3_conv: the 7x7 kernel does not fit on a 2x2 map. Make it smaller, use padding"),
        (BLOCKS % f'{{"pool_size": 4}}, {{"pool_size": 4}}, {POOLED}',
         "block3_conv: the 3x3 kernel does not fit on a 1x1 map"),
        (BLOCKS % '{"pool_size": 4}, {"kernel_size": 4, "pool_size": 4}',
         "block2_pool: 4x4 pooling does not fit on a 3x3 map"),
        ('{"data": ["mnist"]}', "data must be a text. Received: ['mnist']"),
        ("[]", "The experiment must be an object with named values. Received: []"),
        ("{", "An experiment must be JSON, and can't be read: Expecting"),
        ('{"recipe": {"learning_rate": 1' + "0" * 400 + "}}", "must be a number that fits"),
    ],
)  # fmt: skip
def test_a_wrong_experiment_is_refused_with_field_limit_and_value(text, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        Experiment.from_json(text)


@pytest.mark.parametrize(
    ("path", "text", "sentence"),
    [
        ("recipe.epochs", "many", "recipe.epochs must be a whole number. Received: 'many'"),
        ("recipe.speed", "1", "recipe.speed: there is no field 'speed'. Known here: optimizer,"),
        ("network.blocks.3.filters", "8", "there is no entry '3'. Entries here: 1, from 0 on"),
        ("network.blocks.0.filters", "0", "network.blocks.0.filters must be from 1 to 256."),
        ("network.blocks", "few", "must be its number of entries, or a list as JSON."),
        ("network.blocks.0", ":", "network.blocks.0 must be an object as JSON. Received: ':'"),
        ("network", "x", "network must be an object with named values. Received: 'x'"),
        ("network.blocks", "9", "network.blocks must have 0 to 4 entries. Received: 9"),
        ("network.blocks.0.padding", "SAME", "must be one of valid, same. Received: 'SAME'"),
    ],
)
def test_a_wrong_change_is_refused_by_its_path(path, text, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        Experiment().with_values({path: text})


def test_changes_that_are_valid_only_together_may_come_in_any_order():
    changes = {"network.blocks.2.kernel_size": "5"}  # doesn't fit unless the others change as well
    changes |= {"network.blocks": "3", "network.blocks.2.padding": "same"}
    assert len(Experiment().with_values(changes).network.blocks) == 3


def test_lists_become_tuples_so_that_an_experiment_stays_as_it_is():
    assert Network(blocks=[ConvBlock()]).blocks == (ConvBlock(),)
