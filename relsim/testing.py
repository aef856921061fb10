"""Contract tests that every strategy has to pass, for relsim's own and for yours.

In a test file of yours::

    from relsim.testing import StrategyContract

    class TestMyStrategy(StrategyContract):
        strategy = MyStrategy
        parameters = {"eagerness": 0.3}

pytest then runs every test below on it.
"""

import copy
import pickle
from collections.abc import Mapping
from typing import Any, ClassVar

import pydantic

from relsim.firms.plan import Plan, check
from relsim.firms.strategies import Strategy
from relsim.firms.view import FirmView
from relsim.market import Market
from relsim.spec import MarketSpec, override, starter

_SITUATIONS: Mapping[str, Mapping[str, Any]] = {
    "usual": {},
    "young": {"firms.0.share": 0.01, "firms.1.share": 0.02},
    "full": {"firms.0.share": 0.5, "firms.1.share": 0.5, "market.annual_turnover": 0.0},
    "entrant": {"firms.0.share": 0.0, "firms.1.share": 0.9},
    "poor": {"market.credit": False, "firms.0.cash": 0.5, "firms.0.fixed_cost": 30.0},
    "purchases": {"market.setting": "non_contractual"},
    "losing": {"firms.0.price": 5.0, "firms.0.unit_cost": 20.0},
}


def situations() -> dict[str, MarketSpec]:
    """Return small markets in different situations; the first firm is the one to test."""
    small = override(starter(), {"market.customers": 300, "run.months": 14})
    return {name: override(small, values) for name, values in _SITUATIONS.items()}


class StrategyContract:
    """What every strategy promises. Subclass it, name the class and its parameters.

    Attributes
    ----------
    strategy : type
        The strategy to test.
    parameters : dict
        Parameters to build it with.
    """

    strategy: ClassVar[type[Strategy]]
    parameters: ClassVar[dict[str, Any]] = {}

    def _build(self) -> Strategy:
        return self.strategy(**self.parameters)

    def _market(self, spec: MarketSpec) -> Market:
        market = Market(spec)
        market.firms[0].strategy = self._build()
        return market

    def _lives(self) -> list[list[FirmView]]:
        """Return what a firm with this strategy sees, month by month, in each situation."""
        lives = []
        for spec in situations().values():
            market, views = self._market(spec), []
            for _ in range(spec.run.months):
                market.month += 1
                views.append(copy.deepcopy(market.views()[0]))
                market.month -= 1
                market.step()
            lives.append(views)
        return lives

    def test_says_what_it_means(self) -> None:
        """Its documentation opens with a sentence of its own."""
        meaning = self.strategy.meaning()
        assert len(meaning) > 20, "the class needs a docstring that says what it does"
        assert meaning != Strategy.meaning(), "the docstring is its parent's"

    def test_plans_make_sense(self) -> None:
        """Every plan is one that a firm could mean, and keeps to the firm's money."""
        for views in self._lives():
            strategy = self._build()
            for view in views:
                check(strategy.plan(view), view.money, f"month {view.month}")

    def test_same_views_same_plans(self) -> None:
        """Two of a kind that see the same plan the same: no hidden randomness, no shared state."""
        for views in self._lives():
            one, other = self._build(), self._build()
            for view in views:
                assert one.plan(view) == other.plan(view)

    def test_leaves_the_view_alone(self) -> None:
        """Planning changes nothing of what was seen."""
        for views in self._lives():
            strategy = self._build()
            for view in views:
                before = repr(view)
                strategy.plan(view)
                assert repr(view) == before

    def test_lives_in_a_market(self) -> None:
        """It plays a whole run in every situation; the market checks conservation."""
        for spec in situations().values():
            market = self._market(spec).run()
            assert isinstance(market.firms[0].plan, Plan)

    def test_can_be_pickled(self) -> None:
        """A market that is saved half-way goes on as if it had not been."""
        market = self._market(situations()["usual"]).run(7)
        again = pickle.loads(pickle.dumps(market))
        assert market.run(7).table.equals(again.run(7).table)

    def test_refuses_unknown_parameters(self) -> None:
        """A typo in a parameter is an error, not a silent default."""
        try:
            self.strategy(**{**self.parameters, "no_such_parameter": 1})
        except pydantic.ValidationError:
            return
        raise AssertionError("an unknown parameter was accepted")
