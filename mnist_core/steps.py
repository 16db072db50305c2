"""One step of training, compiled: augment, forward, backward, update. And its counterpart: measure.

A step of our own in place of Keras' `fit`: it gives each batch's own loss and accuracy (the logs
of `fit` are running means since the epoch began), it can end after any batch, and it is faster
than `fit` that looks at every batch (tests/bench/training.py).
"""

import math

from mnist_core.config import Augmentation, Recipe

BENDS = 5  # random moves along each side of an image, made smooth in between
MEASURED_AT_ONCE = 1000  # images; more brings no speed and takes memory


def learning_rate_at(recipe: Recipe, step: int, total_steps: int) -> float:
    """The learning rate of one step.

    Cosine: rises in a line over the warm-up's share of the steps, then falls to 0 along half a
    cosine. Source: Loshchilov and Hutter, SGDR, 2017; warm-up: Goyal et al., 2017.

    Args:
        step: 0-based.
    """
    if recipe.schedule == "constant":
        return recipe.learning_rate
    warmup_steps = round(recipe.warmup * total_steps)
    if step < warmup_steps:
        return recipe.learning_rate * (step + 1) / warmup_steps
    share = (step - warmup_steps) / max(1, total_steps - warmup_steps)
    return recipe.learning_rate * (1 + math.cos(math.pi * share)) / 2


def optimizer(recipe: Recipe):
    """The Keras optimizer a recipe asks for."""
    from keras import optimizers

    rate, momentum = recipe.learning_rate, recipe.momentum
    return {
        "Adam": lambda: optimizers.Adam(rate),
        "AdamW": lambda: optimizers.AdamW(rate, weight_decay=recipe.weight_decay),
        "SGD": lambda: optimizers.SGD(rate, momentum=momentum),
        "RMSprop": lambda: optimizers.RMSprop(rate, momentum=momentum),
        "Adadelta": lambda: optimizers.Adadelta(rate),
    }[recipe.optimizer]()


def compile_step(model, recipe: Recipe):
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
        x = augment(_x(images), recipe.augmentation, (recipe.seed, number))
        model.optimizer.learning_rate.assign(learning_rate)
        with tf.GradientTape() as tape:
            z = logits(x, training=True)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, z))
        gradients = tape.gradient(loss, model.trainable_variables)
        model.optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        right = tf.equal(tf.argmax(z, 1, output_type=tf.int32), labels)
        return loss, tf.reduce_mean(tf.cast(right, tf.float32))

    return step


def compile_measure(model):
    """A function Digits -> (loss, accuracy): floats, means over all images, nothing learned."""
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
        z = logits(_x(images), training=False)
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, z)
        right = tf.equal(tf.argmax(z, 1, output_type=tf.int32), labels)
        return tf.reduce_sum(loss), tf.reduce_sum(tf.cast(right, tf.float32))

    def measure(digits):
        count, loss, right = len(digits.labels), 0.0, 0.0
        for start in range(0, count, MEASURED_AT_ONCE):
            part = slice(start, start + MEASURED_AT_ONCE)
            part_loss, part_right = sums(digits.images[part], digits.labels[part].astype("int32"))
            loss, right = loss + float(part_loss), right + float(part_right)
        return loss / count, right / count

    return measure


def _x(images):
    import tensorflow as tf

    return tf.cast(images[..., None], tf.float32) / 255.0


def augment(x, augmentation: Augmentation, seed, strength=1.0):
    """Each image moved, turned, scaled, slanted and bent at random, in one bilinear resampling.

    Args:
        x: float32 (n, 28, 28, 1).
        seed: two integers; the same seed changes the same images in the same way.
        strength: times the augmentation's limits; one number, or one an image.

    Returns:
        Tensor of the same shape; what comes in from outside is 0.
    """
    import tensorflow as tf

    if augmentation == Augmentation():
        return x
    n = tf.shape(x)[0]
    strength = tf.broadcast_to(strength, (n,))
    transforms = _affine(augmentation, n, tf.stack(seed), strength)
    if augmentation.elastic:
        bends = _bends(n, tf.stack(seed)) * (augmentation.elastic * strength)[:, None, None, None]
        return _sampled(x, _places(transforms) + bends)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=x,
        transforms=tf.concat([transforms, tf.zeros((n, 2))], axis=1),
        output_shape=tf.constant([28, 28]),
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )


def _affine(a: Augmentation, n, seed, strength):
    """Output pixel -> input pixel, about the middle of the image: (n, 6)."""
    import tensorflow as tf

    most = [a.shift, a.shift, math.radians(a.rotation), a.scale, a.scale, math.radians(a.shear)]
    dice = tf.random.stateless_uniform((n, 6), seed, -1.0, 1.0) * tf.constant(most)
    dx, dy, angle, wider, taller, shear = tf.unstack(dice * strength[:, None], axis=1)
    # Rotate, then slant, then scale.
    cos, sin, slant = tf.cos(angle), tf.sin(angle), tf.tan(shear)
    a0, a1 = (cos + slant * sin) / (1 + wider), (slant * cos - sin) / (1 + taller)
    b0, b1 = sin / (1 + wider), cos / (1 + taller)
    centre = 13.5  # of pixels 0 to 27
    a2 = centre - a0 * (centre + dx) - a1 * (centre + dy)
    b2 = centre - b0 * (centre + dx) - b1 * (centre + dy)
    return tf.stack([a0, a1, a2, b0, b1, b2], axis=1)


def _places(transforms):
    """Where each output pixel comes from: (n, 28, 28, 2), x and y in pixels."""
    import tensorflow as tf

    y, x = tf.meshgrid(tf.range(28.0), tf.range(28.0), indexing="ij")
    grid = tf.stack([x, y, tf.ones_like(x)], axis=-1)
    return tf.einsum("yxk,ndk->nyxd", grid, tf.reshape(transforms, (-1, 2, 3)))


def _bends(n, seed):
    """Smooth random moves, standard deviation 1 pixel where they are thrown: (n, 28, 28, 2).

    Source: Simard, Steinkraus and Platt, Best Practices for Convolutional Neural Networks, 2003.
    """
    import tensorflow as tf

    coarse = tf.random.stateless_normal((n, BENDS, BENDS, 2), tf.add(seed, [1, 0]))
    return tf.image.resize(coarse, (28, 28), "bicubic")


def _sampled(x, places):
    """x at these places, (n, 28, 28, 2), by bilinear interpolation; 0 outside."""
    import tensorflow as tf

    n = tf.shape(x)[0]
    room = tf.reshape(tf.pad(x[..., 0], [[0, 0], [1, 1], [1, 1]]), (-1,))  # a frame of 0
    places = tf.clip_by_value(places + 1.0, 0.0, 28.999)
    corner = tf.floor(places)
    right, down = tf.unstack(places - corner, axis=-1)
    column, row = tf.unstack(tf.cast(corner, tf.int32), axis=-1)
    at = tf.range(n)[:, None, None] * 900 + row * 30 + column
    above = tf.gather(room, at) * (1 - right) + tf.gather(room, at + 1) * right
    below = tf.gather(room, at + 30) * (1 - right) + tf.gather(room, at + 31) * right
    return (above * (1 - down) + below * down)[..., None]
