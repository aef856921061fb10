"""Fit the free numbers of markets to published moments: ``python -m experiments.calibration``.

``calibration.yaml`` says which numbers of a market are free, within which bounds, and which
published moments they are fitted to (:func:`relsim.calibration.calibrate`). The command writes,
for each market, its numbers, its moments, and all that was found as JSON, into results/calibration.
It changes no config. A run that was killed goes on where it was, by the
journal beside them.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

import relsim
from relsim.calibration import Calibration, Free, Target, Window, calibrate
from relsim.cli.progress import progress

GIVEN = Path(__file__).with_suffix(".yaml")
RESULTS = Path("results/calibration")
CUSTOMERS, REPLICATIONS, STEPS = 6_000, 4, 8
WINDOW = Window(36, 24)
_OF_ONE = "_elasticity_"


def given() -> dict[str, dict[str, Any]]:
    """Return what is free in each market, and what it is fitted to."""
    read: dict[str, dict[str, Any]] = yaml.safe_load(GIVEN.read_text("utf-8"))
    return read


def target(keys: Mapping[str, Any], one_firm: str) -> Target:
    """Return a target; an elasticity is one firm's.

    Examples
    --------
    >>> target({"moment": "churn", "low": 0.01, "high": 0.02}, "Balance").error
    0.005
    """
    firm = one_firm if _OF_ONE in keys["moment"] else None
    make = Target.band if "low" in keys else Target
    return make(**keys, firm=firm)


def fitted(name: str, order: argparse.Namespace, journal: Path) -> Calibration:
    """Return the calibration of a market."""
    one = given()[name]
    with progress(1, quiet=False, noun="runs") as bar:

        def reach(done: int, most: int) -> None:
            bar.expect(most)
            bar.reach(done)

        return calibrate(
            relsim.load(name, {"market.customers": order.customers, **one.get("set", {})}),
            [Free(**keys) for keys in one["free"]],
            [target(keys, one["one_firm"]) for keys in one["targets"]],
            replications=order.replications,
            held_out=2 * order.replications,
            window=WINDOW,
            steps=order.steps,
            journal=journal,
            workers=order.workers,
            each=reach,
        )


def write(found: Calibration, name: str, out: Path) -> None:
    """Write what was found into a folder."""
    found.number_table.to_csv(out / f"{name}.csv", index=False, float_format="%.5g")
    found.moment_table.to_csv(out / f"{name}_moments.csv", index=False, float_format="%.5g")
    (out / f"{name}.json").write_text(json.dumps(found.plain(), indent=1) + "\n", "utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("markets", nargs="*", help="those of calibration.yaml unless said")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for tables")
    parser.add_argument("--customers", type=int, default=CUSTOMERS, help="size of the markets")
    parser.add_argument("--replications", type=int, default=REPLICATIONS, help="of each point")
    parser.add_argument("--steps", type=int, default=STEPS, help="of the search, at most")
    parser.add_argument("--workers", type=int, default=2, help="runs that are at work at a time")
    order = parser.parse_args(arguments)
    known = given()
    for name in order.markets or known:
        if name not in known:
            parser.error(f"{name}: no such market in {GIVEN.name}; known: {', '.join(known)}")
    order.out.mkdir(parents=True, exist_ok=True)
    for name in order.markets or known:
        journal = order.out / f"{name}.journal"
        found = fitted(name, order, journal)
        write(found, name, order.out)
        journal.unlink()
        print(found.number_table.to_string(), found.moment_table.to_string(), sep="\n")
        print(f"{order.out}: {name}; not identified: {', '.join(found.not_identified) or 'none'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
