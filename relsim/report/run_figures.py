"""The figures of a run, drawn from its tables and saved."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from relsim.errors import OutputError
from relsim.report import lines, multiples
from relsim.report.labels import Marks
from relsim.report.layout import About
from relsim.report.run import Run
from relsim.report.style import drawing
from relsim.spec.hints import nearest

_DRAWINGS = {
    "share": lines.share,
    "churn": lines.churn,
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
        If no month was simulated.
    """
    return _drawn(NAMES, table, tenure, about, marks)


def figure(
    name: str, table: pd.DataFrame, tenure: pd.DataFrame, about: About, marks: Marks = ()
) -> Figure:
    """Draw one figure of a run.

    Parameters
    ----------
    name : str
        One of NAMES.
    table, tenure, about, marks
        As :func:`figures` takes them.

    Raises
    ------
    OutputError
        If there is no such figure, or no month was simulated.
    """
    if name not in _DRAWINGS:
        hint = nearest(name, NAMES)
        raise OutputError(f"figure: given {name!r}, allowed: one of {', '.join(NAMES)}{hint}")
    return _drawn([name], table, tenure, about, marks)[name]


def _drawn(
    names: Iterable[str], table: pd.DataFrame, tenure: pd.DataFrame, about: About, marks: Marks
) -> dict[str, Figure]:
    if table.empty:
        raise OutputError("no month was simulated: there is nothing to draw")
    run = Run(table, tenure, about, marks)
    with drawing():
        return {name: _DRAWINGS[name](run) for name in names}


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
