"""The command line: ``relsim``."""


def main() -> None:
    """Do what the command line says."""
    # Imported here so that nobody who only imports this package pays for it.
    from relsim.cli.app import app  # noqa: PLC0415  # see above

    app(prog_name="relsim")
