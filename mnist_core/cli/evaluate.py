"""What the command `evaluate` does; see `commands`."""

from mnist_core.data import loading
from mnist_core.evaluation import cached_predictions, metrics, robustness, test_sets
from mnist_core.evaluation.perturbations import PERTURBATIONS
from mnist_core.strokes import files as stroke_files


def evaluate(options, say) -> None:
    """How good a model is on the test set of a data set, or on a file of strokes.

    What it answers is kept with the model, and not asked again.
    """
    if options.data in ("mnist", "built-in"):
        digits = loading.load(options.data).test
    else:
        digits = test_sets.render_drawings(stroke_files.read_drawings(options.data), seed=0)
    test = test_sets.make_test_set(digits)
    probabilities = cached_predictions.predict(options.model, test).probabilities
    found = metrics.compute_metrics(probabilities, digits.labels)
    matrix = metrics.confusion_matrix(digits.labels, probabilities.argmax(axis=1))
    low, high = found.interval
    text = (
        f"{options.model} on {options.data}: accuracy {found.accuracy:.2%} ({low:.2%} to"
        f" {high:.2%}), loss {found.loss:.4f}, calibration error {found.calibration_error:.2%},"
        f" not sure {found.not_sure:.2%} ({found.images} images)"
    )
    facts = {"per_class": metrics.per_class_rows(matrix), "confusion_matrix": matrix.tolist()}
    say(text, model=options.model, data=options.data, **found._asdict(), **facts)
    if options.robustness:
        _robustness(options.model, test, say)


def _robustness(model, test, say) -> None:
    """A line for each move and amount, as they are known."""
    count, said = len(test.digits.labels), set()

    def on_point(curves):
        for name, curve in curves.items():
            for amount in sorted(set(curve) - {a for n, a in said if n == name}):
                said.add((name, amount))
                accuracy = curve[amount] / count
                text = f"{name} {amount:g} {PERTURBATIONS[name].unit}: accuracy {accuracy:.2%}"
                say(text, move=name, amount=amount, accuracy=accuracy, images=count)

    robustness.measure(model, test, on_point)
