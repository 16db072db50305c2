"""The run that trains, on every page: a small ring with its percentage, which leads to Train."""

import contextlib

import streamlit as st

from mnist_core.models import index
from mnist_core.runs.run import ACTIVE, ENDED, Run
from mnist_core.system import settings
from pages.ui.app import errors, style
from pages.ui.state.run_follower import RunFollower
from pages.ui.state.session import current_session

KEY = "training_ring"
INTERVAL = 2.0  # seconds between two looks, each of which takes some milliseconds
# Beside the menu, in the header. What is around it is out of the page's flow, too, or else it would
# leave a gap where nothing trains
_STYLE = f"""<style>
[data-testid="stLayoutWrapper"]:has(> .st-key-{KEY}), .st-key-{KEY} {{ position: fixed;
  top: 1.2rem; right: 3.6rem; width: auto; z-index: 999991; }}
.st-key-{KEY} a {{ gap: .5rem; max-width: min(20rem, 50vw); }}
.st-key-{KEY} p {{ overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }}
.st-key-{KEY} a::before {{ content: ""; flex: none; width: 1.2rem; height: 1.2rem;
  border-radius: 50%; mask: radial-gradient(closest-side, transparent 60%, #000 64%);
  background: conic-gradient(#2f86e0 var(--done), color-mix(in srgb, currentColor 22%,
  transparent) 0); }}
@media (max-width: 768px) {{  /* below the tabs, which fill the header there */
  [data-testid="stLayoutWrapper"]:has(> .st-key-{KEY}), .st-key-{KEY} {{ top: 3rem;
    right: 1rem; }}
  .st-key-{KEY} p {{ font-size: .8rem; }}
}}
</style>"""


def show() -> None:
    """The ring, as long as a run of this visitor's trains; its place is there in any case."""
    run = _run_to_follow()
    with st.container(key=KEY):
        st.html(_STYLE)
        st.fragment(_tick, run_every=_interval(run) if run else None)(run)


def _interval(run: Run) -> float:
    """Seconds between two looks at it; on Train the same as between those of the page itself."""
    if current_session().page != "Train":
        return INTERVAL
    follower = _follower(run)
    follower.update()
    return follower.poll_interval()


def _run_to_follow() -> Run | None:
    """The run that trains, or else the one that will next."""
    runs = []
    with contextlib.suppress(OSError):  # what is wrong with the folder is said where runs are shown
        runs = [one for one in index.summaries() if one.state not in ENDED]
    active = [one for one in runs if one.state in ACTIVE]
    return next((one.run for one in (*active, *reversed(runs))), None)


@errors.guard
def _tick(run: Run | None) -> None:
    if run is None:
        return
    _advance()
    if run.state in ENDED:
        st.rerun()  # what there is of it now can be chosen on this page
    if run.state not in ACTIVE:
        return
    follower = _follower(run)
    follower.update()
    percent = round(100 * follower.share_done())
    style.beside(f".st-key-{KEY} {{ --done: {percent}% }}")
    label = f"{percent} % · {errors.escape(run.name)} trains"
    st.page_link("pages/train.py", label=label, help="Watch it learn.", query_params={})


def _follower(run: Run) -> RunFollower:
    """What is known of it so far; its events are read once."""
    session = current_session()
    for known in (session.follower, session.active):
        if known and known.run == run:
            return known
    session.active = RunFollower(run)
    return session.active


def _advance() -> None:
    """Have a run noticed whose process was killed; a cluster is asked by other pages."""
    from mnist_core.scheduler import scheduler  # late: half a second that drawing needn't wait for

    if not settings.RAY.is_set():
        with contextlib.suppress(OSError):
            scheduler.advance(INTERVAL)
