"""The tornado: the widest first, bars from the base, the factor's values at their ends."""

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from relsim.report.lab.tornado import tornado
from relsim.report.style import drawing
from tests.report.conftest import collisions, said
from tests.report.lab.conftest import ABOUT, PROFIT, screened


def test_bars_reach_from_the_base_and_the_widest_range_comes_first() -> None:
    table = screened(3).assign(
        base=2e6, at_low=[1.9e6, 1e6, 1.5e6], at_high=[2.1e6, 1.2e6, 2.2e6],
        low_value=["few", 0.5, 2], high_value=["many", 1.5, 4], unit=["", "money", "months"],
    )  # fmt: skip
    figure = tornado(table, ABOUT, PROFIT)
    bars = [bar for bar in figure.axes[0].patches if isinstance(bar, Rectangle)]
    ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in bars]
    expected = [(2.0, 1.0), (2.0, 1.2), (2.0, 1.5), (2.0, 2.2), (2.0, 1.9), (2.0, 2.1)]
    assert np.array(ends) == pytest.approx(np.array(expected))
    text = said(figure)
    for part in ("few", "many", "0.5", "Failure rate (EUR)", "Word of mouth (months)"):
        assert part in text
    assert "base: 2.00 million EUR" in text
    ranges = [
        t.get_text() for t in figure.axes[0].texts if t.get_text() in ("1.00", "0.700", "0.200")
    ]
    assert ranges == ["1.00", "0.700", "0.200"]


def test_a_factor_that_was_not_run_comes_last_and_is_told() -> None:
    table = screened(3).assign(at_low=[np.nan, 1.0, 1.0])
    figure = tornado(table, ABOUT, PROFIT)
    heights = {t.get_text(): t.get_position()[1] for t in figure.axes[0].texts}
    assert heights["Switching cost"] == max(heights[name] for name in table["factor"])
    assert "A dash: not run." in said(figure)


@pytest.mark.parametrize("size", [0.0, 1e-7, 1e13])
def test_no_range_tiny_and_huge_outcomes_can_be_drawn(size: float) -> None:
    with drawing():
        assert collisions(tornado(screened(30, size), ABOUT, PROFIT)) == []
