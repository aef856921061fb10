"""What scripts and notebooks have besides the engines: figures, stories, a look at a glance."""

import pytest

import relsim
from relsim import AgentMarket, Market
from relsim.agents import market as agents
from relsim.errors import RelsimError
from relsim.fork import fork
from relsim.market import Market as Engine
from relsim.report.style import number
from relsim.spec import override, starter


def test_both_markets_are_engines_and_markets_of_the_notebook() -> None:
    spec = override(starter(), {"market.customers": 20})
    market = AgentMarket(spec, seed=3, customer_class=relsim.CustomerAgent).run(2)
    assert isinstance(market, Engine)
    assert isinstance(market, agents.AgentMarket)
    assert isinstance(market, Market)
    assert market.table.equals(agents.AgentMarket(spec, seed=3).run(2).table)
    assert market.plot("share").get_supylabel() == "Share of customers (%)"


def test_a_fork_can_be_drawn_and_told_as_what_it_came_from() -> None:
    market = Market(override(starter(), {"market.customers": 20})).run(2)
    other = fork(market, {"firms.0.price": 25.0}, 2)
    assert type(other) is Market
    assert len(other.story(3).months) == 4


def test_a_market_is_drawn_by_the_name_of_the_figure() -> None:
    market = Market(override(starter(), {"market.customers": 300})).run(3)
    figure = market.plot("cash")
    assert "Cash" in figure.get_supylabel()
    assert market.plot().get_supylabel().startswith("Profit")
    assert figure._repr_png_().startswith(b"\x89PNG")  # type: ignore[attr-defined]  # a Page
    with pytest.raises(RelsimError, match=r"given 'prfit', allowed: one of share.*'profit'"):
        market.plot("prfit")
    with pytest.raises(RelsimError, match="no month was simulated"):
        Market(starter()).plot()


def test_a_notebook_shows_a_market_at_a_glance() -> None:
    spec = override(starter(), {"market.customers": 300, "firms.0.name": "<b>&</b>"})
    market = Market(spec, seed=3)
    assert "0 of" in market._repr_html_()
    assert "nan" not in market._repr_html_()
    shown = market.run(2)._repr_html_()
    assert '<td dir="auto">&lt;b&gt;&amp;&lt;/b&gt;</td>' in shown
    assert "2 of" in shown
    assert "random seed 3" in shown
    last = market.table.iloc[-1]
    mean = market.table["profit"].to_numpy().reshape(2, 2).mean(axis=0)[1]
    assert f"<td>{number(100.0 * last['share'])}</td><td>{number(mean)}</td>" in shown
