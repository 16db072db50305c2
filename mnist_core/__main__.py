"""`python -m mnist_core`: see `cli.parser`."""

import os
import sys

from mnist_core.cli import interrupts


def _silence_compiled_code() -> None:
    """Keep Python's standard error, and drop what compiled code writes there.

    TensorFlow writes a dozen lines to it that TF_CPP_MIN_LOG_LEVEL doesn't silence; with a level of
    0 they are shown.
    """
    if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3") == "0":
        return
    sys.stderr = os.fdopen(
        os.dup(2), "w", buffering=1, encoding=sys.stderr.encoding, errors="backslashreplace"
    )
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, 2)
    os.close(devnull)


def _print_any_name() -> None:
    """Have names of files that the terminal's encoding lacks be printed with backslashes."""
    if sys.stdout and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    interrupts.end_silently()  # before the imports: they take a second
    from mnist_core.cli.parser import main

    _print_any_name()
    _silence_compiled_code()
    sys.exit(main())
