"""What decides a result: network, recipe, experiment, as frozen dataclasses.

Each field is declared once with its limits and its meaning; see `options.option`.
"""

import json
import math
from dataclasses import dataclass

from mnist_core.config import choices, layer_shapes, paths, validation
from mnist_core.config.options import option, options

MNIST_IMAGES = 60_000  # of its training set; the built-in set has as many


class _Checked:
    def __post_init__(self):
        validation.validate(self)


@dataclass(frozen=True)
class ConvBlock(_Checked):
    """One or more convolutions, then optional max pooling and dropout."""

    filters: int = option(32, "How many patterns it looks for in a digit.", limits=(1, 256))
    kernel_size: int = option(3, "Side of each pattern.", limits=(1, 11), unit="pixels")
    convolutions: int = option(
        1,
        "How often patterns, then patterns of those, are looked for before the digit shrinks.",
        limits=(1, 3),
    )
    padding: str = option(
        "valid", "What patterns meet at a digit's edge.", choices=choices.PADDINGS
    )
    activation: str = option(
        "relu",
        "The bend after each sum: what counts as found in the digit.",
        choices=choices.ACTIVATIONS,
    )
    batch_normalization: bool = option(
        False,
        "Brings each map to the same mean and spread for every digit; it learns more steadily.",
    )
    pool_size: int = option(
        2,
        "Shrinks the digit: of each square of this side only the strongest value goes on.",
        choices={0: "none", 2: "2 x 2", 3: "3 x 3", 4: "4 x 4"},
        unit="pixels",
    )
    dropout_rate: float = option(
        0.0,
        "Hides this share of the digit at random while it trains, so that no clue is relied on.",
        limits=(0.0, 0.9),
        step=0.05,
    )


@dataclass(frozen=True)
class DenseLayer(_Checked):
    """A layer in which every unit sees every value before it."""

    units: int = option(
        128, "How many ways it weighs what was found in the digit.", limits=(1, 1024)
    )
    activation: str = option(
        "relu",
        "The bend after each sum: what counts as found in the digit.",
        choices=choices.ACTIVATIONS,
    )
    dropout_rate: float = option(
        0.0,
        "Hides this share of what was found in a digit at random, while it trains.",
        limits=(0.0, 0.9),
        step=0.05,
    )


@dataclass(frozen=True)
class Network(_Checked):
    """The layers between a 28x28x1 input and a softmax over 10 digits."""

    blocks: tuple[ConvBlock, ...] = option(
        (ConvBlock(),),
        "Each looks for patterns in the digit and shrinks it: first strokes, then loops.",
        length=(0, 4),
    )
    head: str = option(
        "flatten",
        "What goes on: where in the digit each pattern was found, or only how much of it.",
        choices=choices.HEADS,
    )
    dense: tuple[DenseLayer, ...] = option(
        (DenseLayer(),),
        "Each weighs all that was found in the digit: a loop above a line, so a 9.",
        length=(0, 3),
    )

    def __post_init__(self):
        super().__post_init__()
        layer_shapes.plan_layers(self)  # refuses, in words, a network whose shapes can't exist


@dataclass(frozen=True)
class Augmentation(_Checked):
    """Random changes to each training image, each time it is seen. 0 is off."""

    shift: float = option(
        0.0, "Moves the digit by up to this much.", limits=(0.0, 6.0), step=0.5, unit="pixels"
    )
    rotation: float = option(
        0.0, "Turns the digit by up to this much.", limits=(0.0, 45.0), step=1.0, unit="degrees"
    )
    scale: float = option(
        0.0, "Makes the digit larger or smaller by up to this share.", limits=(0.0, 0.5), step=0.05
    )
    shear: float = option(
        0.0, "Slants the digit by up to this much.", limits=(0.0, 30.0), step=1.0, unit="degrees"
    )
    elastic: float = option(
        0.0,
        "Bends the digit, as if drawn on rubber, by about this much.",
        limits=(0.0, 3.0),
        step=0.1,
        unit="pixels",
    )


@dataclass(frozen=True)
class Recipe(_Checked):
    """How a network is trained."""

    optimizer: str = option(
        "Adam", "How a mistake changes the weights.", choices=choices.OPTIMIZERS
    )
    learning_rate: float = option(
        0.001,
        "How much each handful of digits changes it: too much, and it forgets what it knew.",
        limits=(1e-6, 10.0),
    )
    momentum: float = option(
        0.9,
        "SGD and RMSprop: how much of the push from earlier digits carries on into each step.",
        limits=(0.0, 0.99),
        step=0.01,
    )
    weight_decay: float = option(
        0.004, "AdamW: keeps each pixel's weight small.", limits=(0.0, 0.5), step=0.001
    )
    schedule: str = option(
        "constant", "Whether late digits change it less.", choices=choices.SCHEDULES
    )
    warmup: float = option(
        0.05,
        "Cosine: share of the run in which the rate rises from 0: the first digits push gently.",
        limits=(0.0, 0.5),
        step=0.01,
    )
    batch_size: int = option(128, "After how many digits it changes its weights.", limits=(1, 4096))
    epochs: int = option(3, "How often it sees every digit that it learns from.", limits=(1, 200))
    precision: str = option(
        "float32", "How exactly it computes with a digit.", choices=choices.PRECISIONS
    )
    validation: str = option(
        "split", "Which digits check it meanwhile.", choices=choices.VALIDATIONS
    )
    validation_fraction: float = option(
        0.1, "Share of the training digits held back for that.", limits=(0.01, 0.5), step=0.01
    )
    patience: int = option(
        0,
        "Stop after so many epochs that read new digits no better (val_loss). 0 is off.",
        limits=(0, 50),
        unit="epochs",
    )
    restore_best_weights: bool = option(
        False, "At the end, back to the epoch that read new digits best (val_loss)."
    )
    augmentation: Augmentation = Augmentation()
    train_images: int = option(
        MNIST_IMAGES,
        "How many digits there are to learn from, validation included.",
        limits=(10, MNIST_IMAGES),
    )
    seed: int = option(
        0, "Where the dice start: the same seed, the same run.", limits=(0, 2**31 - 1)
    )

    def __post_init__(self):
        super().__post_init__()
        if self.validation == "none" and (self.patience or self.restore_best_weights):
            raise validation.FieldError(
                Recipe,
                "validation",
                "must be 'split' or 'test' when patience or restore_best_weights is on: both go by"
                " val_loss. Received: 'none'",
            )

    def split_sizes(self, available: int = MNIST_IMAGES) -> tuple[int, int]:
        """(training, validation) images out of so many; the test set isn't among them."""
        used = min(self.train_images, available)
        if self.validation != "split":
            return used, 0
        held_back = min(max(round(used * self.validation_fraction), 1), used - 1)
        return used - held_back, held_back

    def steps_per_epoch(self, available: int = MNIST_IMAGES) -> int:
        """Batches in which an epoch sees every training image, out of so many, once."""
        return math.ceil(self.split_sizes(available)[0] / self.batch_size)


@dataclass(frozen=True)
class Experiment(_Checked):
    """Network, recipe and data set: everything that decides a result."""

    network: Network = Network()
    recipe: Recipe = Recipe()
    data: str = option("mnist", "Whose digits it learns from.", choices=choices.DATA_SETS)

    def to_json(self) -> str:
        """This experiment as one JSON object; `from_json` gives an equal one."""
        return json.dumps(validation.to_dict(self), indent=2)

    @classmethod
    def from_json(cls, text: str) -> "Experiment":
        """The experiment that `text` describes.

        Raises:
            ValueError: names the field, what was expected and what came.
        """
        try:
            plain = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"An experiment must be JSON, and can't be read: {error}.") from None
        return validation.from_dict(cls, plain)

    def to_query(self) -> dict[str, str]:
        """What differs from the default experiment, as a link's parameters: path -> text."""
        return paths.changed_values(self)

    def with_values(self, values: dict[str, str]) -> "Experiment":
        """A copy with the fields at these dotted paths changed, for `--set` and for links.

        Raises:
            ValueError: names the path, what was expected and what came.
        """
        return paths.with_values(self, values)


OPTIONS = options(Experiment)  # every field by its dotted path
