"""`python -m mnist_core`: see `cli.parser`."""

import os
import sys

from mnist_core.cli.parser import main


def _hush_tensorflow() -> None:
    """Keep Python's standard error, and drop what compiled code writes there.

    TensorFlow announces itself on it in a dozen lines that TF_CPP_MIN_LOG_LEVEL doesn't silence;
    with a level of 0 they are shown.
    """
    if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3") == "0":
        return
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1, errors="backslashreplace")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


if __name__ == "__main__":
    _hush_tensorflow()
    sys.exit(main())
