import math
import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from relsim.errors import ComparisonError
from relsim.lab.statistics import effect_sizes
from relsim.lab.statistics.effects import Effect, effects, paired
from relsim.lab.statistics.intervals import Array, equivalence, holm, t_interval

RNG = np.random.default_rng(8)
CONTROL = RNG.normal(100.0, 15.0, 24)
TREATMENT = 1.1 * CONTROL + RNG.normal(2.0, 3.0, 24)
arms = st.lists(
    st.tuples(st.integers(80, 4000), st.integers(80, 4000)), min_size=3, max_size=25
).map(lambda both: np.array(both) / 8.0)


def _quick(both: Array) -> Effect:
    """Return the effect of two columns, with a bootstrap that takes no time."""
    return paired(both[:, 0], both[:, 1], resamples=20)


def test_the_difference_is_the_paired_t_test() -> None:
    expected = stats.ttest_rel(TREATMENT, CONTROL)
    effect = paired(TREATMENT, CONTROL)
    assert effect.p_value == pytest.approx(expected.pvalue)
    assert effect.difference[1:] == pytest.approx(tuple(expected.confidence_interval()))
    assert effect.difference.estimate == pytest.approx(effect.treatment - effect.control)
    assert (effect.pairs, effect.clusters) == (24, 24)
    spread = math.sqrt((TREATMENT.var(ddof=1) + CONTROL.var(ddof=1)) / 2.0)
    assert effect.size == pytest.approx(effect.difference.estimate / spread)
    assert effect.correlation == pytest.approx(stats.pearsonr(TREATMENT, CONTROL).statistic)


def test_clusters_are_compared_by_their_means() -> None:
    labels = np.repeat(["b", "a", "c", "d", "e"], [2, 4, 6, 5, 7])
    means = pd.DataFrame({"t": TREATMENT, "c": CONTROL}).groupby(labels).mean()
    effect = paired(TREATMENT, CONTROL, labels)
    expected = stats.ttest_rel(means["t"], means["c"])
    assert (effect.pairs, effect.clusters) == (24, 5)
    assert effect.p_value == pytest.approx(expected.pvalue)
    assert effect.difference[1:] == pytest.approx(tuple(expected.confidence_interval()))


def test_clusters_of_one_are_no_clusters() -> None:
    assert paired(TREATMENT, CONTROL, np.arange(24)) == paired(TREATMENT, CONTROL)


@given(arms, st.randoms(use_true_random=False))
def test_the_order_of_pairs_does_not_matter(both: Array, noise: random.Random) -> None:
    places = list(range(len(both)))
    noise.shuffle(places)
    before, after = (_quick(rows).row() for rows in (both, both[places]))
    for name in before.keys() - {"bootstrap_low", "bootstrap_high"}:
        assert after[name] == pytest.approx(before[name], rel=1e-6, abs=1e-9, nan_ok=True)


@given(arms, st.sampled_from([0.25, 8.0]), st.integers(0, 300))
def test_units_and_origin_change_what_they_should(both: Array, scale: float, shift: int) -> None:
    before = _quick(both)
    scaled = _quick(scale * both)
    moved = _quick(both + shift)
    assert scaled.difference == pytest.approx(np.array(before.difference) * scale)
    assert scaled.relative == pytest.approx(before.relative, nan_ok=True)
    assert moved.difference == pytest.approx(before.difference)
    for other in (scaled, moved):
        assert other.p_value == pytest.approx(before.p_value)
        assert other.size == pytest.approx(before.size, nan_ok=True)
        assert other.variance_reduction == pytest.approx(before.variance_reduction, nan_ok=True)


@given(arms)
def test_relative_and_absolute_intervals_agree_about_zero(both: Array) -> None:
    effect = _quick(both)
    low, high = effect.difference[1:]
    if min(abs(low), abs(high)) > 1e-9 and math.isfinite(effect.relative.low):
        assert (low > 0.0) == (effect.relative.low > 0.0)
        assert (high < 0.0) == (effect.relative.high < 0.0)


def test_the_relative_interval_holds_the_ratios_that_a_t_test_does_not_reject() -> None:
    relative = paired(TREATMENT, CONTROL).relative
    assert relative.estimate == pytest.approx(TREATMENT.mean() / CONTROL.mean() - 1.0)
    for bound in relative[1:]:
        assert stats.ttest_rel(TREATMENT, (1.0 + bound) * CONTROL).pvalue == pytest.approx(0.05)


def test_the_relative_interval_of_a_control_near_zero_is_open() -> None:
    relative = paired([3.0, -1.0, 2.0, 0.0], [1.0, -2.0, 2.0, 0.0]).relative
    assert relative[1:] == (-math.inf, math.inf)
    assert relative.estimate == pytest.approx(3.0)


def test_a_percentage_of_a_loss_is_not_said() -> None:
    assert all(math.isnan(part) for part in paired(TREATMENT, -CONTROL).relative)


def test_pairing_brings_what_theory_says() -> None:
    # Arms of equal variance that correlate at rho: the variance falls by 1 / (1 - rho).
    rho, draws = 0.9, np.random.default_rng(1).normal(size=(2, 20_000))
    other = rho * draws[0] + math.sqrt(1.0 - rho**2) * draws[1]
    both = draws[0] + 0.5, other
    assert effect_sizes.correlation(*both) == pytest.approx(rho, abs=0.004)
    assert effect_sizes.variance_reduction(*both) == pytest.approx(10.0, rel=0.02)
    assert effect_sizes.standardised_size(*both) == pytest.approx(0.5, abs=0.015)
    assert effect_sizes.unpaired_units(*both) == pytest.approx(200_000, rel=0.02)


def test_as_many_unpaired_runs_have_as_narrow_an_interval() -> None:
    effect = paired(TREATMENT, CONTROL)
    variances = np.var([TREATMENT, CONTROL], axis=1, ddof=1)

    def welch(n: float) -> float:
        freedom = variances.sum() ** 2 / (variances**2).sum() * (n - 1)
        return float(stats.t.ppf(0.975, freedom) * math.sqrt(variances.sum() / n))

    half = effect.difference.half_width
    assert welch(effect.unpaired) <= half < welch(effect.unpaired - 1)


def test_a_treatment_that_touches_nothing_has_no_effect_at_all() -> None:
    effect = paired(CONTROL, CONTROL)
    assert effect.difference == effect.bootstrap == effect.relative == (0.0, 0.0, 0.0)
    assert (effect.p_value, effect.size) == (1.0, 0.0)
    assert effect.variance_reduction == effect.unpaired == math.inf


def test_one_pair_and_none_are_no_error() -> None:
    one = paired([3.0], [2.0])
    assert (one.difference.estimate, one.relative.estimate, one.clusters) == (1.0, 0.5, 1)
    assert math.isnan(one.p_value)
    assert math.isnan(one.unpaired)
    assert math.isnan(paired([], []).difference.estimate)
    same = paired([2.0, 2.0], [1.0, 1.0])
    assert (same.p_value, same.relative) == (0.0, (1.0, 1.0, 1.0))
    assert math.isnan(same.size)


def test_sides_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="2 of treatment, 1 of control"):
        paired([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="1 labels for 2 pairs"):
        paired([1.0, 2.0], [1.0, 2.0], ["a"])


# The table ------------------------------------------------------------------------------


def _runs(points: int = 6, replications: int = 3) -> pd.DataFrame:
    noise = np.random.default_rng(2)
    rows = []
    for market in ("phone", "car"):
        for point in range(points):
            for replication in range(replications):
                common = noise.normal(50.0, 10.0)
                rows += [
                    {
                        "market": market,
                        "point": point,
                        "replication": replication,
                        "arm": arm,
                        "profit": common + lift + noise.normal(0.0, 1.0),
                        "share": noise.normal(0.2, 0.01),
                    }
                    for arm, lift in (("none", 0.0), ("keep", 3.0), ("win", 0.1))
                ]
    return pd.DataFrame(rows)


def _side(runs: pd.DataFrame, market: str, arm: str, outcome: str) -> pd.Series:
    there = runs[(runs["market"] == market) & (runs["arm"] == arm)]
    return there.groupby("point")[outcome].mean()


def test_the_table_holds_each_effect_once() -> None:
    runs = _runs()
    table = effects(runs, ["profit", "share"], "none", ["keep", "win"], by=["market"])
    assert list(zip(table["market"], table["outcome"], table["arm"], strict=True)) == [
        (market, outcome, arm)
        for market in ("car", "phone")
        for outcome in ("profit", "share")
        for arm in ("keep", "win")
    ]
    for row in table.to_dict("records"):
        t = _side(runs, row["market"], row["arm"], row["outcome"])
        c = _side(runs, row["market"], "none", row["outcome"])
        assert row["p_value"] == pytest.approx(stats.ttest_rel(t, c).pvalue)
        assert row["difference"] == pytest.approx((t - c).mean())
        assert (row["pairs"], row["clusters"], row["dropped"]) == (18, 6, 0)
    assert table["p_holm"].to_numpy() == pytest.approx(holm(table["p_value"]))


def test_the_table_does_not_depend_on_the_order_of_rows() -> None:
    runs = _runs()
    expected = effects(runs, ["profit"], "none", ["keep"], by=["market"])
    shuffled = runs.sample(frac=1.0, random_state=3)
    found = effects(shuffled, ["profit"], "none", ["keep"], by=["market"])
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


def test_pairs_that_miss_a_side_are_dropped_and_counted() -> None:
    runs = _runs()
    phone = runs["market"] == "phone"
    runs.loc[phone & (runs["point"] == 1) & (runs["arm"] == "keep"), "profit"] = math.nan
    runs.loc[phone & (runs["point"] == 2) & (runs["replication"] == 0), "profit"] = math.inf
    gone = phone & (runs["point"] == 3) & (runs["arm"] == "none")
    table = effects(runs[~gone], ["profit"], "none", ["keep"], by=["market"])
    car, telephony = table.to_dict("records")
    assert (car["pairs"], car["dropped"]) == (18, 0)
    assert (telephony["pairs"], telephony["clusters"], telephony["dropped"]) == (11, 4, 7)


def test_a_level_without_pairs_has_a_row_without_numbers() -> None:
    runs = _runs()
    runs = runs[(runs["market"] == "car") | (runs["arm"] != "win")]
    table = effects(runs, ["profit"], "none", ["win"], by=["market"])
    assert table["pairs"].tolist() == [18, 0]
    assert table["dropped"].tolist() == [0, 18]
    assert math.isnan(table["p_holm"][1])
    assert table["p_holm"][0] == table["p_value"][0]


def test_families_and_margins() -> None:
    runs = _runs()
    margins = {"share": (-0.01, 0.01)}
    table = effects(
        runs, ["profit", "share"], "none", ["keep", "win"], margins=margins,
        by=["market"], family=["market", "outcome"],
    )  # fmt: skip
    for _, rows in table.groupby(["market", "outcome"]):
        assert rows["p_holm"].to_numpy() == pytest.approx(holm(rows["p_value"]))
    assert table.loc[table["outcome"] == "profit", "p_equivalence"].isna().all()
    first = table[(table["outcome"] == "share") & (table["arm"] == "win")].iloc[0]
    apart = _side(runs, "car", "win", "share") - _side(runs, "car", "none", "share")
    assert first["p_equivalence"] == pytest.approx(equivalence(apart, -0.01, 0.01))


def test_without_clusters_every_pair_counts() -> None:
    runs = _runs().query("market == 'car'")
    table = effects(runs, ["profit"], "none", ["keep"], cluster_on=None)
    sides = runs.pivot_table(index=["point", "replication"], columns="arm", values="profit")
    expected = t_interval(sides["keep"] - sides["none"])
    assert table["clusters"].tolist() == [18]
    found = table[["difference", "difference_low", "difference_high"]].iloc[0]
    assert found.to_numpy() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"outcomes": ["proft"]}, "no column 'proft'; did you mean 'profit'"),
        ({"outcomes": ["arm"]}, "'arm' holds .*, not numbers"),
        ({"control": "nothing"}, "no run has the arm 'nothing'; there are: none, keep, win"),
        ({"treatments": ["kep"]}, "'kep'; did you mean 'keep'"),
        ({"cluster_on": "market"}, "cluster_on: given 'market', allowed: point, replication"),
        ({"family": ["points"]}, "family: given 'points', allowed: outcome, arm, market"),
        ({"pair_on": ["point"]}, "'none' has two runs for market car, point 0"),
        ({"margins": {"shar": (0.0, 1.0)}}, "margins: given 'shar', allowed: profit"),
        ({"margins": {"profit": (1.0, 0.0)}}, "margins: profit: given 1.0 to 0.0"),
    ],
)
def test_what_cannot_be_compared_is_named(changes: dict[str, object], message: str) -> None:
    asked: dict[str, object] = {
        "outcomes": ["profit"], "control": "none", "treatments": ["keep"], "by": ["market"],
    }  # fmt: skip
    with pytest.raises(ComparisonError, match=message):
        effects(_runs(), **(asked | changes))  # type: ignore[arg-type]  # wrong on purpose
