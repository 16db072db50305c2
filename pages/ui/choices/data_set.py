"""Which set of digits a page looks at, and its digits, loaded with a word about the wait."""

from typing import NamedTuple

import streamlit as st

from mnist_core.data import loading, synthetic
from mnist_core.data.types import Dataset, Digits
from pages.ui.app import background_jobs, errors
from pages.ui.app.background_jobs import Job
from pages.ui.choices import data_notice

NAMES = {"MNIST": "mnist", "Built-in": "built-in"}
PARTS = {"Test": "test", "Training": "train"}
SYNTHESIS_NOTE = "The built-in digits are being written, once on this computer:"
ALL = "All"
STYLE = """
@media (max-width: 640px) {  /* eleven buttons in one row */
  .st-key-digit button, .st-key-pen_digit button { padding-inline: 0; min-width: 1.95rem; }
}
"""


class ChosenSet(NamedTuple):
    """A part of a data set."""

    dataset: Dataset
    part: str  # "train" or "test"

    @property
    def digits(self) -> Digits:
        """Images and labels, read-only."""
        return getattr(self.dataset, self.part)

    def description(self) -> str:
        """What it is called in a sentence."""
        whose = "MNIST's" if self.dataset.name == "mnist" else "the built-in"
        return f"{whose} {'training' if self.part == 'train' else 'test'} set"


def choose() -> tuple[str, str]:
    """Two choices: the name of a data set, and "train" or "test"."""
    best = next(label for label, name in NAMES.items() if name == loading.best_available())
    label = st.segmented_control(
        "Set", list(NAMES), default=best, required=True, key="set", bind="query-params",
        help="MNIST: written by American clerks and pupils around 1990;"
        " every network here is compared on it. Built-in: written by the pen model on this page.",
    )  # fmt: skip
    part = st.segmented_control(
        "Part", list(PARTS), default="Test", required=True, key="part", bind="query-params",
        help="A network learns from the training part only. The test part"
        " is its exam.",
    )  # fmt: skip
    return NAMES[label], PARTS[part]


def link_fields(name: str, part: str) -> dict[str, str]:
    """What a link needs to have `choose` start from these."""
    labels = {value: label for label, value in (NAMES | PARTS).items()}
    return {"set": labels[name], "part": labels[part]}


def load_chosen(name: str, part: str) -> ChosenSet | None:
    """What was chosen; None, after saying what to do, where it isn't there."""
    data_notice.show(name)
    if not data_notice.is_available(name):
        return None
    dataset = load(name)
    return dataset and ChosenSet(dataset, part)


def load(name: str) -> Dataset | None:
    """A data set; None, after saying why, if it can't be read."""
    try:
        is_new = name == "built-in" and name not in loading.loaded
        if is_new and not synthetic.cache_file().exists():
            job = background_jobs.start("data set", name, _write)
            background_jobs.wait_for(job, f"{SYNTHESIS_NOTE} it begins …", SYNTHESIS_NOTE)
        with st.spinner("The digits are being read …", show_time=True):
            return loading.load(name)
    except (ValueError, OSError) as error:
        errors.show(error)
        return None


def _write(job: Job) -> None:
    """Write the built-in digits; what it returns would be kept twice in memory."""
    loading.load("built-in", report=job.report)


def choose_digit() -> int | None:
    """One of the ten digits, or None for all."""
    options = [ALL, *map(str, range(10))]
    digit = st.segmented_control(
        "Digit", options, default=ALL, required=True, key="digit", bind="query-params",
        wrap=True,
    )  # fmt: skip
    return None if digit == ALL else int(digit)
