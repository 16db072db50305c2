"""What each command of the command line does.

A command takes the parsed options and `say(text, **facts)`, which prints the text for a person
or the facts as JSON. It returns the exit status; None is 0.
"""

import dataclasses
import sys
import time
from pathlib import Path

from tqdm import tqdm

from mnist_core import data, models, preprocess, runs, worker
from mnist_core.config import Experiment
from mnist_core.layers import plan
from mnist_core.options import to_plain
from mnist_core.presets import ABOUT, PRESETS

LOOK_EVERY = 0.2  # seconds between two looks at a run's folder


def train(options, say) -> int:
    """Queue a run and follow it with a progress bar; Ctrl-C stops it and keeps its weights."""
    experiment = _experiment(options)
    if experiment.data == "mnist":
        if data.find_mnist() is None:
            _download()
        data.load("mnist")  # a file that isn't MNIST is refused before there is a run
    run = worker.start(experiment, options.name or options.preset or "run")
    _follow(run, say if options.json else lambda text, **facts: tqdm.write(text), options.json)
    status = run.status()
    test = next((e for e in run.events()[0] if e["kind"] == "test"), {})
    facts = {"name": run.name, "state": status["state"], "sentence": status["sentence"]}
    facts |= {"loss": test.get("loss"), "accuracy": test.get("accuracy")}
    facts |= {"seconds": status.get("seconds"), "parameters": _parameters(experiment)}
    result = f"Test accuracy {test['accuracy']:.2%}, loss {test['loss']:.4f}." if test else ""
    parts = [f"{run.name}: {status['state']}.", status["sentence"], result]
    say(" ".join(filter(None, parts)), **facts)
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

        data.download(on_progress)


def _follow(run, say, plain) -> None:
    """Show a run's events until it ends; the bar only where it can move."""
    offset, hide = 0, plain or None  # None: tqdm shows it in a terminal only
    with tqdm(desc=run.name, unit=" steps", file=sys.stderr, disable=hide) as bar:
        while True:
            ended = _has_ended(run)
            events, offset = run.events(offset)
            for event in events:
                _show(event, bar, say)
            if ended:
                return


def _has_ended(run) -> bool:
    """Wait a moment; an interrupt from the keyboard stops the run, and waiting goes on."""
    try:
        time.sleep(LOOK_EVERY)
        worker.tend()
    except KeyboardInterrupt:
        worker.stop(run)
    return run.state in runs.ENDED


def _show(event, bar, say) -> None:
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


def evaluate(options, say) -> None:
    """Accuracy and loss of a model on the test set of a data set, or on a file of strokes."""
    from mnist_core import evaluation, strokes
    from mnist_core.prediction import Classifier

    if options.data in ("mnist", "built-in"):
        digits = data.load(options.data).test
    else:
        digits = evaluation.stroke_digits(strokes.read(options.data), seed=0)
    found = evaluation.measure(Classifier.load(options.model), digits)
    low, high = found.interval
    text = (
        f"{options.model} on {options.data}: accuracy {found.accuracy:.2%} ({low:.2%} to"
        f" {high:.2%}), loss {found.loss:.4f}, calibration error {found.calibration_error:.2%},"
        f" not sure {found.not_sure:.2%} ({found.images} images)"
    )
    say(text, model=options.model, data=options.data, **found._asdict())


def reader(options, say) -> None:
    """Train the reader anew; a line an epoch, then its figures."""
    from mnist_core import reader_making

    changes = {"seed": options.seed, "epochs": options.epochs}
    changes = {name: value for name, value in changes.items() if value is not None}
    recipe = dataclasses.replace(reader_making.training.RECIPE, **changes)

    def on_epoch(figures):
        loss, accuracy = figures["loss"], figures["accuracy"]
        text = f"Epoch {figures['epoch']}: loss {loss:.4f}, accuracy {accuracy:.4f}"
        say(f"{text} ({figures['seconds']:.0f} s)", kind="epoch", **figures)

    card = reader_making.make(
        options.strokes,
        options.choose_by,
        options.out,
        recipe,
        dtype="bfloat16" if options.bfloat16 else "float32",
        on_epoch=on_epoch,
    )
    for name, found in card["about"]["figures"].items():
        low, high = found["interval"]
        text = f"{name}: {found['accuracy']:.2%} ({low:.2%} to {high:.2%}) of {found['images']}"
        say(text, kind="figures", set=name, **found)


def predict(options, say) -> int:
    """A line per picture: file, digit, probabilities. A bad picture doesn't stop the others."""
    import numpy as np

    from mnist_core.prediction import Classifier

    classifier, status = Classifier.load(options.model), 0
    for path in options.pictures:
        try:
            image = preprocess.to_mnist(preprocess.open_picture(path))
        except (ValueError, OSError) as fault:
            message = str(fault) if str(path) in str(fault) else f"{path}: {fault}"
            print(f"mnist_core: {message}", file=sys.stderr)
            status = 2
            continue
        probabilities = classifier.probabilities(image[None])[0]
        digit = int(np.argmax(probabilities))
        shown = " ".join(f"{p:.3f}" for p in probabilities)
        facts = {"file": str(path), "digit": digit}
        say(f"{path}: {digit}  {shown}", **facts, probabilities=[float(p) for p in probabilities])
    return status


def presets(options, say) -> None:
    """A line per preset: its parameter count and why it behaves as it does."""
    for name, preset in ABOUT.items():
        facts = {"name": name, "parameters": _parameters(preset.experiment), "why": preset.why}
        facts |= {"published": preset.published, "experiment": to_plain(preset.experiment)}
        say(f"{name:18} {facts['parameters']:>9,} parameters  {preset.why}", **facts)


def _parameters(experiment) -> int:
    return sum(layer.parameters for layer in plan(experiment.network))


def runs_(options, say) -> None:
    """A line per run, the newest first; or where they are kept."""
    if options.folder:
        say(str(runs.home() / "runs"), folder=str(runs.home() / "runs"))
        return
    worker.tend()
    for run in runs.all_runs():
        status = run.status()
        facts = {key: status.get(key) for key in ("state", "sentence", "created", "seconds")}
        text = f"{run.name:30} {status['state']:12} {status.get('sentence', '')}".rstrip()
        say(text, name=run.name, **facts)


def models_(options, say) -> None:
    """A line per model, the newest first: test accuracy, parameters."""
    for name in models.names():
        card = models.card(name)
        test = card.get("test") or {}
        figure = f"{test['accuracy']:.2%} test" if test else "not tested"
        text = f"{name:30} {figure:14} {card['parameters']:>9,} parameters  {card['made']}"
        say(text, name=name, **{k: card.get(k) for k in ("test", "parameters", "made", "seconds")})


def work(options, say) -> None:
    """Train the run whose folder comes on standard input; see `worker`."""
    worker.work()
