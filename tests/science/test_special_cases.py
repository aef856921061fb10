"""The market where theory is exact: every closed form, and a page that says so."""

from pathlib import Path

import pandas as pd
import pytest

from experiments import verification
from experiments.verification import CASES, MOST_OFF, verify
from experiments.verification_page import page

ROOT = Path(verification.__file__).resolve().parents[1]
RECORDED = pd.read_csv(ROOT / verification.RESULTS / "verification.csv")


@pytest.mark.parametrize("case", CASES)
def test_the_market_is_its_closed_form(case: str) -> None:
    frame = verify([case])
    assert (frame["off"].abs() < MOST_OFF).all(), frame.to_string()
    # With these numbers a fault of 1% in what is compared would be seen, in one row at least.
    assert (frame["standard_error"] / frame["expected"]).min() < 0.0025
    recorded = RECORDED[RECORDED["case"] == case]
    assert frame["simulated"].tolist() == pytest.approx(recorded["simulated"].tolist(), rel=1e-8)


def test_the_page_shows_what_was_recorded() -> None:
    meanings = {name: case.__doc__ or "" for name, case in CASES.items()}
    written = (ROOT / verification.PAGE).read_text("utf-8")
    assert written == page(RECORDED, meanings)
