"""Picture -> image, by MNIST's own rule."""

from mnist_core.preprocess.foreground import BlankPictureError
from mnist_core.preprocess.mnist_rule import to_mnist

__all__ = ["BlankPictureError", "to_mnist"]
