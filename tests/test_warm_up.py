"""A market is brought to rest before month 1: shares are exact, and nothing else is moved."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import relsim
from relsim.agents.market import AgentMarket
from relsim.agents.story import tell
from relsim.customers.columns import STATE
from relsim.customers.draws import random_stream
from relsim.customers.opening_state import hold_quotas, quotas
from relsim.errors import SpecError
from relsim.fork import changed
from relsim.lab.runs.memory import evaluated
from relsim.lab.runs.run import Assignment, Recipe
from relsim.market import Market
from relsim.spec import MarketSpec, override, starter


def _small(**values: object) -> MarketSpec:
    few = {"market.customers": 400, "run.months": 6, "run.warm_up": 12}
    return override(starter(), {**few, **{k.replace("__", "."): v for k, v in values.items()}})


@given(shares=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=8), size=st.integers(1, 100_000))
def test_quotas_are_whole_and_as_near_to_the_shares_as_can_be(
    shares: list[float], size: int
) -> None:
    total = sum(shares)
    shares = [share / max(total, 1.0) for share in shares]
    found = quotas(shares, size)
    assert found.sum() == size
    assert (found >= 0).all()
    exact = size * np.array([max(1.0 - sum(shares), 0.0), *shares])
    assert (np.abs(found - exact) < 1.0 + 1e-6).all()


@settings(max_examples=20)
@given(
    share=st.floats(0.05, 0.5), seed=st.integers(0, 2**64 - 1), warm_up=st.sampled_from((0, 1, 7))
)
def test_every_firm_begins_with_exactly_its_share(share: float, seed: int, warm_up: int) -> None:
    spec = _small(firms__0__share=share, firms__1__share=0.3, run__warm_up=warm_up)
    market = Market(spec, seed=seed)
    wanted = quotas([share, 0.3], 400)
    assert np.bincount(market.customers.columns.supplier, minlength=3).tolist() == wanted.tolist()
    assert [firm.customers for firm in market.firms] == wanted[1:].tolist()
    market.run(1)
    assert market.columns["opening"][0].tolist() == wanted[1:].tolist()


def test_only_who_was_acquired_in_the_month_is_moved_each_as_likely() -> None:
    spec = _small(market__customers=3_000, run__warm_up=0, firms__0__contract_months=6)
    customers = Market(spec).run(1).customers
    columns = customers.columns
    before = {name: getattr(columns, name).copy() for name in columns._fields}
    fresh = np.flatnonzero((columns.supplier > 0) & (columns.tenure <= 1))
    held = np.bincount(columns.supplier, minlength=3)
    quota = held + np.array([10, -20, 10], np.int64)
    times = np.zeros(len(columns.supplier), np.int64)
    for seed in range(200):
        for name in columns._fields:
            getattr(columns, name)[:] = before[name]
        stream = random_stream(seed)
        moved = hold_quotas(columns, quota, customers.numbers, stream, 2)
        assert np.bincount(columns.supplier, minlength=3).tolist() == quota.tolist()
        assert len(moved) == len(set(moved.tolist())) == 20
        stayed = np.setdiff1d(np.arange(times.size), moved)
        for name in STATE:
            assert (getattr(columns, name)[stayed] == before[name][stayed]).all(), name
        to_second, to_none = (
            moved[columns.supplier[moved] == 2],
            moved[columns.supplier[moved] == 0],
        )
        assert (len(to_second), len(to_none)) == (10, 10)
        assert (columns.bound[to_second] == 0).all()  # nothing binds them to the second firm
        assert (columns.trust[to_second] == before["trust"][to_second]).all()
        for name in STATE:
            assert not getattr(columns, name)[to_none].any(), name
        times[moved] += 1
    may_go = fresh[before["supplier"][fresh] == 1]
    assert set(np.flatnonzero(times)) <= set(may_go.tolist())
    chance = 20 / may_go.size
    spread = np.sqrt(200 * chance * (1.0 - chance))
    assert np.abs(times[may_go] - 200 * chance).max() < 5.0 * spread
    assert times[may_go].std() == pytest.approx(spread, rel=0.35)


def test_both_engines_come_to_the_same_rest() -> None:
    spec = _small(firms__0__share=0.7, firms__1__share=0.1, market__customers=250)
    compiled, agents = Market(spec).run(), AgentMarket(spec).run()
    assert compiled.table.equals(agents.table)
    assert compiled.customers.frame().equals(agents.customers.frame())
    assert Market(spec, threads=2).run().table.equals(compiled.table)


def test_a_month_of_warm_up_is_in_no_table_and_no_newcomer_of_it_is_one() -> None:
    market = Market(_small(market__annual_turnover=0.5)).run()
    assert market.table["month"].unique().tolist() == [1, 2, 3, 4, 5, 6]
    assert market.columns["cash"][0] == pytest.approx(market.columns["profit"][0])
    born = market.customers.frame()["born"]
    assert born.max() == 6
    assert 0.0 < (born == 0).mean() < 1.0
    old = int(np.flatnonzero(market.customers.columns.born == 0)[0])
    story = tell(market, old)
    assert story.months["month"].tolist() == [1, 2, 3, 4, 5, 6]
    assert story.episodes[0].month == 0


class _Noting(relsim.Strategy):
    """Note what it is asked; it acts on nothing."""

    _times: int = 0

    def plan(self, view: relsim.FirmView) -> relsim.Plan:
        self._times += 1
        _ASKED.append((view.month, self._times, len(view.past)))
        return relsim.Plan()


_ASKED: list[tuple[int, int, int]] = []


def test_firms_plan_month_1_in_the_warm_up_and_remember_nothing_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("relsim.market.build", lambda spec, where: _Noting())
    _ASKED.clear()
    Market(_small()).run(3)
    assert _ASKED[:24] == [(1, 1, 0)] * 24  # two firms, twelve months
    assert _ASKED[24:] == [(1, 1, 0)] * 2 + [(2, 2, 1)] * 2 + [(3, 3, 2)] * 2


def test_what_strategies_learn_they_learn_from_month_1() -> None:
    spec = _small(firms__0__strategy={"kind": "adaptive"})
    assert Market(spec).run().month == 6


def test_a_market_with_a_warm_up_begins_near_its_rest() -> None:
    """Two identical firms: profit and customer equity of the first year are those of the third."""
    same = {"kind": "balanced", "budget_share": 0.1}
    spec = override(
        starter(),
        {
            "market.customers": 60_000,
            "firms.*.strategy": same,
            "firms.*.share": 0.485,  # what such a market comes to
            "run.months": 36,
        },
    )
    drift = {}
    for warm_up in (0, 60):
        columns = Market(override(spec, {"run.warm_up": warm_up}), threads=2).run().columns
        drift[warm_up] = [
            abs(columns[name][:12].sum() / columns[name][24:].sum() - 1.0)
            for name in ("profit", "customer_equity", "churned")
        ]
    assert max(drift[60]) < 0.03
    assert drift[0][1] > 0.1  # as it was without


def test_a_fork_cannot_change_what_was_before_month_1() -> None:
    with pytest.raises(SpecError, match=r"run\.warm_up: settled before the first month"):
        changed(starter(), {"run.warm_up": 12})


def test_a_treatment_is_brought_to_rest_under_its_control() -> None:
    """It would have had its effects for nothing if it were at rest from the start."""
    spec, dear = _small(), {"firms.0.price": 36.0}
    recipe = Recipe((spec,), ((),), (), 1, None, simulate=_trust, keyed=False)
    given = [
        Assignment(0, 0, dear, 0),
        Assignment(1, 0, dear, 0, before={}),
        Assignment(2, 0, {**dear, "firms.0.share": 0.3}, 0, before={}),  # other people
    ]
    own, under_control, of_others = (one.left for one in evaluated(recipe, given))
    assert under_control == _trust(Market(spec))
    assert own == _trust(Market(override(spec, dear))) != under_control
    assert of_others == _trust(Market(override(spec, {**dear, "firms.0.share": 0.3})))


def _trust(market: Market) -> list[float]:
    trust: list[float] = market.customers.columns.trust.tolist()
    return trust
