"""Tornado, Morris's effects, Sobol's indices and the share of noise, against theory and others."""

import numpy as np
import pandas as pd
import pytest
from SALib.analyze import morris as salib_morris
from SALib.analyze import sobol as salib_sobol
from scipy import stats

from relsim.errors import OutputError, SpecError
from relsim.lab.design import designs
from relsim.lab.design.factors import Array, Factor
from relsim.lab.design.points import factor_columns
from relsim.lab.statistics import known_answers, sensitivity

WEIGHTS = (0.0, 1.0, 4.5, 9.0)
SLOPES = np.array([4.0, -2.0, 1.0, 0.0])
PAIRS = np.array([[0, 3, 0, 0], [0, 0, 0, 0], [0, 0, 0, 2], [0, 0, 0, 0]], dtype=float)
UNIT = known_answers.g_factors(WEIGHTS)


def inputs(design: pd.DataFrame) -> Array:
    return design[factor_columns(design)].to_numpy(dtype=float)


def interacting(design: pd.DataFrame) -> Array:
    return known_answers.with_interactions(inputs(design), SLOPES, PAIRS)


# Morris


def test_morris_finds_the_effects_of_the_known_model() -> None:
    design = designs.morris(UNIT, 600, 1)
    found = sensitivity.morris_effects(design, interacting(design), resamples=200)
    answers = known_answers.effects_with_interactions(SLOPES, PAIRS)
    assert found["mu"].tolist() == pytest.approx(answers["mu"].tolist(), abs=0.05)
    assert found["sigma"].tolist() == pytest.approx(answers["sigma"].tolist(), abs=0.05)
    assert found["factor"].tolist() == ["x1", "x2", "x3", "x4"]
    assert (found["mu_star_low"] <= found["mu_star"]).all()
    assert (found["mu_star"] <= found["mu_star_high"]).all()


def test_morris_agrees_with_salib() -> None:
    factors = known_answers.ishigami_factors()
    design = designs.morris(factors, 20, 3)
    y = known_answers.ishigami(inputs(design))
    found = sensitivity.morris_effects(design, y, resamples=2000)
    problem = {"num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[-np.pi, np.pi]] * 3}
    other = salib_morris.analyze(problem, inputs(design), y, num_resamples=2000, seed=1)
    for name in ("mu", "mu_star"):
        # SALib divides by the step in the unit cube, which is the part of the way for ranges.
        assert found[name].tolist() == pytest.approx(list(other[name]), rel=1e-9)
    assert found["sigma"].tolist() == pytest.approx(list(other["sigma"]), rel=1e-9)
    half = (found["mu_star_high"] - found["mu_star_low"]).to_numpy() / 2.0
    wide = half > 1e-9
    assert half[wide] == pytest.approx(np.asarray(other["mu_star_conf"])[wide], rel=0.1)


def test_an_effect_of_levels_is_per_whole_way() -> None:
    factors = (Factor("a", levels=(0, 10, 30)), Factor("b", low=1, high=8, integer=True))
    design = designs.morris(factors, 40, 1)
    y = design["b"].astype(float) * 2.0
    found = sensitivity.morris_effects(design, y, resamples=50)
    assert found["mu"].tolist() == pytest.approx([0.0, 14.0])
    assert found["sigma"].tolist() == pytest.approx([0.0, 0.0], abs=1e-9)


def test_morris_covers_its_mean_about_as_often_as_it_says() -> None:
    truth = 4.0 + 1.5  # always positive, so mu_star is mu
    hits = 0
    for seed in range(200):
        design = designs.morris(UNIT, 25, seed)
        first = sensitivity.morris_effects(design, interacting(design), resamples=200).iloc[0]
        hits += first["mu_star_low"] <= truth <= first["mu_star_high"]
    assert 0.86 <= hits / 200 <= 0.99


def test_trajectories_with_a_failed_run_are_dropped_and_counted() -> None:
    design = designs.morris(UNIT, 10, 1)
    y = np.stack([interacting(design)] * 2, axis=1)
    y[3, 1], y[17, 0] = np.nan, np.inf
    found = sensitivity.morris_effects(design, y, resamples=50)
    kept = design[~design["design.trajectory"].isin([0, 3])]
    alone = sensitivity.morris_effects(kept, interacting(kept), resamples=50)
    assert found["dropped"].tolist() == [2] * 4
    columns = ["factor", "mu", "mu_star", "sigma", "trajectories"]
    pd.testing.assert_frame_equal(found[columns], alone[columns])
    y[::5] = np.nan
    with pytest.raises(OutputError, match="10 of 10 trajectories have runs that failed, 0 are"):
        sensitivity.morris_effects(design, y)


def test_outcomes_are_matched_to_points_by_their_index() -> None:
    design = designs.morris(UNIT, 10, 1)
    y = pd.Series(interacting(design), index=design.index)
    expected = sensitivity.morris_effects(design, y, resamples=20)
    turned = sensitivity.morris_effects(design, y[::-1], resamples=20)
    pd.testing.assert_frame_equal(turned, expected)
    shuffled = design.sample(frac=1.0, random_state=1)
    pd.testing.assert_frame_equal(sensitivity.morris_effects(shuffled, y, resamples=20), expected)
    assert sensitivity.morris_effects(design, y[3:], resamples=20)["dropped"].tolist() == [1] * 4
    with pytest.raises(OutputError, match="a point is there twice"):
        sensitivity.morris_effects(design, pd.concat([y, y]))
    with pytest.raises(OutputError, match=r"given the shape \(49,\), allowed: 50 points"):
        sensitivity.morris_effects(design, y.to_numpy()[1:])


def test_a_lever_of_a_crossed_design_is_no_factor_of_its_sample() -> None:
    sample = designs.morris(UNIT, 10, 1)
    crossed = designs.cross(designs.full_factorial([Factor("lever", levels=(1, 2))]), sample)
    part = crossed[crossed["lever"] == 2]
    y = known_answers.with_interactions(part[["x1", "x2", "x3", "x4"]], SLOPES, PAIRS)
    found = sensitivity.morris_effects(part, y, resamples=20)
    pd.testing.assert_frame_equal(
        found, sensitivity.morris_effects(sample, interacting(sample), resamples=20)
    )


def test_an_analysis_refuses_the_design_of_another() -> None:
    sobol, paths = designs.sobol(UNIT, 16, 1), designs.morris(UNIT, 10, 1)
    rows = designs.saltelli(UNIT, 16, 1)
    with pytest.raises(SpecError, match="allowed: one made by morris"):
        sensitivity.morris_effects(sobol, np.ones(16))
    with pytest.raises(SpecError, match="allowed: one made by saltelli"):
        sensitivity.sobol_indices(paths, np.ones(50))
    for other in (paths, rows):
        with pytest.raises(SpecError, match="allowed: one made by one_at_a_time"):
            sensitivity.tornado(other, np.ones(len(other)))
    with pytest.raises(SpecError, match="its trajectories are not whole"):
        sensitivity.morris_effects(paths.iloc[1:], np.ones(49))
    with pytest.raises(SpecError, match="its trajectories are not whole"):
        sensitivity.morris_effects(paths.iloc[1:46], np.ones(45))
    with pytest.raises(SpecError, match="its rows are not whole"):
        sensitivity.sobol_indices(rows.iloc[2:-4], np.ones(len(rows) - 6))


# Sobol


@pytest.mark.parametrize("model", ["ishigami", "g"])
def test_sobol_indices_are_those_of_theory(model: str) -> None:
    if model == "ishigami":
        design = designs.saltelli(known_answers.ishigami_factors(), 16384, 1)
        y, answers = known_answers.ishigami(inputs(design)), known_answers.ishigami_indices()
    else:
        design = designs.saltelli(UNIT, 16384, 1)
        y = known_answers.g_function(inputs(design), WEIGHTS)
        answers = known_answers.g_indices(WEIGHTS)
    found = sensitivity.sobol_indices(design, y, resamples=100)
    for order in ("first", "total"):
        assert found.table[order].tolist() == pytest.approx(answers[order].tolist(), abs=0.003)
        low, high = found.table[f"{order}_low"], found.table[f"{order}_high"]
        assert answers[order].between(low, high).all()
        total = found.sums.set_index("order").loc[order]
        assert total["sum"] == pytest.approx(answers[order].sum(), abs=0.005)
        assert total["low"] < total["sum"] < total["high"]
    assert (found.rows, found.dropped, found.noise, found.pairs) == (16384, 0, None, None)


def test_sobol_indices_agree_with_scipy() -> None:
    design = designs.saltelli(UNIT, 256, 2)
    y = known_answers.g_function(inputs(design), WEIGHTS)
    found = sensitivity.sobol_indices(design, y, resamples=999)
    rows = y.reshape(256, 6)
    other = stats.sobol_indices(
        func={"f_A": rows[:, 0], "f_B": rows[:, -1], "f_AB": rows[:, 1:-1].T[:, None, :]}, n=256
    )
    assert found.table["first"].tolist() == pytest.approx(other.first_order.ravel().tolist())
    assert found.table["total"].tolist() == pytest.approx(other.total_order.ravel().tolist())


def test_sobol_indices_agree_with_salib_pairs_too() -> None:
    design = designs.saltelli(UNIT, 1024, 2, second_order=True)
    y = known_answers.g_function(inputs(design), WEIGHTS)
    found = sensitivity.sobol_indices(design, y, resamples=400)
    problem = {"num_vars": 4, "names": [f.key for f in UNIT], "bounds": [[0.0, 1.0]] * 4}
    other = salib_sobol.analyze(problem, y, num_resamples=400, seed=1)
    # SALib centres on all points, we on A and B: the same but for sampling error.
    assert found.table["first"].tolist() == pytest.approx(list(other["S1"]), abs=1e-6)
    assert found.table["total"].tolist() == pytest.approx(list(other["ST"]), abs=1e-9)
    assert found.pairs is not None
    upper = np.triu_indices(4, k=1)
    assert found.pairs["second"].tolist() == pytest.approx(
        np.asarray(other["S2"])[upper].tolist(), abs=1e-6
    )
    assert found.pairs[["factor", "other"]].iloc[1].tolist() == ["x1", "x3"]
    half = (found.table["total_high"] - found.table["total_low"]) / 2.0
    assert half.tolist() == pytest.approx(list(other["ST_conf"]), rel=0.2)
    alone = 1.0 / (3.0 * (1.0 + np.array(WEIGHTS)) ** 2)
    exact = np.outer(alone, alone)[upper] / (np.prod(1.0 + alone) - 1.0)
    assert found.pairs["second"].tolist() == pytest.approx(exact.tolist(), abs=0.02)


def test_rows_with_a_failed_run_are_dropped_and_counted() -> None:
    design = designs.saltelli(UNIT, 64, 2)
    y = known_answers.g_function(inputs(design), WEIGHTS)
    y[[0, 8, 9]] = np.nan
    found = sensitivity.sobol_indices(design, y, resamples=20)
    kept = ~design["design.row"].isin([0, 1])
    alone = sensitivity.sobol_indices(design[kept], y[kept], resamples=20)
    assert (found.rows, found.dropped) == (62, 2)
    pd.testing.assert_frame_equal(found.table, alone.table)
    y[: 6 * 49] = np.nan
    with pytest.raises(OutputError, match="49 of 64 rows have runs that failed, 15 are left"):
        sensitivity.sobol_indices(design, y)
    with pytest.raises(OutputError, match="all are the same"):
        sensitivity.sobol_indices(design, np.ones(len(design)))


# Noise


def noisy(points: Array, common: float, apart: float, replications: int, seed: int) -> Array:
    rng = np.random.default_rng(seed)
    shared = common * rng.standard_normal(replications)
    own = apart * rng.standard_normal((points.size, replications))
    return np.asarray(points[:, None] + shared + own)


def test_the_noise_share_is_that_of_the_variances_put_in() -> None:
    points = 2.0 * stats.norm.ppf((np.arange(4000) + 0.5) / 4000)
    noise = sensitivity.noise_share(noisy(points, 0.0, 1.5, 8, 1), resamples=200)
    assert noise.parameters == pytest.approx(4.0, rel=0.02)
    assert noise.noise_by_parameters == pytest.approx(2.25, rel=0.02)
    assert noise.common_noise == pytest.approx(0.0, abs=0.01)
    assert noise.share == pytest.approx(2.25 / 6.25, rel=0.02)
    assert noise.low < 2.25 / 6.25 < noise.high
    assert noise.left_in_means == pytest.approx(2.25 / 8 / (4.0 + 2.25 / 8), rel=0.03)


def test_variances_are_the_mean_covariances_of_the_table() -> None:
    # Two points have the random numbers in common, two replications the parameters.
    y = noisy(3.0 * np.linspace(0.0, 1.0, 20) ** 2, 1.0, 0.5, 3, 6)
    noise = sensitivity.noise_share(y, resamples=20)
    among_points, among_noise = np.cov(y), np.cov(y.T)
    assert noise.common_noise == pytest.approx(among_points[~np.eye(20, dtype=bool)].mean())
    assert noise.parameters == pytest.approx(among_noise[~np.eye(3, dtype=bool)].mean())
    whole = noise.common_noise + noise.noise_by_parameters
    assert whole == pytest.approx(np.diag(among_points).mean())


def test_luck_without_anything_shared_is_that_of_a_one_way_table() -> None:
    y = noisy(np.linspace(0.0, 5.0, 300), 0.0, 1.0, 4, 2)
    within = y.var(axis=1, ddof=1).mean()
    between = y.mean(axis=1).var(ddof=1) - within / 4.0
    noise = sensitivity.noise_share(y, resamples=20)
    assert noise.share == pytest.approx(within / (within + between), rel=0.01)


def test_luck_that_all_points_share_is_luck_too() -> None:
    points = np.linspace(0.0, 6.0, 200)
    noise = sensitivity.noise_share(noisy(points, 3.0, 0.5, 2000, 3), resamples=20)
    assert noise.common_noise == pytest.approx(9.0, rel=0.1)
    assert noise.parameters == pytest.approx(points.var(ddof=1), rel=0.01)
    assert noise.share == pytest.approx(9.25 / (9.25 + points.var(ddof=1)), rel=0.05)


@pytest.mark.parametrize(("common", "apart"), [(1.0, 0.0), (0.0, 1.0), (0.8, 0.6)])
def test_the_noise_share_is_covered_about_as_often_as_it_says(common: float, apart: float) -> None:
    hits = 0
    for seed in range(150):
        points = 2.0 * np.random.default_rng([seed, 1]).standard_normal(80)
        y = noisy(points, common, apart, 6, seed)
        noise = sensitivity.noise_share(y, resamples=150, seed=seed)
        hits += noise.low <= 0.2 <= noise.high
    assert 0.85 <= hits / 150 <= 1.0


def test_luck_only_and_parameters_only() -> None:
    rng = np.random.default_rng(4)
    same_point = np.zeros(400)
    assert sensitivity.noise_share(noisy(same_point, 0.0, 1.0, 5, 4)).share > 0.97
    sure = np.repeat(rng.standard_normal((50, 1)), 3, axis=1)
    found = sensitivity.noise_share(sure, resamples=20)
    assert (found.share, found.left_in_means) == pytest.approx((0.0, 0.0), abs=1e-12)
    with pytest.raises(OutputError, match=r"given the shape \(50, 1\), allowed: points x"):
        sensitivity.noise_share(sure[:, :1])
    with pytest.raises(OutputError, match="all are the same"):
        sensitivity.noise_share(np.ones((20, 2)))
    sure[:40, 1] = np.nan
    with pytest.raises(OutputError, match="40 of 50 points have runs that failed, 10 are left"):
        sensitivity.noise_share(sure)


def test_indices_of_means_are_diluted_by_the_luck_left_in_them() -> None:
    design = designs.saltelli(known_answers.ishigami_factors(), 4096, 1)
    y = noisy(known_answers.ishigami(inputs(design)), 5.0, 6.0, 4, 5)
    found = sensitivity.sobol_indices(design, y, resamples=50)
    assert found.noise is not None
    answers = known_answers.ishigami_indices()
    left = 9.0 / (9.0 + 13.845)
    assert found.noise.left_in_means == pytest.approx(left, rel=0.03)
    first = (1.0 - left) * answers["first"]
    total = (1.0 - left) * answers["total"] + left
    assert found.table["first"].tolist() == pytest.approx(first.tolist(), abs=0.05)
    assert found.table["total"].tolist() == pytest.approx(total.tolist(), abs=0.05)


def test_without_luck_replications_change_nothing() -> None:
    design = designs.saltelli(UNIT, 64, 2)
    y = known_answers.g_function(inputs(design), WEIGHTS)
    once = sensitivity.sobol_indices(design, y, resamples=20)
    often = sensitivity.sobol_indices(design, np.stack([y] * 3, axis=1), resamples=20)
    pd.testing.assert_frame_equal(once.table, often.table)
    assert often.noise is not None
    assert often.noise.share == pytest.approx(0.0, abs=1e-12)


# Tornado


def test_a_tornado_sorts_factors_by_what_they_do() -> None:
    design = designs.one_at_a_time(UNIT, steps=3)
    found = sensitivity.tornado(design, interacting(design))
    # At the centre of the others the known model's effects are Morris's means.
    answers = known_answers.effects_with_interactions(SLOPES, PAIRS)["mu"]
    assert found["factor"].tolist() == ["x1", "x3", "x4", "x2"]
    assert found["swing"].tolist() == pytest.approx(answers.iloc[[0, 2, 3, 1]].tolist())
    assert found[["low", "high"]].to_numpy().tolist() == [[0.0, 1.0]] * 4
    assert found["outcome_centre"].tolist() == pytest.approx([interacting(design)[0]] * 4)
    apart = found["outcome_high"] - found["outcome_low"]
    assert apart.tolist() == pytest.approx(found["swing"].tolist())
    assert found["swing_low"].isna().all()


def test_a_tornados_interval_is_that_of_pairs() -> None:
    design = designs.one_at_a_time(UNIT)
    y = noisy(interacting(design), 50.0, 0.2, 12, 1)
    found = sensitivity.tornado(design, y)
    assert found["factor"][0] == "x1"
    other = stats.ttest_rel(y[2], y[1]).confidence_interval(0.95)
    assert found[["swing_low", "swing_high"]].to_numpy()[0] == pytest.approx(list(other))


def test_failed_ends_of_a_tornado_are_told_and_stand_last() -> None:
    design = designs.one_at_a_time(UNIT)
    y = np.stack([interacting(design)] * 3, axis=1)
    y[1], y[3, 0] = np.nan, np.nan
    found = sensitivity.tornado(design, y)
    assert found["factor"].tolist() == ["x3", "x4", "x2", "x1"]
    assert found["replications"].tolist() == [3, 3, 2, 0]
    assert found["dropped"].tolist() == [0, 0, 1, 3]
    assert found["swing"].isna().tolist() == [False] * 3 + [True]
    y[1:] = np.nan
    with pytest.raises(OutputError, match="no factor has an outcome at both its ends"):
        sensitivity.tornado(design, y)
