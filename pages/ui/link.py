"""The experiment in the page's address, so that a copied link opens it."""

import dataclasses

import streamlit as st

from mnist_core import data
from mnist_core.config import Experiment
from mnist_core.presets import PRESETS
from pages.ui import notice
from pages.ui.form import PARTS


def first_experiment() -> Experiment:
    """What a visitor without a link starts from: ten seconds to 99 %."""
    return dataclasses.replace(PRESETS["quick"], data=data.best_available())


def read() -> Experiment:
    """The experiment that the page's address describes, or the one for a first visit."""
    wanted = {k: v for k, v in st.query_params.items() if k.split(".")[0] in PARTS}
    try:
        return Experiment().with_values(wanted) if wanted else first_experiment()
    except ValueError as fault:
        st.warning(notice.words(fault, "The settings in the link were left out."))
        return first_experiment()


def query(experiment: Experiment) -> dict[str, str]:
    """The parameters of an address that opens exactly this experiment."""
    return {"data": experiment.data} | experiment.to_query()


def own_query(experiment: Experiment) -> dict[str, str]:
    """What the page's own address says of it: nothing of the one for a first visit."""
    return {} if experiment == first_experiment() else query(experiment)


def write(experiment: Experiment) -> None:
    """Make the page's address one that opens this experiment."""
    found = st.query_params.to_dict()
    wanted = {k: v for k, v in found.items() if k.split(".")[0] not in PARTS}
    wanted |= own_query(experiment)
    if wanted != found:
        st.query_params.from_dict(wanted)
