"""Contract tests that every strategy and every mechanism has to pass, relsim's own and yours.

In a test file of yours::

    from relsim.testing import StrategyContract

    class TestMyStrategy(StrategyContract):
        strategy = MyStrategy
        parameters = {"eagerness": 0.3}

pytest then runs every test below on it.
"""

import copy
import inspect
import pickle
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import pydantic

from relsim.agents.market import AgentMarket
from relsim.currency import amounts_in, in_currency
from relsim.firms.ledger import CUSTOMER_LINES, FIRM_LINES
from relsim.firms.plan import Plan, check
from relsim.firms.strategies import Strategy
from relsim.firms.view import FirmView
from relsim.market import Market
from relsim.mechanisms.base import Mechanism
from relsim.mechanisms.registry import BUILT_IN
from relsim.spec import MarketSpec, override, starter
from relsim.spec.overrides import section_of
from relsim.spec.relationship import Relationship

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

    def test_money_is_a_unit(self) -> None:
        """In another currency it does the same: what of its parameters is money says so."""
        rate = 8.0  # a power of two, so that nothing is rounded otherwise
        worth = {name: rate * value for name, value in amounts_in(self._build())}
        for spec in situations().values():
            was, now = self._market(spec), Market(in_currency(spec, rate))
            now.firms[0].strategy = self.strategy(**{**self.parameters, **worth})
            was.run()
            now.run()
            for name in ("customers", "acquired", "lost"):
                assert np.array_equal(was.columns[name], now.columns[name]), (
                    "what it does hangs on the unit of money: count in prices or in shares of "
                    "revenue, or declare what is an amount with a unit of money"
                )

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


class MechanismContract:
    """What every mechanism promises. Subclass it, and say how to switch the mechanism on.

    Attributes
    ----------
    mechanism : type
        The mechanism to test.
    on : dict
        Dotted paths and values that switch it on in a small market, at levels that show.
    others : dict
        Another value for each of its keys, by dotted path: each has to change something.
    months : int
        How long the markets run.
    """

    mechanism: ClassVar[type[Mechanism]]
    on: ClassVar[dict[str, Any]]
    others: ClassVar[dict[str, Any]] = {}
    months: ClassVar[int] = 14

    def _small(self) -> MarketSpec:
        """Return the market in which it is tested, without it."""
        values = {
            "market.customers": 400,
            "run.months": self.months,
            "firms.0.failure_rate": 0.2,
            "customers.start.trust": 0.6,
        }
        return override(starter(), values)

    def _spec(self, **more: Any) -> MarketSpec:
        return override(self._small(), self.on | more)

    def _settings(self) -> list[MarketSpec]:
        """Return markets in which it is on, with counted purchases, events, contracts."""
        recession = {"kind": "recession", "month": 4, "depth": 0.3}
        return [
            self._spec(),
            self._spec(
                **{
                    "market.setting": "non_contractual",
                    "events": [recession],
                    "firms.0.contract_months": 6,
                    "mechanisms.retention.rule": "own",
                }
            ),
        ]

    def test_says_what_it_is(self) -> None:
        """Its class says what it is, in a sentence of its own."""
        meaning = inspect.getdoc(self.mechanism) or ""
        assert len(meaning) > 20, "the class needs a docstring that says what it does"
        assert meaning != inspect.getdoc(Mechanism), "the docstring is its parent's"

    def test_engines_agree(self) -> None:
        """Agents come to the same states, and to the same money but for rounding."""
        for spec in self._settings():
            market, agents = Market(spec).run(), AgentMarket(spec).run()
            for name, column in market.columns.items():
                np.testing.assert_allclose(
                    column, agents.columns[name], rtol=1e-9, atol=1e-7, err_msg=name
                )
            for mine, theirs in zip(market.mechanisms, agents.mechanisms, strict=True):
                for name, state in mine.state.items():
                    np.testing.assert_array_equal(state, theirs.state[name], err_msg=name)

    def test_off_is_nothing(self) -> None:
        """Switched off it leaves no column, figure or pass: the market is the plain one."""
        market = Market(self._small()).run()
        assert not market.mechanisms
        frame = market.customers.frame()
        for name in self.mechanism.columns:
            assert name not in frame.columns
        lines = [line.name for line in self.mechanism.lines]
        for name in (*lines, *(stock.name for stock in self.mechanism.stocks)):
            assert name not in market.columns

    def test_no_other_draw_moves(self) -> None:
        """Who customers are, and who leaves the market, are drawn as without it."""
        on, off = Market(self._spec()).run(), Market(self._small()).run()
        mine, plain = on.customers.frame(), off.customers.frame()
        for name in ("usage", "price_sensitivity", "orientation", "born", "segment"):
            assert mine[name].equals(plain[name]), name

    def test_the_ledger_adds_up(self) -> None:
        """Profit is the sum of all lines, its own included."""
        for spec in self._settings():
            table = Market(spec).run().table
            lines = [*CUSTOMER_LINES, *FIRM_LINES, *(line.name for line in self.mechanism.lines)]
            np.testing.assert_allclose(table["profit"], table[lines].sum(axis=1), rtol=1e-9)

    def test_every_key_is_alive(self) -> None:
        """Each of its keys, and of a firm's policy for it, changed, changes what comes out."""
        name = self.mechanism.name
        if name in BUILT_IN:
            policy = Relationship.model_fields.get(name)
            policies = section_of(policy.annotation) if policy else None
            keys = {f"mechanisms.{name}.{key}" for key in self.mechanism.keys.model_fields}
            if policies is not None:
                first = f"firms.0.relationship.{name}"
                keys |= {f"{first}.{key}" for key in policies.model_fields}
            assert keys == set(self.others), "every key needs another value"
        base = self._told(self._spec())
        for key, value in self.others.items():
            assert self._told(override(self._spec(), {key: value})) != base, f"{key} is dead"

    def _told(self, spec: MarketSpec) -> str:
        market = Market(spec).run()
        return str(market.table.to_csv()) + str(market.customers.frame().to_csv())

    def test_same_bytes_with_threads_and_pickled(self) -> None:
        """Threads change no bit, and a market that is saved half-way goes on as if it were not."""
        spec = self._spec(**{"market.customers": 9_000})
        one, two = Market(spec), Market(spec, threads=2)
        half = self.months // 2
        assert one.run(half).table.equals(two.run(half).table)
        again = pickle.loads(pickle.dumps(one))
        assert one.run(half).table.equals(again.run(half).table)
        assert one.customers.frame().equals(again.customers.frame())
