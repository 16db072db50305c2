"""What can be done with a run or a model: draw on it, train it again, rename, export, delete."""

import re
from functools import partial

import streamlit as st

from mnist_core.models import bundle_import, export
from mnist_core.models import card as card_file
from mnist_core.models import store as model_store
from mnist_core.runs import run_name
from mnist_core.runs import store as run_store
from mnist_core.runs.run import Run
from mnist_core.scheduler import sweeps
from mnist_core.system import users
from pages.ui.app import compute_process, errors
from pages.ui.navigation import next_steps
from pages.ui.runs import deletion
from pages.ui.runs import selection as run_selection
from pages.ui.runs.listing import RunEntry
from pages.ui.state.run_follower import RunFollower
from pages.ui.state.session import current_session
from pages.ui.widgets import bound_button
from pages.ui.widgets import queue as queue_widgets

DRAWINGS = " The model itself learned from people's drawings, too; they are not part of this."


def show(entry: RunEntry) -> None:
    """A row of buttons; what can't be done now is grey and says why."""
    with st.container(horizontal=True, key="run_actions"):
        next_steps.show(entry.model, "draw_on_run", _no_model_reason(entry))
        _variation_button(entry)
        _sweep_button(entry)
        if not entry.has_ended():
            queue_widgets.stop_button("stop_run", entry.run)
        _export_menu(entry)
        _rename_form(entry)
        deletion.button([entry])


def _no_model_reason(entry: RunEntry) -> str:
    """Why there is no model to draw on; nothing if there is one."""
    if entry.card:
        return ""
    if not entry.has_ended():
        return "It has no full epoch yet: there is nothing to read with."
    return "It has no weights that can be read."


def _variation_button(entry: RunEntry) -> None:
    reason = "" if entry.experiment else "Its experiment can't be read."
    pressed = bound_button.show(
        "Start a variation", "open_in_train", entry, icon=":material/school:",
        disabled=bool(reason),
        help=reason or f"Opens Train with its settings, for you to change.{_also(entry)}",
    )  # fmt: skip
    if pressed:
        next_steps.begin_variation(pressed.model, pressed.experiment, {})
        current_session().arrival_note = (
            f"The form holds the settings of {errors.escape(pressed.name)}: change one, and Start."
        )
        if pressed.run:
            current_session().follower = RunFollower(pressed.run)
        # Streamlit refuses to leave without: the page's own `run` would stay in the address
        st.switch_page("pages/train.py", query_params=pressed.experiment.to_query())


def _sweep_button(entry: RunEntry) -> None:
    runs = sweeps.members(sweeps.sweep_id(entry.run)) if entry.run else []
    if len(runs) > 1:
        st.button("Compare its sweep", key="open_sweep", icon=":material/stacked_line_chart:",
                  on_click=run_selection.select_runs, args=(runs,),
                  help=f"The {len(runs)} runs that were started together with it.",
        )  # fmt: skip


def _export_menu(entry: RunEntry) -> None:
    with st.popover("Export", icon=":material/download:", key="export"):
        if entry.experiment:
            st.download_button(
                "Experiment (.json)", entry.experiment.to_json(), f"{entry.name}.json",
                "application/json", key="export_experiment", on_click="ignore", width="stretch",
                help="What was asked, as JSON: `python -m mnist_core train --experiment` reads it."
                     + _also(entry),
            )  # fmt: skip
        if not entry.card:
            st.caption("There is no model to export.")
            return
        user_id = users.current_user()
        for kind, (label, _, description, _) in export.FORMATS.items():
            also = _also(entry) if kind == "script" else ""
            reason = _too_large(entry) if kind == "bundle" else ""
            st.download_button(
                label, partial(export_bytes, user_id, entry.model, kind),
                export.file_name(entry.name, kind), "application/octet-stream",
                key=f"export_{kind}", on_click="ignore", width="stretch", disabled=bool(reason),
                help=reason or f"{description[0].upper()}{description[1:]}.{also}",
            )  # fmt: skip


def _also(entry: RunEntry) -> str:
    """A further sentence where the experiment isn't all that the model learned from."""
    return DRAWINGS if card_file.learned_from_drawings(entry.card) else ""


def _too_large(entry: RunEntry) -> str:
    """Why the import would not take the bundle; nothing if it would."""
    size, limit = 4 * (entry.parameters or 0) / 2**20, st.get_option("server.maxUploadSize")
    return f"It would have {size:.0f} MB, and the import takes {limit}." if size > limit else ""


def export_bytes(user_id: str, model: Run, kind: str) -> bytes:
    """An export, made once it is asked for, in a thread that belongs to no session."""
    with users.as_user(user_id):
        run = model_store.find(model)
        model_store.weights_path(run)  # the other process knows of no user, and can't say why
        return compute_process.call(export.to_bytes, run, kind)


def _rename_form(entry: RunEntry) -> None:
    reason = deletion.locked_reason([entry])
    with st.popover("Rename", icon=":material/edit:", disabled=bool(reason), help=reason or None,
                    key=f"rename {entry.name}"):  # fmt: skip
        with st.form("rename_form", border=False):
            new = st.text_input(
                "New name", entry.name, max_chars=60, key=f"name of {entry.model.id}"
            )
            submitted = st.form_submit_button("Rename", key="rename")
        if submitted:
            _apply_rename(entry.model, new.strip())


def _apply_rename(run: Run, name: str) -> None:
    try:
        run_store.rename(run, name)
    except (ValueError, OSError) as error:
        errors.show(error)
        return
    st.rerun()


def import_form() -> None:
    """A place for a bundle that was exported elsewhere."""
    with st.popover("Import a model", icon=":material/upload:", key="import"):
        bundle = st.file_uploader(
            "A bundle, exported from this app", ["zip"], key=f"bundle {current_session().imports}",
            help="Only numbers and settings are read from it; nothing in it is run.",
        )  # fmt: skip
        if bundle is None:
            return
        with st.form("import_form", border=False):
            name = st.text_input("Name", run_store.free_name(name_for(bundle.name)), max_chars=60,
                                 key=f"name of {bundle.file_id}")  # fmt: skip
            submitted = st.form_submit_button("Import", key="import_bundle")
        if submitted:
            _import(bundle, name.strip())


def _import(bundle, name: str) -> None:
    try:
        with st.spinner("Reading it …"):
            run = bundle_import.import_bundle(bundle.getvalue(), name)
    except (ValueError, OSError) as error:
        errors.show(error, f"{bundle.name}:")
        return
    current_session().imports += 1  # for an empty uploader
    run_selection.select_runs([run])
    st.rerun()


def name_for(file: str) -> str:
    """A run's name from a bundle's: "my net.bundle (1).zip" -> "my net"."""
    return run_name.clean(re.split(r"\.bundle|\.zip$", file)[0], 50) or "imported"
