"""Tables of cohorts as people have them, and the model fitted to them."""

from pathlib import Path

import numpy as np
import openpyxl
import pytest

from relsim.cohorts import read_cohorts
from relsim.economics import survival
from relsim.errors import CohortError

NAN = float("nan")
TRIANGLE = np.array([[1000, 631, 468], [2000, 1262, NAN], [1500, NAN, NAN]])

WIDE = 'cohort,0,1,2\n2019,"1,000",631,468\n2020,"2,000","1,262",\n2021,"1,500",,\n'
CALENDAR = "cohort;2019;2020;2021\n2019;1.000;631;468\n2020;;2.000;1.262\n2021;;;1.500\n"
LONG = (
    "cohort,age,customers\n2019,0,1000\n2019,1,631\n2019,2,468\n2020,0,2000\n2020,1,1262\n"
    "2021,0,1500\n"
)
PERIODS = (
    "cohort,period,customers\n2019,2019,1000\n2019,2020,631\n2019,2021,468\n2020,2020,2000\n"
    "2020,2021,1262\n2021,2021,1500\n"
)
SHARES = "cohort;size;year 1;year 2\n2019;1 000;63,1%;46,8%\n2020;2 000;63,1 %;\n2021;1 500;;\n"
RATES = "cohort,size,1,2\n2019,1000,0.631,0.741679873217116\n2020,2000,0.631,\n2021,1500,,\n"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (WIDE, "left"),
        (LONG, "left"),
        (PERIODS, "left"),
        (SHARES, "left"),
        (RATES, "rates"),
    ],
)
def test_a_triangle_is_read_as_people_have_it(tmp_path: Path, text: str, values: str) -> None:
    path = tmp_path / "cohorts.csv"
    path.write_text(text, encoding="utf-8")
    table = read_cohorts(path, values=values)  # type: ignore[arg-type]
    np.testing.assert_allclose(table.to_numpy(), TRIANGLE)
    assert table.index.tolist() == ["2019", "2020", "2021"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("cohort,1,2\na,63.1%,46.8%\n", [100, 63.1, 46.8]),
        ("cohort,1,2,3\na,100%,63.1%,46.8%\n", [100, 63.1, 46.8]),
        ("cohort,1,2\na,0.631,0.468\n", [1, 0.631, 0.468]),
        ("cohort,1,2\na,1000,631\n", [1000, 631]),
        ("cohort,2019,2020\n2019,100,60\n2020,,80\n", [100, 60]),
        ("cohort,0,1\na,100,60\nb,50\n", [100, 60]),
        ("cohort,size,2019,2020\n2019,100,,60\n2020,80,,\n", [100, 60]),
        ("cohort,size,age,customers\na,1000,1,63.1%\na,1000,2,46.8%\n", [1000, 631, 468]),
    ],
)
def test_the_start_that_a_table_means(tmp_path: Path, text: str, left: list[float]) -> None:
    path = tmp_path / "cohorts.csv"
    path.write_text(text, encoding="utf-8")
    np.testing.assert_allclose(read_cohorts(path).to_numpy()[0], left)


def test_a_cell_beyond_the_head_is_told(tmp_path: Path) -> None:
    path = tmp_path / "cohorts.csv"
    path.write_text("cohort,0,1\na,100,50,3\n", encoding="utf-8")
    with pytest.raises(CohortError, match="row 2, column 4: '3' stands beyond the head"):
        read_cohorts(path)


@pytest.mark.parametrize("text", [CALENDAR, CALENDAR.replace("631", "631,0")])
def test_calendar_columns_are_shifted_to_ages(tmp_path: Path, text: str) -> None:
    path = tmp_path / "cohorts.csv"
    path.write_text(text, encoding="utf-8")
    np.testing.assert_allclose(read_cohorts(path).to_numpy(), TRIANGLE)


def test_a_workbook_with_percentages(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "Base"
    rows: tuple[list[object], ...] = (
        ["cohort", "size", 1, 2],
        [2019, 1000, 0.631, 0.468],
        [2020, 2000, 0.631, None],
    )
    for row in rows:
        page.append(row)
    for cells in page.iter_rows(min_row=2, min_col=3):
        for cell in cells:
            cell.number_format = "0.0%"
    path = tmp_path / "cohorts.xlsx"
    book.save(path)
    np.testing.assert_allclose(read_cohorts(path).to_numpy(), TRIANGLE[:2])
    page["D2"] = "many"
    book.save(path)
    with pytest.raises(CohortError, match=r"sheet 'Base', row 2, column 4: 'many' is no number"):
        read_cohorts(path)
    with pytest.raises(CohortError, match="no sheet 'Other'; there are Base"):
        read_cohorts(path, sheet="Other")


def test_a_growing_cohort_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "cohorts.csv"
    path.write_text(WIDE.replace("468", "700"), encoding="utf-8")
    with pytest.raises(CohortError, match="row 2, column 4: cohort 2019 grows from 631 to 700"):
        read_cohorts(path)
    with pytest.raises(ValueError, match="cohort 1 grows from 10 at age 0 to 12 at age 1"):
        survival.fit([[10, 8, 7], [10, 12, 9]])


def test_the_fit_of_a_triangle_is_that_of_all_its_customers() -> None:
    whole = 1e6 * survival.survival(range(8), 0.704, 1.182)
    triangle = np.array([[1, 2, 3]]).T * np.where(np.arange(8) < [[8], [6], [4]], whole, NAN)
    assert survival.fit(triangle) == pytest.approx((0.704, 1.182), rel=1e-4)
    # Two halves of a cohort are the cohort, and a year that was not seen is no year without loss.
    half = [50, 31.55, 23.4, 19.1, 16.3]
    twice = [2.0 * x for x in half]
    assert survival.fit([half, half]) == pytest.approx(survival.fit(twice), rel=1e-5)
    gap = np.array(whole)
    gap[3] = NAN
    assert survival.fit(gap) == pytest.approx((0.704, 1.182), rel=1e-4)


def test_cohorts_that_say_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="two ages"):
        survival.fit([100, 60])
    with pytest.raises(ValueError, match="nobody left"):
        survival.fit([100, 100, 100])
    with pytest.raises(ValueError, match="no number at its start"):
        survival.fit([[NAN, 60.0, 50.0], [100.0, 60.0, 50.0]])


def test_the_published_high_end_cohort() -> None:
    """Fader & Hardie (2007): per cent left by year, and what they fit to seven years."""
    high = [100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1]
    assert survival.fit(high) == pytest.approx((0.668, 3.806), abs=1e-3)


@pytest.mark.parametrize("renewals", [0, 1, 4, 20])
@pytest.mark.parametrize(("alpha", "beta"), [(0.668, 3.806), (0.704, 1.182), (3.0, 2.0)])
def test_residual_lifetime_is_its_sum(renewals: int, alpha: float, beta: float) -> None:
    n = renewals + 1
    t = np.arange(n, n + 2000)
    left = survival.survival(t, alpha, beta) / survival.survival(n - 1, alpha, beta)
    total = float((left * 1.1 ** -(t - n).astype(float)).sum())
    assert survival.residual_lifetime(renewals, 0.1, alpha, beta) == pytest.approx(total, rel=1e-9)


def test_residual_lifetime_without_discount() -> None:
    # The mean of 1 / chance, the chance being beta distributed: (alpha + beta - 1) / (alpha - 1).
    whole = 1.0 + survival.residual_lifetime(0, 0.0, 3.0, 2.0)
    assert whole == pytest.approx((3.0 + 2.0 - 1.0) / (3.0 - 1.0))
    with pytest.raises(ValueError, match="no bound"):
        survival.residual_lifetime(0, 0.0, 0.9, 2.0)
    with pytest.raises(ValueError, match="renewals is 0 or more, not -1"):
        survival.residual_lifetime(-1, 0.1, 0.9, 2.0)


def test_a_cohort_of_its_name_alone_has_no_start(tmp_path: Path) -> None:
    path = tmp_path / "cohorts.csv"
    path.write_text("cohort,2019,2020\n2019,100,60\n2020\n", encoding="utf-8")
    with pytest.raises(
        CohortError, match="row 3, column 3: cohort 2020 has no number at its start"
    ):
        read_cohorts(path)
