"""The command of studies that are called by name: a table and a figure each, into a folder."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from relsim.report.run_figures import save


def command(
    meaning: str | None,
    kind: str,
    tables: Mapping[str, Callable[[], pd.DataFrame]],
    figures: Mapping[str, Callable[[pd.DataFrame], Figure]],
    folder: Path,
    arguments: Sequence[str] | None = None,
    others: Mapping[str, str] | None = None,
) -> int:
    """Run the studies that are named, or all; write their tables and figures.

    Parameters
    ----------
    meaning : str
        What the studies are; its first line describes the command.
    kind : str
        What one of them is called.
    tables, figures : mapping
        What makes the table of each, and the figure from the table.
    folder : Path
        Where to, unless the user says otherwise.
    arguments : sequence of str, optional
        The command line; that of the process unless given.
    others : mapping of str to str, optional
        Names that have a command of their own, and the command.

    Returns
    -------
    int
        The exit code.
    """
    parser = argparse.ArgumentParser(description=(meaning or "").split("\n", maxsplit=1)[0])
    parser.add_argument("names", nargs="*", metavar=kind.upper(), help=", ".join(tables))
    parser.add_argument("--out", type=Path, default=folder, help="folder for tables and figures")
    order = parser.parse_args(arguments)
    unknown = [name for name in order.names if name not in tables]
    if unknown and unknown[0] in (others or {}):
        parser.error(f"{unknown[0]}: has a command of its own: {(others or {})[unknown[0]]}")
    if unknown:
        parser.error(f"{unknown[0]}: no such {kind}; known: {', '.join(tables)}")
    order.out.mkdir(parents=True, exist_ok=True)
    for name in order.names or tables:
        frame = tables[name]()
        frame.to_csv(order.out / f"{name}.csv", index=False, float_format="%.8g")
        save({name: figures[name](frame)}, order.out)
        print(f"{name}: {order.out / name}.csv, .png, .svg")
    return 0
