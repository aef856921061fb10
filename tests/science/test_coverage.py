"""The study of coverage: its quick rules are the lab's, and its table says what the docs say."""

import numpy as np
import pandas as pd
import pytest

from experiments import coverage
from relsim.lab.runs.replication import Rule
from relsim.lab.statistics.intervals import t_interval


@pytest.mark.parametrize("minimum", [10, 30])
@pytest.mark.parametrize("name", coverage.DISTRIBUTIONS)
def test_the_studys_sequential_rule_is_the_labs(name: str, minimum: int) -> None:
    values = coverage.DISTRIBUTIONS[name](np.random.default_rng(5), (40, 800))
    rule = Rule(minimum, 800, 10, absolute=0.3)
    found = coverage.sequential(coverage.Paths(values), 0.3, minimum)
    for path, size in zip(values, found, strict=True):
        assert rule.next_size(path[:size]) is None
        if size > minimum:
            assert rule.next_size(path[: size - 10]) == size


def test_prefixes_have_the_intervals_that_they_have_alone() -> None:
    values = np.random.default_rng(6).lognormal(size=(3, 50))
    paths = coverage.Paths(values)
    sizes = np.array([2, 17, 50])
    for k, size in enumerate(sizes):
        alone = t_interval(values[k, :size])
        assert paths.mean(sizes)[k] == pytest.approx(alone.estimate)
        assert paths.half(sizes)[k] == pytest.approx(alone.half_width)


@pytest.mark.parametrize("name", coverage.DISTRIBUTIONS)
def test_what_is_drawn_has_mean_zero_and_variance_one(name: str) -> None:
    values = coverage.DISTRIBUTIONS[name](np.random.default_rng(7), (2_000, 500))
    assert values.mean() == pytest.approx(0.0, abs=0.005)
    assert values.var() == pytest.approx(1.0, rel=0.1)


def test_the_shipped_table_says_what_the_rule_was_chosen_for() -> None:
    table = pd.read_csv(coverage.RESULTS / "coverage.csv")
    chosen = table[(table["study"] == "stopped") & (table["method"] == "sequential from 30")]
    symmetric = chosen[chosen["distribution"] != "skewed (lognormal)"]
    assert (symmetric["coverage"] > 0.94).all()
    assert (chosen["precise"] > 0.999).all()
    sound = table[table["method"].isin(["points as units"])]
    assert (sound["low"] < 0.95).all()
    assert (sound["high"] > 0.95).all()


def test_the_shipped_clusters_are_what_the_study_gives() -> None:
    table = pd.read_csv(coverage.RESULTS / "coverage.csv")
    shipped = table[(table["study"] == "clusters") & (table["n"] == 5)]
    fresh = list(coverage.of_clusters((5,)))
    assert shipped["coverage"].tolist() == pytest.approx([row.coverage for row in fresh])
