"""Train an experiment: the loop, the compiled step, augmentation, how long it takes."""

from mnist_core.training.loop import train

__all__ = ["train"]
