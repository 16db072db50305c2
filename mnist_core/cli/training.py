"""The commands `train`, `sweep` and `adapt`: queue runs and follow them to their end."""

import functools
import sys
import time
from pathlib import Path

from tqdm import tqdm

from mnist_core.adaptation import examples
from mnist_core.cli import interrupts, output
from mnist_core.config import grid
from mnist_core.config.labels import format_percent
from mnist_core.config.layer_shapes import plan_layers
from mnist_core.config.schema import Experiment, Recipe
from mnist_core.data import loading, mnist, types
from mnist_core.presets import PRESETS
from mnist_core.runs.run import ENDED, Run
from mnist_core.scheduler import adaptations, scheduler, sweeps
from mnist_core.strokes import files as stroke_files
from mnist_core.system import error_messages

POLL_INTERVAL = 0.2  # seconds between two reads of a run's folder


def train(options, emit) -> int:
    """Queue a run and follow it with a progress bar; Ctrl-C stops it and keeps its weights."""
    experiment = _experiment(options)
    _require_data(experiment)
    with interrupts.noted() as interrupt:
        run = scheduler.start(experiment, options.name or options.preset or "run")
        _follow(run, emit, options.json, interrupt)
        return _emit_result(run, emit)


def sweep(options, emit) -> int:
    """Queue a run for each value and follow them in turn; Ctrl-C stops all that are left."""
    experiments = grid.experiments(_experiment(options), options.field, options.values)
    for experiment in experiments.values():
        _require_data(experiment)
    name = options.name or options.preset or "run"
    statuses = []
    with interrupts.noted() as interrupt:
        runs = sweeps.start(experiments, options.field, name)
        for number, (run, value) in enumerate(zip(runs, experiments, strict=True)):
            _follow(run, emit, options.json, interrupt, runs[number:])
            statuses.append(_emit_result(run, emit, **{options.field: value}))
    return max(statuses)


def adapt(options, emit) -> int:
    """Queue a run that learns the drawings and follow it; Ctrl-C ends it, tested as it is then."""
    drawings = stroke_files.read_drawings(options.drawings, with_non_digits=True)
    try:
        examples.parse_drawings(drawings)
    except ValueError as error:
        raise ValueError(f"{options.drawings}: {error}") from None
    with interrupts.noted() as interrupt:
        run = adaptations.start(options.model, drawings, options.name, options.seed)
        _follow(run, lambda text, **facts: None, options.json, interrupt)
        return _emit_adaptation(run, emit)


def _emit_adaptation(run: Run, emit) -> int:
    """Emit what came of it; returns the exit status."""
    status = run.status()
    told = next((e for e in run.events()[0] if e["kind"] == "adapted"), {})
    facts = {"name": run.name, "id": run.id, "state": status["state"]}
    facts |= {"sentence": status["sentence"], "seconds": status.get("seconds")}
    facts |= {name: told.get(name) for name in ("drawings", "held_back", "doubtful", "data")}
    for when in ("before", "after"):
        facts[when] = {"drawings": told.get(f"own_{when}"), "mnist": told.get(f"mnist_{when}")}
    emit(f"{run.name}: {status['state']}. {status['sentence']}".rstrip(), **facts)
    return 0 if run.has_model() else 1


def _require_data(experiment) -> None:
    if experiment.data == "mnist":
        if mnist.find_mnist() is None:
            _download()
        loading.load("mnist")  # a file that isn't MNIST is refused before a run is made


def _emit_result(run: Run, emit, **facts) -> int:
    """Emit how a run ended, with more facts; returns the exit status."""
    status = run.status()
    test = next((e for e in run.events()[0] if e["kind"] == "test"), {})
    result = {
        "name": run.name,
        "id": run.id,
        "state": status["state"],
        "sentence": status["sentence"],
    }
    result |= {"loss": test.get("loss"), "accuracy": test.get("accuracy")}
    parameters = sum(layer.parameters for layer in plan_layers(run.experiment().network))
    result |= {"seconds": status.get("seconds"), "parameters": parameters}
    figures = _test_figures(test, run.experiment().recipe) if test else ""
    parts = [f"{run.name}: {status['state']}.", status["sentence"], figures]
    emit(" ".join(filter(None, parts)), **result, **facts)
    return 0 if test else 1


def _test_figures(test: dict, recipe: Recipe) -> str:
    peeked = " (peeked)" if recipe.validation == "test" else ""
    accuracy = format_percent(test["accuracy"])
    return f"Test accuracy {accuracy}{peeked}, loss {test['loss']:.4f}."


def _experiment(options) -> Experiment:
    if options.experiment:
        try:
            experiment = Experiment.from_json(_read_text(options.experiment))
        except ValueError as error:
            raise ValueError(f"{options.experiment}: {error}") from None
    else:
        experiment = PRESETS[options.preset] if options.preset else Experiment()
    for change in options.set:
        if "=" not in change:
            raise ValueError(f"--set must be PATH=VALUE. Received: {change!r}")
    changes = dict(change.partition("=")[::2] for change in options.set)
    return experiment.with_values(changes)


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ValueError(f"It must be a readable file. Received: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError("It must be JSON in UTF-8. Received: other bytes") from None


def _download() -> None:
    with tqdm(
        desc="Downloading MNIST", unit="B", unit_scale=True, file=sys.stderr, disable=None
    ) as bar:

        def on_progress(done, total):
            bar.total = total
            bar.update(done - bar.n)

        try:
            mnist.download(on_progress)
        except types.DataError as error:
            hint = "The built-in digits need no download: --set data=built-in"
            raise ValueError(f"{error} {hint}") from None


def _follow(run: Run, emit, is_json: bool, interrupt, others=()) -> None:
    """Emit a run's events until it ends; show a progress bar in a terminal.

    Args:
        interrupt: Ctrl-C, which stops the run.
        others: runs that are stopped with it.
    """
    offset, is_hidden = 0, is_json or None  # None: tqdm shows the bar in a terminal only
    with tqdm(desc=run.name, unit=" steps", file=sys.stderr, disable=is_hidden) as bar:
        while True:
            ended = _poll(run, interrupt, others)
            events, offset = run.events(offset)
            for event in events:
                _show_event(event, bar, emit)
            if ended:
                return


def _poll(run, interrupt, others) -> bool:
    """Wait a moment; returns whether the run has ended."""
    try:
        time.sleep(POLL_INTERVAL)
        if interrupt.is_set:
            sweeps.stop_all([run, *others])
            interrupt.is_set = False
        scheduler.advance()
    except OSError as error:  # the queue is busy, say: the run goes on, and so does the waiting
        _warn(error_messages.user_message(error))
    return run.state in ENDED


@functools.lru_cache(maxsize=100)
def _warn(message: str) -> None:
    """Print it once, not at each poll."""
    with tqdm.external_write_mode(sys.stderr):
        output.emit_error(message)


def _show_event(event, bar, emit) -> None:
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
            text = f"Epoch {event['epoch']}: {', '.join(figures)} ({event['seconds']:.1f} s)"
            with tqdm.external_write_mode():  # it must not tear the bar
                emit(text, **event)
