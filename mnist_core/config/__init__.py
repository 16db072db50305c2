"""What an experiment is: its fields with limits and meaning, JSON, dotted paths, layer shapes."""

from mnist_core.config.schema import (
    Augmentation,
    ConvBlock,
    DenseLayer,
    Experiment,
    Network,
    Recipe,
)

__all__ = ["Augmentation", "ConvBlock", "DenseLayer", "Experiment", "Network", "Recipe"]
