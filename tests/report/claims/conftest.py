"""Folders of claims as they are left by their studies, of invented numbers."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from relsim.report.claims.results import Results, read

INDUSTRIES = ("retail_banking", "telecom", "supermarket", "insurance")
_BAND, _GAIN, _NONE = (0.25, 0.85), (0.0, np.inf), (-0.01, 0.01)


def verdict(claim: str, reading: str, word: str, **other: Any) -> dict[str, Any]:
    """Return a row of verdicts."""
    row = {
        "claim": claim, "reading": reading, "title": f"The reading {reading}, as it is meant",
        "word": word, "effect": 0.4123, "low": 0.3456, "high": 0.4789,
        "median": 0.3987, "low_tenth": 0.1234, "high_tenth": 0.6543, "measure": "relative",
        "unit": "", "hypothesis": "", "band_low": _BAND[0], "band_high": _BAND[1], "runs": 1284,
        "points": 48, "replications": 12, "holds": 0.979, "holds_low": 0.891, "holds_high": 0.996,
        "deciding": "turnover; discount_rate", "box": "", "break_even": np.nan,
        "break_even_text": "", "needed": np.nan, "assumed_holds": np.nan,
        "assumed_least": np.nan, "assumed_markets": "",
        "hash": f"{hash_of(reading):016x}", "command": f"relsim claim {claim} --reading {reading}",
    }  # fmt: skip
    return {**row, **other}


def hash_of(text: str) -> int:
    """Return a number of a text, the same in every process."""
    return int.from_bytes(text.encode()[:8].ljust(8, b"x"), "big")


def scattered(row: Mapping[str, Any], points: int = 48, spread: float = 0.15) -> pd.DataFrame:
    """Return points about the effect of a reading, moved by its turnover."""
    rng = np.random.default_rng(hash_of(str(row["reading"])))
    turnover, size = rng.uniform(0.0, 0.1, points), abs(row["effect"]) or 1.0
    effect = row["effect"] + size * (12.0 * (0.05 - turnover) + spread * rng.normal(size=points))
    return pd.DataFrame(
        {
            "reading": row["reading"],
            "base": [INDUSTRIES[k % 4] for k in range(points)],
            "turnover": turnover,
            "discount_rate": rng.uniform(0.05, 0.2, points),
            "effect": effect,
            "low": effect - 0.1 * size,
            "high": effect + 0.1 * size,
            "holds": (effect >= row["band_low"]) & (effect <= row["band_high"]),
        }
    )


def mapped(row: Mapping[str, Any]) -> pd.DataFrame:
    """Return points of a grid over two factors; their effect changes its sign."""
    ratio, share = np.meshgrid([1.0, 2.0, 5.0, 10.0, 20.0], [0.05, 0.1, 0.2, 0.4, 0.6])
    effect = 0.08 * np.log(ratio.ravel()) - 0.4 * share.ravel()
    return pd.DataFrame(
        {
            "reading": row["reading"], "cost_ratio": ratio.ravel(), "share": share.ravel(),
            "effect": effect, "low": effect - 0.02, "high": effect + 0.02, "holds": effect > 0.0,
        }
    )  # fmt: skip


def write_claim(
    folder: Path,
    claim: str,
    rows: list[dict[str, Any]],
    points: list[pd.DataFrame],
    comparisons: tuple[dict[str, Any], ...] = (),
    **spec: Any,
) -> Path:
    """Write the folder of a claim."""
    about = {
        "claim": {
            "id": claim, "title": claim.replace("-", " ").capitalize(),
            "in_short": "It depends on what is meant.",
            "statement": "5% better retention raises profit by 25 to 85%.",
            "source": {"citation": "Somebody 1990, A Journal 68:5", "standing": "seen"},
            "notes": "", "against": ["Another 2010: <none> of it & more"],
            "assumptions": [
                {"favours": "claim", "text": "Customers never forget."},
                {"favours": "against", "text": "Rivals are never asleep."},
            ],
            "questions": ["Whose money is it?", "What is a point?", "Who pays?"],
            "opposite": {
                "text": "Let people come and go.", "reading": rows[0]["reading"],
                "settings": {"market.annual_turnover": 0.3},
            },
            "study": f"python -m studies {claim}",
            "readings": {row["reading"]: {"notes": ""} for row in rows}, "frontier": None, **spec,
        },
        "comparisons": list(comparisons), "quick": claim == "size-decides",
        "file": claim, "ours": True, "tried": "",
        "provenance": {
            "relsim": "0.6.0", "started": "2026-11-24T22:36:07+00:00", "code": "0123456789abcdef",
            "git": {"commit": "89abcdef0123456789abcdef0123456789abcdef", "dirty": False},
        },
    }  # fmt: skip
    place = folder / claim
    place.mkdir(parents=True)
    (place / "claim.json").write_text(json.dumps(about), encoding="utf-8")
    pd.DataFrame(rows).to_csv(place / "verdicts.csv", index=False)
    if points:
        pd.concat(points, ignore_index=True).to_csv(place / "points.csv", index=False)
    return place


def write_several(folder: Path) -> Path:
    """Write claims that differ in all that a card can show."""
    name = "five-percent"
    rows = [
        verdict(
            name, "free-alone", "supported", title="Five points, free, rivals do nothing",
            break_even=12.345, assumed_holds=0.9375, assumed_least=0.9375,
            break_even_text="pays while a unit of saved costs less than 12.3 USD",
        ),
        verdict(
            name, "paid", "conditional", title="Five points, paid for at the price they cost",
            effect=0.0312, low=0.0123, high=0.0501, band_low=0.0, band_high=np.inf, holds=0.62,
            holds_low=0.478, holds_high=0.744, box="holds where turnover < 0.052 and so on",
        ),
        verdict(
            name, "everyone", "refuted", title="All firms at once", effect=-0.1215, low=-0.1512,
            high=-0.0918, band_low=0.0, band_high=np.inf, holds=0.021, holds_low=0.004,
            holds_high=0.109, assumed_holds=1.0, assumed_least=1.0,
        ),
        verdict(
            name, "yearly", "inconclusive", title="Profit of a year, per customer", effect=1234.5,
            low=-345.6, high=2814.6, measure="difference", unit="USD a year", band_low=0.0,
            band_high=np.inf, holds=0.55, holds_low=0.4, holds_high=0.7, needed=5200.0,
        ),
    ]  # fmt: skip
    untestable = verdict(
        name, "banks", "untestable", title="The nine industries of the source",
        **dict.fromkeys(
            [
                "effect", "low", "high", "median", "low_tenth", "high_tenth", "band_low",
                "band_high", "holds", "holds_low", "holds_high",
            ],
            np.nan,
        ),
        runs=0, points=0, replications=0, measure="", deciding="", hash="", command="",
    )  # fmt: skip
    write_claim(
        folder, name, [*rows, untestable], [scattered(row) for row in rows],
        (
            {
                "reading": "free-alone", "what": "Effect in credit cards", "published": 0.75,
                "unit": "", "source": "Somebody 1990", "measure": "relative", "model": 0.4123,
                "low": 0.3456, "high": 0.4789, "markets": ["credit-card"],
            },
            {
                "reading": "free-alone", "what": "Effect in laundries", "published": 0.45,
                "unit": "", "source": "Somebody 1990", "measure": "relative", "model": 0.3123,
                "low": 0.2456, "high": 0.3789, "markets": ["credit-card", "telecom"],
            },
            {
                "reading": "paid", "what": "What is not known here", "published": 0.1, "unit": "",
                "source": "Somebody", "measure": "relative", "model": None, "low": None,
                "high": None,
            },
        ),
        readings={
            **{row["reading"]: {"notes": "As a manager would say it."} for row in rows},
            "banks": {"untestable": "The source's streams are not published."},
        },
    )  # fmt: skip
    ratio = verdict(
        "cost-ratio", "split", "conditional", title="Keeping pays more than acquiring",
        effect=0.0184, low=0.0021, high=0.0347, measure="value", unit="share of budget",
        band_low=-np.inf, band_high=0.5, deciding="cost_ratio; share", points=25, runs=500,
        box="holds where cost_ratio < 5", holds=0.6, holds_low=0.41, holds_high=0.77,
    )  # fmt: skip
    map_row = verdict(
        "cost-ratio", "map", "conditional", title="The best split over costs and shares",
        effect=0.0184, low=0.0021, high=0.0347, measure="relative", band_low=0.0, band_high=np.inf,
        deciding="cost_ratio; share", points=25, runs=500, box="holds where share < 0.2",
        holds=0.56, holds_low=0.37, holds_high=0.73,
    )  # fmt: skip
    write_claim(
        folder, "cost-ratio", [ratio, map_row], [mapped(ratio), mapped(map_row)],
        frontier={"reading": "map", "x": "cost_ratio", "y": "share"},
    )  # fmt: skip
    only = verdict(
        "size-decides", "equal", "supported", title="No difference that matters",
        effect=0.0012, low=-0.0044, high=0.0068, band_low=_NONE[0], band_high=_NONE[1], deciding="",
        assumed_holds=0.93, assumed_least=0.81,
        assumed_markets="telecom 81%; credit-card 100%", holds=1.0, holds_low=0.92, holds_high=1.0,
    )  # fmt: skip
    write_claim(folder, "size-decides", [only], [scattered(only)])
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the results of several claims."""
    return write_several(tmp_path / "claims")


@pytest.fixture
def results(folder: Path) -> Results:
    """Return the results of a claim that has a reading of every word."""
    return read(folder / "five-percent")
