"""The command line: python -m mnist_core COMMAND; `--help` lists the commands.

Exit status 0: done. 1: the training failed. 2: an error in the input or the arguments, named in
one line on standard error. 130 in a shell: ended by Ctrl-C. `--json` prints one JSON object a line.

A command is called with the parsed options and `emit(text, **facts)`, which prints the text, or the
facts as JSON. It returns the exit status; None is 0.
"""

import argparse
from pathlib import Path

from mnist_core.cli import evaluate as evaluate_command
from mnist_core.cli import health as health_command
from mnist_core.cli import internal, listing, output
from mnist_core.cli import predict as predict_command
from mnist_core.cli import reader as reader_command
from mnist_core.cli import training as training_command
from mnist_core.presets import PRESETS
from mnist_core.system import error_messages, logging_setup, settings, users


class _Parser(argparse.ArgumentParser):
    """Names an error in the arguments in one line, without the usage; `--help` has that."""

    def error(self, message):
        self.exit(2, f"mnist_core: {message}\n")


def parser() -> argparse.ArgumentParser:
    """Every command and option, with its meaning."""
    top = _Parser(prog="python -m mnist_core", description=__doc__.split("\n")[0])
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name, help, call):
        added = commands.add_parser(name, help=help, description=help)
        added.add_argument("--json", action="store_true", help="one JSON object a line")
        added.set_defaults(call=call)
        return added

    _add_training(command)
    _add_adaptation(command("adapt", "have a model learn a hand", training_command.adapt))
    _add_prediction(command)
    _add_reader(command("reader", "train the model that ships, anew", reader_command.train_reader))
    _add_segmenter(
        command("segmenter", "train what parts digits, anew", reader_command.train_segmenter)
    )
    command("presets", "the named experiments", listing.list_presets)
    runs = command("runs", "the trainings there are", listing.list_runs)
    runs.add_argument("--folder", action="store_true", help="only say where they are kept")
    command("models", "the models there are", listing.list_models)
    delete = command("delete", "move runs to the trash, all or none", listing.delete_runs)
    delete.add_argument("names", nargs="+", metavar="NAME", help="see runs")
    restore = command("restore", "have deleted runs back", listing.restore_runs)
    restore.add_argument(
        "name", nargs="?", help="and those deleted together with it; else those deleted last"
    )
    health = command(
        "health", "is this installation well? 0 if it is, else 1", health_command.check_health
    )
    health.add_argument("--url", default="", help="of the running app, to ask it too")
    _add_hidden(commands)
    return top


def _add_training(command):
    train = command("train", "train a network and keep it as a model", training_command.train)
    sweep = command("sweep", "train one after the other with several values of a field",
                    training_command.sweep)  # fmt: skip
    for added in (train, sweep):
        base = added.add_mutually_exclusive_group()
        base.add_argument("--preset", choices=list(PRESETS), metavar="NAME", help="see presets")
        help = "an experiment as JSON"
        base.add_argument("--experiment", type=Path, metavar="FILE.json", help=help)
        added.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="PATH=VALUE",
            help="change a field, such as recipe.epochs=3 or network.blocks.0.filters=16",
        )
        added.add_argument("--name", help="what the run and its model are called")
    sweep.add_argument("--field", required=True, metavar="PATH", help="such as recipe.epochs")
    sweep.add_argument("--values", required=True, metavar="A,B,C", help="such as 1,3,10")


def _add_adaptation(command):
    command.add_argument("--model", default="reader", metavar="NAME", help="see models")
    command.add_argument(
        "--drawings",
        type=Path,
        required=True,
        metavar="STROKES.jsonl",
        help="by one person, three of each digit or so",
    )
    command.add_argument("--name", required=True, metavar="NEW", help="of the new model")
    command.add_argument("--seed", type=int, default=0)


def _add_prediction(command):
    evaluate = command("evaluate", "how good a model is on a test set", evaluate_command.evaluate)
    evaluate.add_argument("--model", default="reader", metavar="NAME", help="see models")
    evaluate.add_argument("--data", default="mnist", help="mnist, built-in or a STROKES.jsonl")
    evaluate.add_argument(
        "--robustness", action="store_true", help="also with the test set shifted, turned, ..."
    )

    predict = command("predict", "read pictures of one digit each", predict_command.predict)
    read = command("read", "read pictures of numbers", predict_command.read)
    for added in (predict, read):
        added.add_argument("pictures", nargs="+", type=Path, metavar="PICTURE")
        added.add_argument("--model", default="reader", metavar="NAME", help="see models")


def _add_strokes(command, words):
    command.add_argument(
        "--strokes", nargs="+", type=Path, required=True, metavar="FILE.jsonl", help=words
    )


def _add_reader(command):
    _add_strokes(command, "drawings to learn from, besides MNIST")
    command.add_argument(
        "--choose-by",
        type=Path,
        required=True,
        metavar="FILE.jsonl",
        help="drawings by other writers, to calibrate by and to measure on",
    )
    command.add_argument("--out", type=Path, required=True, help="folder for model and card")
    command.add_argument("--seed", type=int)
    command.add_argument("--epochs", type=int)
    command.add_argument(
        "--bfloat16",
        action="store_true",
        help="compute in 16 bits: faster where the processor can (AVX512-BF16, AMX)",
    )


def _add_segmenter(command):
    _add_strokes(command, "drawings to compose numbers of, besides the built-in writers'")
    command.add_argument(
        "--out", type=Path, required=True, metavar="FILE.safetensors", help="for the weights"
    )
    command.add_argument("--seed", type=int)
    command.add_argument("--rounds", type=int)


def _add_hidden(commands):
    """What the scheduler starts. The token identifies the process by its command line."""
    work = commands.add_parser("work")
    work.add_argument("token")
    work.add_argument("folder", nargs="?", default="")
    work.set_defaults(call=internal.run_job, json=False)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    options = parser().parse_args(arguments)
    emit = output.emit_json if options.json else output.emit_text
    try:
        settings.validate_all()
        logging_setup.configure(default_level="WARNING")  # a command prints itself what it does
        with users.as_user(users.SINGLE_USER):  # of the shell: the machine's own runs
            return options.call(options, emit) or 0
    except (ValueError, OSError) as error:
        output.emit_error(error_messages.shell_message(error))
        return 2
