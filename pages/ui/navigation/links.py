"""The experiment in the page's address, so that a copied link opens it."""

import dataclasses

import streamlit as st

from mnist_core.config.schema import Experiment
from mnist_core.data import loading
from mnist_core.presets import PRESETS
from pages.ui.app import errors
from pages.ui.navigation.form import PARTS


def default_experiment() -> Experiment:
    """What a visitor without a link starts from: ten seconds to 99 %."""
    return dataclasses.replace(PRESETS["quick"], data=loading.best_available())


def read() -> Experiment:
    """The experiment that the page's address describes, or the one for a first visit."""
    wanted = {k: v for k, v in st.query_params.items() if k.split(".")[0] in PARTS}
    try:
        return Experiment().with_values(wanted) if wanted else default_experiment()
    except ValueError as error:
        st.warning(errors.message(error, "The settings in the link were left out."))
        return default_experiment()


def query(experiment: Experiment) -> dict[str, str]:
    """The parameters of an address that opens exactly this experiment."""
    return {"data": experiment.data} | experiment.to_query()


def minimal_query(experiment: Experiment) -> dict[str, str]:
    """What the page's own address says of it: nothing of the one for a first visit."""
    return {} if experiment == default_experiment() else query(experiment)


def write(experiment: Experiment) -> None:
    """Make the page's address one that opens this experiment."""
    current = st.query_params.to_dict()
    others = {k: v for k, v in current.items() if k.split(".")[0] not in PARTS}
    wanted = others | minimal_query(experiment)
    if wanted != current:
        st.query_params.from_dict(wanted)
