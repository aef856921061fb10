"""What a change makes of firms: paired, certain where random numbers are common."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from relsim.lab.runs.changes import changes
from relsim.lab.runs.standings import MEASURES, Standings

Array = npt.NDArray[np.float64]


def standing(replications: int, **own: Array) -> Standings:
    """Return four firms with noise of their own, the same whenever it is asked for."""
    rng = np.random.default_rng(5)
    values = {name: rng.normal(1.0, 0.1, (replications, 4)) for name in MEASURES} | own
    return Standings(("A", "B", "C", "D"), tuple(range(replications)), values, "EUR")


def row_of(found: pd.DataFrame, outcome: str, firm: str) -> dict[str, Any]:
    rows = found[(found["outcome"] == outcome) & (found["firm"] == firm)].to_dict("records")
    return {str(name): value for name, value in rows[0].items()}


@pytest.mark.parametrize(("replications", "is_clear"), [(8, True), (6, True), (3, False)])
def test_what_is_the_same_in_all_replications_is_certain_if_they_are_many(
    replications: int, is_clear: bool
) -> None:
    before = standing(replications)
    dearer = {"profit": before.values["profit"] - np.array([400.0, 0.0, 0.0, 0.0])}  # noqa: PD011  # no frame
    found = changes(before, standing(replications, **dearer))
    profit = row_of(found, "profit", "A")
    assert profit["difference"] == pytest.approx(-400.0)
    assert profit["clear"] == is_clear
    assert profit["low"] == pytest.approx(-400.0 if is_clear else -np.inf)
    assert found["clear"].sum() == is_clear
    assert (found["difference"] != 0.0).sum() == 1


def test_means_and_difference_are_of_the_same_replications() -> None:
    before = standing(5)
    churn = before.values["churn"].copy()  # noqa: PD011  # no frame
    churn[2, 1] = np.nan  # nobody was there to be lost
    after = standing(5, churn=before.values["churn"] + 0.25)  # noqa: PD011  # no frame
    found = changes(standing(5, churn=churn), after)
    row = row_of(found, "churn", "B")
    assert row["replications"] == 4
    assert row["before"] == pytest.approx(churn[[0, 1, 3, 4], 1].mean())
    assert row["after"] - row["before"] == pytest.approx(row["difference"]) == pytest.approx(0.25)


def test_replications_that_failed_on_one_side_do_not_count() -> None:
    whole = standing(5)
    kept = (0, 1, 3, 4)
    values = {name: one[list(kept)] for name, one in whole.values.items()}  # noqa: PD011  # no frame
    found = changes(whole, Standings(whole.firms, kept, values, "EUR"))
    assert found["replications"].eq(4).all()
    assert found["difference"].eq(0.0).all()
