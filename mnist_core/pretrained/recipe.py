"""How the reader is trained: its network, its recipe, and what its training has beyond a recipe."""

import dataclasses
from dataclasses import dataclass

from mnist_core.config.schema import Augmentation, ConvBlock, DenseLayer, Network, Recipe


def _block(filters):
    return ConvBlock(
        filters=filters,
        kernel_size=3,
        convolutions=2,
        padding="same",
        batch_normalization=True,
        dropout_rate=0.1,
    )


NETWORK = Network(
    blocks=(_block(32), _block(64), _block(128)), dense=(DenseLayer(128, dropout_rate=0.4),)
)
RECIPE = Recipe(
    optimizer="AdamW",
    learning_rate=0.002,
    weight_decay=0.02,
    schedule="cosine",
    warmup=0.02,
    batch_size=256,
    epochs=44,
    validation="none",
    patience=0,
    augmentation=Augmentation(shift=1.5, rotation=12.0, scale=0.12, shear=10.0, elastic=1.1),
)


@dataclass(frozen=True)
class ReaderRecipe:
    """What an epoch shows besides MNIST, how its images are augmented, how weights are averaged."""

    renderings: int = 24  # of each drawing, in all
    renderings_per_epoch: int = 2
    non_digits: int = 40_000  # in all
    non_digits_per_epoch: int = 4_000
    # Augmentation blurs an image a little, and what the reader will get is not blurred. So some
    # images are left as they are, and in the end most.
    unaugmented_mnist: float = 0.2  # share of MNIST's images, and of non-digits
    unaugmented_drawings: float = 0.5  # share; drawings vary already
    drawing_strength: float = 0.6  # of the augmentation, for the other drawings
    augmentation_decay_start: float = 0.85  # share of the steps; then it falls to none
    label_filter_start: float = 0.35  # share of the steps after which labels are checked
    label_filter_threshold: float = 0.02  # a less probable label excludes its drawing
    ema_decay: float = 0.999  # share of the averaged weights that a step keeps
    # After the recipe's epochs, stochastic weight averaging: some more at a constant learning
    # rate, and the mean of all their weights, which generalizes better than any of them. Source:
    # Izmailov et al., Averaging Weights Leads to Wider Optima, 2018.
    swa_epochs: int = 24
    swa_learning_rate: float = 0.0007
    swa_strength: float = 0.7  # of the augmentation
    swa_warmup_epochs: int = 3  # the first of them, not in the mean

    def to_card(self) -> dict:
        """The fields by the keys that cards have had from the beginning."""
        return {_CARD_KEYS[name]: value for name, value in dataclasses.asdict(self).items()}


_CARD_KEYS = {
    "renderings": "versions",
    "renderings_per_epoch": "versions_an_epoch",
    "non_digits": "doodles",
    "non_digits_per_epoch": "doodles_an_epoch",
    "unaugmented_mnist": "untouched",
    "unaugmented_drawings": "untouched_drawings",
    "drawing_strength": "pen_strength",
    "augmentation_decay_start": "calm_from",
    "label_filter_start": "doubt_at",
    "label_filter_threshold": "doubt_below",
    "ema_decay": "averaging",
    "swa_epochs": "wandering",
    "swa_learning_rate": "wandering_rate",
    "swa_strength": "wandering_strength",
    "swa_warmup_epochs": "wandering_unaveraged",
}
