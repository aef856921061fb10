"""The command line: ``relsim``."""

import contextlib
import os
import sys
import threading

from relsim.cli import interrupts, streams


def main() -> None:
    """Do what the command line says."""
    streams.prepare()
    try:
        with interrupts.heard():
            # Imported here so that nobody who only imports this package pays for it.
            from relsim.cli.app import app  # noqa: PLC0415  # see above

            app(prog_name="relsim")
    except KeyboardInterrupt:
        _end(130)
    except SystemExit as ending:
        if ending.code == 130:
            _end(130)
        raise


def _end(code: int) -> None:
    """End although threads may hang, in a call that Python cannot stop: Python would wait."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    if any(not thread.daemon for thread in threading.enumerate()[1:]):
        os._exit(code)
    sys.exit(code)
