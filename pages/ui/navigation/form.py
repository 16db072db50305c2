"""An experiment as sliders and choices, made from the dataclasses' own fields.

A widget's key is the field's path (`recipe.epochs`), the same as in a link and in `--set`.
"""

import dataclasses
from collections.abc import Callable

import streamlit as st

from mnist_core.config import labels
from mnist_core.config.options import Option
from mnist_core.config.paths import locate, resize
from mnist_core.config.schema import OPTIONS, Experiment
from mnist_core.config.validation import from_dict, to_dict
from pages.ui.state.session import current_session

RATES = (1e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 2e-3, 3e-3, 4e-3, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
EPOCHS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 150, 200)
FILTERS = (1, 2, 4, 6, 8, 12, 16, 20, 24, 32, 40, 48, 56, 64, 80, 96, 128, 160, 192, 224, 256)
# Finer where it matters
SLIDER_STOPS = {"learning_rate": RATES, "epochs": EPOCHS, "filters": FILTERS}
STEPS = {"train_images": 1000, "batch_size": 32, "units": 32}  # of the buttons - and +

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
                count = _widget(option, path, len(holder[key]))
                holder[key] = resize(option, holder[key], count)
            else:
                holder[key] = _widget(option, path, holder[key])


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


def _widget(option: Option, key: str, value):
    unit = f" ({option.unit})" if option.unit and not option.choices else ""
    common = {"label": labels.label(option.name) + unit, "key": key, "help": option.help}
    if option.choices:
        common |= _choice_help(value, option)
        return _with_initial_value(st.selectbox, value, options=list(option.choices), **common)
    if isinstance(value, bool):
        return _with_initial_value(st.toggle, value, **common)
    if option.name in SLIDER_STOPS:
        stops = sorted({*SLIDER_STOPS[option.name], value})
        return _with_initial_value(
            st.select_slider, value, options=stops, format_func="{:g}".format, **common
        )
    low, high = option.limits or option.length
    widget = st.number_input if isinstance(value, int) and high > 300 else st.slider
    step = option.step or STEPS.get(option.name, 1)
    return _with_initial_value(widget, value, min_value=low, max_value=high, step=step, **common)


def _choice_help(value, option) -> dict:
    """What each choice means: in the list itself where choices are mere numbers, else as help."""
    if isinstance(value, int):
        return {"format_func": option.choices.get}
    return {"help": option.help + "".join(f"\n- **{k}**: {v}" for k, v in option.choices.items())}


def _with_initial_value(widget, value, **arguments):
    """The widget, starting from the experiment's value where it has none of its own."""
    st.session_state.setdefault(arguments["key"], value)
    return widget(**arguments)


def basic_controls(form: Form) -> None:
    """What a first-time visitor sees."""
    form.show(*CONTROLS[""])


def network_controls(form: Form) -> None:
    """All of the network but how many blocks and dense layers it has."""
    entries = {
        f"{labels.ENTRIES[name]} {number + 1}": _paths_in(f"network.{name}.{number}")
        for name in ("blocks", "dense")
        for number in range(len(form.values["network"][name]))
    }
    shown = {
        title: paths
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
    optimizer, schedule = (form.values["recipe"][name] for name in ("optimizer", "schedule"))
    unused = set() if schedule == "cosine" else {"recipe.warmup"}
    unused |= {"recipe.momentum"} if optimizer not in ("SGD", "RMSprop") else set()
    unused |= {"recipe.weight_decay"} if optimizer != "AdamW" else set()
    form.show(*(path for path in CONTROLS["The training in detail"] if path not in unused))


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
        "network.blocks", "network.dense", "recipe.optimizer", "recipe.learning_rate",
        "recipe.epochs",
    ],
    "The network in detail": [
        *map(control_name, _paths_in("network.blocks.0") + _paths_in("network.dense.0")),
        "network.head",
    ],
    "The training in detail": [
        "recipe.momentum", "recipe.weight_decay", "recipe.schedule", "recipe.warmup",
        "recipe.batch_size", "recipe.train_images", "recipe.seed",
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
