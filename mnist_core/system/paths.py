"""The folders of the program itself, and the environment for its subprocesses."""

import os
from pathlib import Path

PACKAGE = Path(__file__).parents[1]  # mnist_core/
PROJECT = PACKAGE.parent  # the folder that the package is imported from


def subprocess_environment(**variables: str) -> dict[str, str]:
    """This process's environment, for a Python subprocess that is to import this package.

    OpenBLAS gets one thread: NumPy's products here have one (see `network.inference`), and OpenCV,
    which Keras loads, would set memory aside for more, which a run may not have.

    Args:
        variables: to set besides.
    """
    variables = {"OPENBLAS_NUM_THREADS": "1"} | variables
    path = os.pathsep.join(filter(None, [str(PROJECT), os.environ.get("PYTHONPATH")]))
    return os.environ | {"PYTHONPATH": path} | variables
