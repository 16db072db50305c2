"""Where the program itself lies, and how other processes find it."""

import os
from pathlib import Path

PACKAGE = Path(__file__).parents[1]  # mnist_core/
PROJECT = PACKAGE.parent  # the folder that the package is imported from


def subprocess_environment(**variables: str) -> dict[str, str]:
    """The environment for a Python process that is to find this package.

    Args:
        variables: more of them.
    """
    path = os.pathsep.join(filter(None, [str(PROJECT), os.environ.get("PYTHONPATH")]))
    return os.environ | {"PYTHONPATH": path} | variables
