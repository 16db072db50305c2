"""Networks whose layers do not fit are mended by few changes."""

import pytest

from mnist_core.config.layer_shapes import ShapeError
from mnist_core.config.paths import flatten
from mnist_core.config.schema import Experiment, Network
from mnist_core.config.shape_mending import fitting_part, mend
from mnist_core.config.validation import from_dict, to_dict

KERNEL, POOL = {"kernel_size": 11}, {"kernel_size": 1, "pool_size": 4}
NETWORKS = {
    "a kernel": [{}, {"kernel_size": 5, "pool_size": 0}, KERNEL],
    "a pooling": [POOL, POOL, POOL],
    "both, and more than once": [KERNEL, KERNEL, POOL, {"convolutions": 3, **KERNEL}],
    "the first block": [{"convolutions": 3, **KERNEL}],
}
every_network = pytest.mark.parametrize("blocks", NETWORKS.values(), ids=NETWORKS)


def values_with(blocks) -> dict:
    """An experiment's, with blocks of these fields."""
    default = to_dict(Experiment())
    plain = [{**default["network"]["blocks"][0], **block} for block in blocks]
    return default | {"network": default["network"] | {"blocks": plain}}


@every_network
def test_what_does_not_fit_is_mended_at_that_place_and_nowhere_else(blocks):
    values = values_with(blocks)
    with pytest.raises(ShapeError):
        from_dict(Experiment, values)
    experiment, changes = mend(values)
    mended = flatten(experiment)
    assert {path.rpartition(".")[2] for path in changes} <= {"padding", "pool_size"}
    for number, block in enumerate(values["network"]["blocks"]):
        for name, value in block.items():
            path = f"network.blocks.{number}.{name}"
            assert mended[path] == changes.get(path, value)


def test_what_fits_is_left_as_it_is():
    assert mend(to_dict(Experiment())) == (Experiment(), {})


@every_network
def test_a_block_that_does_not_fit_is_named_and_all_before_it_can_exist(blocks):
    values = values_with(blocks)["network"]
    with pytest.raises(ShapeError) as caught:
        from_dict(Network, values)
    part, block = fitting_part(values, caught.value)
    assert to_dict(part)["blocks"] == values["blocks"][: caught.value.block]
    assert to_dict(block) == values["blocks"][caught.value.block]
    assert caught.value.layer.startswith(f"block{caught.value.block + 1}_")
