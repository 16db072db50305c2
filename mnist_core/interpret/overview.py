"""A whole network at work on one image, in few numbers: some maps of each block, and what flows on.

What flows from one map to another is weight times activation, exactly: the gradient of the second's
sum by each value of the first, times that value, summed. With layers in between, such as
normalization, it is the product along all ways that the activations leave open.
"""

import functools
import math
from typing import NamedTuple

import numpy as np

from mnist_core.config.layer_shapes import CLASSES, Layer, plan_layers
from mnist_core.config.schema import Network
from mnist_core.interpret.receptive_field import receptive_field
from mnist_core.network.contributions import contributions
from mnist_core.network.inference import InferenceNetwork, to_input
from mnist_core.preprocess import mnist_rule
from mnist_core.strokes.rasterize import rasterize

MAPS = 8  # of each block; more can't be followed by eye
PROBE_SIDE = 140  # pixels of the canvas that the probes are drawn on


class Stage(NamedTuple):
    """A block of the network: its last layer before pooling."""

    layer: Layer
    maps: tuple[int, ...]  # which of its maps are shown, at most `MAPS`
    values: np.ndarray  # float32 (maps, h, w)
    fields: tuple[tuple[int, int], ...]  # of each row: the image's rows that it sees, end exclusive


class Overview(NamedTuple):
    """One image's way through a network."""

    stages: list[Stage]
    contributions: list[np.ndarray]  # float32 (from, to): image to maps, ..., maps to ten logits
    probabilities: np.ndarray  # float32 (10,), of one view of the image


def overview(
    network: InferenceNetwork, image: np.ndarray, shown_maps: tuple[tuple[int, ...], ...] = ()
) -> Overview:
    """What happens to an image.

    Args:
        image: uint8 (28, 28).
        shown_maps: the numbers of the maps of each block; without them `liveliest_maps`.
    """
    x = to_input(image[None])
    names = [layer.name for layer in network.plan]
    outputs = dict(zip(names, network.layer_outputs(x), strict=True))
    stages = []
    for layer, maps in zip(
        _stage_layers(network), shown_maps or liveliest_maps(network), strict=True
    ):
        values = np.moveaxis(outputs[layer.name][0][..., maps], -1, 0)
        fields = _fields(network.network, layer.name, layer.output_shape[0])
        stages.append(Stage(layer, maps, values, fields))
    flows, before, value, shown = [], None, x, (0,)
    for stage in stages:
        flows.append(contributions(network, value, before, stage.layer.name, shown, stage.maps))
        before, value, shown = stage.layer.name, outputs[stage.layer.name], stage.maps
    to_logits = contributions(network, value, before, "logits", shown, range(CLASSES))
    # what speaks for all ten digits alike decides nothing
    flows.append(to_logits - to_logits.mean(axis=1, keepdims=True))
    return Overview(stages, flows, outputs["probabilities"][0])


@functools.lru_cache(maxsize=8)
def liveliest_maps(network: InferenceNetwork) -> tuple[tuple[int, ...], ...]:
    """The maps of each stage that differ most from stroke to stroke: always the same of a network.

    Returns:
        For each stage at most `MAPS` numbers, rising.
    """
    outputs = network.layer_outputs(to_input(_probes()))
    wanted = {layer.name for layer in _stage_layers(network)}
    chosen = []
    for layer, output in zip(network.plan, outputs, strict=True):
        if layer.name in wanted:
            spread = output.mean(axis=(1, 2)).std(axis=0)
            chosen.append(tuple(sorted(np.argsort(-spread, kind="stable")[:MAPS].tolist())))
    return tuple(chosen)


@functools.cache
def _probes() -> np.ndarray:
    """Strokes in eight directions, and two rings: uint8 (10, 28, 28)."""
    turns = np.linspace(0, 2 * math.pi, 40)
    rings = [np.stack([w * np.cos(turns), 40 * np.sin(turns)], 1) for w in (40, 22)]
    lines = [np.outer([-1, 1], [40 * math.cos(a), 40 * math.sin(a)]) for a in turns[:20:5]]
    hooks = [np.vstack([line, line[1] + line[0][::-1] * [1, -1]]) for line in lines]
    strokes = [points + PROBE_SIDE / 2 for points in (*rings, *lines, *hooks)]
    return np.stack([mnist_rule.to_mnist(rasterize([s], PROBE_SIDE, 12)) for s in strokes])


def _stage_layers(network) -> list[Layer]:
    """The last layer with maps of each block before it is pooled."""
    last = {}
    for layer in network.plan:
        if layer.kind in ("Conv2D", "BatchNormalization", "Activation"):
            last[layer.name.split("_")[0]] = layer
    return [layer for name, layer in last.items() if name.startswith("block")]


@functools.lru_cache(maxsize=100)
def _fields(network: Network, layer: str, rows: int) -> tuple[tuple[int, int], ...]:
    plan = plan_layers(network)
    fields = (receptive_field(plan, layer, (row, row, 0)) for row in range(rows))
    return tuple((field.top, field.bottom) for field in fields)
