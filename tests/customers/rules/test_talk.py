"""Who recommends, who warns, and how often."""

import numpy as np
import pytest

from relsim.customers.rules import talk


@pytest.mark.parametrize(
    ("trust", "satisfaction", "word", "rate"),
    [
        (0.7, 0.9, talk.RECOMMENDS, 0.2),
        (0.69, 0.9, talk.SILENT, 1.0),
        (0.69, 0.3, talk.WARNS, 0.4),
        (0.7, 0.3, talk.WARNS, 0.4),
        (0.7, 0.31, talk.RECOMMENDS, 0.2),
    ],
)
def test_who_says_what_and_how_often(
    trust: float, satisfaction: float, word: float, rate: float
) -> None:
    u = (np.arange(1000) + 0.5) / 1000
    said = np.array([talk.telling(x, trust, satisfaction, 0.7, 0.2, 0.3, 0.4) for x in u])
    assert np.mean(said == word) == pytest.approx(rate)
    assert np.mean(said == talk.SILENT) == pytest.approx(1.0 if word == 0 else 1.0 - rate)
