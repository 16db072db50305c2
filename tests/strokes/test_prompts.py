"""Which digit a person is asked to draw next."""

from mnist_core.strokes.prompts import next_digit


def ask_for_all(each, skipped=()):
    """All that is asked for, if everything is drawn but those skipped."""
    drawn, left_out, asked = [0] * 10, [0] * 10, []
    while (digit := next_digit(drawn, left_out, each)) is not None:
        asked.append(digit)
        (left_out if digit in skipped else drawn)[digit] += 1
    return asked


def test_each_round_asks_for_all_ten_in_another_order():
    asked = ask_for_all(3)
    rounds = [asked[:10], asked[10:20], asked[20:]]
    assert all(sorted(one) == list(range(10)) for one in rounds)
    assert rounds[0] != list(range(10))
    assert rounds[0] != rounds[1]


def test_one_that_is_deleted_is_asked_for_again():
    drawn = [3] * 10
    drawn[6] = 2
    assert next_digit(drawn, [0] * 10, 3) == 6


def test_a_skipped_one_is_asked_for_no_more_and_the_others_are():
    assert sorted(ask_for_all(1, skipped=(4,))) == list(range(10))
    assert next_digit([1] * 4 + [0] + [1] * 5, [0] * 4 + [1] + [0] * 5, 1) is None
