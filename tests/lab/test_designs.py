"""Designs: what each promises of its points, and what stays when a factor or a point is added."""

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import qmc

from relsim.errors import SpecError
from relsim.lab.design import designs
from relsim.lab.design.factors import Factor

Sample = Callable[[Sequence[Factor], int, int], pd.DataFrame]
SAMPLES = [designs.monte_carlo, designs.latin_hypercube, designs.halton, designs.sobol]
FACTORS = (
    Factor("price", low=10.0, high=100.0, scale="log"),
    Factor("months", low=1, high=6, integer=True),
    Factor("kind", levels=("a", "b", None)),
    Factor("usage", name="gamma", parameters={"a": 2.0}),
)
UNIT = tuple(Factor(f"x{k}", low=0.0, high=1.0) for k in range(4))


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(one, other, check_exact=True)


# Grids


def test_a_full_factorial_has_every_combination_once() -> None:
    design = designs.full_factorial(FACTORS, {"price": 3, "months": 4, "usage": 2})
    rows = list(design.itertuples(index=False, name=None))
    values = [dict.fromkeys(design[key]) for key in design]
    assert [len(v) for v in values] == [3, 4, 3, 2]
    assert rows == list(itertools.product(*values))
    assert design.index.tolist() == list(range(72))
    assert design.index.name == "point"
    assert design["kind"].tolist()[:5:2] == ["a", "b", None]
    with pytest.raises(SpecError, match="price: steps: given None, allowed: a whole number from 2"):
        designs.full_factorial(FACTORS)


def test_one_at_a_time_moves_one_factor_from_the_centre() -> None:
    design = designs.one_at_a_time(FACTORS, centre={"kind": "b"})
    assert design["design.moved"].tolist() == [""] + [f.key for f in FACTORS for _ in range(2)]
    for point in design.index:
        differs = [f.key for f in FACTORS if design[f.key][point] != design[f.key][0]]
        assert set(differs) <= {design["design.moved"][point]}
    assert design["price"].tolist()[:3] == pytest.approx([np.sqrt(1000.0), 10.0, 100.0])
    steps = designs.one_at_a_time(FACTORS, steps=5)
    assert steps["design.moved"].value_counts()[["price", "months", "kind"]].tolist() == [5, 5, 3]
    with pytest.raises(SpecError, match="centre: 'pric' is no factor"):
        designs.one_at_a_time(FACTORS, centre={"pric": 1})


@given(levers=st.integers(1, 4), others=st.integers(1, 3), points=st.integers(1, 9))
def test_a_crossed_design_is_the_product(levers: int, others: int, points: int) -> None:
    grid = designs.full_factorial([Factor("lever", levels=tuple(range(levers)))])
    sample = designs.monte_carlo(UNIT[:others], points, 3)
    crossed = designs.cross(grid, sample)
    assert len(crossed) == levers * points
    assert crossed.index.tolist() == list(range(levers * points))
    assert crossed["lever"].tolist() == list(range(levers)) * points
    for lever, part in crossed.groupby("lever"):
        assert (part["design.lever"] == lever).all()
        assert part[list(sample.columns)].to_numpy().tolist() == sample.to_numpy().tolist()
        assert part["design.sample"].tolist() == sample.index.tolist()
    longer = designs.cross(grid, designs.monte_carlo(UNIT[:others], points + 1, 3))
    same(longer.iloc[: len(crossed)], crossed)


def test_crossing_refuses_what_is_in_both() -> None:
    sample = designs.monte_carlo(UNIT, 2, 1)
    with pytest.raises(SpecError, match="x0: in both designs"):
        designs.cross(sample, sample)
    with pytest.raises(SpecError, match="levers: given no points"):
        designs.cross(sample.iloc[:0][["x0"]], sample[["x1"]])
    crossed = designs.cross(sample[["x0"]], sample[["x1"]])
    with pytest.raises(SpecError, match="levers: crossed already"):
        designs.cross(crossed, sample[["x2"]])


# Samples


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_follows_each_factors_distribution(sample: Sample) -> None:
    design = sample(FACTORS, 3000, 7)
    assert np.log(design["price"]).mean() == pytest.approx(np.log(1000.0) / 2.0, rel=0.02)
    assert (design["months"].value_counts() / 500.0 - 1.0).abs().max() < 0.15
    assert sum(v is None for v in design["kind"]) == pytest.approx(1000, rel=0.1)
    assert design["usage"].mean() == pytest.approx(2.0, rel=0.05)
    assert [str(kind) for kind in design.dtypes] == ["float64", "int64", "object", "float64"]


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_same_seed_gives_the_same_points_and_another_one_others(sample: Sample) -> None:
    same(sample(FACTORS, 20, 0), sample(FACTORS, 20, 0))
    assert not sample(UNIT, 20, 0).equals(sample(UNIT, 20, 1))


@pytest.mark.parametrize("sample", [designs.monte_carlo, designs.latin_hypercube, designs.halton])
def test_a_factor_more_moves_no_other(sample: Sample) -> None:
    same(sample(FACTORS, 21, 5)[["price", "months"]], sample(FACTORS[:2], 21, 5))


@pytest.mark.parametrize("sample", [designs.monte_carlo, designs.latin_hypercube])
def test_the_order_of_factors_does_not_matter(sample: Sample) -> None:
    turned = sample(FACTORS[::-1], 21, 5)
    same(turned[[f.key for f in FACTORS]], sample(FACTORS, 21, 5))


@pytest.mark.parametrize("sample", [designs.monte_carlo, designs.halton, designs.sobol])
def test_more_points_leave_the_first_ones(sample: Sample) -> None:
    same(sample(FACTORS, 37, 5).iloc[:16], sample(FACTORS, 16, 5))


@pytest.mark.parametrize("sample", SAMPLES)
@given(points=st.integers(1, 70), seed=st.integers(0, 2**31))
@settings(max_examples=25)
def test_points_lie_within_bounds(sample: Sample, points: int, seed: int) -> None:
    design = sample(FACTORS, points, seed)
    assert len(design) == points
    assert design["price"].between(10.0, 100.0).all()
    assert design["months"].between(1, 6).all()
    assert all(kind in ("a", "b", None) for kind in design["kind"])
    assert np.isfinite(design["usage"]).all()


@given(points=st.integers(1, 200), seed=st.integers(0, 2**31))
def test_a_latin_hypercube_meets_each_slice_once(points: int, seed: int) -> None:
    design = designs.latin_hypercube(UNIT, points, seed)
    slices = np.sort(np.floor(design.to_numpy() * points), axis=0)
    assert (slices == np.arange(points)[:, None]).all()


def test_columns_of_a_latin_hypercube_go_their_own_ways() -> None:
    design = designs.latin_hypercube(UNIT, 1000, 1)
    assert np.abs(np.corrcoef(design.to_numpy().T) - np.eye(4)).max() < 0.1


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("points", [100, 128])
def test_low_discrepancy_is_lower_than_that_of_chance(points: int, seed: int) -> None:
    chance = qmc.discrepancy(designs.monte_carlo(UNIT, points, seed).to_numpy())
    assert qmc.discrepancy(designs.sobol(UNIT, points, seed).to_numpy()) < chance / 2.0
    assert qmc.discrepancy(designs.halton(UNIT, points, seed).to_numpy()) < chance / 2.0


def test_a_sobol_sequence_is_balanced_at_powers_of_two() -> None:
    design = designs.sobol(UNIT, 64, 3)
    assert (np.sort(np.floor(design.to_numpy() * 64), axis=0) == np.arange(64)[:, None]).all()


@pytest.mark.parametrize("sample", SAMPLES)
def test_samples_refuse_what_is_no_number(sample: Sample) -> None:
    with pytest.raises(SpecError, match="points: given 0, allowed: a whole number from 1"):
        sample(UNIT, 0, 1)
    with pytest.raises(SpecError, match="seed: given -1, allowed: a whole number from 0"):
        sample(UNIT, 4, -1)
    with pytest.raises(SpecError, match="x0: given for two factors"):
        sample((UNIT[0], UNIT[0]), 4, 1)
    with pytest.raises(SpecError, match="given no factor"):
        sample((), 4, 1)
    with pytest.raises(SpecError, match=r"design\.row: a factor's key"):
        sample((Factor("design.row", levels=(1,)),), 4, 1)


# Designs for sensitivity


@given(trajectories=st.integers(1, 8), grid=st.sampled_from([2, 4, 6]), seed=st.integers(0, 99))
def test_a_trajectory_moves_each_factor_once(trajectories: int, grid: int, seed: int) -> None:
    design = designs.morris(UNIT, trajectories, seed, grid)
    assert len(design) == trajectories * 5
    step = grid / (2.0 * (grid - 1.0))
    for _, path in design.groupby("design.trajectory"):
        moves = path[[f.key for f in UNIT]].diff().iloc[1:]
        names = path["design.moved"].tolist()
        assert names[0] == ""
        assert sorted(names[1:]) == [f.key for f in UNIT]
        for name, (_, move), noted in zip(
            names[1:], moves.iterrows(), path["design.step"].iloc[1:], strict=True
        ):
            assert move.drop(name).eq(0.0).all()
            assert move[name] == pytest.approx(noted)
            assert abs(noted) == pytest.approx(step)
    places = design[[f.key for f in UNIT]].to_numpy() * (grid - 1)
    assert places == pytest.approx(np.round(places))


def test_morris_starts_evenly_and_keeps_its_first_trajectories() -> None:
    design = designs.morris(UNIT, 2000, 1)
    shares = np.bincount((design["x2"].to_numpy() * 3).round().astype(int)) / len(design)
    assert shares == pytest.approx(0.25, abs=0.02)
    ups = design.loc[design["design.moved"] == "x1", "design.step"] > 0
    assert ups.mean() == pytest.approx(0.5, abs=0.05)
    first = design[design["design.moved"].shift() == ""]["design.moved"].value_counts()
    assert (first / 500.0 - 1.0).abs().max() < 0.15
    same(design.iloc[:50], designs.morris(UNIT, 10, 1))


def test_morris_really_moves_levels_and_whole_numbers() -> None:
    design = designs.morris(FACTORS, 30, 2)
    for name in ("price", "months", "kind", "usage"):
        here = np.flatnonzero(design["design.moved"] == name)
        values = design[name].tolist()
        assert all(values[point] != values[point - 1] for point in here)
    whole = design["design.moved"] == "months"
    moves = design["months"].diff()[whole] / 5.0
    assert design["design.step"][whole].tolist() == pytest.approx(moves.tolist())


def test_morris_refuses_what_cannot_move() -> None:
    with pytest.raises(SpecError, match="grid: given 3, allowed: an even number"):
        designs.morris(UNIT, 4, 1, grid=3)
    with pytest.raises(SpecError, match="k: levels: given one, allowed: two or more"):
        designs.morris((Factor("k", levels=(1,)),), 4, 1)


@pytest.mark.parametrize("second_order", [False, True])
def test_saltellis_points_take_one_column_from_the_other_sample(second_order: bool) -> None:
    keys = [factor.key for factor in FACTORS]
    design = designs.saltelli(FACTORS, 10, 4, second_order=second_order)
    assert len(design) == 10 * (10 if second_order else 6)
    for _, row in design.groupby("design.row"):
        a = row[row["design.matrix"] == "A"].iloc[0]
        b = row[row["design.matrix"] == "B"].iloc[0]
        for matrix, own, other in (("AB", a, b), ("BA", b, a)):
            for _, point in row[row["design.matrix"] == matrix].iterrows():
                moved = point["design.moved"]
                assert all(point[key] == (other if key == moved else own)[key] for key in keys)
    more = designs.saltelli(FACTORS, 20, 4, second_order=second_order)
    same(more.iloc[: len(design)], design)


def test_saltellis_samples_are_independent() -> None:
    design = designs.saltelli(UNIT, 1024, 4)
    a = design.loc[design["design.matrix"] == "A", "x0"].to_numpy()
    b = design.loc[design["design.matrix"] == "B", "x0"].to_numpy()
    assert abs(np.corrcoef(a, b)[0, 1]) < 0.05


# From a file


@pytest.mark.parametrize(
    "design",
    [
        designs.latin_hypercube(FACTORS, 12, 1).iloc[3:],
        designs.morris(FACTORS[:2], 4, 1),
        designs.saltelli(UNIT, 4, 1),
        designs.cross(designs.one_at_a_time(FACTORS[:2]), designs.halton(FACTORS[3:], 3, 1)),
    ],
)
def test_a_written_design_comes_back(design: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "design.csv"
    text = design.to_csv(na_rep="null")
    path.write_text(text)
    assert designs.from_csv(path).to_csv(na_rep="null") == text
    columns = [name for name in design if name != "kind"]
    pd.testing.assert_frame_equal(designs.from_csv(path)[columns], design[columns])


def test_cells_are_read_like_values_in_a_config(tmp_path: Path) -> None:
    path = tmp_path / "design.csv"
    path.write_text('a,b,c,d\n1e-3,true,marginal,"[1, 2]"\n2,false,null,"{kind: x}"\n')
    design = designs.from_csv(path)
    assert design["a"].tolist() == [0.001, 2.0]
    assert design["b"].tolist() == [True, False]
    assert design["c"].tolist() == ["marginal", None]
    assert design["d"].tolist() == [[1, 2], {"kind": "x"}]
    assert design.index.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "given no points"),
        ("a,b\n", "given no points"),
        ("point\n1\n", "given no factor"),
        ("a,\n1,2\n", "column 2 has no name"),
        ("a,a\n1,2\n", "the column 'a' is there twice"),
        ("a,b\n1,2\n1\n", "row 2 has 1 cells, allowed: 2"),
        ("a,b\n1,2\n1,\n", "row 2, column 'b': given nothing"),
        ("a,b\n1,[2\n", "row 1, column 'b': not valid YAML"),
        ('a,b\n1,"2\n', "not a CSV file"),
        ("point,a\n1,2\n1,3\n", "row 2, column 'point': given 1 a second time"),
        ("point,a\n-1,2\n", "row 1, column 'point': given -1, allowed: a whole number"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "design.csv"
    path.write_text(text)
    with pytest.raises(SpecError, match=message) as caught:
        designs.from_csv(path)
    assert str(caught.value).startswith(str(path))


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="cannot be read: No such file"):
        designs.from_csv(tmp_path / "none.csv")
    (tmp_path / "bytes.csv").write_bytes(b"a\n\xff\n")
    with pytest.raises(SpecError, match="UTF-8"):
        designs.from_csv(tmp_path / "bytes.csv")
