"""What decides a result: network, recipe, experiment, as frozen dataclasses.

Each field is declared once with its limits and its meaning; see `options.option`.
"""

import json
import math
from dataclasses import dataclass

from mnist_core.config import layer_shapes, paths, validation
from mnist_core.config.options import option, options

MNIST_IMAGES = 60_000  # of its training set; the built-in set has as many
ACTIVATIONS = {
    "relu": "max(0, x): the usual choice",
    "leaky_relu": "like relu, with a small slope below 0",
    "elu": "like relu, smooth below 0",
    "gelu": "a smooth relu",
    "tanh": "squeezes to -1 to 1: the choice of the 1990s",
    "sigmoid": "squeezes to 0 to 1; learns slowly in deep networks",
    "linear": "no nonlinearity at all",
}
PADDINGS = {"valid": "the kernel stays inside the map", "same": "zeros around keep the map's size"}
HEADS = {
    "flatten": "every value of every map goes on",
    "global_average_pooling": "one number per map goes on: its mean",
}
OPTIMIZERS = {
    "Adam": "a step size of its own for every weight",
    "AdamW": "Adam that also pulls weights towards 0",
    "SGD": "plain steps downhill, with momentum",
    "RMSprop": "steps divided by their recent size",
    "Adadelta": "sets its own steps; Keras' rate of 0.001 makes them tiny",
}
SCHEDULES = {
    "constant": "the same learning rate throughout",
    "cosine": "a short warm-up, then down to 0 along a cosine",
}
VALIDATIONS = {
    "split": "a part of the training images is held back",
    "test": "peeking: the test set itself is used, so its figure is no longer a fair exam",
    "none": "no validation",
}
DATA_SETS = {
    "mnist": "60,000 + 10,000 digits people wrote",
    "built-in": "digits this program writes",
}


class _Checked:
    def __post_init__(self):
        validation.validate(self)


@dataclass(frozen=True)
class ConvBlock(_Checked):
    """One or more convolutions, then optional max pooling and dropout."""

    filters: int = option(32, "How many patterns the layer looks for.", limits=(1, 256))
    kernel_size: int = option(3, "Side of each pattern.", limits=(1, 11), unit="pixels")
    convolutions: int = option(1, "How many such layers one after the other.", limits=(1, 3))
    padding: str = option("valid", "What happens at the edge of the image.", choices=PADDINGS)
    activation: str = option("relu", "The bend after each sum.", choices=ACTIVATIONS)
    batch_normalization: bool = option(
        False, "Rescale each map to mean 0 and spread 1 over the batch; training gets steadier."
    )
    pool_size: int = option(
        2,
        "Keep the largest of each square of this side.",
        choices={0: "none", 2: "2 x 2", 3: "3 x 3", 4: "4 x 4"},
        unit="pixels",
    )
    dropout_rate: float = option(
        0.0,
        "Share of values set to 0 at random while training, so that no one is relied on.",
        limits=(0.0, 0.9),
        step=0.05,
    )


@dataclass(frozen=True)
class DenseLayer(_Checked):
    """A layer in which every unit sees every value before it."""

    units: int = option(128, "How many weighted sums the layer makes.", limits=(1, 1024))
    activation: str = option("relu", "The bend after each sum.", choices=ACTIVATIONS)
    dropout_rate: float = option(
        0.0, "Share of values set to 0 at random while training.", limits=(0.0, 0.9), step=0.05
    )


@dataclass(frozen=True)
class Network(_Checked):
    """The layers between a 28x28x1 input and a softmax over 10 digits."""

    blocks: tuple[ConvBlock, ...] = option(
        (ConvBlock(),), "Convolution blocks, in order.", length=(0, 4)
    )
    head: str = option("flatten", "How maps become one row of numbers.", choices=HEADS)
    dense: tuple[DenseLayer, ...] = option(
        (DenseLayer(),), "Dense layers, in order.", length=(0, 3)
    )

    def __post_init__(self):
        super().__post_init__()
        layer_shapes.plan_layers(self)  # refuses, in words, a network whose shapes can't exist


@dataclass(frozen=True)
class Augmentation(_Checked):
    """Random changes to each training image, each time it is seen. 0 is off."""

    shift: float = option(
        0.0, "Move by up to this much.", limits=(0.0, 6.0), step=0.5, unit="pixels"
    )
    rotation: float = option(
        0.0, "Turn by up to this much.", limits=(0.0, 45.0), step=1.0, unit="degrees"
    )
    scale: float = option(0.0, "Grow or shrink by up to this share.", limits=(0.0, 0.5), step=0.05)
    shear: float = option(
        0.0, "Slant by up to this much.", limits=(0.0, 30.0), step=1.0, unit="degrees"
    )
    elastic: float = option(
        0.0,
        "Bend, as if drawn on rubber, by about this much.",
        limits=(0.0, 3.0),
        step=0.1,
        unit="pixels",
    )


@dataclass(frozen=True)
class Recipe(_Checked):
    """How a network is trained."""

    optimizer: str = option("Adam", "The rule that turns errors into steps.", choices=OPTIMIZERS)
    learning_rate: float = option(0.001, "How far each step goes.", limits=(1e-6, 10.0))
    momentum: float = option(
        0.9,
        "SGD and RMSprop: share of the last step that carries on.",
        limits=(0.0, 0.99),
        step=0.01,
    )
    weight_decay: float = option(
        0.004, "AdamW: how hard weights are pulled towards 0.", limits=(0.0, 0.5), step=0.001
    )
    schedule: str = option("constant", "How the learning rate changes.", choices=SCHEDULES)
    warmup: float = option(
        0.05,
        "Cosine: share of the run in which the rate rises from 0.",
        limits=(0.0, 0.5),
        step=0.01,
    )
    batch_size: int = option(128, "Images per step.", limits=(1, 4096))
    epochs: int = option(3, "How often every training image is seen.", limits=(1, 200))
    validation: str = option("split", "What checks the network meanwhile.", choices=VALIDATIONS)
    validation_fraction: float = option(
        0.1, "Share of the training images held back for that.", limits=(0.01, 0.5), step=0.01
    )
    patience: int = option(
        0,
        "Stop after this many epochs without a better val_loss. 0 is off.",
        limits=(0, 50),
        unit="epochs",
    )
    restore_best_weights: bool = option(
        False, "At the end, go back to the epoch with the lowest val_loss."
    )
    augmentation: Augmentation = Augmentation()
    train_images: int = option(
        MNIST_IMAGES,
        "How many training images to use, validation included.",
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
    data: str = option("mnist", "What it learns from.", choices=DATA_SETS)

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
