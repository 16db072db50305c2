"""One step of training, compiled: augment, forward, backward, update. And evaluation, compiled.

A step of our own in place of Keras' `fit`: it gives each batch's own loss and accuracy (the logs
of `fit` are running means since the epoch began), it can end after any batch, and it is faster
than `fit` with a callback after every batch (tests/bench/training.py).
"""

from mnist_core.config.schema import Recipe
from mnist_core.network.keras_model import to_input
from mnist_core.training.augmentation import augment

EVALUATION_BATCH = 1000  # images; more brings no speed and takes memory


def compile_train_step(model, recipe: Recipe):
    """A function (images, labels, learning_rate, number) -> (loss, accuracy) that updates `model`.

    images uint8 (n, 28, 28), labels (n,), number the step's, which seeds its augmentation; loss
    and accuracy are float32 scalars of this batch as the network was before the update.
    """
    import keras
    import tensorflow as tf

    logits = keras.Model(model.inputs, model.get_layer("logits").output)

    @tf.function(
        input_signature=[
            tf.TensorSpec((None, 28, 28), tf.uint8),
            tf.TensorSpec((None,), tf.int32),
            tf.TensorSpec((), tf.float32),
            tf.TensorSpec((), tf.int32),
        ]
    )
    def step(images, labels, learning_rate, number):
        x = augment(to_input(images), recipe.augmentation, (recipe.seed, number))
        model.optimizer.learning_rate.assign(learning_rate)
        with tf.GradientTape() as tape:
            z = logits(x, training=True)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, z))
        gradients = tape.gradient(loss, model.trainable_variables)
        model.optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        correct = tf.equal(tf.argmax(z, 1, output_type=tf.int32), labels)
        return loss, tf.reduce_mean(tf.cast(correct, tf.float32))

    return step


def compile_evaluation(model):
    """A function Digits -> (loss, accuracy): floats, means over all images."""
    import keras
    import tensorflow as tf

    logits = keras.Model(model.inputs, model.get_layer("logits").output)

    @tf.function(
        input_signature=[
            tf.TensorSpec((None, 28, 28), tf.uint8),
            tf.TensorSpec((None,), tf.int32),
        ]
    )
    def sums(images, labels):
        z = logits(to_input(images), training=False)
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, z)
        correct = tf.equal(tf.argmax(z, 1, output_type=tf.int32), labels)
        return tf.reduce_sum(loss), tf.reduce_sum(tf.cast(correct, tf.float32))

    def measure(digits):
        count, loss, correct = len(digits.labels), 0.0, 0.0
        for start in range(0, count, EVALUATION_BATCH):
            batch = slice(start, start + EVALUATION_BATCH)
            sum_loss, sum_correct = sums(digits.images[batch], digits.labels[batch].astype("int32"))
            loss, correct = loss + float(sum_loss), correct + float(sum_correct)
        return loss / count, correct / count

    return measure
