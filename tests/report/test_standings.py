"""What a run says of its firms."""

import numpy as np
import pytest

from relsim.lab.runs.standings import MEASURES, Standings
from relsim.report.layout import About
from relsim.report.rivals import rivals
from relsim.report.standings import verdict
from tests.report.conftest import collisions, said

NOISE = np.array([[0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 2, 1], [1, 0, 2], [2, 1, 0]], dtype=float)
LEVEL = "no difference that noise could not have made"


# Differences of six permutations of 0, 1, 2: mean 0, standard error 0.6325.


def standings(*means: tuple[float, ...], replications: int = 6) -> Standings:
    """Firms with profit, share and equity as given, and noise."""
    noise = NOISE[:replications, : len(means)]
    profit, share, equity = (noise + np.array(column) for column in zip(*means, strict=True))
    values = {"profit": profit, "share": share / 1e3, "customer_equity": equity, "churn": noise}
    firms = tuple("ABC"[: len(means)])
    return Standings(firms, tuple(range(replications)), values, "EUR")


NAN = float("nan")


@pytest.mark.parametrize(
    ("found", "sentences"),
    [
        (
            standings((90, 9, 900), (0, 9, 0), (0, 9, 0)),
            [
                "Highest profit: A. It is 90.00 EUR a month above B (87.06 to 92.94).",
                "Highest customer equity: A. It is 900 EUR above B (897 to 903).",
                f"Market share: {LEVEL}.",
            ],
        ),
        (
            standings((1, 1, 1), (1, 1, 1), (1, 1, 1)),
            [f"Profit, market share and customer equity: {LEVEL}."],
        ),
        (
            standings((90, 90, 1), (90, 0, 1), (0, 0, 1)),
            [
                f"Highest profit: A or B; between them {LEVEL}. A is 90.00 EUR a month above C "
                "(87.06 to 92.94).",
                "Largest market share: A. It is 9.00 points above B (8.71 to 9.29).",
                f"Customer equity: {LEVEL}.",
            ],
        ),
        (
            standings((-90, NAN, NAN), (-190, NAN, NAN), (-290, NAN, NAN)),
            ["Smallest loss: A. It is 100 EUR a month above B (97.76 to 102)."],
        ),
        (standings((1, 2, 3)), ["A is the only firm: there is none to compare it with."]),
    ],
)
def test_nobody_is_ahead_by_noise(found: Standings, sentences: list[str]) -> None:
    assert verdict(found) == sentences


def test_one_replication_names_nobody() -> None:
    (sentence,) = verdict(standings((90, 9, 900), (0, 0, 0), replications=1))
    assert "One replication gives no interval" in sentence
    assert "A" not in sentence


def test_differences_are_looked_up_either_way() -> None:
    found = standings((90, 9, 900), (0, 9, 0), (0, 9, 0))
    there, back = found.difference("profit", "A", "C"), found.difference("profit", "C", "A")
    assert there == (-back.estimate, -back.high, -back.low)
    assert there.estimate == pytest.approx(90.0)


def test_the_figure_shows_every_difference_with_its_interval() -> None:
    found = standings((90, 9, 900), (0, 9, 0), (0, 9, 0))
    about = About("A market", "EUR", 2000, 30, 7, 0, found.firms, replications=6)
    figure = rivals(found, about)
    text = said(figure).replace("\n", " ")
    assert figure.get_suptitle() == "Noise could not have made 4 of 9 differences between firms"
    assert "A less B" in text
    assert "+90.0 [+87.1, +92.9]" in text
    assert "6 replications · seed 7 · 95% confidence intervals, adjusted" in text
    assert collisions(figure) == []
    level = rivals(standings((1, 1, 1), (1, 1, 1)), about)
    assert level.get_suptitle() == f"Between firms: {LEVEL}"


def test_of_many_firms_the_figure_shows_the_pairs_of_the_highest() -> None:
    rng = np.random.default_rng(2)
    names = tuple(f"Firm {k}" for k in range(1, 9))
    values = {name: rng.normal(0.0, 1.0, (5, 8)) for name in MEASURES}
    values["profit"][:, 3] += 20.0
    about = About("A market", "EUR", 2000, 30, 7, 0, names)
    text = said(rivals(Standings(names, (0, 1, 2, 3, 4), values, "EUR"), about))
    assert text.count("Firm 4 less Firm") >= 7
    profit = text.split("Difference (EUR a month)")[0].rpartition("Difference (points)")[2]
    assert profit.count(" less ") == profit.count("Firm 4 less Firm") == 7


def test_a_firm_without_a_value_leads_nobody_astray() -> None:
    noise = np.random.default_rng(4).normal(0.0, 1e-3, (8, 4))
    profit = noise + np.array([90.0, np.nan, 90.001, 1.0])
    values = dict.fromkeys(MEASURES, profit)
    found = Standings(("A", "B", "C", "D"), tuple(range(8)), values, "EUR")
    assert found.leaders("profit")[0] == "C"
    assert "C is 89.00 EUR" in next(one for one in verdict(found) if "profit" in one)
