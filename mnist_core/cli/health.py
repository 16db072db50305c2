"""The command `health`: checks this installation."""

from mnist_core.cli import health_checks


def check_health(options, emit) -> int:
    """A line for each check; 1 if one failed."""
    checks = []
    for check in health_checks.run_checks(options.url):
        checks.append(check)
        text = f"{'ok  ' if check.is_ok else 'BAD '} {check.name:9} {check.message}"
        emit(text, what=check.name, well=check.is_ok, words=check.message)
    return 0 if all(check.is_ok for check in checks) else 1
