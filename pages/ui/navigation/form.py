"""An experiment as sliders and choices, made from the dataclasses' own fields.

A widget's key is the field's path (`recipe.epochs`), the same as in a link and in `--set`.
"""

import dataclasses
from collections.abc import Callable

import streamlit as st

from mnist_core.config import labels, validation
from mnist_core.config.schema import (
    Augmentation,
    ConvBlock,
    DenseLayer,
    Experiment,
    Network,
    Recipe,
)
from pages.ui.state.session import session

RATES = (1e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 2e-3, 3e-3, 4e-3, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
EPOCHS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 150, 200)
FILTERS = (1, 2, 4, 6, 8, 12, 16, 20, 24, 32, 40, 48, 56, 64, 80, 96, 128, 160, 192, 224, 256)
SLIDER_STOPS = {
    "learning_rate": RATES,
    "epochs": EPOCHS,
    "filters": FILTERS,
}  # finer where it matters
STEPS = {"train_images": 1000, "batch_size": 32, "units": 32}  # of the buttons - and +

PARTS = tuple(field.name for field in dataclasses.fields(Experiment))  # the first step of a path


class Form:
    """The widgets of one experiment. `plain` follows them and becomes the new experiment."""

    def __init__(self, experiment: Experiment, shows: Callable[[str], bool] = lambda name: True):
        """
        Args:
            shows: whether a control is there, by its name, see `control`; the others stay fixed.
        """
        self.plain = validation.to_dict(experiment)
        self.shows = shows

    def experiment(self) -> Experiment:
        """What the widgets say now.

        Raises:
            ValueError: it can't be; says why.
        """
        return validation.from_dict(Experiment, self.plain)

    def show(self, kind, *path, only=(), **changes) -> None:
        """A widget for each of `only` of the dataclass `kind` found at `path`."""
        known = {field.name: field for field in dataclasses.fields(kind)}
        for name in only or known:
            self.widget(known[name], *path, name, **changes)

    def widget(self, field, *path, **changes) -> None:
        """The widget for one field, if it is one of those shown."""
        if not self.shows(control_name(path)):
            return
        holder = self._holder(path[:-1])
        holder[path[-1]] = _widget(field, _key(path), holder[path[-1]], changes)

    def count(self, kind, *path) -> None:
        """A slider for how many entries a list has; the list grows by defaults or is cut."""
        if not self.shows(control_name(path)):
            return
        holder, name = self._holder(path[:-1]), path[-1]
        about = {field.name: field for field in dataclasses.fields(Network)}[name].metadata
        low, high = about["length"]
        _with_initial_value(
            st.slider,
            len(holder[name]),
            label=labels.label(name),
            min_value=low,
            max_value=high,
            key=_key(path),
            help=about["help"],
        )
        count = st.session_state[_key(path)]
        more = [validation.to_dict(kind()) for _ in range(count)]
        holder[name] = (holder[name] + more)[:count]

    def _holder(self, path):
        found = self.plain
        for step in path:
            found = found[step]
        return found


def apply(experiment: Experiment) -> None:
    """Put an experiment into the form: what its widgets held is dropped."""
    session().experiment = experiment
    for key in [key for key in st.session_state if str(key).split(".")[0] in PARTS]:
        del st.session_state[key]


def control_name(path) -> str:
    """The name of a control: its path, without the number of a block or a dense layer."""
    return ".".join(step for step in path if isinstance(step, str))


def _key(path) -> str:
    return ".".join(str(step) for step in path)


def _widget(field, key, value, changes):
    about = field.metadata
    unit = f" ({about['unit']})" if about["unit"] and not about["choices"] else ""
    common = {"label": labels.label(field.name) + unit, "key": key, "help": about["help"]} | changes
    if about["choices"]:
        common |= _choice_help(value, about)
        return _with_initial_value(st.selectbox, value, options=list(about["choices"]), **common)
    if isinstance(value, bool):
        return _with_initial_value(st.toggle, value, **common)
    low, high = about["limits"]
    if field.name in SLIDER_STOPS:
        stops = sorted({*SLIDER_STOPS[field.name], value})
        return _with_initial_value(
            st.select_slider, value, options=stops, format_func="{:g}".format, **common
        )
    step = about["step"] or STEPS.get(field.name, 1)
    if isinstance(value, int) and high > 300:
        return _with_initial_value(
            st.number_input, value, min_value=low, max_value=high, step=step, **common
        )
    return _with_initial_value(st.slider, value, min_value=low, max_value=high, step=step, **common)


def _choice_help(value, about) -> dict:
    """What each choice means: in the list itself where choices are mere numbers, else as help."""
    if isinstance(value, int):
        return {"format_func": about["choices"].get}
    return {
        "help": about["help"] + "".join(f"\n- **{k}**: {v}" for k, v in about["choices"].items())
    }


def _with_initial_value(widget, value, **arguments):
    """The widget, starting from the experiment's value where it has none of its own."""
    st.session_state.setdefault(arguments["key"], value)
    return widget(**arguments)


def basic_controls(form: Form) -> None:
    """What a first-time visitor sees."""
    form.count(ConvBlock, "network", "blocks")
    form.count(DenseLayer, "network", "dense")
    form.show(Recipe, "recipe", only=["optimizer", "learning_rate", "epochs"])


def network(form: Form) -> None:
    """All of the network but how many blocks and dense layers it has."""
    blocks, dense = (form.plain["network"][part] for part in ("blocks", "dense"))
    parts = [("Block", ConvBlock, "blocks", blocks), ("Dense", DenseLayer, "dense", dense)]
    places = [
        (f"{word} {i + 1}", kind, name, i)
        for word, kind, name, entries in parts
        if any(map(form.shows, _controls(kind, "network", name)))
        for i in range(len(entries))
    ]
    tabs = st.tabs([title for title, *_ in places]) if places else []
    for tab, (_, kind, name, i) in zip(tabs, places, strict=True):
        with tab:
            form.show(kind, "network", name, i)
    form.show(Network, "network", only=["head"])


def recipe(form: Form) -> None:
    """All of the recipe that is not among the first five controls."""
    optimizer = form.plain["recipe"]["optimizer"]
    extra = {"SGD": ["momentum"], "RMSprop": ["momentum"], "AdamW": ["weight_decay"]}
    schedule = ["warmup"] if form.plain["recipe"]["schedule"] == "cosine" else []
    own = [*extra.get(optimizer, []), "schedule", *schedule, "batch_size", "train_images", "seed"]
    form.show(Recipe, "recipe", only=own)


def validation_section(form: Form) -> None:
    """What checks the network while it learns, and when that ends the run."""
    form.show(Recipe, "recipe", only=["validation"])
    kind = form.plain["recipe"]["validation"]
    if kind == "test":
        st.caption(
            ":orange[**Peeking.**] Choosing by the test set makes its figure look too good:"
            " it is no longer an exam on unseen digits."
        )
    if kind == "split":
        form.show(Recipe, "recipe", only=["validation_fraction"])
    if kind == "none":
        form.plain["recipe"] |= {"patience": 0, "restore_best_weights": False}
    else:
        form.show(Recipe, "recipe", only=["patience", "restore_best_weights"])


def augmentation(form: Form) -> None:
    """Random changes to the training images."""
    form.show(Augmentation, "recipe", "augmentation")


def data_set(form: Form) -> None:
    """What it learns from."""
    form.show(Experiment, only=["data"])


DETAILS = {
    "The network in detail": network,
    "The training in detail": recipe,
    "Validation and early stopping": validation_section,
    "Augmentation": augmentation,
    "Data": data_set,
}


def _controls(kind, *path, only=()) -> list[str]:
    """The names of the controls of a dataclass found at `path`."""
    return [
        control_name((*path, f.name))
        for f in dataclasses.fields(kind)
        if f.name in only or not only
    ]


_CHECKS = ["validation", "validation_fraction", "patience", "restore_best_weights"]
_FIRST = ["optimizer", "learning_rate", "epochs"]
_OTHERS = ["momentum", "weight_decay", "schedule", "warmup", "batch_size", "train_images", "seed"]
# Every control of the form, by where it is
CONTROLS = {
    "": ["network.blocks", "network.dense", *_controls(Recipe, "recipe", only=_FIRST)],
    "The network in detail": [
        *_controls(ConvBlock, "network", "blocks"),
        *_controls(DenseLayer, "network", "dense"),
        "network.head",
    ],
    "The training in detail": _controls(Recipe, "recipe", only=_OTHERS),
    "Validation and early stopping": _controls(Recipe, "recipe", only=_CHECKS),
    "Augmentation": _controls(Augmentation, "recipe", "augmentation"),
    "Data": ["data"],
}


def label(name: str) -> str:
    """What a control is called: network.blocks.filters -> Block: Filters."""
    *parts, last = name.split(".")
    whose = labels.ENTRIES.get(parts[-1], "") if parts else ""
    return f"{whose}: {labels.label(last)}" if whose else labels.label(last)
