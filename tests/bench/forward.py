"""The reader's training step by Keras' own layers and by `forward`, in 32 and in 16 bits.

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
    dice = np.random.default_rng(0)
    x = dice.random((BATCH, 28, 28, 1), np.float32)
    labels = dice.integers(0, 10, BATCH, np.int32)
    ways = {
        "Keras, float32": by_keras,
        "forward, float32": lambda m, x: fused.logits(NETWORK, m, x, True),
        "forward, bfloat16": lambda m, x: fused.logits(NETWORK, m, x, True, "bfloat16"),
    }
    steps = {name: step_of(way) for name, way in ways.items()}
    for step in steps.values():
        step(x, labels)
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):  # in turns, so that a busy machine is the same for all
        for name, step in steps.items():
            start = time.perf_counter()
            for _ in range(TIMES):
                step(x, labels)
            spent[name].append((time.perf_counter() - start) / TIMES)
    first = statistics.median(spent["Keras, float32"])
    for name, found in spent.items():
        taken = statistics.median(found)
        print(f"{name:18} {BATCH / taken:6.0f} images/s, {first / taken:.2f} times Keras")


if __name__ == "__main__":
    main()
