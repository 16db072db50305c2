"""A drawing as the text that a browser keeps: it comes back whole, and nothing else comes in."""

import json

import numpy as np
import pytest
from app_pages import ONE, SEVEN, eraser_path

from pages.ui.state.kept_drawing import from_text, to_text
from pages.ui.state.session import CanvasState


def test_a_drawing_comes_back_as_it_was_kept():
    backdrop = np.arange(16, dtype=np.uint8).reshape(4, 4)
    for paths, under, wide in (
        ([ONE, SEVEN], None, True),
        ([], backdrop, False),
        ([ONE, eraser_path((9, 9), (99, 99))], np.tile(backdrop, 2), True),
    ):
        state = CanvasState(paths=paths, backdrop=under, wide=wide)
        found, found_backdrop, found_wide = from_text(to_text(state), 4)
        assert (found, found_wide) == (paths, wide)
        assert (
            np.array_equal(found_backdrop, under) if under is not None else found_backdrop is None
        )


def test_of_an_empty_canvas_nothing_is_kept():
    assert to_text(CanvasState()) == ""


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        {"paths": [{"path": [], "strokeWidth": 9}], "backdrop": ""},
        {"paths": [{"path": [["M", 1]], "strokeWidth": 9}], "backdrop": ""},
        {"paths": [{"path": [["Z", 1, 2]], "strokeWidth": 9}], "backdrop": ""},
        {"paths": [{"path": [["M", 1, float("nan")]], "strokeWidth": 9}], "backdrop": ""},
        {"paths": [{"path": [["M", 1, "2"]], "strokeWidth": 9}], "backdrop": ""},
        {"paths": [{"path": [["M", 1, 2]], "strokeWidth": None}], "backdrop": ""},
        {"paths": [{"path": [["M", 1, 2]], "strokeWidth": 9, "stroke": "red"}], "backdrop": ""},
        {"paths": [], "backdrop": "AAAA"},
        {"paths": [], "backdrop": 7},
        {"paths": [], "backdrop": "A" * 64, "wide": True},
    ],
)
def test_what_is_no_kept_drawing_is_refused(kept):
    with pytest.raises(ValueError):
        from_text(kept if isinstance(kept, str) else json.dumps(kept), 4)
