"""A network's layers as TensorFlow's own fused operations, to train it faster.

Keras computes batch normalization from a dozen small operations, and activates values that max
pooling then throws away. Both, and 16-bit activations, are what makes training fast on a processor
(tests/bench/training.py). tests/network/test_fused.py compares it with the Keras model.
"""

from itertools import pairwise
from typing import Any, NamedTuple

from mnist_core.config.layer_shapes import (
    BATCH_NORMALIZATION_EPSILON,
    BATCH_NORMALIZATION_MOMENTUM,
    Layer,
    plan_layers,
)

# Maps in sixteens are normalized in 16 bits; of any other number TensorFlow does it five times
# slower than in 32
NORMALIZED_TOGETHER = 16
NOT_MONOTONIC = ("gelu",)  # for every other activation, the largest value has the largest output


class _Position(NamedTuple):
    """A layer, and what it needs to know of those around it."""

    plan: Layer
    layer: Any  # of Keras
    previous: Any  # of Keras; None before the first
    pool_size: int  # of the max pooling that follows; 0 where none does
    training: bool
    seed: Any  # two integers, other ones for each layer


def logits(network, model, x, training: bool, dtype: str = "float32", seed=(0, 0)):
    """The logits of `model`, as `network.build(network)` made it.

    While training, dropout drops and batch normalization uses the batch's mean and variance and
    moves its averages towards them.

    Args:
        x: float32 (n, 28, 28, 1).
        dtype: of the activations and of the weights as used, "float32" or "bfloat16".
        seed: two integers; the same seed drops the same values.

    Returns:
        float32 (n, 10).
    """
    import tensorflow as tf

    value, previous = tf.cast(x, dtype), None
    for number, (plan, following) in enumerate(pairwise(plan_layers(network))):  # no softmax
        layer = model.get_layer(plan.name)
        pool_size = following.arguments["pool_size"] if following.kind == "MaxPooling2D" else 0
        layer_seed = tf.add(tf.stack(seed), [(number + 1) << 16, 0])
        position = _Position(plan, layer, previous, pool_size, training, layer_seed)
        value = _KINDS[plan.kind](tf, position, value)
        previous = layer
    return tf.cast(value, tf.float32)


def _convolution(tf, at, value):
    kernel, bias = (tf.cast(weight, value.dtype) for weight in at.layer.trainable_variables)
    value = tf.nn.conv2d(value, kernel, 1, at.layer.padding.upper())
    if "activation" in at.plan.arguments:
        return _activate(tf, at, value, bias)
    return value if at.training else tf.nn.bias_add(value, bias)  # normalization subtracts any bias


def _activate(tf, at, value, bias=None):
    """Bias, activation and the max pooling that follows; pooling first where that is the same."""
    pool_first = at.layer.activation.__name__ not in NOT_MONOTONIC
    if pool_first:
        value = _max_pool(tf, at, value)
    if bias is not None:
        value = tf.nn.bias_add(value, bias)
    value = at.layer.activation(value)
    return value if pool_first else _max_pool(tf, at, value)


def _max_pool(tf, at, value):
    side = at.pool_size
    return tf.nn.max_pool2d(value, side, side, "VALID") if side else value


def _normalization(tf, at, value):
    layer, dtype = at.layer, value.dtype
    if layer.gamma.shape[0] % NORMALIZED_TOGETHER:
        value = tf.cast(value, tf.float32)
    averages = (layer.moving_mean, layer.moving_variance)
    mean, variance = ((), ()) if at.training else averages
    value, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=value,
        scale=layer.gamma,
        offset=layer.beta,
        mean=mean,
        variance=variance,
        epsilon=BATCH_NORMALIZATION_EPSILON,
        is_training=at.training,
    )
    if at.training:
        batch = (mean + at.previous.bias, variance)  # the convolution left its bias out
        for average, new in zip(averages, batch, strict=True):
            average.assign_add((1 - BATCH_NORMALIZATION_MOMENTUM) * (new - average))
    return tf.cast(value, dtype)


def _dense(tf, at, value):
    kernel, bias = (tf.cast(weight, value.dtype) for weight in at.layer.trainable_variables)
    return at.layer.activation(tf.nn.bias_add(tf.matmul(value, kernel), bias))


def _dropout(tf, at, value):
    if not at.training:
        return value
    return tf.nn.experimental.stateless_dropout(value, at.plan.arguments["rate"], at.seed)


_KINDS = {
    "Conv2D": _convolution,
    "BatchNormalization": _normalization,
    "Activation": _activate,
    "MaxPooling2D": lambda tf, at, value: value,  # done with the activation before it
    "Dropout": _dropout,
    "Flatten": lambda tf, at, value: tf.reshape(value, (-1, *at.plan.output_shape)),
    "GlobalAveragePooling2D": lambda tf, at, value: tf.reduce_mean(value, (1, 2)),
    "Dense": _dense,
}
