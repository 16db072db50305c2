"""Steps of training, compiled: gather, augment, forward, backward, update. And evaluation.

Steps of our own in place of Keras' `fit`: they give each batch's own loss and accuracy (the logs
of `fit` are running means since the epoch began), they can end within a quarter of a second, and
they are faster (tests/bench/training.py). This is the one place that says what a step does; every
network is trained by it, the reader too.
"""

from mnist_core.config.schema import Network, Recipe
from mnist_core.network import fused
from mnist_core.network.keras_model import to_input
from mnist_core.training import optimizers
from mnist_core.training.augmentation import augment

EVALUATION_BATCH = 1000  # images; more brings no speed and takes memory
NON_DIGIT = -1  # the label of an image of no digit: every digit is equally likely


def compile_train_steps(
    model, network: Network, recipe: Recipe, average=None, as_training: bool = True
):
    """A function that does some steps and updates `model`, which has been compiled.

    It takes (images uint8 (m, 28, 28), labels int32 (m,), 0 to 9 or NON_DIGIT, order, starts and
    ends int32 (steps,), learning_rates, first, strength, keep), as tensors. It gives the loss and
    the accuracy of each batch, float32 (steps, 2), as the network was before the update; the
    accuracy is of the digits alone.

    Args:
        average: another model of the network; each step makes it keep * average + (1 - keep) *
            model.
        as_training: False to fine-tune in few steps: dropout drops nothing, and batch
            normalization goes by its averages, which stay.
    """
    import tensorflow as tf

    step = _step(model, network, recipe, as_training)

    @tf.function(input_signature=_signature(tf), autograph=False)
    def steps(images, labels, order, starts, ends, learning_rates, first, strength, keep):
        count = tf.shape(ends)[0]

        def body(i, figures):
            part = slice(starts[i], ends[i])
            batch = tf.gather(images, order[part]), tf.gather(labels, order[part]), strength[part]
            figures = figures.write(i, step(*batch, learning_rates[i], first + i))
            if average is not None:
                update_average(average, model, keep[i])
            return i + 1, figures

        figures = tf.TensorArray(tf.float32, count, element_shape=(2,))
        loop = (lambda i, figures: i < count), body, (0, figures)
        return tf.while_loop(*loop, parallel_iterations=1)[1].stack()

    return steps


def _step(model, network, recipe, as_training):
    """What one step does to a batch: a function that gives (loss, accuracy) as one tensor."""
    import tensorflow as tf

    optimizer, learned = model.optimizer, model.trainable_variables

    def step(images, labels, strength, learning_rate, number):
        seed = (recipe.seed, number)
        x = augment(to_input(images), recipe.augmentation, seed, strength)
        targets = tf.one_hot(labels, 10) + 0.1 * tf.cast(labels == NON_DIGIT, tf.float32)[:, None]
        optimizer.learning_rate.assign(learning_rate)
        with tf.GradientTape() as tape:
            z = fused.logits(network, model, x, as_training, recipe.precision, seed)
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(targets, z))
        optimizers.apply_gradients(optimizer, tape.gradient(loss, learned), learned)
        correct = tf.cast(tf.argmax(z, 1, output_type=tf.int32) == labels, tf.float32)
        digits = tf.cast(labels != NON_DIGIT, tf.float32)
        return tf.stack([loss, tf.reduce_sum(correct) / tf.reduce_sum(digits)])

    return step


def _signature(tf):
    """Of the arguments of `steps`, in their order."""
    vector, floats = tf.TensorSpec((None,), tf.int32), tf.TensorSpec((None,), tf.float32)
    images, number = tf.TensorSpec((None, 28, 28), tf.uint8), tf.TensorSpec((), tf.int32)
    return [images, vector, vector, vector, vector, floats, number, floats, floats]


def update_average(average, model, keep) -> None:
    """Make each weight of `average` keep * average + (1 - keep) * model."""
    for mean, weight in zip(average.weights, model.weights, strict=True):
        if mean.dtype == "float32":  # a dropout's seed is no weight
            mean.assign_add((1 - keep) * (weight - mean))


def compile_evaluation(model, network: Network, views: int = 1):
    """A function Digits -> (loss, accuracy): floats, means over all images.

    Args:
        views: of each image, 1 or 2; see `prediction.Classifier`.
    """
    import tensorflow as tf

    @tf.function(
        input_signature=[
            tf.TensorSpec((None, 28, 28), tf.uint8),
            tf.TensorSpec((None,), tf.int32),
        ]
    )
    def sums(images, labels):
        x = to_input(images)
        z = fused.logits(network, model, x, training=False)
        if views == 2:
            moved = tf.nn.avg_pool2d(tf.pad(x, [[0, 0], [0, 1], [0, 1], [0, 0]]), 2, 1, "VALID")
            z = (z + fused.logits(network, model, moved, training=False)) / 2
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
