"""Run the market where theory is exact, and compare: ``python -m experiments.verification``.

Each case switches off what its theory does not know, simulates the compiled market, and holds
what happened against the closed form (`relsim.economics`). The error is given in standard errors
of the simulation. ``--write`` writes docs/verification.md, a table and a figure; names of cases
run only those. The exit code is 1 if a case is off by more than ``MOST_OFF`` standard errors.
"""

import argparse
import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.verification_figure import draw
from experiments.verification_page import page
from relsim.customers.rules.response import rate_of
from relsim.economics import diffusion, gains, repeat_buying, response, survival, switching
from relsim.firms.plan import Plan
from relsim.firms.strategies import Strategy
from relsim.firms.view import FirmView
from relsim.firms.worth import MEMORY
from relsim.market import Market
from relsim.report.run_figures import save
from relsim.spec import override, starter

Array = npt.NDArray[np.float64]
MOST_OFF = 4.0  # standard errors; of a hundred sound comparisons, one in 160 tables has such a one
PAGE = Path("docs/verification.md")
RESULTS = Path("results/verification")
FIGURE = "errors"
REGULAR = (0.704, 1.182)
"""alpha and beta of the "regular" cohort of Fader & Hardie (2007): fit of years 0 to 7."""


class Row(NamedTuple):
    """One comparison: what theory expects, and what the market did."""

    case: str
    quantity: str
    expected: float
    simulated: float
    standard_error: float
    n: int

    @property
    def off(self) -> float:
        """Simulated less expected, in standard errors."""
        return (self.simulated - self.expected) / self.standard_error


class SpendEach(Strategy):
    """Spend a fixed sum on each own customer, and on each prospect."""

    keep: float = 0.0
    win: float = 0.0

    def plan(self, view: FirmView) -> Plan:
        """Return the plan."""
        return Plan(
            retention=tuple(count * self.keep for count in view.tier_customers),
            prospects=view.market.prospects * self.win,
        )


BARE: dict[str, Any] = {
    # Nothing but the mechanism in question: nobody talks, ages, or differs from others.
    "market.annual_turnover": 0.0,
    "customers.network.kind": "none",
    "customers.segments.0.usage": 1.0,
    "customers.segments.0.usage_spread": 0.0,
    "customers.segments.0.service_demand_spread": 0.0,
    "customers.segments.0.price_sensitivity_spread": 0.0,
    "mechanisms.buying.volume_growth": 0.0,
    "mechanisms.buying.cross_sale_rate": 0.0,
    "mechanisms.buying.premium": 0.0,
    "mechanisms.service.learning": 0.0,
    "firms.0.awareness": 0.0,
    "firms.1.awareness": 0.0,
}
ALONE: dict[str, Any] = {"firms.0.share": 1.0, "firms.1.share": 0.0}
KEPT: dict[str, Any] = {"mechanisms.retention.rule": "fixed"}
INDIFFERENT: dict[str, Any] = dict.fromkeys(
    [
        "mechanisms.reconsider.satisfaction_effect",
        "mechanisms.reconsider.trust_effect",
        "mechanisms.reconsider.care_effect",
        "mechanisms.reconsider.price_effect",
        "mechanisms.reconsider.rival_effect",
        "mechanisms.choice.satisfaction_weight",
        "mechanisms.choice.trust_weight",
        "mechanisms.choice.price_tolerance",
        "mechanisms.choice.fit_weight",
        "firms.0.switching_cost",
        "firms.1.switching_cost",
    ],
    0.0,
)
"""What customers feel moves nobody: who is free reopens the choice with the base hazard."""
CERTAIN: dict[str, Any] = {"mechanisms.choice.outside_utility": -50.0}  # none is never chosen


def market(customers: int, *overrides: dict[str, Any], **each: float) -> Market:
    """Return a bare market with some values set, whose firms spend as ``each`` says."""
    values = {"market.customers": customers} | BARE
    for more in overrides:
        values |= more
    built = Market(override(starter(), values), seed=11)
    for firm in built.firms:
        firm.strategy = SpendEach(**(each if firm.place == 0 else {}))
    return built


def share_row(case: str, quantity: str, expected: float, count: float, n: int) -> Row:
    """Return a comparison of a share, with its binomial standard error under the theory."""
    error = float(np.sqrt(expected * (1.0 - expected) / n))
    return Row(case, quantity, expected, count / n, error, n)


def mean_row(case: str, quantity: str, expected: float, values: Array) -> Row:
    """Return a comparison of a mean over independent customers."""
    error = float(values.std(ddof=1) / np.sqrt(values.size))
    return Row(case, quantity, expected, float(values.mean()), error, values.size)


def column(lived: Market, name: str) -> Array:
    """Return a column of the first firm, by month."""
    table = lived.table
    return table.loc[table["firm"] == "Attack", name].to_numpy(dtype=float)


# The cases ----------------------------------------------------------------------------------


def fixed_retention() -> Iterator[Row]:
    """Kept with the chance r a month: ``N(t) = N r^t``, discounted profit ``m N sum (r/(1+i))^t``.

    A geometric lifetime; the discounted sum over 60 months of a customer's margin m; and the
    lifetime value that the firm reads off its ladder, ``m r / (1 + i - r)``.
    """
    n, r, months = 1_000_000, 0.98, 60
    lived = market(n, ALONE, KEPT, {"mechanisms.retention.monthly": r}).run(months)
    left = column(lived, "customers")
    for month in (1, 12, 60):
        words = f"left after {month} months"
        yield share_row("fixed_retention", words, r**month, left[month - 1], n)
    spec = lived.spec.firms[0]
    margin = spec.price - spec.unit_cost - spec.service_cost
    rate = 1.1 ** (1 / 12) - 1
    t = np.arange(1, months + 1)
    # A life of k whole months pays k margins: mean and variance over the geometric lifetime.
    paid = np.append(0.0, np.cumsum((1 + rate) ** -t)) * margin
    chance = np.append(r ** t[:-1] * (1 - r), r**months)
    chances = np.append(1 - r, chance)
    mean = float(chances @ paid)
    spread = float(np.sqrt(chances @ (paid - mean) ** 2))
    fixed = spec.fixed_cost * n
    profit = ((column(lived, "profit") + fixed) * (1 + rate) ** -t).sum() / n
    error = spread / np.sqrt(n)
    yield Row("fixed_retention", "discounted margin of a customer", mean, profit, error, n)
    # The firm reads retention off the ladder's moves, older ones with less weight.
    value = float(gains.after_first_value(r, margin, rate))
    seen = float(column(lived, "lifetime_value")[-1])
    there, weight = column(lived, "opening"), (1.0 - 1.0 / MEMORY) ** (months - t)
    read = r * (1.0 - r) * (weight**2 @ there) / (weight @ there) ** 2
    error = margin * (1 + rate) / (1 + rate - r) ** 2 * float(np.sqrt(read))
    yield Row("fixed_retention", "lifetime value on the ladder", value, seen, error, n)


def contract_gate() -> Iterator[Row]:
    """Bound for L months, then kept with the chance r: ``N(t) = N sum_b r^max(t - b + 1, 0) / L``.

    Contracts have b = 1 to L months left at the start, evenly; the last month lets go, and who
    does not leave then stays without a contract.
    """
    n, r, term = 1_000_000, 0.97, 12
    bound = {"mechanisms.retention.monthly": r, "firms.0.contract_months": term}
    lived = market(n, ALONE, KEPT, bound).run(24)
    left = column(lived, "customers")
    for month in (1, 6, 12, 24):
        free = np.maximum(month - np.arange(1, term + 1) + 1, 0)
        expected = float((r**free).mean())
        yield share_row("contract_gate", f"left after {month} months", expected, left[month - 1], n)


def contract_mix() -> Iterator[Row]:
    """Contracts of 1, 6 and 12 months in one firm, always renewed: a renewal process each.

    Who is free renews with the chance h a month, for the length that it had: a contract of L
    months comes back after ``L - 1 + 1/h`` months on average, so that at rest the share
    ``sum w L / (L - 1 + 1/h)`` is under contract (over L > 1), and any number of months left that
    is not above L has the chance ``1 / (L - 1 + 1/h)``. Until then the chain of months left.
    """
    n, hazard, mix = 400_000, 0.2, {1: 0.3, 6: 0.5, 12: 0.2}
    signed = [{"months": months, "share": share} for months, share in mix.items()]
    renewed = {"firms.0.contract_mix": signed, "mechanisms.reconsider.base_hazard": hazard}
    lived = market(n, ALONE, INDIFFERENT, CERTAIN, renewed)
    left = {length: months_left(length, hazard, 60) for length in mix}
    for month in (1, 12, 60):
        lived.run(month - lived.month)
        bound = lived.customers.columns.bound.astype(int)
        expected = sum(share * (1.0 - left[length][month, 0]) for length, share in mix.items())
        words = f"under contract after {month} months"
        held = float(np.count_nonzero(bound))
        yield share_row("contract_mix", words, float(expected), held, n)
    last = bound == 1
    lived.run(1)
    again = float(np.count_nonzero(lived.customers.columns.bound[last]))
    expected = hazard * np.count_nonzero(last) / n
    yield share_row("contract_mix", "renewed in their last month, 61", float(expected), again, n)
    lived.run(180 - lived.month)
    bound = lived.customers.columns.bound.astype(int)
    each = {length: share / (length - 1 + 1 / hazard) for length, share in mix.items()}
    for months in (1, 6, 7, 12):
        expected = sum(chance for length, chance in each.items() if length >= max(months, 2))
        there = float(np.count_nonzero(bound == months))
        yield share_row("contract_mix", f"with {months} months left, at rest", expected, there, n)


def months_left(length: int, hazard: float, months: int) -> Array:
    """Return chances of months left, shape (months + 1, length + 1), from an even start on."""
    start = np.eye(length + 1)[0] if length == 1 else np.append(0.0, np.full(length, 1 / length))
    if length == 1:
        return np.tile(start, (months + 1, 1))
    step = np.eye(length + 1, k=-1)  # a month nearer to the end
    step[1, 0] = step[0, 0] = 1.0 - hazard
    step[1, length] = step[0, length] = hazard
    return np.array([start @ np.linalg.matrix_power(step, month) for month in range(months + 1)])


def retention_response() -> Iterator[Row]:
    """Retention bought: ``r = ceiling (1 - exp(-rate R))``, R money a customer and month."""
    n, ceiling, half_at = 400_000, 0.95, 0.05776226505
    rate = rate_of(half_at, starter().market.reference_price)
    bought = {
        "mechanisms.retention.rule": "response",
        "mechanisms.retention.ceiling": ceiling,
        "mechanisms.retention.half_at": half_at,
    }
    for spend in (1.0, 3.0, 8.0):
        lived = market(n, ALONE, bought, keep=spend).run(1)
        expected = float(response.response(spend, ceiling, rate))
        kept = column(lived, "customers")[0]
        yield share_row("retention_response", f"kept at {spend:g} a customer", expected, kept, n)


def reach(lived: Market) -> tuple[float, float]:
    """Return ceiling of the first firm's offence, and its rate per money."""
    own = lived.spec.firms[0].acquisition
    return own.ceiling, rate_of(own.half_at, lived.spec.market.reference_price)


def acquisition_response() -> Iterator[Row]:
    """Prospects won: ``a = ceiling (1 - exp(-rate A))``, A money a prospect and month."""
    n = 1_000_000
    free = {"firms.0.share": 0.0, "firms.1.share": 0.0}
    for spend in (5.0, 20.0, 100.0):
        lived = market(n, free, KEPT, CERTAIN, win=spend).run(1)
        ceiling, rate = reach(lived)
        expected = float(response.response(spend, ceiling, rate))
        won = column(lived, "acquired")[0]
        yield share_row("acquisition_response", f"won at {spend:g} a prospect", expected, won, n)


def brand_switching() -> Iterator[Row]:
    """Loyalty off, all considered: shares follow the chain ``(1 - h) I + h softmax(v)``."""
    n, hazard = 400_000, 0.1
    known = {"firms.0.awareness": 1.0, "firms.1.awareness": 1.0, "firms.0.price": 21.0}
    known |= {"firms.0.quality": 0.4, "firms.1.quality": 0.9}
    split = {"firms.0.share": 0.2, "firms.1.share": 0.8}
    split["mechanisms.reconsider.base_hazard"] = hazard
    lived = market(n, INDIFFERENT, known, CERTAIN, split)
    start = float(np.count_nonzero(lived.customers.columns.supplier == 1)) / n
    lived.run(48)
    m, firms = lived.spec.mechanisms.choice, lived.spec.firms
    sensitivity = lived.spec.customers.segments[0].price_sensitivity
    reference = lived.spec.market.reference_price
    v = [
        m.quality_weight * firm.quality - m.price_weight * sensitivity * firm.price / reference
        for firm in firms
    ]
    reopened, there = (int(lived.table[name].sum()) for name in ("reconsidered", "opening"))
    yield share_row("brand_switching", "reopen the choice in a month", hazard, reopened, there)
    chain = switching.matrix(hazard, switching.logit(v))
    expected = switching.shares([start, 1 - start], chain, 48)[:, 0]
    left = column(lived, "customers")
    for month in (1, 6, 48):
        words = f"share of the cheaper firm in month {month}"
        yield share_row("brand_switching", words, float(expected[month]), left[month - 1], n)


def switching_matrix() -> Iterator[Row]:
    """Any chain of brand switching: shares follow ``p' = p M``, here of three firms.

    The matrix is one that no hazard with a choice by utilities gives: more go round from A to B to
    C than the other way.
    """
    n, names, start = 400_000, "ABC", [0.5, 0.3, 0.2]
    chain = np.array([[0.8, 0.15, 0.05], [0.04, 0.9, 0.06], [0.2, 0.1, 0.7]])
    first = starter().firms[0].model_dump()
    firms = [
        first | {"name": name, "share": share} for name, share in zip(names, start, strict=True)
    ]
    given = {"mechanisms.retention": {"rule": "matrix", "matrix": chain.tolist()}}
    lived = market(n, {"firms": firms}, given)
    before = lived.customers.columns.supplier.astype(int)
    lived.step()
    pairs = np.zeros((4, 4))
    np.add.at(pairs, (before, lived.customers.columns.supplier.astype(int)), 1.0)
    for i, j in itertools.permutations(range(3), 2):
        words = f"from {names[i]} to {names[j]} in month 1"
        moved = float(pairs[i + 1, j + 1])
        yield share_row("switching_matrix", words, float(start[i] * chain[i, j]), moved, n)
    lived.run(47)
    expected = switching.shares(start, chain, 48)
    left = lived.columns["customers"]
    for month, firm in itertools.product((1, 6, 48), range(3)):
        words = f"share of {names[firm]} in month {month}"
        now = float(left[month - 1][firm])
        yield share_row("switching_matrix", words, float(expected[month, firm]), now, n)


def own_retention() -> Iterator[Row]:
    """Retention drawn once from a beta: shifted-beta-geometric survival, the "regular" cohort.

    A month of the market is a year of the cohort.
    """
    n, (alpha, beta) = 400_000, REGULAR
    own = {
        "mechanisms.retention.rule": "own",
        "mechanisms.retention.monthly": beta / (alpha + beta),
        "mechanisms.retention.concentration": alpha + beta,
    }
    lived = market(n, ALONE, own).run(12)
    left = column(lived, "customers")
    for year in (1, 2, 3, 7, 12):
        expected = float(survival.survival(year, alpha, beta))
        yield share_row("own_retention", f"left after {year} years", expected, left[year - 1], n)


def purchase_counts() -> Iterator[Row]:
    """Poisson buying at gamma rates: negative binomial counts over six months."""
    n, mean, spread, months = 500_000, 0.4, 1.2, 6
    buying = {
        "market.setting": "non_contractual",
        "customers.segments.0.usage": mean,
        "customers.segments.0.usage_spread": spread,
        "mechanisms.retention.monthly": 1.0,
    }
    counts = counted(market(n, ALONE, KEPT, buying), months)
    chances = repeat_buying.gamma_poisson(range(3), spread**-2, mean * months)
    for k, chance in enumerate(chances.tolist()):
        made = float(np.count_nonzero(counts == k))
        yield share_row("purchase_counts", f"{k} purchases in {months} months", chance, made, n)
    yield mean_row("purchase_counts", "purchases a customer", mean * months, counts)


def buying_and_dropping_out() -> Iterator[Row]:
    """BG/NBD at the parameters published for CDNOW; a month of the market is a week.

    Who drops out after a purchase is gone from the next month's books: the active of week 39 are
    the customers of week 40.
    """
    n, weeks = 1_500_000, 39
    r, alpha, a, b = repeat_buying.CDNOW
    dropout = {
        "market.setting": "non_contractual",
        "customers.segments.0.usage": r / alpha,
        "customers.segments.0.usage_spread": r**-0.5,
        "mechanisms.retention.rule": "dropout",
        "mechanisms.retention.monthly": b / (a + b),
        "mechanisms.retention.concentration": a + b,
    }
    lived = market(n, ALONE, dropout)
    counts = counted(lived, weeks)
    active = float(repeat_buying.bg_nbd_active(weeks, r, alpha, a, b))
    lived.step()
    left = column(lived, "customers")[-1]
    yield share_row("buying_and_dropping_out", f"active after week {weeks}", active, left, n)
    chances = repeat_buying.bg_nbd_counts(range(3), weeks, r, alpha, a, b)
    for k, chance in enumerate(chances.tolist()):
        made = float(np.count_nonzero(counts == k))
        yield share_row("buying_and_dropping_out", f"{k} repeats by week {weeks}", chance, made, n)
    mean = float(repeat_buying.bg_nbd_mean(weeks, r, alpha, a, b))
    yield mean_row("buying_and_dropping_out", "repeats a customer", mean, counts)


def counted(lived: Market, months: int) -> Array:
    """Return each customer's purchases from its first firm over some months."""
    counts = np.zeros(len(lived.customers))
    before = lived.customers.columns.purchases.astype(float)
    for _ in range(months):
        lived.step()
        now = lived.customers.columns.purchases.astype(float)
        counts += np.maximum(now - before, 0.0)  # who has gone starts from 0
        before = now
    return counts


def diffusion_by_talk() -> Iterator[Row]:
    """One firm, everyone hears everyone: Bass, and with attrition Libai, Muller & Peres.

    Month by month the closed recursion ``n' = n (1-d) + (1-n)(1 - (1-p)(1 - e n)^k)``, whose limit
    of short months and weak talk is the published equation with ``q = k e``. Rows named after the
    equation hold the market against that limit, with half a month of growth for an error.
    """
    n, p, effect, heard = 400_000, 0.004, 0.008, 10
    for attrition in (0.0, 0.02):
        talk = {
            "customers.network.kind": "mixed",
            "customers.network.neighbours": heard,
            "mechanisms.word_of_mouth.persuasion": effect,
            "mechanisms.word_of_mouth.recommend_rate": 1.0,
            "mechanisms.word_of_mouth.recommend_trust": 0.0,
            "mechanisms.word_of_mouth.warn_satisfaction": 0.0,  # who is not content is silent
            "mechanisms.retention.monthly": 1.0 - attrition,
            "firms.0.share": 0.0,
            "firms.1.share": 0.0,
        }
        lived = market(n, KEPT, CERTAIN, talk)
        ceiling, rate = reach(lived)
        spend = response.calibrate(1.0, p, ceiling) / rate
        lived.firms[0].strategy = SpendEach(win=spend)
        left = column(lived.run(100), "customers")
        curve, spread = by_talk(p, effect, heard, attrition, 100)
        for month in (25, 50, 100):
            words = f"customers in month {month}, attrition {attrition:g}"
            error = float(spread[month - 1] / np.sqrt(n))
            now = left[month - 1] / n
            yield Row("diffusion_by_talk", words, float(curve[month - 1]), now, error, n)
        # The equation's time is continuous: it may lie half a month beside the market's.
        limit = float(diffusion.with_attrition(50.0, p, effect * heard, attrition))
        half_a_month = float(curve[50] - curve[48]) / 4.0
        words = f"the published equation at month 50, attrition {attrition:g}"
        yield Row("diffusion_by_talk", words, limit, left[49] / n, half_a_month, n)


def by_talk(
    p: float, effect: float, heard: int, attrition: float, months: int
) -> tuple[Array, Array]:
    """Return the recursion's shares, and the deviation of one customer's noise carried along.

    Noise of a month is binomial; what it did to the share is carried on by the slope of the
    recursion (linear noise), for who adopted early is heard early.
    """
    share = variance = 0.0
    shares, deviations = [], []
    for _ in range(months):
        unheard = (1 - p) * (1 - effect * share) ** heard
        moved, steeper = 1 - unheard, unheard * heard * effect / (1 - effect * share)
        slope = 1 - attrition - moved + (1 - share) * steeper
        noise = share * attrition * (1 - attrition) + (1 - share) * moved * unheard
        variance = slope**2 * variance + noise
        share = share * (1 - attrition) + (1 - share) * moved
        shares.append(share)
        deviations.append(variance**0.5)
    return np.array(shares), np.array(deviations)


def turnover() -> Iterator[Row]:
    """Leave the market for good: ``(1 - q)^(t/12)`` of the first customers are left."""
    n, annual = 400_000, 0.2
    lived = market(n, ALONE, KEPT, {"market.annual_turnover": annual}).run(24)
    for years, month in ((2, 24),):
        born = lived.customers.columns.born
        first = float(np.count_nonzero(born == 0))
        words = f"there from the start after {month} months"
        yield share_row("turnover", words, (1 - annual) ** years, first, n)


CASES: dict[str, Callable[[], Iterator[Row]]] = {
    case.__name__: case
    for case in (
        fixed_retention,
        contract_gate,
        contract_mix,
        retention_response,
        acquisition_response,
        brand_switching,
        switching_matrix,
        own_retention,
        purchase_counts,
        buying_and_dropping_out,
        diffusion_by_talk,
        turnover,
    )
}
"""All cases by name; the docstring says equation and source."""


def verify(names: Sequence[str] = ()) -> pd.DataFrame:
    """Run cases and return their comparisons, one row each."""
    rows = [row for name in names or CASES for row in CASES[name]()]
    frame = pd.DataFrame(rows, columns=list(Row._fields))
    frame["off"] = [row.off for row in rows]
    return frame


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--write", action="store_true", help="write page, table and figure")
    order = parser.parse_args(arguments)
    unknown = [name for name in order.cases if name not in CASES]
    if unknown:
        parser.error(f"{unknown[0]}: no such case; known: {', '.join(CASES)}")
    frame = verify(order.cases)
    print(frame.to_string(index=False))
    if order.write:
        RESULTS.mkdir(parents=True, exist_ok=True)
        frame.to_csv(RESULTS / "verification.csv", index=False, float_format="%.10g")
        PAGE.write_text(page(frame, {n: c.__doc__ or "" for n, c in CASES.items()}), "utf-8")
        save({FIGURE: draw(frame)}, RESULTS)
    return int((frame["off"].abs() > MOST_OFF).any())


if __name__ == "__main__":
    sys.exit(main())
