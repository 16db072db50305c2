"""What the segmenter is trained on, and that it learns from it."""

import numpy as np
import pytest

from mnist_core.cli.parser import main
from mnist_core.data import synthesis, writers
from mnist_core.pretrained import number_rows, segmenter_training
from mnist_core.pretrained.number_rows import NONE
from mnist_core.pretrained.segmenter_training import SegmenterRecipe
from mnist_core.reading import segmenter
from mnist_core.strokes.files import Drawing


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(0)
    author = writers.writer(0, 7)
    traces = [synthesis.write_digit(d, 0, author, rng) for d in range(10)]
    return [[Drawing(d, "", trace.strokes) for d, trace in enumerate(traces)]]


@pytest.fixture(scope="module")
def rows(people):
    return number_rows.compose_rows(people, 64, seed=1)


def test_a_seed_gives_the_same_rows_whatever_their_number(people, rows):
    few = number_rows.compose_rows(people, 5, seed=1)
    for one, other in zip(few, rows, strict=True):
        np.testing.assert_array_equal(one, other[:5])


def test_every_owned_pixel_has_ink_and_every_digit_owns_some(rows):
    for image, owners, centres in zip(*rows, strict=True):
        owned = owners != NONE
        digits = np.count_nonzero(~np.isnan(centres))
        assert set(owners[owned]) == set(range(digits))
        assert (image[owned & (image.max() > 0)] > 0).mean() > 0.97  # the rest: a faint blur


def test_a_digits_own_pixels_lie_on_both_sides_of_its_middle(rows):
    for owners, centres in zip(rows.owners, rows.centres, strict=True):
        for digit, middle in enumerate(centres[~np.isnan(centres)]):
            columns = np.flatnonzero((owners == digit).any(axis=0))
            assert columns[0] - 3 <= middle <= columns[-1] + 4


def test_targets_name_the_column_of_each_middle_and_the_way_to_it(rows):
    _, heat, offsets, shown = segmenter_training.make_targets(rows, slice(0, 8))
    for i in range(8):
        centres = rows.centres[i][~np.isnan(rows.centres[i])]
        assert set(np.flatnonzero(heat[i] == 1)) == set((centres // 2).astype(int))
        way = segmenter.from_cells(offsets[i]) * segmenter.OFFSET_SCALE
        voted = way + np.arange(way.shape[1]) + 0.5
        counted = segmenter.from_cells(shown[i]) > 0
        owner = rows.owners[i][counted]
        np.testing.assert_allclose(voted[counted], rows.centres[i][owner], atol=1e-3)


@pytest.mark.slow
def test_it_learns_and_writes_weights_that_the_reading_can_load(tmp_path):
    drawings = tmp_path / "drawings.jsonl"
    drawings.write_text('{"label": 7, "strokes": [[[0, 0], [60, 0], [20, 100]]]}\n')
    out, rounds = tmp_path / "made.safetensors", []
    recipe = SegmenterRecipe(rounds=3, rows_per_round=96, batch_size=16, warmup_steps=1)
    segmenter_training.train_segmenter([drawings], out, recipe, rounds.append)
    assert [row["round"] for row in rounds] == [1, 2, 3]
    assert rounds[2]["loss"] < rounds[0]["loss"]
    shapes = {name: array.shape for name, array in segmenter.load_weights(out).items()}
    assert shapes == {name: array.shape for name, array in segmenter.load_weights().items()}


def test_a_file_that_holds_no_drawings_is_refused_before_any_training(tmp_path, capsys):
    out = tmp_path / "made.safetensors"
    assert main(["segmenter", "--strokes", str(tmp_path / "none"), "--out", str(out)]) == 2
    assert "must be a file of strokes" in capsys.readouterr().err
    assert not out.exists()
