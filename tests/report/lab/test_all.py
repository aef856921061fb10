"""Every figure of a study: labelled, nothing over anything, whatever the table; the same bytes."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib import rc_context
from matplotlib.figure import Figure

from relsim.errors import OutputError
from relsim.report.lab.about import AboutStudy, Quantity
from relsim.report.lab.convergence import convergence
from relsim.report.lab.fan import fan
from relsim.report.lab.forest import forest
from relsim.report.lab.indices import indices
from relsim.report.lab.morris import morris
from relsim.report.lab.response import response
from relsim.report.lab.surface import surface
from relsim.report.lab.tornado import tornado
from relsim.report.run_figures import save
from relsim.report.style import drawing
from tests.report.conftest import collisions, said
from tests.report.lab.conftest import (
    ABOUT,
    ALONE,
    LONG,
    PROFIT,
    effects,
    grid,
    runs,
    screened,
    settling,
)

X, Y = Quantity("x", "Budget", "%"), Quantity("y", "Cost", "money")
Draw = Callable[..., Figure]

DRAWINGS: dict[str, tuple[Draw, tuple[Quantity, ...], pd.DataFrame]] = {
    "forest": (forest, (), effects()),
    "surface": (surface, (X, Y, PROFIT), grid()),
    "response": (response, (X, PROFIT, Y), grid()),
    "fan": (fan, (PROFIT,), runs(("One", "Two"), 5, 12)),
    "convergence": (convergence, (PROFIT,), settling(9)),
    "tornado": (tornado, (PROFIT,), screened()),
    "indices": (indices, (PROFIT,), screened()),
    "morris": (morris, (PROFIT,), screened()),
}
ALL = pytest.mark.parametrize("name", list(DRAWINGS))


def drawn(
    name: str, table: pd.DataFrame | None = None, about: AboutStudy = ABOUT, **words: str
) -> Figure:
    """Draw a figure, from its own table unless another is given."""
    draw, quantities, own = DRAWINGS[name]
    return draw(own if table is None else table, about, *quantities, **words)


def emptied(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table in which every outcome is missing."""
    kept = {"x", "y", "n", "month", "low_value", "high_value"}
    numeric = table.select_dtypes("number").columns.difference(list(kept))
    return table.assign(**dict.fromkeys(map(str, numeric), np.nan))


@ALL
@pytest.mark.parametrize("change", ["none", "one row", "all missing", "alone", "long names"])
def test_nothing_stands_on_anything_or_leaves_the_figure(name: str, change: str) -> None:
    table, about = DRAWINGS[name][-1], ABOUT
    if change == "one row":
        table = table.iloc[:1]
    elif change == "all missing":
        table = emptied(table)
    elif change == "alone":
        ends = [f"{kind}{end}" for kind in ("first_", "total_") for end in ("low", "high")]
        table = table.drop(columns=ends, errors="ignore")
        table = table.assign(low=np.nan, high=np.nan)
        about = ALONE
    elif change == "long names":
        about = replace(ABOUT, title=LONG, currency=f"dollars of the {LONG}")
    figure = drawn(name, table, about)
    with drawing():
        assert collisions(figure) == []


@ALL
def test_every_figure_says_what_it_shows_in_which_unit_and_of_how_many(name: str) -> None:
    figure = drawn(name)
    text = said(figure).replace("\n", " ")
    assert figure.get_suptitle()
    assert "n = 1,800 runs · 30 points · 20 replications · seed 7" in text
    assert ("(0 to 1)" if name == "indices" else "EUR") in text
    assert "A study." in text


@ALL
def test_no_row_and_a_missing_column_are_told(name: str) -> None:
    with pytest.raises(OutputError, match="no row"):
        drawn(name, DRAWINGS[name][-1].iloc[:0])
    with pytest.raises(OutputError, match="no column"):
        drawn(name, pd.DataFrame({"other": [1.0]}))


def test_the_same_tables_give_the_same_bytes_whatever_the_users_settings(tmp_path: Path) -> None:
    first = save({name: drawn(name) for name in DRAWINGS}, tmp_path / "1")
    with rc_context({"font.size": 30.0, "lines.linewidth": 9.0, "image.cmap": "gray"}):
        again = save({name: drawn(name) for name in DRAWINGS}, tmp_path / "2")
    for path, twin in zip(first, again, strict=True):
        assert path.read_bytes() == twin.read_bytes(), path.name


def test_drawing_leaves_pyplot_alone() -> None:
    code = "import sys, relsim.report.lab.surface; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@ALL
def test_words_of_ones_own_may_hold_dollars(name: str) -> None:
    figure = drawn(name, title="US$ and $", says="What $b$ is.")
    assert figure.get_suptitle() == r"US\$ and \$"
    assert r"What \$b\$ is." in said(figure)
