"""What commands print: text or JSON on standard output, one line for each error.

Where nobody reads on (`| head -1`), a command ends, in silence.
"""

import json
import os
import sys

PIPE_CLOSED = 141  # exit status: as a shell reports a program that SIGPIPE ended


def emit_json(text: str, /, **facts) -> None:
    """Print the facts as one JSON object; a number that is none (NaN) as null, which JSON has."""
    finite = json.loads(json.dumps(facts), parse_constant=lambda word: None)
    _print(json.dumps(finite), sys.stdout)


def emit_text(text: str, /, **facts) -> None:
    """Print the text."""
    _print(text, sys.stdout)


def emit_error(message: str) -> None:
    """Print what went wrong, in one line on standard error."""
    _print(f"mnist_core: {' '.join(message.split())}", sys.stderr)


def _print(line, stream) -> None:
    try:
        print(line, file=stream, flush=True)
    except BrokenPipeError:
        devnull = os.open(os.devnull, os.O_WRONLY)  # for what Python writes once more at its end
        os.dup2(devnull, stream.fileno())
        sys.exit(PIPE_CLOSED)
