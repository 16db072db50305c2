"""What the commands that train do: train, sweep.

As in `commands`: each takes the parsed options and `say(text, **facts)`.
"""

import functools
import sys
import time
from pathlib import Path

from tqdm import tqdm

from mnist_core.config import grid
from mnist_core.config.layer_shapes import plan_layers
from mnist_core.config.schema import Experiment
from mnist_core.data import loading, mnist
from mnist_core.presets import PRESETS
from mnist_core.runs.run import ENDED, Run
from mnist_core.scheduler import scheduler, sweeps
from mnist_core.system import error_messages

POLL_INTERVAL = 0.2  # seconds between two looks at a run's folder


def train(options, say) -> int:
    """Queue a run and follow it with a progress bar; Ctrl-C stops it and keeps its weights."""
    experiment = _experiment(options)
    _require_data(experiment)
    run = scheduler.start(experiment, options.name or options.preset or "run")
    _follow(run, say if options.json else lambda text, **facts: tqdm.write(text), options.json)
    return _emit_result(run, say)


def sweep(options, say) -> int:
    """Queue a run for each value and follow them in turn; Ctrl-C stops all that are left."""
    found = grid.experiments(_experiment(options), options.field, options.values)
    for experiment in found.values():
        _require_data(experiment)
    made = sweeps.start(found, options.field, options.name or options.preset or "run")
    statuses = []
    for number, run in enumerate(made):
        tell = say if options.json else lambda text, **facts: tqdm.write(text)
        _follow(run, tell, options.json, made[number:])
        statuses.append(_emit_result(run, say, **{options.field: list(found)[number]}))
    return max(statuses)


def _require_data(experiment) -> None:
    if experiment.data == "mnist":
        if mnist.find_mnist() is None:
            _download()
        loading.load("mnist")  # a file that isn't MNIST is refused before there is a run


def _emit_result(run: Run, say, **more) -> int:
    """How it ended; the exit status."""
    status = run.status()
    test = next((e for e in run.events()[0] if e["kind"] == "test"), {})
    facts = {"name": run.name, "state": status["state"], "sentence": status["sentence"]}
    facts |= {"loss": test.get("loss"), "accuracy": test.get("accuracy")}
    parameters = sum(layer.parameters for layer in plan_layers(run.experiment().network))
    facts |= {"seconds": status.get("seconds"), "parameters": parameters}
    result = f"Test accuracy {test['accuracy']:.2%}, loss {test['loss']:.4f}." if test else ""
    parts = [f"{run.name}: {status['state']}.", status["sentence"], result]
    say(" ".join(filter(None, parts)), **facts, **more)
    return 0 if test else 1


def _experiment(options) -> Experiment:
    if options.experiment:
        try:
            experiment = Experiment.from_json(_text(options.experiment))
        except ValueError as fault:
            raise ValueError(f"{options.experiment}: {fault}") from None
    else:
        experiment = PRESETS[options.preset] if options.preset else Experiment()
    for change in options.set:
        if "=" not in change:
            raise ValueError(f"--set must be PATH=VALUE. Received: {change!r}")
    changes = dict(change.partition("=")[::2] for change in options.set)
    return experiment.with_values(changes)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as fault:
        raise ValueError(f"It must be a readable file. Received: {fault.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError("It must be JSON in UTF-8. Received: other bytes") from None


def _download() -> None:
    with tqdm(
        desc="Downloading MNIST", unit="B", unit_scale=True, file=sys.stderr, disable=None
    ) as bar:

        def on_progress(done, total):
            bar.total = total
            bar.update(done - bar.n)

        mnist.download(on_progress)


def _follow(run: Run, say, plain, stopped_with=()) -> None:
    """Show a run's events until it ends; the bar only where it can move.

    Args:
        stopped_with: what an interrupt stops besides it.
    """
    offset, hide = 0, plain or None  # None: tqdm shows it in a terminal only
    with tqdm(desc=run.name, unit=" steps", file=sys.stderr, disable=hide) as bar:
        while True:
            ended = _poll(run, stopped_with)
            events, offset = run.events(offset)
            for event in events:
                _emit_event(event, bar, say)
            if ended:
                return


def _poll(run, stopped_with) -> bool:
    """Wait a moment; an interrupt from the keyboard stops the run, and waiting goes on."""
    try:
        time.sleep(POLL_INTERVAL)
        scheduler.advance()
    except OSError as fault:  # the queue is busy, say: the run goes on, and so does the waiting
        _warn(error_messages.user_message(fault))
    except KeyboardInterrupt:
        sweeps.stop_all([run, *stopped_with])
    return run.state in ENDED


@functools.lru_cache(maxsize=100)
def _warn(words: str) -> None:
    """Say it once, not at each look."""
    tqdm.write(f"mnist_core: {words}", file=sys.stderr)


def _emit_event(event, bar, say) -> None:
    match event["kind"]:
        case "start":
            bar.total = event["total_steps"]
            bar.refresh()
        case "steps":
            bar.update(len(event["loss"]) * event["every"])
            bar.set_postfix(
                loss=f"{event['loss'][-1]:.3f}", accuracy=f"{event['accuracy'][-1]:.3f}"
            )
        case "epoch":
            names = ("loss", "accuracy", "val_loss", "val_accuracy")
            figures = [f"{n} {event[n]:.4f}" for n in names if n in event]
            say(f"Epoch {event['epoch']}: {', '.join(figures)} ({event['seconds']:.1f} s)", **event)
