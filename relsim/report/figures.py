"""The figures of a run, drawn from its tables and saved."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from relsim.errors import OutputError
from relsim.report import lines, multiples
from relsim.report.labels import Marks
from relsim.report.layout import About
from relsim.report.run import Run
from relsim.report.style import drawing

_DRAWINGS = {
    "share": lines.share,
    "defection": lines.defection,
    "profit": lines.profit,
    "budgets": multiples.budgets,
    "ladder": multiples.ladder,
    "tenure": multiples.tenure,
    "cash": lines.cash,
}
NAMES = tuple(_DRAWINGS)
"""The figures of a run."""


def figures(
    table: pd.DataFrame, tenure: pd.DataFrame, about: About, marks: Marks = ()
) -> dict[str, Figure]:
    """Draw the figures of a run.

    Parameters
    ----------
    table, tenure : DataFrame
        ``Market.table`` and ``Market.tenure_table``.
    about : About
        What the run was.
    marks : sequence of (month, text), optional
        Events to mark.

    Returns
    -------
    dict
        A figure for each of NAMES.

    Raises
    ------
    OutputError
        If no month was lived.
    """
    if table.empty:
        raise OutputError("no month was lived: there is nothing to draw")
    run = Run(table, tenure, about, marks)
    with drawing():
        return {name: draw(run) for name, draw in _DRAWINGS.items()}


def save(drawn: Mapping[str, Figure], folder: str | Path) -> list[Path]:
    """Write figures as SVG and PNG, the same bytes for the same figures.

    Parameters
    ----------
    drawn : mapping of str to Figure
        Figures by the name of their files.
    folder : str or Path
        Where to; made if need be.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    OutputError
        If they cannot be written.
    """
    folder, paths = Path(folder), []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with drawing():
            for name, figure in drawn.items():
                svg, png = folder / f"{name}.svg", folder / f"{name}.png"
                title = figure.get_suptitle().replace("\n", " ").replace(r"\$", "$")
                figure.savefig(svg, metadata={"Date": None, "Creator": None, "Title": title})
                figure.savefig(png, dpi=150, metadata={"Software": None})
                paths += [svg, png]
    except OSError as error:
        raise OutputError(f"{folder}: cannot write figures: {error}") from error
    return paths
