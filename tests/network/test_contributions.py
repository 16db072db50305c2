"""What flows from map to map, for few maps: as the whole gradient says it."""

import numpy as np
import pytest
from config_strategies import networks
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_core.network import summary
from mnist_core.network.contributions import contributions
from mnist_core.network.inference import InferenceNetwork

LAYERS = ("Conv2D", "BatchNormalization", "Activation", "MaxPooling2D")


def random_network(network, seed) -> InferenceNetwork:
    rng = np.random.default_rng(seed)
    shapes = summary.weight_shapes(network).items()
    return InferenceNetwork(
        network, {name: rng.uniform(0.05, 0.6, shape).astype(np.float32) for name, shape in shapes}
    )


def whole(network, x, after, layer) -> np.ndarray:
    """By the gradient of every map's sum by every value: (maps before, maps after)."""
    names = [planned.name for planned in network.plan]
    between = network.plan[names.index(after) + 1 if after else 0 : names.index(layer) + 1]
    steps = [step for planned in between for step in network.layer_operations(planned)]
    inputs = []
    for step in steps:
        inputs.append(x)
        x = step.forward(x)
    maps = x.shape[-1]
    gradients = np.zeros((maps, *x.shape[1:]), np.float32)
    gradients[np.arange(maps), ..., np.arange(maps)] = 1
    for step, value in zip(reversed(steps), reversed(inputs), strict=True):
        gradients = step.backward(np.broadcast_to(value, (maps, *value.shape[1:])), gradients)
    return (gradients * inputs[0]).sum(axis=(1, 2)).T


@settings(max_examples=25, deadline=None)
@given(networks(), st.data())
def test_between_any_two_layers_few_maps_get_what_all_get(network, data):
    inference = random_network(network, 0)
    x = np.random.default_rng(1).random((1, 28, 28, 1), np.float32)
    outputs = dict(zip((p.name for p in inference.plan), inference.layer_outputs(x), strict=True))
    places = [None, *(p.name for p in inference.plan if p.kind in LAYERS)]
    after = data.draw(st.sampled_from(places))
    mixing = [p.name for p in inference.plan if p.kind == "Conv2D" or p.name == "logits"]
    names = [None, *outputs]
    later = [name for name in mixing if names.index(name) > names.index(after)]
    layer = data.draw(st.sampled_from(later))
    value = x if after is None else outputs[after]
    from_maps = data.draw(st.sets(st.integers(0, value.shape[-1] - 1), min_size=1, max_size=4))
    to_maps = data.draw(st.sets(st.integers(0, outputs[layer].shape[-1] - 1), min_size=1))
    chosen = np.ix_(sorted(from_maps), sorted(to_maps))
    few = contributions(inference, value, after, layer, *map(sorted, (from_maps, to_maps)))
    expected = whole(inference, value, after, layer)[chosen]
    assert few == pytest.approx(expected, rel=1e-3, abs=1e-3 * float(np.abs(expected).max()) + 1e-9)
