"""What is read out of a figure follows from its table."""

from dataclasses import replace
from pathlib import Path

from relsim.report.claims.descriptions import (
    deciding_described,
    effects_described,
    frontier_described,
    strip_described,
)
from relsim.report.claims.results import Results, read


def test_medians_of_what_decides_are_said(results: Results) -> None:
    verdicts = results.verdicts.assign(word="supported")
    alone = replace(results, verdicts=verdicts)
    points = results.points_of("free-alone")
    held, failed = (points.loc[points["holds"] == side, "turnover"] for side in (True, False))
    said = f"{held.median():.3g} where it holds, {failed.median():.3g} where it does not"
    assert f"Median turnover: {said}" in deciding_described(alone)


def test_shares_by_industry_are_said(results: Results) -> None:
    verdicts = results.verdicts.assign(word="supported", deciding="base")
    points = results.points_of("free-alone")
    share = 100.0 * points.loc[points["base"] == "telecom", "holds"].mean()
    said = deciding_described(replace(results, verdicts=verdicts))
    assert f"telecom {share:.3g}" in said


def test_the_reach_of_points_is_said(results: Results) -> None:
    points = results.points_of("everyone")["effect"]
    said = f"from −{-100.0 * points.min():.1f} to "
    assert said in strip_described(results)


def test_what_was_not_tested_is_not_said(results: Results) -> None:
    alone = replace(results, verdicts=results.verdicts.iloc[-1:])
    assert effects_described(alone) == strip_described(alone) == deciding_described(alone) == ""


def test_the_map_s_ends_are_said(folder: Path) -> None:
    said = frontier_described(read(folder / "cost-ratio"))
    points = read(folder / "cost-ratio").points_of("map")
    assert f"{100.0 * (points['effect'] > 0.0).mean():.1f}% of them above zero" in said
    assert "highest +22.0% at cost ratio 20 and share 0.05" in said
