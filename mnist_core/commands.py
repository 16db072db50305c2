"""What each command of the command line does.

A command takes the parsed options and `say(text, **facts)`, which prints the text for a person
or the facts as JSON. It returns the exit status; None is 0.
"""

import dataclasses
import sys

from mnist_core import health, models, people, preprocess, runs, worker
from mnist_core.layers import plan
from mnist_core.options import to_plain
from mnist_core.presets import ABOUT


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
        say(str(people.runs_folder()), folder=str(people.runs_folder()))
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


def health_(options, say) -> int:
    """A line for everything that was looked at; 1 if something is not well."""
    is_well = True
    for check in health.look(options.url):
        is_well &= check.is_well
        text = f"{'ok  ' if check.is_well else 'BAD '} {check.what:9} {check.words}"
        say(text, what=check.what, well=check.is_well, words=check.words)
    return 0 if is_well else 1


def work(options, say) -> None:
    """Train the run whose folder comes on standard input; see `worker`."""
    worker.work()
