"""What flows from the maps of one layer to the maps of a later one, for few of each.

The gradient of a map's sum by all values of an earlier layer is mostly about maps that nobody looks
at. So the way back is made of narrowed layers: the last one has only the maps that are asked for,
the first one sees only those that are. An overview of the reader takes half the time so.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from mnist_core.config.layer_shapes import Layer
from mnist_core.network import operations
from mnist_core.network.inference import InferenceNetwork

MIXING = ("Conv2D", "Dense")  # the layers whose outputs depend on more than one map
EVERY = slice(None)


def contributions(
    network: InferenceNetwork,
    x: np.ndarray,
    after: str | None,
    layer: str,
    from_maps: Sequence[int],
    to_maps: Sequence[int],
) -> np.ndarray:
    """What each map of a layer adds to each later map's sum: its values times the gradient by them.

    Args:
        x: float32 (1, h, w, maps), what the earlier layer puts out for one image.
        after: the earlier layer's name; None: x is the image.
        layer: the later layer's name; the maps of "logits" are its ten values.
        from_maps, to_maps: numbers of maps, of x and of the later layer.

    Returns:
        float32 (len(from_maps), len(to_maps)).
    """
    names = [planned.name for planned in network.plan]
    layers = network.plan[names.index(after) + 1 if after else 0 : names.index(layer) + 1]
    value, inputs, way_back = x, [], []
    for planned, (ins, outs, maps) in zip(
        layers, _kept_maps(layers, x.shape[-1], from_maps, to_maps), strict=True
    ):
        weights = _narrow(planned, network.layer_weights(planned), ins, outs, maps)
        narrowed = operations.of_layer(planned, weights)
        for number, step in enumerate(network.layer_operations(planned)):
            kept = EVERY if planned.kind == "Dense" else (ins, outs)[number]
            inputs.append(value[..., kept])
            way_back.append(narrowed[number].backward)
            value = step.forward(value)
    gradients = _sums(len(to_maps), value.shape[1:-1])
    for backward, value in zip(reversed(way_back), reversed(inputs), strict=True):
        gradients = backward(np.broadcast_to(value, (len(to_maps), *value.shape[1:])), gradients)
    return (gradients * x[..., list(from_maps)]).sum(axis=(1, 2)).T


def _kept_maps(layers: Sequence[Layer], maps: int, from_maps, to_maps) -> Iterator[tuple]:
    """Of each layer: the maps of its input and of its output that the way back goes through, and
    how many maps there are in its input, where that was flattened.
    """
    mixing = [number for number, layer in enumerate(layers) if layer.kind in MIXING]

    def outs(number):
        if number < mixing[0]:
            return list(from_maps)
        return list(to_maps) if number >= mixing[-1] else EVERY

    for number, layer in enumerate(layers):
        ins = outs(number - 1) if layer.kind in MIXING else outs(number)
        yield ins, outs(number), maps if number == mixing[0] else 1


def _sums(maps: int, shape: tuple[int, ...]) -> np.ndarray:
    """The gradient of each map's sum by that map: 1 in the map itself, 0 in the others."""
    own = np.eye(maps, dtype=np.float32).reshape(maps, *(1 for _ in shape), maps)
    return np.broadcast_to(own, (maps, *shape, maps))


def _narrow(layer: Layer, weights, ins, outs, maps: int) -> list[np.ndarray]:
    """The weights of a layer for some of its input's and some of its output's maps.

    Args:
        maps: of a dense layer's input before it was flattened; 1 if that was no map.
    """
    if layer.kind == "Conv2D":
        kernel, bias = weights
        return [kernel[:, :, ins][..., outs], bias[outs]]
    if layer.kind == "Dense":
        kernel, bias = weights
        rows = kernel.reshape(-1, maps, kernel.shape[1])[:, ins if maps > 1 else EVERY]
        return [rows.reshape(-1, kernel.shape[1])[:, outs], bias[outs]]
    return [weight[outs] for weight in weights]
