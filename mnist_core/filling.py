"""Fill a run's folder: train what it asks for, in this process, and keep what comes of it."""

import contextlib
import time
import traceback

from mnist_core import curves, faults, weights_file
from mnist_core.event_files import EventFiles
from mnist_core.runs import Run


def train_run(run: Run) -> None:
    """Train a run in this process, from its experiment.json to its card.json.

    Whatever goes wrong becomes the run's status; the traceback is in its worker.log.
    """
    try:
        _train(run)
    except Exception as fault:
        with contextlib.suppress(OSError):
            (run.folder / "worker.log").write_text(traceback.format_exc())
            run.set_status("failed", _sentence(fault))


def _sentence(fault: Exception) -> str:
    if isinstance(fault, ValueError | OSError | MemoryError) or "OOM" in str(fault):
        return faults.words(fault)
    return f"{type(fault).__name__} while training; worker.log in the run's folder says more."


def _train(run: Run) -> None:
    from mnist_core import data

    experiment = run.experiment()
    dataset = data.load(experiment.data)
    with EventFiles(run.folder, experiment) as event_files:
        _fill(run, experiment, dataset, event_files)
    if event_files.fault:
        with contextlib.suppress(OSError):
            (run.folder / "worker.log").write_text(event_files.fault)


def _fill(run: Run, experiment, dataset, event_files: EventFiles) -> None:
    from mnist_core import models, training

    model, done = _to_go_on_with(run, experiment, training)
    inherited = run.events()[0]  # of the run it continues
    for event in inherited:
        event_files.take(event)
    earlier = [e for e in inherited if e["kind"] == "epoch"]
    earlier = [{k: v for k, v in e.items() if k not in ("kind", "time")} for e in earlier]
    began = time.monotonic()

    def keep(model, epochs, test=None, state="training"):
        figures = test and {**test, "images": len(dataset.test.labels)}
        seconds = time.monotonic() - began
        card = models.make_card(
            run.name, experiment, dataset, earlier + epochs, figures, seconds, state
        )
        models.save(run.folder, model, card)

    def on_event(event):
        if event["kind"] == "status":
            run.set_status(event["state"])
        else:
            run.append(event)
            event_files.take(event)

    result = training.train(
        experiment, dataset, on_event, run.is_asked_to_stop, keep, model=model, done=done
    )
    if result.outcome != "failed":
        test = {"loss": result.test_loss, "accuracy": result.test_accuracy}
        keep(result.model, result.epochs, test, result.outcome)
    run.set_status(result.outcome, result.sentence, seconds=result.seconds)


def _to_go_on_with(run: Run, experiment, training):
    """(model, done) of a run that continues another; (None, nothing done) otherwise."""
    events = run.events()[0]
    if not run.status().get("continues"):
        return None, training.Done()
    model = training.compiled(experiment)
    weights_file.load_into(model, run.folder / "model.keras")
    epochs = max((e["epoch"] for e in events if e["kind"] == "epoch"), default=0)
    return model, training.Done(epochs, curves.last_step(events))
