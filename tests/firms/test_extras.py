"""Lines and stocks of mechanisms are booked, counted and shown; without any nothing changes."""

import pickle
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from relsim.customers.accounts import Accounts
from relsim.customers.terms import Term
from relsim.firms.extras import NO_EXTRAS, Extras
from relsim.firms.ledger import CUSTOMER_LINES, FIRM_LINES, Line, Stock
from relsim.firms.quantities import FIGURES, PLACES
from relsim.market import Market
from relsim.spec import MarketSpec, override, starter


class Club:
    """A club: fees come in, gifts go out, care costs, and members gather."""

    lines: Sequence[Line] = (
        Line("fees", "what members pay", counts_as="revenue"),
        Line("welcome_gifts", "gifts to new customers", counts_as="acquisition"),
        Line("evenings", "evenings for members", counts_as="retention"),
        Line("rent", "of the club's rooms"),
    )
    stocks: Sequence[Stock] = (Stock("members", "customers who joined"),)
    awareness = 0.0

    def first(self) -> Any:
        return np.full((2, len(self.stocks)), 0.0)

    def offer(self, table: Any, stocks: Any, month: int) -> None:
        table[1:, :, Term.AWARENESS] += self.awareness * (month > 1)

    def close(self, accounts: Accounts, table: Any, stocks: Any, month: int) -> tuple[Any, Any]:
        won = accounts.flows[:, 1:].sum(axis=0)
        members = stocks[:, 0] + won
        money = np.stack([2.0 * members, -3.0 * won, -0.5 * members, -10.0 + 0.0 * won], axis=1)
        return money, members[:, None]


class ClubMarket(Market):
    club: type[Club] = Club

    def __init__(self, spec: MarketSpec, seed: int | None = None) -> None:
        super().__init__(spec, seed)
        self.extras = Extras.of([self.club()])
        self.figures = self.extras.first(self.figures)


SPEC = override(starter(), {"market.customers": 400, "customers.network.kind": "none"})


def test_lines_are_booked_and_count_as_they_say() -> None:
    market, plain = ClubMarket(SPEC, seed=2).run(1), Market(SPEC, seed=2).run(1)
    mine, other = market.table, plain.table
    won = other["acquired"]
    assert mine["members"].tolist() == won.tolist()
    assert mine["fees"].tolist() == (2.0 * won).tolist()
    paid = mine[[line.name for line in Club.lines]].sum(axis=1)
    assert mine["profit"].to_numpy() == pytest.approx((other["profit"] + paid).to_numpy())
    assert mine["cash"].to_numpy() == pytest.approx((other["cash"] + paid).to_numpy())
    lines = [*CUSTOMER_LINES, *FIRM_LINES, *(line.name for line in Club.lines)]
    assert mine["profit"].to_numpy() == pytest.approx(mine[lines].sum(axis=1).to_numpy())
    for name, line in (("revenue", "fees"), ("winning", "welcome_gifts"), ("defence", "evenings")):
        apart = market.figures[:, PLACES[name]] - plain.figures[:, PLACES[name]]
        assert apart == pytest.approx(np.abs(mine[line])), name


def test_what_counts_as_acquisition_is_part_of_its_cost() -> None:
    mine, plain = ClubMarket(SPEC, seed=2).run(1).table, Market(SPEC, seed=2).run(1).table
    assert (mine["cac"] - plain["cac"]).to_numpy() == pytest.approx(3.0)


def test_stocks_are_kept_from_month_to_month() -> None:
    market = ClubMarket(SPEC, seed=2).run(5)
    members = market.columns["members"]
    np.testing.assert_array_equal(members, market.columns["acquired"].cumsum(axis=0))
    again = pickle.loads(pickle.dumps(market))
    assert again.run(2).table.equals(market.run(2).table)


def test_a_mechanism_can_change_what_customers_meet() -> None:
    class Loud(Club):
        awareness = 0.5

    class LoudMarket(ClubMarket):
        club = Loud

    calm, loud = (kind(SPEC, seed=2).run(2).table for kind in (ClubMarket, LoudMarket))
    first = calm["month"] == 1
    assert calm[first].equals(loud[first])
    assert loud["by_awareness"].sum() > calm["by_awareness"].sum()


def test_columns_come_only_with_the_mechanism() -> None:
    names = [*(line.name for line in Club.lines), "members"]
    with_club, without = ClubMarket(SPEC), Market(SPEC)
    assert list(with_club.table.columns) == [*without.table.columns, *names]
    assert list(with_club.run(1).columns) == [*without.columns, *names]
    assert with_club.extras.meanings["rent"] == "of the club's rooms"
    assert without.figures.shape[1] == len(FIGURES)
    assert without.extras is NO_EXTRAS


def test_a_name_that_is_taken_is_refused() -> None:
    class Profitable(Club):
        lines = (Line("profit", "all of it"),)

    with pytest.raises(ValueError, match="called profit"):
        Extras.of([Profitable()])
    with pytest.raises(ValueError, match="called evenings, fees, members, rent, welcome_gifts"):
        Extras.of([Club(), Club()])
