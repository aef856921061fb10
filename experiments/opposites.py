"""What turns the answer of each claim, at full size: ``python -m experiments.opposites``.

Each claim says what to change to see the opposite. Here that is done to its whole reading, with all
points and replications, beside the reading as it is. It writes results/opposites/opposites.csv.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.markdown import table as markdown_table
from relsim.claims.config import Claim, read_claim, shipped_claims
from relsim.claims.pipeline import Way, investigate, planned
from relsim.claims.variation import Variation
from relsim.claims.verdict import Verdict
from relsim.cli.progress import progress
from relsim.cli.run_command import cores
from relsim.lab.runs.executors import standing

RESULTS = Path("results/opposites")
_SIDES = ("as_it_is", "opposite")


def turned(
    names: Sequence[str], folder: Path, *, quick: bool = False, executor: str = "processes"
) -> pd.DataFrame:
    """Return the verdicts on the readings that turn: a row a claim.

    Parameters
    ----------
    names : sequence of str
        Claims.
    folder : Path
        Where the runs go.
    quick : bool
        Whether small markets and few points will do.
    executor : str
        Who does the work, as of ``relsim experiment --executor``.
    """
    claims: dict[str, list[Claim]] = {side: [] for side in _SIDES}
    for name in names:
        opposite = read_claim(name).spec.opposite
        if opposite is None:
            raise ValueError(f"{name}: says no opposite")
        for side, settings in zip(_SIDES, ({}, opposite.settings), strict=True):
            variation = Variation((opposite.reading,), settings)
            claims[side].append(read_claim(name, quick=quick, variation=variation))
    found: dict[str, list[Verdict]] = {}
    for side, each in claims.items():
        total = planned(each, quick=quick)
        with (
            standing(executor, cores()) as crew,
            progress(total, quiet=False, noun="runs") as shown,
        ):
            way = Way(folder / side, quick, crew, shown)
            found[side] = [answered.judged[0].verdict for answered in investigate(each, way)]
    return pd.DataFrame(
        [
            _row(whole, other, one.variation)
            for one, whole, other in zip(claims["opposite"], *found.values(), strict=True)
        ]
    )


def _row(whole: Verdict, other: Verdict, variation: Variation) -> dict[str, Any]:
    held = Variation(settings=variation.settings).arguments().strip()
    row: dict[str, Any] = {
        "claim": whole.claim, "reading": whole.reading, "title": whole.title, "held": held,
        "measure": whole.measure, "band_low": whole.band_low, "band_high": whole.band_high,
    }  # fmt: skip
    for side, verdict in zip(_SIDES, (whole, other), strict=True):
        for name in ("word", "effect", "low", "high", "holds", "runs"):
            row[f"{side}_{name}"] = getattr(verdict, name)
    return row


def words(frame: pd.DataFrame) -> str:
    """Return the table in Markdown: what is held, and the effect without and with that."""
    heads = ["claim", "reading", "held", "as it is", "then"]
    rows = [
        [row["claim"], row["title"], f"`{row['held']}`", *(_told(row, side) for side in _SIDES)]
        for row in frame.to_dict(orient="records")
    ]
    return markdown_table(heads, rows)


def _told(row: dict[Any, Any], side: str) -> str:
    relative = row["measure"] == "relative"
    effect, low, high = (
        f"{100.0 * row[f'{side}_{name}']:+.1f}" if relative else f"{row[f'{side}_{name}']:.3g}"
        for name in ("effect", "low", "high")
    )
    unit = "%" if relative else ""
    holds = f"{100.0 * row[f'{side}_holds']:.0f}% of points"
    return f"{effect}{unit} [{low}, {high}], holds at {holds}: {row[f'{side}_word']}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("names", nargs="*", metavar="CLAIM", help="these alone; else all")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for the table")
    order = parser.parse_args(arguments)
    path, names = order.out / "opposites.csv", shipped_claims()
    unknown = [name for name in order.names if name not in names]
    if unknown:
        parser.error(f"{unknown[0]}: no such claim; known: {', '.join(names)}")
    with tempfile.TemporaryDirectory() as place:
        frame = turned(order.names or names, Path(place))
    if order.names and path.is_file():
        before = pd.read_csv(path)
        kept = before[~before["claim"].isin(order.names)]
        frame = pd.concat([kept, frame]).sort_values("claim", ignore_index=True)
    order.out.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, index=False, float_format="%.8g")
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
