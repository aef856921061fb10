"""The command line: ``relsim``."""

import sys

from relsim.cli import interrupts


def main() -> None:
    """Do what the command line says."""
    try:
        with interrupts.heard():
            # Imported here so that nobody who only imports this package pays for it.
            from relsim.cli.app import app  # noqa: PLC0415  # see above

            app(prog_name="relsim")
    except KeyboardInterrupt:
        sys.exit(130)
