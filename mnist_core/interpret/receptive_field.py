"""Which pixels of the image can change a value deep in the network."""

from collections.abc import Sequence
from typing import NamedTuple

from mnist_core.config.layer_shapes import IMAGE_SHAPE, Layer
from mnist_core.interpret.layer_arithmetic import padding_before


class Rectangle(NamedTuple):
    """A rectangle of an image or a map; `bottom` and `right` are the first beyond it."""

    top: int
    left: int
    bottom: int
    right: int


WHOLE_IMAGE = Rectangle(0, 0, *IMAGE_SHAPE[:2])


def receptive_field(layers: Sequence[Layer], name: str, index: tuple[int, ...]) -> Rectangle:
    """The receptive field, in the 28x28 image, of a value of the layer called `name`.

    Walks back layer by layer: a convolution widens it by its kernel, pooling multiplies it.

    Args:
        index: (row, column, map), or (unit,): such a value is taken to see everything, though
            Flatten's are single pixels of maps.
    """
    names = [layer.name for layer in layers]
    backwards = layers[: names.index(name) + 1][::-1]
    if len(index) != 3:
        return WHOLE_IMAGE
    rows, columns = ((i, i + 1) for i in index[:2])
    for layer, before in zip(backwards, [*backwards[1:], None], strict=True):
        height, width = before.output_shape[:2] if before else IMAGE_SHAPE[:2]
        rows, columns = _input_span(layer, rows, height), _input_span(layer, columns, width)
    return Rectangle(rows[0], columns[0], rows[1], columns[1])


def _input_span(layer, span, size) -> tuple[int, int]:
    """The span of rows (or columns) of a layer's input that a span of its output depends on."""
    start, end = span
    if layer.kind == "Conv2D":
        start -= padding_before(layer)
        end += layer.arguments["kernel_size"] - 1 - padding_before(layer)
    elif layer.kind == "MaxPooling2D":
        start, end = start * layer.arguments["pool_size"], end * layer.arguments["pool_size"]
    return max(0, start), min(size, end)
