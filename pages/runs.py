"""All runs: open one, compare several, sweep a setting; name, export, import, delete."""

import streamlit as st

from mnist_core import settings
from pages.ui import (
    compared_runs,
    entry,
    explanation,
    notice,
    opened_run,
    person,
    queue,
    run_actions,
    run_choice,
    run_list,
    sweep_form,
)

LOOK_EVERY = 2.0  # seconds between two looks while something trains


@notice.guarded
def watch(seen: dict[str, tuple]) -> None:
    """Run the page again once a run stands elsewhere than the page shows."""
    queue.tend()
    if run_list.standings() != seen:
        st.rerun()


def first_visit() -> None:
    """What this page is for, said where there is nothing on it yet."""
    words = "Nothing has been trained here yet. What you train will be kept on this page."
    st.info(words, icon=":material/school:")
    st.page_link("pages/train.py", label="Train a network", icon=":material/arrow_forward:")


def for_tensorboard() -> None:
    """How to look at the runs with TensorBoard, without a word on where this server keeps them."""
    with st.popover("TensorBoard", icon=":material/query_stats:", key="tensorboard"):
        words = "Every run also writes event files. On the computer that runs this app, type:"
        st.markdown(words)
        st.code('tensorboard --logdir "$(python -m mnist_core runs --folder)"', language="sh")


entry.require()
queue.tend()
found = run_list.entries()

st.markdown("### Runs")
explanation.show("Runs")
person.whose_words()
if not any(entry.run for entry in found):  # only the models that ship
    first_visit()
chosen = run_choice.choose(found)
if len(chosen) > 1:
    with st.container(border=True, key="compared"):
        compared_runs.show(chosen)
else:
    with st.container(border=True, key="opened"):
        opened_run.figures_of(chosen[0])
        run_actions.show(chosen[0])
        opened_run.details_of(chosen[0])
sweep_form.show(found, chosen[0] if len(chosen) == 1 else None)
with st.container(horizontal=True):
    run_actions.bring_in()
    if settings.PEOPLE.value() == settings.ONE:  # others have no shell on that computer
        for_tensorboard()
if not all(one.has_ended() for one in found):
    st.fragment(watch, run_every=LOOK_EVERY)(
        {one.name: (one.state, one.place) for one in found if one.run}
    )
