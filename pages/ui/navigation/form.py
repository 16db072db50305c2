"""An experiment as sliders and choices, made from the dataclasses' own fields.

A widget's key is the field's path (`recipe.epochs`), the same as in a link and in `--set`.
"""

import contextlib
import dataclasses
from collections.abc import Callable

import streamlit as st

from mnist_core.config import labels
from mnist_core.config.paths import locate, resize
from mnist_core.config.schema import OPTIONS, Augmentation, Experiment
from mnist_core.config.validation import from_dict, to_dict
from mnist_core.system import machine
from mnist_core.training import duration
from pages.ui.navigation import augmented_digits, option_widgets
from pages.ui.state.session import current_session
from pages.ui.widgets import duration as run_duration

PARTS = tuple(path for path in OPTIONS if "." not in path)  # the first step of a path


class Form:
    """The widgets of one experiment. `values` follows them and becomes the new experiment."""

    def __init__(self, experiment: Experiment, shows: Callable[[str], bool] = lambda name: True):
        """
        Args:
            shows: whether a control is there, by its `control_name`; the others stay fixed.
        """
        self.values = to_dict(experiment)
        self.shows = shows

    def experiment(self) -> Experiment:
        """What the widgets say now.

        Raises:
            ValueError: it can't be; says why.
        """
        return from_dict(Experiment, self.values)

    def show(self, *paths: str) -> None:
        """The widgets of the fields at these paths, without those that are not shown.

        Of a list it is a slider for its length; the list grows by defaults or is cut.
        """
        for path in paths:
            if not self.shows(control_name(path)):
                continue
            option = OPTIONS[path]
            holder, key = locate(self.values, path)
            if option.length:
                count = option_widgets.show(option, path, len(holder[key]))
                holder[key] = resize(option, holder[key], count)
            else:
                holder[key] = option_widgets.show(option, path, holder[key])


def apply(experiment: Experiment) -> None:
    """Put an experiment into the form: what its widgets held is dropped."""
    current_session().experiment = experiment
    for key in [key for key in st.session_state if str(key).split(".")[0] in PARTS]:
        del st.session_state[key]


def control_name(path: str) -> str:
    """The name of a control: its path, without the number of a block or a dense layer."""
    return ".".join(step for step in path.split(".") if not step.isdecimal())


def _paths_in(group: str) -> list[str]:
    """The paths of the fields of a dataclass, by the path of that."""
    return [
        path
        for path, option in OPTIONS.items()
        if path.rpartition(".")[0] == group and not dataclasses.is_dataclass(option.kind)
    ]


def basic_controls(form: Form) -> None:
    """What a first-time visitor sees."""
    form.show("network.blocks")
    with st.container(horizontal=True, key="filters"):
        blocks = range(len(form.values["network"]["blocks"]))
        form.show(*(f"network.blocks.{number}.filters" for number in blocks))
    form.show("network.dense", "recipe.learning_rate", "recipe.epochs")


def network_controls(form: Form) -> None:
    """All of the network that is not among the first five controls."""
    entries = {
        f"{labels.ENTRIES[name]} {number + 1}": _paths_in(f"network.{name}.{number}")
        for name in ("blocks", "dense")
        for number in range(len(form.values["network"][name]))
    }
    shown = {
        title: [path for path in paths if control_name(path) in CONTROLS["The network in detail"]]
        for title, paths in entries.items()
        if any(form.shows(control_name(path)) for path in paths)
    }
    tabs = st.tabs(list(shown)) if shown else []
    for tab, paths in zip(tabs, shown.values(), strict=True):
        with tab:
            form.show(*paths)
    form.show("network.head")


def training_controls(form: Form) -> None:
    """All of the recipe that is not among the first five controls."""
    recipe = form.values["recipe"]
    form.show("recipe.optimizer")
    if recipe["optimizer"] in ("SGD", "RMSprop"):
        form.show("recipe.momentum")
    if recipe["optimizer"] == "AdamW":
        form.show("recipe.weight_decay")
    form.show("recipe.schedule")
    if recipe["schedule"] == "cosine":
        form.show("recipe.warmup")
    form.show("recipe.batch_size", "recipe.train_images", "recipe.seed", "recipe.precision")
    if form.shows("recipe.precision"):
        with contextlib.suppress(ValueError):  # one that can't be is said elsewhere
            st.caption(precision_note(form.experiment()))


def precision_note(experiment: Experiment) -> str:
    """What bfloat16 brings for this experiment on this computer."""
    if not machine.has_bfloat16():
        return (
            "This computer's processor has no instructions for bfloat16, so a run with that"
            " precision computes in float32 here."
        )
    if not duration.gains_by_bfloat16(experiment.network):
        return (
            f"With fewer than {duration.FEWEST_FILTERS} filters bfloat16 is no faster, so a run"
            " computes in float32."
        )
    gain = run_duration.bfloat16_gain(experiment)
    how = f"{gain:.1f} times as fast" if gain >= 1 else f"{1 / gain:.1f} times more slowly"
    return f"With bfloat16 this network trains about {how} here."


def validation_controls(form: Form) -> None:
    """What checks the network while it learns, and when that ends the run."""
    form.show("recipe.validation")
    kind = form.values["recipe"]["validation"]
    if kind == "test":
        st.caption(
            ":orange[**Peeking.**] Choosing by the test set makes its figure look too good:"
            " it is no longer an exam on unseen digits."
        )
    if kind == "split":
        form.show("recipe.validation_fraction")
    if kind == "none":
        form.values["recipe"] |= {"patience": 0, "restore_best_weights": False}
    else:
        form.show("recipe.patience", "recipe.restore_best_weights")


def augmentation_controls(form: Form) -> None:
    """Random changes to the training images."""
    form.show(*_paths_in("recipe.augmentation"))
    augmented_digits.show(Augmentation(**form.values["recipe"]["augmentation"]))


def data_controls(form: Form) -> None:
    """What it learns from."""
    form.show("data")


DETAILS = {
    "The network in detail": network_controls,
    "The training in detail": training_controls,
    "Validation and early stopping": validation_controls,
    "Augmentation": augmentation_controls,
    "Data": data_controls,
}
# Every control of the form, by where it is
CONTROLS = {
    "": [
        "network.blocks", "network.blocks.filters", "network.dense", "recipe.learning_rate",
        "recipe.epochs",
    ],
    "The network in detail": [
        *(control_name(path) for path in _paths_in("network.blocks.0") if "filters" not in path),
        *map(control_name, _paths_in("network.dense.0")),
        "network.head",
    ],
    "The training in detail": [
        "recipe.optimizer", "recipe.momentum", "recipe.weight_decay", "recipe.schedule",
        "recipe.warmup", "recipe.batch_size", "recipe.train_images", "recipe.seed",
        "recipe.precision",
    ],
    "Validation and early stopping": [
        "recipe.validation", "recipe.validation_fraction", "recipe.patience",
        "recipe.restore_best_weights",
    ],
    "Augmentation": _paths_in("recipe.augmentation"),
    "Data": ["data"],
}  # fmt: skip


def control_label(name: str) -> str:
    """What a control is called: network.blocks.filters -> Block: Filters."""
    *parts, last = name.split(".")
    entry = labels.ENTRIES.get(parts[-1], "") if parts else ""
    return f"{entry}: {labels.label(last)}" if entry else labels.label(last)
