"""Train a run in this process, and keep its events, weights and card in its folder."""

import contextlib
import logging
import time

from mnist_core.adaptation import request
from mnist_core.data import loading
from mnist_core.models import card as card_file
from mnist_core.models import store as model_store
from mnist_core.models import weights
from mnist_core.runs import history
from mnist_core.runs.live_weights import LiveWeightsWriter
from mnist_core.runs.run import Run
from mnist_core.runs.tensorboard import TensorBoardWriter
from mnist_core.scheduler import adaptation_job
from mnist_core.scheduler.stop_condition import StopCondition
from mnist_core.system import error_messages
from mnist_core.training import loop

log = logging.getLogger(__name__)


def train_run(run: Run) -> None:
    """Train a run, from its experiment.json to its card.json.

    An error becomes the run's status; the traceback is in its worker.log.
    """
    try:
        if request.has_drawings(run):
            adaptation_job.adapt(run)
        else:
            _train(run)
    except Exception as error:
        log.error("Run %s failed.", run, exc_info=True)
        with contextlib.suppress(OSError):  # then the scheduler finds it interrupted
            run.set_status("failed", _failure_sentence(error, run.has_model()))


def _failure_sentence(error: Exception, has_model: bool) -> str:
    if isinstance(error, ValueError | OSError | MemoryError) or "OOM" in str(error):
        kept = " The weights of its last full epoch are kept." if has_model else ""
        return error_messages.user_message(error) + kept
    name = type(error).__name__
    return f"The program failed ({name}); worker.log in the run's folder says more."


def _train(run: Run) -> None:
    experiment = run.experiment()
    dataset = loading.load(experiment.data)
    with TensorBoardWriter(run, experiment) as event_files:
        _train_and_save(run, experiment, dataset, event_files)
    if event_files.error:
        log.warning(event_files.error)


def _train_and_save(run: Run, experiment, dataset, event_files: TensorBoardWriter) -> None:
    model, resume_point = _resume_state(run, experiment)
    inherited = run.events()[0]  # of the run it continues
    for event in inherited:
        event_files.write_event(event)
    earlier = [e for e in inherited if e["kind"] == "epoch"]
    earlier = [{k: v for k, v in e.items() if k not in ("kind", "time")} for e in earlier]
    started = time.monotonic()

    def save(model, epochs, test=None, state="training"):
        figures = test and {**test, "images": len(dataset.test.labels)}
        seconds = time.monotonic() - started
        card = card_file.make_card(
            run.name, experiment, dataset, earlier + epochs, figures, seconds, state
        )
        model_store.save(run.folder, model, card)

    def on_event(event):
        if event["kind"] == "status":
            run.set_status(event["state"])
        else:
            run.append(event)
            event_files.write_event(event)

    stop = StopCondition(run)
    callbacks = (on_event, stop.is_met, save)
    with LiveWeightsWriter(run) as live_weights:
        result = loop.train(
            experiment, dataset, *callbacks, model, resume_point, live_weights.offer
        )
    if result.outcome != "failed":
        test = {"loss": result.test_loss, "accuracy": result.test_accuracy}
        save(result.model, result.epochs, test, result.outcome)
    sentence = " ".join(filter(None, [result.sentence, stop.sentence()]))
    run.set_status(result.outcome, sentence, seconds=result.seconds)


def _resume_state(run: Run, experiment):
    """(model, resume point) of a run that continues another; (None, the beginning) otherwise."""
    events = run.events()[0]
    if not run.status().get("continues"):
        return None, loop.ResumePoint()
    model = loop.compile_model(experiment)
    weights.load_weights(model, run.folder / "model.keras")
    epochs = max((e["epoch"] for e in events if e["kind"] == "epoch"), default=0)
    return model, loop.ResumePoint(epochs, history.last_step(events))
