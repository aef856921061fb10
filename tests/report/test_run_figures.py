"""Figures: all there, labelled with units and n, nothing over anything, the same bytes."""

import itertools
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from relsim import Market
from relsim.customers.rules.ladder import RUNGS
from relsim.errors import OutputError
from relsim.firms.ledger import FIRM_LINES
from relsim.report import difference
from relsim.report import run_figures as report
from relsim.report.labels import Marks, spread
from relsim.report.layout import About
from relsim.report.style import drawing, money_scale, number, pen
from relsim.spec import starter
from tests.report.conftest import collisions, said

TENURE = 12
Run = tuple[pd.DataFrame, pd.DataFrame, About]


def a_run(
    firms: int = 3,
    months: int = 30,
    money: float = 1.0,
    ghosts: tuple[int, ...] = (),
    currency: str = "EUR",
    names: tuple[str, ...] = (),
) -> Run:
    """Return tables as a market makes them, of invented numbers; ghosts never have a customer."""
    rng = np.random.default_rng(1)
    names = names or tuple(f"Firm {k + 1}" for k in range(firms))
    alive = ~np.isin(np.arange(firms), ghosts)
    shape = (months, firms)
    people = np.round(rng.uniform(400.0, 500.0, shape)) * alive
    table = {
        "month": np.repeat(np.arange(1, months + 1), firms),
        "firm": pd.Categorical(list(names) * months, categories=list(names)),
        "customers": people,
        "share": people / np.maximum(people.sum(axis=1, keepdims=True), 1.0),
        "opening": people,
        "churned": rng.binomial(people.astype(np.int64), 0.02).astype(np.float64),
    }
    for k, rung in enumerate(RUNGS[1:]):
        table[f"rung_{rung}"] = people * (k + 1) / 15.0
    for line in FIRM_LINES:
        table[line] = -money * rng.uniform(10.0, 20.0, shape)
    table["profit"] = money * rng.uniform(-50.0, 100.0, shape)
    table["cash"] = np.cumsum(table["profit"], axis=0) - 100.0 * money
    frame = pd.DataFrame({name: np.ravel(values) for name, values in table.items()})
    frame["firm"] = table["firm"]
    rows = itertools.product(range(1, -(-months // 12) + 1), range(firms), range(TENURE))
    tenure = pd.DataFrame(list(rows), columns=["year", "firm", "tenure_year"])
    lived = rng.uniform(20.0, 900.0, len(tenure)) * alive[tenure["firm"]]
    worth = np.where(tenure["tenure_year"] == 0, -30.0, 4.0 + 0.1 * tenure["tenure_year"])
    tenure["customer_months"], tenure["profit"] = lived, money * worth * lived
    tenure["firm"] = pd.Categorical(np.array(names)[tenure["firm"]], categories=list(names))
    return frame, tenure, About("A market", currency, 2000, months, 7, 3, names)


def test_the_check_for_collisions_finds_them() -> None:
    figure = Figure()
    for x in (0.5, 0.51, 0.99):
        figure.text(x, 0.5, f"a text at {x}")
    assert len(collisions(figure)) == 2


def test_every_figure_is_made_and_says_what_it_shows_in_which_unit_and_of_how_many() -> None:
    drawn = report.figures(*a_run())
    assert tuple(drawn) == report.NAMES
    units = {
        "share": "(%)",
        "churn": "(% a month)",
        "profit": "(EUR a month)",
        "budgets": "(EUR a month)",
        "ladder": "(%)",
        "tenure": "(EUR)",
        "cash": "(EUR)",
    }
    for name, figure in drawn.items():
        assert units[name] in figure.get_supylabel(), name
        assert figure.get_supxlabel() == ("Year with the firm" if name == "tenure" else "Month")
        assert figure.get_suptitle()
        text = said(figure).replace("\n", " ")
        assert "n = 2,000 customers · 30 months · seed 7, replication 3" in text
        assert "one run: no interval" in text
        assert all(firm in text for firm in ("Firm 1", "Firm 2", "Firm 3")), name


def test_the_numbers_at_the_ends_of_lines_are_those_of_the_table() -> None:
    table, tenure, about = a_run()
    drawn = report.figures(table, tenure, about)
    one = table[table["firm"] == "Firm 1"]
    last = one.iloc[-1]
    assert f"{100 * last['share']:.1f}% (n = {last['customers']:,.0f})" in said(drawn["share"])
    year = one.tail(12)
    monthly = year["churned"].sum() / year["opening"].sum()
    assert f"{100 * (1 - (1 - monthly) ** 12):.1f}% a year" in said(drawn["churn"])
    assert f"Firm 1: {number(year['profit'].mean())}" in said(drawn["profit"])
    assert f"Firm 1: {number(last['cash'])}" in said(drawn["cash"])
    spent = -one[["acquisition", "retention", "recovery"]].sum()
    part = number(100 * spent["acquisition"] / spent.sum(), 2)
    assert f"{part}% offence" in said(drawn["budgets"])


def test_profit_by_tenure_is_per_customer_won_and_then_per_customer_year() -> None:
    table, tenure, about = a_run(firms=1, months=36)
    axes = report.figures(table, tenure, about)["tenure"].axes[0]
    heights = [bar.get_height() for bar in axes.patches]  # type: ignore[attr-defined]  # bars
    assert heights == pytest.approx([-30.0, *(12 * (4.0 + 0.1 * year) for year in range(1, 12))])


@pytest.mark.parametrize(
    ("case", "marks"),
    [
        ({}, [(6, "war"), (7, "a very long story " * 12), (7, "another"), (99, "never")]),
        ({"firms": 1, "months": 1}, [(1, "the first month")]),
        ({"firms": 2, "months": 700, "money": 1e15}, ()),
        ({"ghosts": (1,), "money": 1e-9}, ()),
        ({"firms": 1, "ghosts": (0,), "months": 2}, ()),
        ({"firms": 5, "months": 1, "money": 0.0}, ()),
        ({"firms": 12, "months": 20}, [(month, f"event {month}") for month in (1, 2, 9, 20)]),
        ({"currency": "an extremely long name of a currency"}, [(3, "$ falls")]),
        (
            {
                "currency": "US$ of $",
                "names": ("A firm whose name goes on " * 4, "$b$\n_^{", "顧客"),
            },
            (),
        ),
    ],
    ids=str,
)
def test_nothing_stands_on_anything_or_leaves_the_figure(
    case: dict[str, int], marks: Marks
) -> None:
    table, tenure, about = a_run(**case)  # type: ignore[arg-type]  # keywords of several types
    for name, figure in report.figures(table, tenure, about, marks).items():
        with drawing():
            assert collisions(figure) == [], name


def test_a_firm_without_customers_is_named_and_has_no_line() -> None:
    drawn = report.figures(*a_run(ghosts=(1,)))
    assert "No customers, no line: Firm 2." in said(drawn["churn"])
    assert "n = 0 / 0" in said(drawn["tenure"])


def test_of_many_firms_the_largest_are_shown_in_their_own_colours() -> None:
    table, tenure, about = a_run(firms=31, months=2)
    table.loc[table["firm"] == "Firm 1", "customers"] = 0.0
    drawn = report.figures(table, tenure, about)
    assert "The 30 largest of 31 firms." in said(drawn["share"])
    assert "Firm 1:" not in said(drawn["share"])
    assert len(drawn["ladder"].axes) == 30
    with drawing():
        assert [fault for figure in drawn.values() for fault in collisions(figure)] == []
    assert len({pen(place)[:2] for place in range(12)}) == 12
    assert len({pen(place).marker for place in range(12)}) == 12


def test_events_are_named_where_they_have_room_and_numbered_where_not() -> None:
    table, tenure, about = a_run()
    few = report.figures(table, tenure, about, [(6, "price war")])
    assert "price war" in [text.get_text() for text in few["share"].axes[0].texts]
    assert "Events: 1: price war (month 6)." in said(few["budgets"])
    close = report.figures(table, tenure, about, [(k, f"event of {k}") for k in (6, 7, 8)])
    numbered = "Events: 1: event of 6 (month 6), 2: event of 7 (month 7), 3: event of 8 (month 8)."
    assert numbered in said(close["share"])
    assert "Events" not in said(close["tenure"])


def test_the_same_run_gives_the_same_bytes_whatever_the_users_settings(tmp_path: Path) -> None:
    few = ("share", "tenure")
    one = report.figures(*a_run())
    before = dict(mpl.rcParams)
    paths = report.save({name: one[name] for name in few}, tmp_path / "one")
    assert dict(mpl.rcParams) == before
    with mpl.rc_context({"font.size": 30.0, "svg.hashsalt": "other", "lines.linewidth": 9.0}):
        other = report.figures(*a_run())
        again = report.save({name: other[name] for name in few}, tmp_path / "other" / "deeper")
    assert [path.name for path in paths] == [f"{n}.{kind}" for n in few for kind in ("svg", "png")]
    for path, twin in zip(paths, again, strict=True):
        assert path.read_bytes() == twin.read_bytes(), path.name
        assert b"atplotlib v" not in path.read_bytes()
        assert b"<dc:date>" not in path.read_bytes()


def test_no_month_and_no_folder_are_told() -> None:
    table, tenure, about = a_run()
    with pytest.raises(OutputError, match="no month was simulated"):
        report.figures(table.iloc[:0], tenure, about)
    with pytest.raises(OutputError, match="cannot write figures"):
        report.save({}, Path(__file__) / "folder")


def test_drawing_leaves_pyplot_alone() -> None:
    code = "import sys, relsim.report.run_figures; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("size", [1e-5, 1e-2, 1.0, 5e3, 5e4, 5e7, 5e10, 5e13, 5e16, 1e305])
def test_money_is_shown_in_a_unit_that_keeps_numbers_short(size: float) -> None:
    scale = money_scale([size, np.nan, -size / 2], "EUR")
    assert scale.unit.endswith("EUR")
    assert 0.1 <= size / scale.factor < 1e6


def test_labels_find_the_nearest_free_places_in_their_order() -> None:
    wanted = np.array([3.0, 1.0, 3.1, 9.9, 9.8])
    placed = spread(wanted, np.ones(5), 0.0, 10.0)
    assert np.argsort(placed).tolist() == np.argsort(wanted).tolist()
    assert np.diff(np.sort(placed)).min() >= 1.0 - 1e-9
    assert placed.min() >= 0.5
    assert placed.max() <= 9.5
    assert spread(wanted, np.full(5, 4.0), 0.0, 10.0).max() <= 9.0  # no room: shrunk together


@pytest.mark.slow
def test_a_market_can_be_drawn() -> None:
    market = Market(starter(), seed=0).run(months=2)
    about = About.of(market)
    assert (about.seed, about.months, about.firms) == (0, 2, ("Attack", "Defend"))
    assert len(report.figures(market.table, market.tenure_table, about)) == len(report.NAMES)


def test_a_firm_that_leaves_the_market_ends_its_line_of_defection() -> None:
    table, tenure, about = a_run()
    gone = (table["firm"] == "Firm 2") & (table["month"] >= 20)
    table.loc[gone, "customers"] = 0.0
    first = gone & (table["month"] == 20)
    table.loc[first, "churned"] = table.loc[first, "opening"]
    table.loc[gone & (table["month"] > 20), ["opening", "churned"]] = 0.0
    figure = report.figures(table, tenure, about)["churn"]
    lines = figure.axes[0].lines
    highest = max(np.nanmax(np.asarray(line.get_ydata(), dtype=float)) for line in lines)
    assert highest < 10.0
    assert "Firm 2" in said(figure)


def test_titles_say_what_happened_in_this_run() -> None:
    table, tenure, about = a_run()
    drawn = report.figures(table, tenure, about)
    titles = {name: figure.get_suptitle().replace("\n", " ") for name, figure in drawn.items()}
    assert all(title.startswith("In this run, ") for title in titles.values())
    last = 100.0 * table[table["month"] == 30].set_index("firm")["share"].astype(float)
    assert titles["share"] == (
        f"In this run, firms ended with between {last.min():.1f}% and {last.max():.1f}% of "
        "customers"
    )
    assert titles["tenure"] == "In this run, a customer cost 30.0 EUR to acquire"
    parts = {
        str(firm): 100.0
        * own["acquisition"].sum()
        / own[["acquisition", "retention", "recovery"]].sum().sum()
        for firm, own in table.groupby(table["firm"].astype(str))
    }
    words = [f"{end:.0f}%" for end in (min(parts.values()), max(parts.values()))]
    assert (
        titles["budgets"]
        == f"In this run, offence took between {words[0]} and {words[1]} of a budget"
    )


def lines_of(figure: Figure) -> list[np.ndarray]:
    drawn = [np.asarray(line.get_ydata(), dtype=float) for line in figure.axes[0].lines]
    return [line for line in drawn if line.size == 30]


def test_cash_that_would_lie_on_one_another_is_drawn_less_the_mean_firms() -> None:
    table, tenure, about = a_run()
    table["cash"] = 1000.0 * table["month"] + table["firm"].cat.codes * table["month"]
    figure = report.figures(table, tenure, about)["cash"]
    first, second, third = lines_of(figure)
    months = np.arange(1.0, 31.0)
    assert first == pytest.approx(-months / 1000.0)
    assert second == pytest.approx(0.0 * months, abs=1e-12)
    assert third == pytest.approx(months / 1000.0)
    assert figure.get_supylabel() == "Cash less the mean firm's (thousand EUR)"
    assert "Firm 3: 30.1" in said(figure)  # labels stay cash itself
    apart, _, about = a_run()
    assert report.figures(apart, tenure, about)["cash"].get_supylabel() == "Cash (EUR)"


def test_equal_budgets_lie_on_top_of_one_another_and_not_on_one_line() -> None:
    table, tenure, about = a_run(firms=1)
    table["acquisition"], table["retention"], table["recovery"] = -10.0, -6.0, -4.0
    axes = report.figures(table, tenure, about)["budgets"].axes[0]
    tops = [area.get_paths()[0].get_extents().y1 for area in axes.collections]
    assert tops == [10.0, 20.0]
    assert len(axes.lines) == 0


def test_the_cost_of_acquiring_stands_apart_from_profits_of_years() -> None:
    table, tenure, about = a_run(firms=1)
    axes = report.figures(table, tenure, about)["tenure"].axes[0]
    cost, *years = axes.patches
    assert cost.get_hatch()
    assert not any(bar.get_hatch() for bar in years)
    assert [label.get_text() for label in axes.get_xticklabels()][:2] == ["CAC", "1"]
    places = [np.asarray(line.get_xdata(), dtype=float) for line in axes.lines]
    (divider,) = [x[0] for x in places if x[0] == x[-1]]
    right, left = cost.get_extents().x1, min(bar.get_extents().x0 for bar in years)
    assert right < axes.transData.transform((divider, 0.0))[0] < left


def test_single_months_are_lighter_than_averages() -> None:
    axes = report.figures(*a_run())["profit"].axes[0]
    thin = [line for line in axes.lines if line.get_linewidth() < 1.0 and line.get_alpha()]
    assert len(thin) == 3
    assert all((line.get_alpha() or 1.0) <= 0.2 for line in thin)


def test_a_fork_says_by_how_much_the_change_moved_firms() -> None:
    table, _, about = a_run(firms=2)
    apart = table.assign(share=0.0, profit=0.0)
    last = apart["month"] == 30
    apart.loc[last, "share"] = [-0.0123, 0.0123]
    apart.loc[last, "profit"] = [-250.0, 40.0]
    drawn = difference.figures(table, apart, about, (30, "firms.0.price=50"))
    titles = [figure.get_suptitle().replace("\n", " ") for figure in drawn.values()]
    assert titles == [
        "In this run, the change moved shares by between −1.23 and +1.23 points",
        "In this run, the change moved profits by between −250 and +40 EUR",
    ]
    assert "Firm 1: −1.23" in said(drawn["share"])
    alone = difference.figures(table, apart.assign(share=np.nan), about, (30, "x"))
    assert "an unknown number of points" in alone["share"].get_suptitle()
