"""The command that checks this installation: health."""

from mnist_core.cli import health_checks


def check_health(options, say) -> int:
    """A line for everything that was looked at; 1 if something is not well."""
    is_well = True
    for check in health_checks.run_checks(options.url):
        is_well &= check.is_well
        text = f"{'ok  ' if check.is_well else 'BAD '} {check.what:9} {check.words}"
        say(text, what=check.what, well=check.is_well, words=check.words)
    return 0 if is_well else 1
