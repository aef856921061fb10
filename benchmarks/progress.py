"""One line on stderr that says what is being measured."""

import sys

_WIDTH = 78


def say(text: str) -> None:
    """Show what is being done, in place of what was shown before; nothing if nobody watches."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{text[:_WIDTH]:<{_WIDTH}}")
        sys.stderr.flush()


def begin(text: str) -> None:
    """Say what begins; in a log too."""
    if sys.stderr.isatty():
        say(text)
    else:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def clear() -> None:
    """Take the line away."""
    say("")
    if sys.stderr.isatty():
        sys.stderr.write("\r")
        sys.stderr.flush()
