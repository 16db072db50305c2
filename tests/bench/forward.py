"""The reader's training step by Keras' own layers and by fused operations, in 32 and in 16 bits.

Run: python tests/bench/forward.py
"""

import statistics
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from mnist_core.network import fused, keras_model
from mnist_core.pretrained.training import NETWORK

BATCH, TIMES, ROUNDS = 256, 5, 4


def step_of(logits_of):
    """A compiled step: forward, backward, update."""
    import keras
    import tensorflow as tf

    model = keras_model.build(NETWORK, seed=0)
    optimizer = keras.optimizers.AdamW(1e-3)
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(x, labels):
        with tf.GradientTape() as tape:
            z = logits_of(model, x)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, z))
        gradients = tape.gradient(loss, model.trainable_variables)
        pairs = zip(gradients, model.trainable_variables, strict=True)
        optimizer.apply_gradients([pair for pair in pairs if pair[0] is not None])

    return step


def by_keras(model, x):
    import keras

    return keras.Model(model.inputs, model.get_layer("logits").output)(x, training=True)


def main():
    rng = np.random.default_rng(0)
    x = rng.random((BATCH, 28, 28, 1), np.float32)
    labels = rng.integers(0, 10, BATCH, np.int32)
    methods = {
        "Keras, float32": by_keras,
        "fused, float32": lambda m, x: fused.logits(NETWORK, m, x, True),
        "fused, bfloat16": lambda m, x: fused.logits(NETWORK, m, x, True, "bfloat16"),
    }
    steps = {name: step_of(method) for name, method in methods.items()}
    for step in steps.values():
        step(x, labels)
    seconds: dict[str, list[float]] = {name: [] for name in methods}
    for _ in range(ROUNDS):  # in turns, so that a busy machine is the same for all
        for name, step in steps.items():
            start = time.perf_counter()
            for _ in range(TIMES):
                step(x, labels)
            seconds[name].append((time.perf_counter() - start) / TIMES)
    keras_seconds = statistics.median(seconds["Keras, float32"])
    for name, measured in seconds.items():
        median = statistics.median(measured)
        print(f"{name:18} {BATCH / median:6.0f} images/s, {keras_seconds / median:.2f} times Keras")


if __name__ == "__main__":
    main()
