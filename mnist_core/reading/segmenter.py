"""The network that parts digits: for each pixel of a row, where its digit's middle is.

A U-Net (Ronneberger, Fischer and Brox, 2015) over a row of ink of any width, with two outputs, as
Panoptic-DeepLab (Cheng et al., 2020) has them: for each column how likely a digit's middle is
there, and for each pixel how far away, to the right or left, the middle of its digit is. It knows
nothing of which digit is which, so it serves whatever model reads them.

It is small, trained by `pretrained.segmenter_training`, and computed here in NumPy.
"""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import safetensors.numpy

from mnist_core.config.layer_shapes import Layer
from mnist_core.network import operations

HEIGHT = 48  # pixels of a row
CELL = 2  # a square of 2 x 2 pixels is one place with four channels, in and out
MULTIPLE = 16  # of a row's width in pixels: it is halved four times
FILTERS = (12, 24, 32, 48)  # of each level, from the pixels down; two convolutions at each
CENTRE_UNITS = 32
OFFSET_SCALE = 16.0  # pixels: an output of 1
WEIGHTS = Path(__file__).with_name("segmenter.safetensors")

Weights = Mapping[str, np.ndarray]


class Segmentation(NamedTuple):
    """What the network says of a row."""

    centres: np.ndarray  # float32 (width / 2,): the probability that a digit's middle is there
    offsets: np.ndarray  # float32 (48, width): pixels to the right to the middle of its digit


def to_cells(row: np.ndarray) -> np.ndarray:
    """float32 (48, width) -> (24, width / 2, 4): squares of pixels as channels."""
    height, width = row.shape[0] // CELL, row.shape[1] // CELL
    cells = row.reshape(height, CELL, width, CELL).transpose(0, 2, 1, 3)
    return cells.reshape(height, width, CELL * CELL)


def from_cells(cells: np.ndarray) -> np.ndarray:
    """The reverse of `to_cells`."""
    height, width = cells.shape[:2]
    pixels = cells.reshape(height, width, CELL, CELL).transpose(0, 2, 1, 3)
    return pixels.reshape(height * CELL, width * CELL)


def segment(row: np.ndarray, weights: Weights | None = None) -> Segmentation:
    """Where the digits of a row are.

    Args:
        row: float32 (48, width), ink up to 1 on 0; width a multiple of 16.
        weights: of `pretrained.segmenter_training`; None: those that ship.
    """
    weights = load_weights() if weights is None else weights
    x, skipped = to_cells(row)[None], []
    for level in range(len(FILTERS)):
        x = _convolution(_convolution(x, weights, f"down{level}_1"), weights, f"down{level}_2")
        if level < len(FILTERS) - 1:
            skipped.append(x)
            x = _halved(x)
    for level in reversed(range(len(FILTERS) - 1)):
        x = np.concatenate([x.repeat(2, axis=1).repeat(2, axis=2), skipped[level]], axis=-1)
        x = _convolution(x, weights, f"up{level}")
    offsets = x[0] @ weights["offsets.kernel"] + weights["offsets.bias"]
    columns = np.concatenate([x[0].max(axis=0), x[0].mean(axis=0)], axis=-1)
    hidden = np.maximum(columns @ weights["columns.kernel"] + weights["columns.bias"], 0)
    logits = hidden @ weights["centres.kernel"] + weights["centres.bias"]
    return Segmentation(
        operations.ACTIVATIONS["sigmoid"].forward(logits[:, 0]), from_cells(offsets) * OFFSET_SCALE
    )


def _convolution(x, weights, name):
    kernel, bias = weights[f"{name}.kernel"], weights[f"{name}.bias"]
    shape = (*x.shape[1:3], kernel.shape[-1])
    layer = Layer(name, "Conv2D", {"padding": "same", "activation": "relu"}, shape, 0)
    for operation in operations.of_layer(layer, (kernel, bias)):
        x = operation.forward(x)
    return x


def _halved(x):
    _, height, width, maps = x.shape
    return x.reshape(1, height // 2, 2, width // 2, 2, maps).max(axis=(2, 4))


@functools.cache
def load_weights(path: Path = WEIGHTS) -> Weights:
    """Weights from a file, float32."""
    arrays = safetensors.numpy.load_file(path)
    return {name: array.astype(np.float32) for name, array in arrays.items()}
