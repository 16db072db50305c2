"""Random changes to training images, as TensorFlow operations.

The functions below `augment` stand alone: an exported Keras script holds their text.
"""

import math

from mnist_core.config.schema import Augmentation

ELASTIC_GRID = 5  # random offsets along each side of an image, made smooth in between


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
    n, seed = tf.shape(x)[0], tf.stack(seed)
    strength = tf.broadcast_to(strength, (n,))
    uniform = tf.random.stateless_uniform((n, 6), seed, -1.0, 1.0)
    changes = uniform * tf.constant(change_limits(augmentation)) * strength[:, None]
    transforms = affine_transforms(changes)
    if augmentation.elastic:
        normal = tf.random.stateless_normal(
            (n, ELASTIC_GRID, ELASTIC_GRID, 2), tf.add(seed, [1, 0])
        )
        distance = (augmentation.elastic * strength)[:, None, None, None]
        return sample_bilinear(x, sample_points(transforms) + elastic_field(normal) * distance)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=x,
        transforms=tf.concat([transforms, tf.zeros((n, 2))], axis=1),
        output_shape=tf.constant([28, 28]),
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )


def change_limits(a: Augmentation) -> list[float]:
    """The limits of what `affine_transforms` takes, in its order and units."""
    return [a.shift, a.shift, math.radians(a.rotation), a.scale, a.scale, math.radians(a.shear)]


def affine_transforms(changes):
    """Output pixel -> input pixel, about the centre of the image: (n, 6).

    changes: (n, 6), pixels right and down, radians, shares wider and taller, radians of slant.
    """
    import tensorflow as tf

    dx, dy, angle, wider, taller, shear = tf.unstack(changes, axis=1)
    # Rotate, then slant, then scale.
    cos, sin, slant = tf.cos(angle), tf.sin(angle), tf.tan(shear)
    a0, a1 = (cos + slant * sin) / (1 + wider), (slant * cos - sin) / (1 + taller)
    b0, b1 = sin / (1 + wider), cos / (1 + taller)
    centre = 13.5  # of pixels 0 to 27
    a2 = centre - a0 * (centre + dx) - a1 * (centre + dy)
    b2 = centre - b0 * (centre + dx) - b1 * (centre + dy)
    return tf.stack([a0, a1, a2, b0, b1, b2], axis=1)


def sample_points(transforms):
    """Where each output pixel comes from: (n, 28, 28, 2), x and y in pixels."""
    import tensorflow as tf

    y, x = tf.meshgrid(tf.range(28.0), tf.range(28.0), indexing="ij")
    grid = tf.stack([x, y, tf.ones_like(x)], axis=-1)
    return tf.einsum("yxk,ndk->nyxd", grid, tf.reshape(transforms, (-1, 2, 3)))


def elastic_field(normal):
    """Random offsets on a coarse grid, made smooth: (n, side, side, 2) -> (n, 28, 28, 2).

    Source: Simard, Steinkraus and Platt, Best Practices for Convolutional Neural Networks, 2003.
    """
    import tensorflow as tf

    return tf.image.resize(normal, (28, 28), "bicubic")


def sample_bilinear(x, points):
    """x at these points, (n, 28, 28, 2), by bilinear interpolation; 0 outside."""
    import tensorflow as tf

    n = tf.shape(x)[0]
    padded = tf.reshape(tf.pad(x[..., 0], [[0, 0], [1, 1], [1, 1]]), (-1,))  # a frame of 0
    points = tf.clip_by_value(points + 1.0, 0.0, 28.999)
    corner = tf.floor(points)
    right, down = tf.unstack(points - corner, axis=-1)
    column, row = tf.unstack(tf.cast(corner, tf.int32), axis=-1)
    at = tf.range(n)[:, None, None] * 900 + row * 30 + column
    above = tf.gather(padded, at) * (1 - right) + tf.gather(padded, at + 1) * right
    below = tf.gather(padded, at + 30) * (1 - right) + tf.gather(padded, at + 31) * right
    return (above * (1 - down) + below * down)[..., None]
