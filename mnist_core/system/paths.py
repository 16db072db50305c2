"""The folders of the program itself, and the environment for its subprocesses."""

import os
from pathlib import Path

PACKAGE = Path(__file__).parents[1]  # mnist_core/
PROJECT = PACKAGE.parent  # the folder that the package is imported from


def subprocess_environment(**variables: str) -> dict[str, str]:
    """This process's environment, for a Python subprocess that is to import this package.

    Args:
        variables: to set besides.
    """
    path = os.pathsep.join(filter(None, [str(PROJECT), os.environ.get("PYTHONPATH")]))
    return os.environ | {"PYTHONPATH": path} | variables
