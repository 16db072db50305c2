"""A network's layers as TensorFlow's own fused operations, to train the reader faster.

Keras computes batch normalization from a dozen small operations; the fused one and 16-bit
activations train a network of the reader's kind about twice as fast on a processor
(tests/bench/forward.py). tests/network/test_fused.py compares it with the Keras model.
"""

from mnist_core.config.layer_shapes import (
    BATCH_NORMALIZATION_EPSILON,
    BATCH_NORMALIZATION_MOMENTUM,
    plan_layers,
)


def logits(network, model, x, training: bool, dtype: str = "float32"):
    """The logits of `model`, as `network.build(network)` made it.

    While training, dropout drops and batch normalization uses the batch's mean and variance and
    moves its averages towards them.

    Args:
        x: float32 (n, 28, 28, 1).
        dtype: of the activations and of the weights as used, "float32" or "bfloat16".

    Returns:
        float32 (n, 10).
    """
    import tensorflow as tf

    value = tf.cast(x, dtype)
    for layer in plan_layers(network):
        if layer.name == "probabilities":
            break
        value = _KINDS[layer.kind](tf, layer, model.get_layer(layer.name), value, training)
    return tf.cast(value, tf.float32)


def _convolution(tf, plan, layer, value, training):
    kernel, bias = (tf.cast(weight, value.dtype) for weight in layer.trainable_variables)
    value = tf.nn.conv2d(value, kernel, 1, layer.padding.upper())
    if training and "activation" not in plan.arguments:  # normalization subtracts any bias
        return value
    return layer.activation(value + bias)


def _normalization(tf, plan, layer, value, training):
    averages = (layer.moving_mean, layer.moving_variance)
    mean, variance = ((), ()) if training else averages
    value, *batch = tf.raw_ops.FusedBatchNormV3(
        x=value,
        scale=layer.gamma,
        offset=layer.beta,
        mean=mean,
        variance=variance,
        epsilon=BATCH_NORMALIZATION_EPSILON,
        is_training=training,
    )[:3]
    if training:
        for average, new in zip(averages, batch, strict=True):
            average.assign_add((1 - BATCH_NORMALIZATION_MOMENTUM) * (new - average))
    return value


def _dense(tf, plan, layer, value, training):
    kernel, bias = (tf.cast(weight, value.dtype) for weight in layer.trainable_variables)
    return layer.activation(tf.matmul(value, kernel) + bias)


def _pooling(tf, plan, layer, value, training):
    side = plan.arguments["pool_size"]
    return tf.nn.max_pool2d(value, side, side, "VALID")


def _dropout(tf, plan, layer, value, training):
    return tf.nn.dropout(value, plan.arguments["rate"]) if training else value


_KINDS = {
    "Conv2D": _convolution,
    "BatchNormalization": _normalization,
    "Activation": lambda tf, plan, layer, value, training: layer.activation(value),
    "MaxPooling2D": _pooling,
    "Dropout": _dropout,
    "Flatten": lambda tf, plan, layer, value, training: tf.reshape(value, (-1, *plan.output_shape)),
    "GlobalAveragePooling2D": lambda tf, plan, layer, value, training: tf.reduce_mean(
        value, (1, 2)
    ),
    "Dense": _dense,
}
