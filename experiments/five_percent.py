"""Where "25 to 85%" comes from: ``python -m experiments.five_percent``.

Reichheld & Sasser's arithmetic (1990, Harvard Business Review 68:5) on their own profit streams,
and what becomes of it when a word or a rate is read otherwise. Nothing is simulated here. The
command writes five tables and two figures into results/five_percent:

``steps``     value of a customer before and after a step in churn, by stream and method;
``bars``      the baseline churn that each published bar implies (it was never published);
``readings``  the gain by base retention, for points, per cent of retention, per cent of defection;
``band``      the base retentions for which a gain lies within 25 to 85%;
``elasticity``  the per cent of value that one per cent of retention brings.

The streams and three bars are as commonly quoted; the other bars stand in pages that quote the
source and were seen. The primary source was not.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from experiments import five_percent_figure
from relsim.economics import gains
from relsim.report.run_figures import save

RESULTS = Path("results/five_percent")
POINTS = 0.05
BAND = (0.25, 0.85)
FLAT = "flat margin"
STREAMS: Mapping[str, tuple[float, ...]] = {
    "credit card": gains.CREDIT_CARD,
    # Years 1 to 5; what it cost to win a customer is not quoted, and taken as nothing.
    "industrial laundry": (0.0, 144.0, 166.0, 192.0, 222.0, 256.0),
    "industrial distribution": (0.0, 45.0, 99.0, 121.0, 144.0, 168.0),
    "auto service": (0.0, 25.0, 35.0, 70.0, 88.0, 88.0),
    FLAT: (0.0, 1.0),
}
"""Profit per customer by year, year 0 first, USD; a flat margin for comparison."""


class Method(NamedTuple):
    """A way to value a stream: ``value(stream, defection, discount)`` and its own rate."""

    name: str
    discount: float
    value: Callable[[Sequence[float], float, float], float]


def _fixed_life(stream: Sequence[float], defection: float, discount: float) -> float:
    # Only the card's later years are known to be level, at 51; elsewhere the last year's profit.
    later = 51.0 if tuple(stream) == gains.CREDIT_CARD else None
    return gains.fixed_life_value(stream, 1.0 / defection, discount, later)


def _hazard(stream: Sequence[float], defection: float, discount: float) -> float:
    growth = 3.0 if tuple(stream) == gains.CREDIT_CARD else 0.0
    return gains.constant_hazard_curve_value(stream, defection, discount, growth)


METHODS = (
    Method("fixed life", 0.055, _fixed_life),
    Method("constant hazard", 0.07, _hazard),
)
"""Both give the quoted 300 and 525 US dollars of a card to about 1%: see the tests."""


class Bar(NamedTuple):
    """A published gain for five points less churn.

    ``standing`` is "seen" where a page quoting the source was (the primary source never), else
    "as commonly quoted".
    """

    business: str
    published: float
    standing: str
    stream: str


AS_QUOTED = "as commonly quoted"
BARS = (
    Bar("bank branch deposits", 0.85, "seen", FLAT),
    Bar("credit cards", 0.75, "seen", "credit card"),
    Bar("insurance brokerage", 0.50, "seen", FLAT),
    Bar("industrial distribution", 0.45, "seen", "industrial distribution"),
    Bar("industrial laundry", 0.45, AS_QUOTED, "industrial laundry"),
    Bar("office-building management", 0.40, AS_QUOTED, FLAT),
    Bar("software", 0.35, "seen", FLAT),
    Bar("auto-service chain", 0.30, "seen", "auto service"),
    Bar("credit insurance", 0.25, AS_QUOTED, FLAT),
)
READINGS: Mapping[str, Callable[[float, float], float]] = {
    "points": gains.points,
    "per cent of retention": gains.part_of_retention,
    "per cent of defection": gains.part_of_defection,
}
STEPS = ((0.20, 0.15), (0.15, 0.10), (0.10, 0.05), (0.20, 0.10))
"""Churn before and after; the last is the step that gives the 125% told of MBNA's 10 to 5."""
CARD: Mapping[float, float] = {0.10: 300.0, 0.05: 525.0}
"""Value of a card's customer by churn, USD, as commonly quoted."""
MBNA = 1.25
"""The gain told of MBNA, which halved churn from 10 to 5%."""
_LEAST = 1e-3  # a customer kept for a thousand years is kept for good
_MOST_DEFECTION = 0.40


def gained(method: Method, stream: str, before: float, after: float, discount: float) -> float:
    """Return the relative gain in value per customer from one churn rate to another.

    Not a number where a customer is worth nothing before: most of a short life only pays for
    acquiring it.
    """
    was, becomes = (
        method.value(STREAMS[stream], max(rate, _LEAST), discount) for rate in (before, after)
    )
    return becomes / was - 1.0 if was > 0.0 else float("nan")


def steps() -> pd.DataFrame:
    """Return the value of a customer before and after each step, and the gain."""
    rows = [
        {
            "stream": stream,
            "method": method.name,
            "discount": method.discount,
            "defection_before": before,
            "defection_after": after,
            "value_before": method.value(STREAMS[stream], before, method.discount),
            "value_after": method.value(STREAMS[stream], after, method.discount),
            "gain": gained(method, stream, before, after, method.discount),
        }
        for stream in STREAMS
        for method in METHODS
        for before, after in STEPS
    ]
    return pd.DataFrame(rows)


def baselines(bar: Bar, method: Method, discount: float) -> list[float]:
    """Return the churn rates from which five points less give the published gain.

    The source names none. Looked for between 5%, below which no five points can be taken away,
    and 40%; there may be none, or several.
    """

    def miss(defection: float) -> float:
        return gained(method, bar.stream, defection, defection - POINTS, discount) - bar.published

    grid = np.linspace(POINTS + _LEAST, _MOST_DEFECTION, 300)
    missed = [miss(defection) for defection in grid.tolist()]
    return [
        float(brentq(miss, grid[k], grid[k + 1]))
        for k in range(grid.size - 1)
        if (missed[k] >= 0.0) != (missed[k + 1] >= 0.0)
    ]


def bars() -> pd.DataFrame:
    """Return the baseline churn that each bar implies, by method and discount rate."""
    return pd.DataFrame(list(_bars()))


def _bars() -> Iterator[dict[str, object]]:
    for bar in BARS:
        for method in METHODS:
            for discount in (0.0, method.discount, 0.10, 0.15):
                found = baselines(bar, method, discount)
                yield {
                    **bar._asdict(),
                    "method": method.name,
                    "discount": discount,
                    "baseline_defection": max(found, default=np.nan),
                    "baselines": len(found),
                }


def readings() -> pd.DataFrame:
    """Return the gain by base retention, for each reading, stream and discount rate."""
    hazard = METHODS[1]
    rows = [
        {
            "reading": reading,
            "stream": stream,
            "discount": discount,
            "retention": retention,
            "gain": gained(
                hazard, stream, 1.0 - retention, 1.0 - raised(retention, POINTS), discount
            ),
        }
        for reading, raised in READINGS.items()
        for stream, discount in (
            (FLAT, 0.0),
            (FLAT, 0.10),
            ("credit card", 0.07),
            ("credit card", 0.15),
        )
        for retention in np.linspace(0.50, 0.95, 46).round(4).tolist()
    ]
    return pd.DataFrame(rows)


def band() -> pd.DataFrame:
    """Return the base retentions whose gain lies within 25 to 85%, on a grid of 0.1 points."""
    hazard, grid = METHODS[1], np.linspace(0.50, 0.95, 451).round(4)
    rows = []
    for reading, raised in READINGS.items():
        for stream in (FLAT, "credit card"):
            for discount in (0.0, 0.05, 0.07, 0.10, 0.12, 0.15, 0.20):
                gain = np.array(
                    [gained(hazard, stream, 1.0 - r, 1.0 - raised(r, POINTS), discount)
                     for r in grid.tolist()]
                )  # fmt: skip
                inside = grid[(gain >= BAND[0] - 1e-9) & (gain <= BAND[1] + 1e-9)]
                rows.append(
                    {
                        "reading": reading,
                        "stream": stream,
                        "discount": discount,
                        "retention_from": inside.min() if inside.size else np.nan,
                        "retention_to": inside.max() if inside.size else np.nan,
                        "highest_gain": gain.max(),
                    }
                )
    return pd.DataFrame(rows)


def elasticity() -> pd.DataFrame:
    """Return per cent of value for one per cent of retention: Gupta, Lehmann & Stuart (2004)."""
    rates = np.array([0.70, 0.80, 0.85, 0.90, 0.95])
    return pd.DataFrame(
        [
            {
                "retention": r,
                "discount": discount,
                "elasticity": float(gains.elasticity(r, discount)),
                "duration": gains.duration(r, discount) if discount > 0.0 else 1.0 / (1.0 - r),
            }
            for discount in (0.0, 0.08, 0.12, 0.16)
            for r in rates.tolist()
        ]
    )


TABLES: Mapping[str, Callable[[], pd.DataFrame]] = {
    "steps": steps,
    "bars": bars,
    "readings": readings,
    "band": band,
    "elasticity": elasticity,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for tables and figures")
    out = parser.parse_args(arguments).out
    out.mkdir(parents=True, exist_ok=True)
    tables = {name: table() for name, table in TABLES.items()}
    for name, table in tables.items():
        table.to_csv(out / f"{name}.csv", index=False, float_format="%.6g")
    save(five_percent_figure.draw(tables), out)
    print(f"{out}: {', '.join(tables)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
