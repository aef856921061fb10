"""The study of values by age: its page is its table's, and values hold in every market."""

from pathlib import Path

import pandas as pd

from experiments import value_by_age

ROOT = Path(value_by_age.__file__).resolve().parents[1]
RECORDED = pd.read_csv(ROOT / value_by_age.RESULTS / value_by_age.TABLE)


def test_the_page_is_that_of_the_table() -> None:
    assert (ROOT / value_by_age.PAGE).read_text(encoding="utf-8") == value_by_age.page(RECORDED)


def test_customers_are_worth_what_they_bring_within_five_per_cent() -> None:
    """In every market as a whole; at every age as far as its noise lets one tell."""
    whole = RECORDED[RECORDED["age"] == "all ages"]
    assert (whole["error_by_age"].abs() < 0.05).all()
    assert (RECORDED["error_by_age"].abs() < 0.05 + 2.0 * RECORDED["noise"]).all()
