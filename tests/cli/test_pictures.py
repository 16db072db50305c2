"""The commands `predict` and `read` on pictures: what they are sure of, and that they agree."""

import json

import numpy as np
import pytest
import written_numbers
from PIL import Image

from mnist_core.cli.parser import main
from mnist_core.prediction import NOT_SURE_BELOW
from mnist_core.strokes.rasterize import rasterize

SEVEN = [np.array([[84.0, 60], [196, 60], [125, 230]])]
LETTER = [np.array([[60.0, 220], [60, 60]]), np.array([[60.0, 140], [200, 140]])]
LETTER += [np.array([[200.0, 60], [200, 220]])]
DOT = [np.array([[140.0, 140.0]])]


@pytest.fixture
def say(tmp_path, capsys):
    """What a command says of a picture: its text without the file's name, and its JSON."""

    def run(command, pixels):
        path = tmp_path / "picture.png"
        Image.fromarray(pixels).save(path)
        said = []
        for options in ([], ["--json"]):
            assert main([command, str(path), *options]) == 0
            said.append(capsys.readouterr().out.strip())
        return said[0].removeprefix(f"{path}: "), json.loads(said[1])

    return run


@pytest.mark.parametrize("strokes", [SEVEN, LETTER, DOT], ids=["a 7", "an H", "a dot"])
def test_predict_says_in_text_and_json_whether_it_is_sure_as_the_page_does(strokes, say):
    text, row = say("predict", rasterize(strokes, 280, 30))
    sure = strokes is not DOT and max(row["probabilities"]) >= NOT_SURE_BELOW
    assert sure == (strokes is SEVEN)
    assert row["not_sure"] is not sure
    assert text.endswith("  not sure") is not sure
    assert text.split()[0] == str(row["digit"]) == str(int(np.argmax(row["probabilities"])))


@pytest.mark.parametrize(("height", "width"), [(280, 280), (90, 61), (333, 1000)])
def test_read_says_of_a_single_digit_what_predict_says(height, width, say):
    picture = np.zeros((height, width), np.uint8)
    drawn = Image.fromarray(rasterize(SEVEN, 280, 30)).resize((60, 88))
    picture[:88, :60] = np.asarray(drawn)
    predicted, (read,) = say("predict", picture)[1], say("read", picture)[1]["digits"]
    for field in ("digit", "probabilities", "not_sure"):
        assert read[field] == predicted[field]


def test_read_says_which_digits_it_is_not_sure_of_and_that_there_is_none(say):
    number = written_numbers.write("208", gaps=(0.5, 0.6))
    assert say("read", number.picture())[0] == "208"
    bar = np.zeros((280, 280), np.uint8)
    bar[100:115, 20:180] = 255
    text, row = say("read", bar)
    assert (text, row["text"], row["digits"]) == ("-", "-", [])
    along = np.linspace(0, 4 * np.pi, 60)
    wave = np.stack([40 + 15 * along, 140 + 30 * np.sin(along)], axis=1)
    text, row = say("read", rasterize([wave], 280, 12))
    assert (text, row["text"], row["digits"]) == ("no digit", "", [])
