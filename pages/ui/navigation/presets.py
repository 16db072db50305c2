"""The choice of a named experiment, as cards, and why it behaves as it does."""

import base64

import streamlit as st

from mnist_core.config.schema import Experiment
from mnist_core.network import diagram, summary
from mnist_core.presets import ABOUT, PRESETS
from pages.ui.app import style
from pages.ui.navigation import form
from pages.ui.widgets import duration, run_status

CUSTOM = "my own"
CARDS = {  # in the order in which they are shown: what each is called, and what is special in it
    "quick": ("Quick", "Good within seconds: start here."),
    "tiny": ("Tiny", "Hardly any parameters, and still good."),
    "quick-99.5": ("Accurate", "Its digits change a little each time."),
    "lenet": ("The classic", "Two convolutions, as in LeNet of 1998."),
    "one-conv-128": ("One layer", "Edge detectors alone go a long way."),
    "conv-bn-dropout": ("Steady", "Stops by itself when it gets no better."),
    "one-conv-100": ("Overfitting", "Perfect on what it knows, not on new digits."),
    "two-conv-adadelta": ("Too slow", "Steps so tiny that it never arrives."),
    "too-fast": ("Too fast: watch it fail", "Steps so large that it ends up guessing."),
    "by-heart": ("By heart: watch it fail", "It has 300 digits, and learns them by heart."),
    "no-bend": ("No bends: watch it fail", "Its layers can do no more than one."),
}
STYLE = """
.st-key-preset { width: 100% !important; }
.st-key-preset [role=radiogroup] { flex-wrap: nowrap; overflow-x: auto; gap: .6rem;
  padding: 2px 2px .5rem; align-items: stretch; }
.st-key-preset [role=radiogroup] > div { position: relative; flex: 0 0 11.4rem; margin: 0;
  padding: 3.4rem .7rem .5rem; border-radius: .6rem;
  background: no-repeat .7rem .6rem / auto 2.5rem;
  border: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
.st-key-preset [role=radiogroup] > div:hover { border-color: #2f86e0; }
.st-key-preset [role=radiogroup] > div:has(input:checked) { border-color: #2f86e0;
  box-shadow: 0 0 0 1px #2f86e0; }
.st-key-preset [role=radiogroup] > div:has(input:focus-visible) { outline: 2px solid #2f86e0; }
.st-key-preset label[data-testid=stRadioOption]::after { content: ""; position: absolute; inset: 0;
  cursor: pointer; }
.st-key-preset [data-testid=stRadioOption] > div > div:first-child { display: none; }
.st-key-preset [data-testid=stRadioOption] p { font-weight: 600; }
.st-key-preset [data-testid=stRadioCaption] { margin: 0; padding: 0; }
.st-key-preset [data-testid=stRadioCaption] p { font-size: .8rem; line-height: 1.35; }
"""


def show(experiment: Experiment) -> None:
    """The cards, the reason behind the chosen one, and a step that shows it."""
    name = preset_name(experiment)
    st.session_state["preset"] = name
    names = [*CARDS, CUSTOM] if name == CUSTOM else list(CARDS)
    experiments = {other: PRESETS.get(other, experiment) for other in names}
    pictures = "".join(
        f".st-key-preset [role=radiogroup] > :nth-child({number})"
        f" {{ background-image: url({_picture(one)}) }}"
        for number, one in enumerate(experiments.values(), start=1)
    )
    style.beside(STYLE + pictures)
    st.radio(
        "Start from", names, key="preset", horizontal=True, on_change=_apply_chosen,
        args=(experiment.data,), format_func=lambda other: CARDS.get(other, ("My own",))[0],
        captions=[_caption(*one) for one in experiments.items()],
    )  # fmt: skip
    if name == CUSTOM:
        return
    about = ABOUT[name]
    st.caption(about.why + (f" Published: {about.published}." if about.published else ""))
    if about.next_step:
        changed = experiment.with_values(about.change)
        st.button(about.next_step, icon=":material/east:", on_click=form.apply, args=(changed,))


def preset_name(experiment: Experiment) -> str:
    """The preset that this is, whatever its data set."""
    wanted = (experiment.network, experiment.recipe)
    return next((n for n, e in PRESETS.items() if (e.network, e.recipe) == wanted), CUSTOM)


def _picture(experiment: Experiment) -> str:
    svg = diagram.to_svg(summary.layer_table(experiment.network))
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _caption(name: str, experiment: Experiment) -> str:
    """How good, how long, how large, and what is special."""
    seconds = run_status.format_duration(duration.run_seconds(experiment))
    parameters = f"{summary.parameter_count(experiment.network):,} parameters"
    if name == CUSTOM:
        return f"About {seconds}  \n{parameters}"
    accuracy = run_status.format_percent(ABOUT[name].accuracy)
    return f"{accuracy} in about {seconds}  \n{parameters}  \n{CARDS[name][1]}"


def _apply_chosen(data: str) -> None:
    chosen = st.session_state["preset"]
    if chosen in PRESETS:
        form.apply(PRESETS[chosen].with_values({"data": data}))
