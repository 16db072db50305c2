"""Fill a run's folder: train what it asks for, in this process, and keep what comes of it."""

import contextlib
import logging
import time

from mnist_core.data import loading
from mnist_core.models import card as card_file
from mnist_core.models import store as model_store
from mnist_core.models import weights
from mnist_core.runs import history
from mnist_core.runs.run import Run
from mnist_core.runs.tensorboard import TensorBoardWriter
from mnist_core.system import error_messages, settings
from mnist_core.training import loop

log = logging.getLogger(__name__)

RESERVE_FILE = ".part-reserve"  # gives its room to the last word on a run whose disk is full
RESERVE_BYTES = 1 << 16


def train_run(run: Run) -> None:
    """Train a run in this process, from its experiment.json to its card.json.

    Whatever goes wrong becomes the run's status; the traceback is in its worker.log.
    """
    reserve = run.folder / RESERVE_FILE
    try:
        reserve.write_bytes(bytes(RESERVE_BYTES))
        _train(run)
    except Exception as fault:
        log.error("Run %s failed.", run, exc_info=True)
        reserve.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            run.set_status("failed", _failure_sentence(fault, run.has_model()))
    finally:
        reserve.unlink(missing_ok=True)


def _failure_sentence(fault: Exception, has_model: bool) -> str:
    if isinstance(fault, ValueError | OSError | MemoryError) or "OOM" in str(fault):
        kept = " The weights of its last full epoch are kept." if has_model else ""
        return error_messages.user_message(fault) + kept
    return f"{type(fault).__name__} while training; worker.log in the run's folder says more."


def _train(run: Run) -> None:

    experiment = run.experiment()
    dataset = loading.load(experiment.data)
    with TensorBoardWriter(run.folder, experiment) as event_files:
        _train_and_save(run, experiment, dataset, event_files)
    if event_files.error:
        log.warning(event_files.error)


def _train_and_save(run: Run, experiment, dataset, event_files: TensorBoardWriter) -> None:
    model, done = _resume_state(run, experiment)
    inherited = run.events()[0]  # of the run it continues
    for event in inherited:
        event_files.write_event(event)
    earlier = [e for e in inherited if e["kind"] == "epoch"]
    earlier = [{k: v for k, v in e.items() if k not in ("kind", "time")} for e in earlier]
    began = time.monotonic()

    def keep(model, epochs, test=None, state="training"):
        figures = test and {**test, "images": len(dataset.test.labels)}
        seconds = time.monotonic() - began
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

    watch = _StopCondition(run)
    result = loop.train(
        experiment, dataset, on_event, watch.should_stop, keep, model=model, resume_from=done
    )
    if result.outcome != "failed":
        test = {"loss": result.test_loss, "accuracy": result.test_accuracy}
        keep(result.model, result.epochs, test, result.outcome)
    sentence = " ".join(filter(None, [result.sentence, watch.why()]))
    run.set_status(result.outcome, sentence, seconds=result.seconds)


class _StopCondition:
    """Says when a run should end: somebody asked for it, or it has had its time."""

    def __init__(self, run: Run):
        self.run, self.minutes = run, settings.MINUTES.value()
        self.began, self.is_over = time.monotonic(), False

    def should_stop(self) -> bool:
        self.is_over = bool(self.minutes) and time.monotonic() - self.began > 60 * self.minutes
        return self.is_over or self.run.stop_requested()

    def why(self) -> str:
        if not self.is_over:
            return ""
        had = "a minute" if self.minutes == 1 else f"{self.minutes} minutes"
        return f"It had {had}, as every run here. Continue goes on from here."


def _resume_state(run: Run, experiment):
    """(model, done) of a run that continues another; (None, nothing done) otherwise."""
    events = run.events()[0]
    if not run.status().get("continues"):
        return None, loop.ResumePoint()
    model = loop.compile_model(experiment)
    weights.load_weights(model, run.folder / "model.keras")
    epochs = max((e["epoch"] for e in events if e["kind"] == "epoch"), default=0)
    return model, loop.ResumePoint(epochs, history.last_step(events))
