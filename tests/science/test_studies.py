"""The studies beside the claims, small: their tables against what has to hold."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from experiments.studies import (
    cost_ratio,
    enough_kept,
    frontiers,
    life_cycle,
    living_advertisement,
    loyalty_barrier,
    page,
    price_insensitive,
    size_decides,
    transactions_cost_more,
)
from experiments.studies.__main__ import RESULTS, main
from experiments.studies.elsewhere import ELSEWHERE
from experiments.studies.registry import STUDIES
from experiments.studies.shared import jackknife
from relsim.claims.config import read_claim
from relsim.spec.locations import shipped

ROOT = Path(__file__).resolve().parents[2]


def test_the_average_cost_ratio_does_not_follow_what_a_dollar_reaches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cost_ratio, "SPLITS", (0.5, 0.9))
    monkeypatch.setattr(cost_ratio, "REACH_FOR_MONEY", (0.3, 3.0))
    frame = cost_ratio.table(3000, (1, 2))
    assert frame["ratio"].to_numpy() == pytest.approx(frame["to_win"] / frame["to_keep_a_year"])
    ratios = frame[frame["retention_share"] == 0.5].groupby("reach_for_money")["ratio"].mean()
    # Reach for a dollar differs tenfold, the ratio of averages by less than a fifth.
    assert ratios.max() / ratios.min() < 1.2


def test_those_who_were_recommended_are_like_the_others() -> None:
    frame = living_advertisement.table(20_000, (1, 2))
    use = frame[frame["config"] == "grocery"].groupby("came_by")["usage"].mean()
    assert use["reach"] == pytest.approx(use["awareness"], rel=0.05)
    assert ((frame["kept"] > 0.0) & (frame["kept"] < 1.0)).all()


def test_defence_pays_a_large_firm_more_than_a_small_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size_decides, "SIZES", (0.05, 0.5))
    monkeypatch.setattr(size_decides, "FIRMS", (2,))
    gain = size_decides.table(3000, (1, 2)).groupby("share")["gain"].mean()
    assert gain[0.05] < 0.0 < gain[0.5]


def test_a_newcomer_sinks_deeper_by_deals() -> None:
    frame = transactions_cost_more.table(2000, (1, 2))
    trough = frame.groupby(["config", "way"])["trough"].mean()
    for config in ("telecom", "credit-card"):
        assert trough[config, "transaction"] < trough[config, "relationship"] < 0.0


def test_where_nobody_is_won_only_retention_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enough_kept, "CONFIGS", ("grocery",))
    monkeypatch.setattr(enough_kept, "YEARS", 6)
    # A chance to stay that is the same for all, so that the closed form is exact.
    monthly = {
        "mechanisms.retention.rule": "fixed",
        "mechanisms.retention.monthly": 0.99,
        "market.annual_turnover": 0.0,
    }
    worlds = {name: dict(values) | monthly for name, values in enough_kept.UNASKED.items()}
    monkeypatch.setattr(enough_kept, "UNASKED", worlds)
    frame = enough_kept.table(3000, (1, 2))
    alone = frame[(frame["unasked"] == enough_kept.NOBODY) & (frame["way"] == "keeps with 80%")]
    assert (alone["won"] == 0.0).all()
    for _, mine in alone.groupby("seed"):
        start = mine["customers"].iloc[0]
        expected = 0.99 ** (12 * mine["year"].to_numpy())
        error = np.sqrt(expected * (1.0 - expected) / start)
        assert (np.abs(mine["customers"] / start - expected) <= 4.0 * error).all()
    flows = frame.sort_values(["unasked", "way", "seed", "year"])
    change = flows.groupby(["unasked", "way", "seed"])["customers"].diff().fillna(0.0)
    assert change.tolist() == (flows["won"] - flows["lost"]).tolist()


def test_the_best_split_of_a_known_parabola_is_found() -> None:
    rng = np.random.default_rng(1)
    rows = [
        {"penetration": 0.1, "retention_share": split, "seed": seed, "profit": noise + value}
        for seed, noise in enumerate(rng.normal(100.0, 1.0, 8))
        for split in life_cycle.SPLITS
        for value in [-40.0 * (split - 0.7) ** 2]
    ]
    found = life_cycle.best(pd.DataFrame(rows), 0.1, "profit")
    # The noise is that of the seed and the same for every split: it moves no optimum.
    assert (found.split, found.low, found.high) == (0.7, 0.7, 0.7)
    assert found.gain == pytest.approx(0.016, abs=0.001)
    assert found.flat == (0.6, 0.8)


def test_a_young_market_fills_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(life_cycle, "PENETRATIONS", (0.1, 0.95))
    monkeypatch.setattr(life_cycle, "SPLITS", (0.0, 0.5))
    frame = life_cycle.table(1000, (1,))
    filled = frame.groupby(["market", "penetration"])["filled_2"].mean()
    assert 0.1 < filled[life_cycle.SLOWEST, 0.1] < filled[life_cycle.SLOWEST, 0.95]
    assert filled[life_cycle.SLOWEST, 0.1] < filled[life_cycle.MIDDLE, 0.1]
    assert (frame["filled_10"] > 0.9).all()


def test_a_known_entrant_and_one_among_the_disloyal_end_larger(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loyalty_barrier, "CONFIGS", ("telecom",))
    frame = loyalty_barrier.table(2000, (1, 2))
    assert (frame["share"] > 0.0).any()
    ends = frame[frame["month"] == loyalty_barrier.MONTHS].groupby(["loyalty", "fame"])["share"]
    share = ends.mean()
    unknown, known = (share.xs(fame, level="fame") for fame in loyalty_barrier.FAME)
    assert (known > 1.5 * unknown).all()
    assert known["low"] > known["ordinary"] > known["high"]


def test_a_war_moves_those_who_look_and_a_price_makes_them_look() -> None:
    frame = price_insensitive.table(5000, (1, 2, 3))
    assert (frame["left"] <= frame["looked"]).all()
    assert (frame["looked"] <= frame["free_months"]).all()
    sums = (
        frame[frame["by"] == "trust"].groupby("year")[["n", "free_months", "looked", "left"]].sum()
    )
    assert (sums["n"] == sums["n"].iloc[0]).all()
    look, leave = sums["looked"] / sums["free_months"], sums["left"] / sums["looked"]
    peace, war, dearer = price_insensitive.PEACE, price_insensitive.WAR, price_insensitive.DEARER
    assert leave[war] > leave[peace]
    assert leave[dearer] > leave[peace]
    # Who does not look does not see what rivals ask; what the own firm asks is on the bill.
    assert look[war] == pytest.approx(look[peace], rel=0.03)
    assert look[dearer] > 1.05 * look[peace]
    # Both groupings are of the same customers.
    left = frame.groupby(["by", "year"])["left"].sum()
    assert left["trust"].tolist() == left["tenure"].tolist()


def test_the_interval_of_a_mean_is_students() -> None:
    values = np.array([[1.0, 1.0], [2.0, 1.0], [4.0, 1.0], [7.0, 1.0]])
    estimate, half = jackknife(values, lambda sums: float(sums[0] / sums[1]))
    deviation = values[:, 0].std(ddof=1) / 2.0
    assert estimate == pytest.approx(3.5)
    assert half == pytest.approx(3.182446 * deviation, rel=1e-6)


def test_every_claim_has_a_study_and_a_figure() -> None:
    lacking = set(shipped("claims")) - set(STUDIES) - set(ELSEWHERE)
    assert not lacking, f"no study yet (experiments/studies): {', '.join(sorted(lacking))}"
    assert set(STUDIES) | set(ELSEWHERE) <= set(shipped("claims"))
    assert not set(STUDIES) & set(ELSEWHERE)
    commands = {claim: f"experiments.studies {claim}" for claim in STUDIES}
    commands |= {claim: study.command for claim, study in ELSEWHERE.items()}
    for claim, command in commands.items():
        assert read_claim(claim).spec.study == f"python -m {command}"
    names = [str(RESULTS / claim) for claim in STUDIES]
    pictures = [*names, *(f"results/{study.picture}" for study in ELSEWHERE.values())]
    for picture in pictures:
        assert (ROOT / f"{picture}.svg").is_file(), picture
        assert (ROOT / f"{picture}.png").is_file(), picture
    kept = {path.stem for path in (ROOT / RESULTS).iterdir()}
    assert kept == set(STUDIES)


def test_a_claim_without_a_study_leaves_the_page_as_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole = page.page(ROOT / "results")
    more = {**shipped("claims"), "quite-new": tmp_path / "quite-new.yaml"}
    monkeypatch.setattr(page, "shipped", lambda _: more)
    assert page.page(ROOT / "results") == whole


@pytest.mark.parametrize("claim", STUDIES)
def test_a_recorded_table_is_drawn_and_told(claim: str) -> None:
    study = STUDIES[claim]
    frame = pd.read_csv(ROOT / RESULTS / f"{claim}.csv")
    figure = study.draw(frame)
    assert figure.get_suptitle()
    plt.close(figure)
    assert "nan" not in study.words(frame)


def test_the_command_refuses_what_is_no_study(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["double-trouble"])
    assert "double-trouble: no such study; known: cost-ratio" in capsys.readouterr().err


def test_the_command_says_where_other_studies_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["five-percent"])
    said = capsys.readouterr().err
    assert "five-percent: has a command of its own: python -m experiments.five_percent" in said


def _known_map() -> pd.DataFrame:
    """Return profit that is highest at a split which rises along y, and with x not at all."""
    rows = []
    for x, y, split, seed in itertools.product((1.0, 2.0), (0.2, 0.6), frontiers.SPLITS, range(4)):
        profit = 100.0 - 10.0 * (split - y) ** 2 + seed
        row = {"x": x, "y": y, "retention_share": split, "seed": seed, "profit": profit}
        rows.append(row | {"ratio": 10.0 * x, "defection": y, "market_size": 100})
    return pd.DataFrame(rows)


def test_a_map_finds_the_best_split_and_where_the_sides_are_equal() -> None:
    frame = _known_map()
    found = frontiers.mapped(frame)
    assert found.best.to_numpy() == pytest.approx(np.array([[0.2, 0.2], [0.6, 0.6]]))
    assert (found.as_good == 1).all(axis=None)
    # At 0.2 offence is the best there is, at 0.6 defence (0.8) is nearer to the best.
    assert (found.gain.to_numpy() < 0.0).tolist() == [[True, True], [False, False]]
    figure = frontiers.draw_by_cost(frame)
    assert [c for c in figure.axes[0].collections if len(c.get_paths())], "the line is missing"
    assert "Defence earns more than offence at 2 of them" in frontiers.words(frame)
    assert "from 10.0:1 to 20.0:1; its rank correlation with the gain of defence is " in (
        frontiers.words(frame)
    )
    plt.close(figure)


def test_a_map_over_markets_says_what_a_customer_won_and_a_year_cost() -> None:
    frame = frontiers.by_cost(
        2000, (1, 2), (0.0, 300.0), ((0.4, 0.03), (0.73, 0.3)), (0.2, 0.5, 0.8)
    )
    even = frame[frame["retention_share"] == frontiers.EVEN]
    ratio, lost = even.groupby("x")["ratio"].mean(), even.groupby("y")["defection"].mean()
    assert ratio[300.0] > ratio[0.0] + 1.0
    assert lost[1] > lost[0]
    few, many = frontiers.mapped(frame).ratio.to_numpy()
    assert (few > many).all(), "who loses few wins few, and each of them costs more"
    sizes = frontiers.by_size(2000, (1, 2), (0.05, 0.5), (2,), (0.2, 0.5, 0.8))
    (small, large) = frontiers.mapped(sizes).gain.to_numpy()[0]
    assert small < large
