"""The surface: colours centred at zero, the line where an effect is zero, hatches, and gaps."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from matplotlib.collections import QuadMesh
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from relsim.errors import OutputError
from relsim.report.lab.about import Quantity
from relsim.report.lab.surface import surface
from relsim.report.style import drawing
from tests.report.conftest import collisions, said
from tests.report.lab.conftest import ABOUT, PROFIT, grid

Array = npt.NDArray[np.float64]

X, Y = Quantity("x", "Budget", "%"), Quantity("y", "Cost", "money")


def zero_lines(figure: Figure) -> list[Array]:
    """Return the vertices of the lines of zero, which are drawn twice."""
    contours = [c for c in figure.axes[0].collections if isinstance(c, ContourSet)]
    lines = [np.asarray(path.vertices) for c in contours for path in c.get_paths()]
    return [line for line in lines if line.size]


def mesh(figure: Figure) -> QuadMesh:
    return next(c for c in figure.axes[0].collections if isinstance(c, QuadMesh))


def test_the_line_stands_where_offence_and_defence_are_equal() -> None:
    figure = surface(grid(5, 5), ABOUT, X, Y, PROFIT, zero="offence and defence are equal")
    lines = zero_lines(figure)
    assert len(lines) == 2
    for line in lines:
        assert line.sum(axis=1) == pytest.approx(5.0)  # centres of cells lie at half integers
    assert "0: offence and defence are equal" in said(figure)


def test_colours_of_effects_are_centred_at_zero_and_those_of_levels_are_not() -> None:
    table = grid().assign(profit=lambda t: t["profit"] + 2.0)
    effect = mesh(surface(table, ABOUT, X, Y, PROFIT))
    assert effect.get_clim() == (-3.0, 3.0)
    assert mesh(surface(table, ABOUT, X, Y, PROFIT, effect=False)).get_clim() == (1.0, 3.0)


def test_cells_whose_interval_includes_zero_are_hatched() -> None:
    table = grid(3, 3).assign(low=lambda t: t["profit"] - 0.6, high=lambda t: t["profit"] + 0.6)
    figure = surface(table, ABOUT, X, Y, PROFIT)
    hatched = {p.get_xy() for p in figure.axes[0].patches if isinstance(p, Rectangle)}
    near = table[(table["low"] <= 0.0) & (table["high"] >= 0.0)]
    assert hatched == {(2 * x, 2 * y) for x, y in zip(near["x"], near["y"], strict=True)}
    assert "95% interval includes zero" in said(figure)
    assert "includes zero" not in said(surface(grid(), ABOUT, X, Y, PROFIT))


def test_values_stand_in_their_cells_where_they_fit() -> None:
    figure = surface(grid(3, 2, size=2e6), ABOUT, X, Y, PROFIT)
    places = {t.get_position(): t.get_text() for t in figure.axes[0].texts}
    assert places[0.5, 0.25] == "−2.00"
    assert places[2.5, 1.25] == "+2.00"
    assert "million EUR" in said(figure)
    many = surface(grid(60, 50), ABOUT, X, Y, PROFIT)
    assert not many.axes[0].texts
    assert "Too many cells" in said(many)
    with drawing():
        assert collisions(many) == []


def test_cells_that_are_missing_are_grey_and_end_the_line() -> None:
    table = grid(3, 3)
    figure = surface(table[table["x"] != 0.5], ABOUT, X, Y, PROFIT)
    assert "Grey: no value." not in said(figure)
    table.loc[table["x"] == 0.5, "profit"] = np.nan
    parted = surface(table, ABOUT, X, Y, PROFIT)
    assert "Grey: no value." in said(parted)
    assert zero_lines(parted) == []


def test_levels_that_are_texts_are_wrapped() -> None:
    names = pd.Series(["a level whose name is really long", "b level", "c level " * 9])
    table = grid(3, 3).assign(x=lambda t: names[(2 * t["x"]).astype(int)].to_numpy())
    table = table.assign(y=lambda t: names[(2 * t["y"]).astype(int)].to_numpy())
    figure = surface(table, ABOUT, X, Y, PROFIT)
    assert "whose name" in said(figure).replace("\n", " ")
    with drawing():
        assert collisions(figure) == []


def test_two_values_for_a_cell_are_refused() -> None:
    with pytest.raises(OutputError, match=r"two values for one cell: y 0\.0, x 0\.0"):
        surface(pd.concat([grid(), grid()]), ABOUT, X, Y, PROFIT)
