"""Few changes by which a network whose shapes can't exist becomes one that can."""

import copy
from collections.abc import Mapping
from typing import Any

from mnist_core.config.layer_shapes import ShapeError
from mnist_core.config.schema import ConvBlock, Experiment, Network
from mnist_core.config.validation import from_dict

MENDS = {"pool": ("pool_size", 0), "conv": ("padding", "same")}  # by the layer that doesn't fit


def mend(plain: Mapping[str, Any]) -> tuple[Experiment, dict[str, Any]]:
    """An experiment whose layers fit: zeros around a map that is too small, or no pooling.

    Args:
        plain: an experiment as `to_dict` gives it, of a network that may not exist.

    Returns:
        The experiment, and what had to be changed: path -> value.

    Raises:
        ValueError: something other than the shapes is at fault.
    """
    plain, changes = copy.deepcopy(dict(plain)), {}
    while True:
        try:
            return from_dict(Experiment, plain), changes
        except ShapeError as error:  # of a block and a field at most once: then it fits
            field, value = MENDS[error.layer.split("_")[-1]]
            plain["network"]["blocks"][error.block][field] = value
            changes[f"network.blocks.{error.block}.{field}"] = value


def fitting_part(plain: Mapping[str, Any], error: ShapeError) -> tuple[Network, ConvBlock]:
    """What there is of a network before the block that doesn't fit, and that block.

    Args:
        plain: the network as `to_dict` would give it.
    """
    blocks = plain["blocks"]
    part = from_dict(Network, {**plain, "blocks": blocks[: error.block]})
    return part, from_dict(ConvBlock, blocks[error.block])
