"""The page of sorting against building, from its tables to Markdown."""

from typing import Any

import pandas as pd

from experiments.markdown import table

_HEAD = """# Sorting against building

Retention rises with tenure in most published cohorts. Two things make it rise, and both may be at
work. **Sorting**: customers differ for good (frailty), those who leave easily leave first, and who
is left was always going to stay; nobody's loyalty grows. **Building**: the relationship makes
trust, and trust holds. relsim has both, and each can be switched off: frailty by a spread of 0,
trust by `build_rate` and `break_rate` of 0, which keep it at its mean at rest. Here a market
without a contract and one with a contract are simulated in four ways, each with the base hazard
(found by goal-seek, on common random numbers) at which churn is that of the market as shipped.
`python -m experiments.sorting` makes the page anew; tables:
[retention](../results/sorting/retention.csv), [five points](../results/sorting/five_points.csv),
[the "regular" cohort](../results/sorting/regular.csv).

![Retention by year of tenure](../results/sorting/sorting.svg)
"""

_LIMITS = """## What to bear in mind

- A curve of retention by tenure does not tell sorting from building: an experiment does (hold
  relationship work back from some), or data of single customers over several relationships.
- "Neither" is not flat: satisfaction, price sensitivity and segments differ too, and newcomers
  begin below the satisfaction of those who stay. Under a contract nobody can leave at first, and
  those who renewed are bound again: retention goes up and down with its two years, the more so the
  more customers differ.
- Under sorting a save is worth less where no contract holds who was saved: the frail are saved most
  often, and leave soon. Under a contract it is worth nearly as much as under building, and the
  contract is why: without it, at the same churn, telecom is like grocery.
- The firm's profit in grocery is small, so that a per cent of it says little.
- The spread of frailty is that of the "regular" cohort in both markets; neither market publishes
  its own. The strength of trust is that of the markets as shipped, which is assumed.
- The firm is the third of each market, whose strategy is balanced; five points are given free to it
  alone, as in the claim five-percent, and measured in years 6 to 10 after.
- Each save is a would-be defector picked at random: who is saved may leave next month.
- Intervals are those of replications: they say nothing of how sure the parameters are.
"""

_WAYS = {
    "neither": "neither",
    "sorting": "sorting (frailty)",
    "building": "building (trust)",
    "both": "both",
}


def page(
    retention: pd.DataFrame,
    five_points: pd.DataFrame,
    unbound: pd.DataFrame,
    regular: pd.DataFrame,
) -> str:
    """Return the page.

    Parameters
    ----------
    retention, five_points, unbound, regular : DataFrame
        The tables of ``experiments.sorting``.
    """
    parts = [
        _HEAD,
        _curves(retention),
        _gains(five_points),
        _without_contract(unbound),
        _cohort(regular),
        _LIMITS,
    ]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _curves(frame: pd.DataFrame) -> str:
    years = (1, 2, 3, 4, 6, 8, 10)
    rows = []
    for (market, way), mine in frame.groupby(["market", "way"], sort=False):
        kept = mine.set_index("year")["estimate"]
        rise = risen(kept)
        cells = [f"{kept[year]:.1f}" for year in years]
        base = f"{mine['base_hazard'].iloc[0]:.3f}"
        rows.append(
            [market, _WAYS[str(way)], base, f"{mine['churn'].iloc[0]:.2f}", *cells, f"{rise:+.1f}"]
        )
    heads = ["market", "what makes it rise", "base hazard", "churn, % a month"]
    heads += [f"year {year}" for year in years] + ["rise, points"]
    return (
        "## Retention by year of tenure\n\nIn per cent a year, of all firms, years 11 to 20. The "
        "rise is from years 3 and 4 to years 9 and 10: pairs of years, for a contract of 24 "
        "months lets go every other year. Retention of a year is that of its months pooled. Rises "
        "have no intervals here.\n\n"
        f"{table(heads, rows)}\n\n{_rises(frame)}"
    )


def risen(kept: Any) -> Any:
    """Return by how much retention rises, from years 3 and 4 to years 9 and 10.

    Parameters
    ----------
    kept : Series or DataFrame
        Retention by year of tenure: the index, or the columns.

    Examples
    --------
    >>> float(risen({3: 70.0, 4: 80.0, 9: 85.0, 10: 87.0}))
    11.0
    """
    return (kept[9] + kept[10] - kept[3] - kept[4]) / 2.0


def _rises(frame: pd.DataFrame) -> str:
    kept = frame.pivot(index=["market", "way"], columns="year", values="estimate")
    rise = risen(kept).unstack("way")
    return "\n".join(
        f"- {str(market).capitalize()}: retention rises by {each['neither']:.1f} points with "
        f"neither, by {each['sorting']:.1f} with sorting, by {each['building']:.1f} with building "
        f"and by {each['both']:.1f} with both."
        for market, each in rise.to_dict("index").items()
    )


def _gains(frame: pd.DataFrame) -> str:
    told = frame.assign(told=[_told(row) for row in frame.to_dict("records")])
    wide = told.pivot(index=["market", "way"], columns="measure", values="told")
    measures = {
        "points": "points of retention",
        "saves": "saves a year per 100 customers",
        "customers": "customers, %",
        "lifetime_value": "lifetime value, %",
        "profit": "profit, %",
        "profit_a_save": "profit for each save, money",
    }
    order = frame[["market", "way"]].drop_duplicates().itertuples(index=False, name=None)
    rows = [
        [market, _WAYS[way], *(wide.loc[(market, way), name] for name in measures)]
        for market, way in order
    ]
    heads = ["market", "what makes retention rise", *measures.values()]
    return (
        "## What five points of retention bring\n\nThe free event `save` with `annual_points: "
        "0.05` for one firm, against the same market without it; the same random numbers, 95% "
        f"intervals.\n\n{table(heads, rows)}\n\n{_compared(frame)}"
    )


def _told(row: dict[Any, Any]) -> str:
    return f"{row['estimate']:.1f} ({row['low']:.1f} to {row['high']:.1f})"


def _compared(frame: pd.DataFrame) -> str:
    mean = frame.pivot(index=["market", "measure"], columns="way", values="estimate")
    return "\n".join(
        f"- {market.capitalize()}: five points bring "
        f"{mean.loc[(market, 'customers'), 'sorting']:.1f}% more customers under sorting and "
        f"{mean.loc[(market, 'customers'), 'building']:.1f}% under building. The firm saves "
        f"{mean.loc[(market, 'saves'), 'sorting']:.1f} of 100 customers a year under the one and "
        f"{mean.loc[(market, 'saves'), 'building']:.1f} under the other; each save brings "
        f"{mean.loc[(market, 'profit_a_save'), 'sorting']:.1f} and "
        f"{mean.loc[(market, 'profit_a_save'), 'building']:.1f} of profit."
        for market in frame["market"].unique()
    )


def _without_contract(frame: pd.DataFrame) -> str:
    mean = frame.pivot(index="way", columns="measure", values="estimate").to_dict("index")
    sorting, building = mean["sorting"], mean["building"]
    return (
        "- Telecom with its contract taken away, at the same churn: five points bring "
        f"{sorting['customers']:.1f}% more customers under sorting and "
        f"{building['customers']:.1f}% under building; each save brings "
        f"{sorting['profit_a_save']:.1f} and {building['profit_a_save']:.1f} of profit "
        "([table](../results/sorting/unbound.csv)).\n"
    )


def _cohort(frame: pd.DataFrame) -> str:
    rows = [
        [year, *(f"{value:.1f}" for value in values)]
        for year, *values in frame.itertuples(index=False)
    ]
    off = frame.drop(columns=["year", "published"]).sub(frame["published"], axis=0).abs().max()
    heads = ["year", "published", "beta-geometric", "by sorting", "by building"]
    return (
        '## The "regular" cohort\n\nFader & Hardie (2007), "How to project customer retention", '
        "Journal of Interactive Marketing 21:1: how many of a hundred are left. The relationship "
        "rule keeps it by frailty alone (a base of 2.83% a month and a spread of 1.62, the "
        "best two numbers of its closed form), and by trust alone (all alike; base hazard, "
        f"trust effect and build rate fitted).\n\n{table(heads, rows)}\n\n"
        f"The greatest distance to what was published is {off['sorting']:.1f} points by sorting, "
        f"{off['building']:.1f} by building and {off['closed_form']:.1f} by the beta-geometric: "
        "one curve, and opposite accounts of it. Three fitted numbers are one "
        "more than frailty has.\n"
    )
