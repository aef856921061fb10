"""What figures show, in words made from their tables: for who cannot see them."""

import math
from collections.abc import Hashable

import pandas as pd

from relsim.claims.wording import named
from relsim.report.claims.frontier import cells
from relsim.report.claims.importance import deciding_reading
from relsim.report.claims.results import Results
from relsim.report.claims.words import SHARE, Amount, band


def effects_described(results: Results) -> str:
    """Return effect, interval, what is claimed and the word of every reading."""
    return " ".join(
        _effect(row) for row in results.verdicts.to_dict("records") if math.isfinite(row["effect"])
    )


def _effect(row: dict[Hashable, object]) -> str:
    amount = Amount.of(str(row["measure"]), str(row["unit"]))
    values = [float(str(row[column])) for column in ("effect", "low", "high")]
    effect, low, high = amount.texts(values)
    claimed = band(float(str(row["band_low"])), float(str(row["band_high"])), amount)
    return (
        f"{row['title']}: {amount.with_unit(effect)}, interval {low} to {high}; "
        f"claimed {claimed}; {row['word']}."
    )


def strip_described(results: Results) -> str:
    """Return in which share of the scope every reading holds, and how far points reach."""
    said = []
    for row in results.verdicts.to_dict("records"):
        points = results.points_of(row["reading"])
        if points.empty:
            continue
        amount = Amount.of(row["measure"], row["unit"])
        low, high = amount.texts([points["effect"].min(), points["effect"].max()])
        said.append(
            f"{row['title']}: holds at {SHARE.write(row['holds'])} of {len(points)} points, "
            f"with effects from {low} to {amount.with_unit(high)}."
        )
    return " ".join(said)


def deciding_described(results: Results) -> str:
    """Return where the reading holds along its deciding factors."""
    found = deciding_reading(results)
    if found is None:
        return ""
    reading, factors = found
    points = results.points_of(reading)
    holds = points["holds"].astype(bool)
    said = [f"Effects at {len(points)} points."]
    for name in factors:
        values = points[name]
        if not pd.api.types.is_numeric_dtype(values):
            shares = holds.groupby(values.astype(str)).mean()
            parts = (f"{level} {SHARE.write(share)}" for level, share in shares.items())
            said.append(f"It holds, by {named(name)}: {', '.join(parts)}.")
        elif holds.any() and not holds.all():
            middle, other = (f"{values[which].median():,.3g}" for which in (holds, ~holds))
            said.append(
                f"Median {named(name)}: {middle} where it holds, {other} where it does not."
            )
    return " ".join(said)


def frontier_described(results: Results) -> str:
    """Return how the map's cells lie about zero."""
    table = cells(results)
    if table is None:
        return ""
    wanted = results.spec["frontier"]
    row = results.verdicts.set_index("reading").loc[wanted["reading"]]
    amount = Amount.of(row["measure"], row["unit"])
    ordered = table.sort_values("effect").to_dict("records")
    above = SHARE.write(float((table["effect"] > 0.0).mean()))
    ends = (
        f"{name} {amount.write(cell['effect'])} at {named(wanted['x'])} {_level(cell['x'])} and "
        f"{named(wanted['y'])} {_level(cell['y'])}"
        for name, cell in (("highest", ordered[-1]), ("lowest", ordered[0]))
    )
    return f"{len(table)} combinations, {above} of them above zero; {', '.join(ends)}."


def _level(value: object) -> str:
    return value if isinstance(value, str) else f"{float(str(value)):,.4g}"
