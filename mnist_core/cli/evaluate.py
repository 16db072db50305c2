"""The command that measures a model on a test set: evaluate."""

from mnist_core.config.labels import format_percent
from mnist_core.data import loading
from mnist_core.evaluation import cached_predictions, labelled_sets, metrics, robustness
from mnist_core.evaluation.perturbations import PERTURBATIONS
from mnist_core.strokes import files as stroke_files


def evaluate(options, emit) -> None:
    """How good a model is on the test set of a data set, or on a file of strokes.

    Its predictions are kept with the model, and not computed again.
    """
    if options.data in ("mnist", "built-in"):
        digits = loading.load(options.data).test
    else:
        digits = labelled_sets.render_drawings(stroke_files.read_drawings(options.data), seed=0)
    test = labelled_sets.make_test_set(digits)
    probabilities = cached_predictions.predict(options.model, test).probabilities
    result = metrics.compute_metrics(probabilities, digits.labels)
    matrix = metrics.confusion_matrix(digits.labels, probabilities.argmax(axis=1))
    text = (
        f"{options.model} on {options.data}: accuracy"
        f" {metrics.format_accuracy(result.accuracy, result.interval)}, loss {result.loss:.4f},"
        f" calibration error {format_percent(result.calibration_error)},"
        f" not sure {format_percent(result.not_sure)}"
        f" ({result.images} images)"
    )
    details = {"per_class": metrics.per_class_rows(matrix), "confusion_matrix": matrix.tolist()}
    emit(text, model=options.model, data=options.data, **result._asdict(), **details)
    if options.robustness:
        _emit_robustness(options.model, test, emit)


def _emit_robustness(model, test, emit) -> None:
    """A line for each perturbation and amount, as they are computed."""
    count, printed = len(test.digits.labels), set()

    def on_point(curves):
        for name, curve in curves.items():
            for amount in sorted(curve):
                if (name, amount) not in printed:
                    printed.add((name, amount))
                    accuracy = curve[amount] / count
                    unit = PERTURBATIONS[name].unit
                    text = f"{name} {amount:g} {unit}: accuracy {format_percent(accuracy)}"
                    emit(text, move=name, amount=amount, accuracy=accuracy, images=count)

    robustness.measure(model, test, on_point)
