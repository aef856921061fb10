"""Which firms are ahead: never by noise, surely where they differ."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from relsim.lab.statistics.intervals import t_interval
from relsim.lab.statistics.ranking import differences, leaders

NAMES = ("profit", "share", "customer_equity")


def noise(rng: np.random.Generator, replications: int, firms: int) -> dict[str, np.ndarray]:
    """Outcomes of identical firms: correlated with each other, shares adding up to 1."""
    share = rng.dirichlet(np.full(firms, 400.0), replications)
    profit = 1e6 * share * rng.normal(1.0, 0.1, (replications, 1))
    equity = 40.0 * profit + rng.normal(0.0, 1e5, profit.shape)
    return dict(zip(NAMES, (profit, share, equity), strict=True))


@pytest.mark.parametrize(("firms", "replications"), [(2, 8), (4, 8), (6, 3), (3, 16)])
def test_noise_names_a_difference_in_one_of_twenty_runs_at_most(
    firms: int, replications: int
) -> None:
    rng = np.random.default_rng(17)
    trials = 400
    wrong = [differences(noise(rng, replications, firms))["clear"].any() for _ in range(trials)]
    # A rate of 5% passes in all but one of ten thousand tests.
    assert sum(wrong) <= stats.binom.ppf(1.0 - 1e-4, trials, 0.05)


def test_a_firm_of_another_kind_is_ahead_and_the_twins_behind_it_are_not_ranked() -> None:
    rng = np.random.default_rng(3)
    right = 0
    for _ in range(50):
        values = noise(rng, 8, 4)
        values["profit"][:, 2] += 5.0 * values["profit"].std()
        table = differences(values)
        right += leaders(table, "profit", values["profit"].mean(axis=0)) == [2]
        assert not table.loc[table["outcome"] == "share", "clear"].all()
    assert right >= 48


def test_bounds_are_those_of_bonferroni() -> None:
    values = noise(np.random.default_rng(1), 5, 3)
    table = differences(values, confidence=0.9)
    assert len(table) == 9
    for row in table.to_dict("records"):
        x = values[row["outcome"]]
        alone = t_interval(x[:, row["firm"]] - x[:, row["other"]], 1.0 - 0.1 / 9)
        assert (row["difference"], row["low"], row["high"]) == pytest.approx(alone)
        assert row["replications"] == 5


def test_what_is_not_known_is_no_difference_and_not_counted() -> None:
    values = noise(np.random.default_rng(1), 6, 3)
    values["customer_equity"][:] = np.nan
    values["share"][:, 2] = np.nan
    values["profit"][0, 1] = np.nan
    table = differences(values)

    def row(outcome: str, firm: int, other: int) -> pd.Series:
        pair = (table["firm"] == firm) & (table["other"] == other)
        return table[pair & (table["outcome"] == outcome)].iloc[0]

    equity = table[table["outcome"] == "customer_equity"]
    assert equity[["low", "high"]].isna().all(axis=None)
    assert not equity["clear"].any()
    assert row("share", 0, 1)["replications"] == 6
    assert row("profit", 0, 1)["replications"] == 5
    x = values["profit"]
    alone = t_interval(x[:, 0] - x[:, 2], 1.0 - 0.05 / 4)  # four of nine have an interval
    assert row("profit", 0, 2)["low"] == pytest.approx(alone.low)
    assert leaders(table, "customer_equity", np.full(3, np.nan)) == []


def test_one_replication_has_no_interval() -> None:
    table = differences({"profit": np.array([[1.0, 9.0]])})
    assert table[["low", "high"]].isna().all(axis=None)
    assert not table["clear"].any()


def test_the_same_difference_again_and_again_is_believed_once_there_are_enough() -> None:
    def clear(replications: int, apart: float) -> bool:
        x = np.tile([0.3, 0.3 + apart], (replications, 1))
        x += np.linspace(0.0, 0.1, replications)[:, None]  # equal but for rounding
        return bool(differences({"share": x})["clear"].all())

    assert [clear(n, 0.1) for n in (2, 5, 6)] == [False, False, True]  # 2 ** -5 < 5%
    assert not clear(30, 0.0)
    table = differences({"share": np.array([[0.2, 0.3], [0.2, 0.3]])})
    assert np.isinf(table[["low", "high"]].to_numpy()).all()


def test_firms_in_another_order_are_found_the_same() -> None:
    values = noise(np.random.default_rng(5), 8, 3)
    values["profit"][:, 0] += 1e5
    turned = {name: x[:, ::-1] for name, x in values.items()}
    assert leaders(differences(values), "profit", values["profit"].mean(axis=0)) == [0]
    assert leaders(differences(turned), "profit", turned["profit"].mean(axis=0)) == [2]
