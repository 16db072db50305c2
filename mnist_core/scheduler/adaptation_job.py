"""Have a run learn a hand in this process, and keep its events, weights and card in its folder."""

import logging

from mnist_core.adaptation import fine_tuning, request
from mnist_core.adaptation.result import Adaptation
from mnist_core.data import loading
from mnist_core.models import card as card_file
from mnist_core.models import store as model_store
from mnist_core.runs.live_weights import LiveWeightsWriter
from mnist_core.runs.run import Run
from mnist_core.runs.tensorboard import TensorBoardWriter
from mnist_core.scheduler.stop_condition import StopCondition
from mnist_core.system import users

log = logging.getLogger(__name__)


def adapt(run: Run) -> None:
    """Train a run that learns a hand; its drawings are in its folder no more when it has ended.

    Raises:
        ValueError: the model that it begins as is gone, or can't be used; says which and why.
    """
    try:
        with users.as_user(run.user_id):
            _adapt(run)
    finally:
        request.remove(run)


def _adapt(run: Run) -> None:
    experiment, parent, stop = run.experiment(), _parent(run), StopCondition(run)
    with TensorBoardWriter(run, experiment) as event_files, LiveWeightsWriter(run) as live_weights:

        def on_event(event):
            if event["kind"] == "status":
                run.set_status(event["state"])
            else:
                run.append(event)
                event_files.write_event(event)

        made = fine_tuning.adapt(
            parent,
            request.read(run),
            experiment.recipe.seed,
            on_event,
            stop.is_met,
            live_weights.offer,
        )
    if event_files.error:
        log.warning(event_files.error)
    if made.outcome != "failed":
        model_store.save(run.folder, made.model, _card(run, parent, made))
    sentence = " ".join(filter(None, [made.sentence, stop.sentence()]))
    run.set_status(made.outcome, sentence, seconds=made.seconds)


def _parent(run: Run) -> Run:
    """The model that it begins as, by whatever name that goes now.

    Raises:
        ModelError: it was deleted.
    """
    parent = model_store.parent(run)
    if parent is None:
        known = run.status().get("adapts")
        name = str(known.get("name") if isinstance(known, dict) else None)
        raise model_store.ModelError(f"There is no model called {name!r} here any more.")
    return parent


def _card(run: Run, parent: Run, made: Adaptation) -> dict:
    """What is known of the new model: figures of the drawings, and none of them."""
    learned = model_store.card(parent)
    card = card_file.make_card(
        run.name, run.experiment(), loading.load(made.data), [made.epoch], made.test,
        made.seconds, made.outcome,
    )  # fmt: skip
    sources = list((learned.get("about") or {}).get("sources") or [])
    sources.append({"name": "drawings by one person", "digits": made.drawings, "use": "learned"})
    about = {"adapted": {"from": parent.name} | made.figures(), "sources": sources}
    looks = {"looks": learned["looks"]} if "looks" in learned else {}
    return card | looks | {"about": about}
