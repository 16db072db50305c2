"""16 bits are used where they are faster, and nowhere else."""

import pytest

from mnist_core.config.schema import Experiment, Network, Recipe
from mnist_core.presets import PRESETS
from mnist_core.system import machine
from mnist_core.training import duration, precision

WIDE, NARROW = Network(), PRESETS["tiny"].network
IN_16_BITS = Experiment(recipe=Recipe(precision="bfloat16"))


@pytest.mark.parametrize(
    ("wanted", "instructions", "gain", "chosen"),
    [
        ("bfloat16", True, 1.6, "bfloat16"),
        ("bfloat16", True, 0.5, "float32"),
        ("bfloat16", False, 1.6, "float32"),
        ("float32", True, 1.6, "float32"),
    ],
)
def test_bfloat16_needs_instructions_and_speed(monkeypatch, wanted, instructions, gain, chosen):
    monkeypatch.setattr(machine, "has_bfloat16", lambda: instructions)
    used, sentence = precision.choose(wanted, WIDE, lambda: gain)
    assert used == chosen
    assert bool(sentence) == (wanted != chosen)


def test_the_sentence_says_what_was_measured(monkeypatch):
    monkeypatch.setattr(machine, "has_bfloat16", lambda: True)
    sentence = precision.choose("bfloat16", WIDE, lambda: 0.5)[1]
    assert sentence == "It computed in float32: here bfloat16 is 2.0 times slower."


def test_a_network_of_few_filters_falls_back_to_float32_and_says_so(monkeypatch):
    monkeypatch.setattr(machine, "has_bfloat16", lambda: True)
    used, sentence = precision.choose("bfloat16", NARROW, lambda: 2.0)
    assert used == "float32"
    assert "fewer than 16 filters is no faster" in sentence


def test_the_gain_is_measured_in_both_precisions():
    assert precision.measured_gain() > 0


@pytest.mark.parametrize("has", [True, False])
def test_the_estimate_of_a_run_is_shorter_in_16_bits_where_the_processor_has_them(monkeypatch, has):
    monkeypatch.setattr(machine, "has_bfloat16", lambda: has)
    shorter = duration.epoch_seconds(IN_16_BITS) < duration.epoch_seconds(Experiment())
    assert shorter is has
