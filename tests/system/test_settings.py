"""Settings come from the environment, and so does the level of the log."""

import logging

import pytest

from mnist_core.system import logging_setup, settings

NO_ADDRESSES = ("local", "yes", "http://10.0.0.5:6379", "ray://10.0.0.5:10001")


def test_for_one_user_there_are_no_limits(home):
    limits = (settings.RUNS_PER_PERSON, settings.WAITING_PER_PERSON, settings.KEPT_PER_PERSON)
    assert [limit.value() for limit in (*limits, settings.MINUTES)] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("MNIST_CORE_PEOPLE", "some", "one or many"),
        ("MNIST_CORE_RUNS_AT_ONCE", "0", "a whole number from 1"),
        ("MNIST_CORE_MINUTES", "-3", "a whole number from 0"),
        *(("MNIST_CORE_RAY", text, "auto, or a host and a port") for text in NO_ADDRESSES),
        ("MNIST_CORE_LOG", "loud", "one of DEBUG, INFO, WARNING, ERROR"),
    ],
)
def test_a_setting_that_can_not_be_is_named_with_what_was_expected(
    monkeypatch, name, value, expected
):
    settings.validate_all()
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=f"^{name} must be {expected}.*Received: '{value}'"):
        settings.validate_all()


def test_the_log_begins_at_the_level_that_was_set(monkeypatch, capsys):
    logger = logging.getLogger("mnist_core")
    before = logger.handlers[:], logger.level
    logger.handlers.clear()
    try:
        for level, logged in (("WARNING", ["ERROR"]), ("INFO", ["INFO", "ERROR"])):
            monkeypatch.setenv("MNIST_CORE_LOG", level)
            logging_setup.configure()
            logger.info("Run 'a' begins.")
            logger.error("Run 'a' failed.")
            lines = capsys.readouterr().err.splitlines()
            assert [line.split()[2] for line in lines] == logged
    finally:
        logger.handlers[:], logger.level = before
