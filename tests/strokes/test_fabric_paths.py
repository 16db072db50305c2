"""What the browser says was drawn, as points and as a picture."""

import numpy as np
import pytest

from mnist_core.strokes import fabric_paths
from mnist_core.strokes.fabric_paths import ERASER, INK

SIDE = 100


def line(*points, width=10, stroke=INK):
    """A path of straight lines."""
    commands = [["M", *points[0]], *(["L", *point] for point in points[1:])]
    return {"path": commands, "strokeWidth": width, "stroke": stroke}


DOWN = line((50, 10), (50, 90))
ERASED = line((30, 50), (70, 50), width=20, stroke=ERASER)


def test_a_curve_is_followed_and_its_points_lie_close():
    curve = {"path": [["M", 0, 0], ["Q", 50, 100, 100, 0]], "strokeWidth": 10}
    points = fabric_paths.path_points(curve)
    assert points[[0, -1]].tolist() == [[0, 0], [100, 0]]
    assert points[:, 1].max() == pytest.approx(50, abs=1)
    assert np.hypot(*np.diff(points, axis=0).T).max() < 12


def test_erased_ink_is_no_ink_and_the_rest_is_as_it_was():
    whole, left = (fabric_paths.render(paths, SIDE) for paths in ([DOWN], [DOWN, ERASED]))
    assert not left[42:58].any()
    assert np.array_equal(left[:38], whole[:38])
    assert np.array_equal(left[62:], whole[62:])


def test_what_is_drawn_over_the_erased_is_ink_again_and_an_eraser_takes_from_a_backdrop_too():
    whole = fabric_paths.render([DOWN], SIDE)
    assert np.array_equal(fabric_paths.render([DOWN, ERASED, DOWN], SIDE), whole)
    backdrop = np.full((SIDE, SIDE), 90, np.uint8)
    left = fabric_paths.render([ERASED], SIDE, backdrop=backdrop)
    assert left[50, 50] == 0
    assert left[10, 50] == 90
    assert backdrop.min() == 90


def test_a_picture_is_scaled_with_its_pen():
    small, large = fabric_paths.render([DOWN], SIDE), fabric_paths.render([DOWN], 2 * SIDE, 2)
    assert large.sum(dtype=int) == pytest.approx(4 * small.sum(dtype=int), rel=0.03)
