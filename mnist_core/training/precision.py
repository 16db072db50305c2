"""Whether this computer gains by 16 bits: its processor is asked, then measured."""

import time
from collections.abc import Callable

from mnist_core.config.schema import Network
from mnist_core.system import machine
from mnist_core.training import duration

MEASURING_SECONDS = 0.1
SIDE = 512  # of the matrices that are multiplied to measure: as much work as a layer has
NO_INSTRUCTIONS = (
    "this computer's processor has no instructions for bfloat16 (AVX512-BF16 or AMX), without"
    " which it can be a hundred times slower"
)
TOO_FEW_FILTERS = (
    f"a network of fewer than {duration.FEWEST_FILTERS} filters is no faster with bfloat16"
)


def choose(
    wanted: str, network: Network, gain: Callable[[], float] | None = None
) -> tuple[str, str]:
    """The precision to compute in, and a sentence if it isn't the one that is wanted.

    Args:
        wanted: a recipe's.
        network: what is trained.
        gain: how many times as fast as float32 bfloat16 is; None measures.
    """
    if wanted == "float32":
        return wanted, ""
    reason = ""
    if not machine.has_bfloat16():
        reason = NO_INSTRUCTIONS
    elif not duration.gains_by_bfloat16(network):
        reason = TOO_FEW_FILTERS
    elif (measured := (gain or measured_gain)()) < 1:
        reason = f"here bfloat16 is {1 / measured:.1f} times slower"
    return ("float32", f"It computed in float32: {reason}.") if reason else (wanted, "")


def measured_gain() -> float:
    """How many times as fast as float32 this computer multiplies matrices of bfloat16."""
    import tensorflow as tf

    matrices = {dtype: tf.ones((SIDE, SIDE), dtype) for dtype in ("float32", "bfloat16")}
    fastest = dict.fromkeys(matrices, float("inf"))
    end = time.perf_counter() + MEASURING_SECONDS
    while time.perf_counter() < end or float("inf") in fastest.values():
        for dtype, matrix in matrices.items():
            began = time.process_time()  # of the processor: other processes don't count
            tf.matmul(matrix, matrix).numpy()
            fastest[dtype] = min(fastest[dtype], time.process_time() - began)
    return fastest["float32"] / fastest["bfloat16"]
