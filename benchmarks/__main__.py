"""Measure relsim: ``python -m benchmarks [--quick] [--only NAME] [--json FILE]``."""

import argparse
import dataclasses
import functools
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import firms, lab, mechanisms, passes, size, small, speed, threads, warm
from benchmarks.machine import this_machine
from benchmarks.progress import begin, clear
from benchmarks.results import Section
from benchmarks.show import console, show

Benchmark = Callable[[], Section]

FULL: dict[str, Benchmark] = {
    "speed": speed.measure,
    "passes": passes.measure,
    "mechanisms": mechanisms.measure,
    "size": size.measure,
    "small": small.measure,
    "threads": threads.measure,
    "warm": warm.measure,
    "firms": firms.measure,
    "lab": lab.measure,
}
QUICK: dict[str, Benchmark] = {
    "speed": functools.partial(speed.measure, objects=1_000, rounds=9),
    "passes": functools.partial(passes.measure, rounds=9),
    "mechanisms": functools.partial(mechanisms.measure, rounds=60),
    "size": functools.partial(size.measure, size.SIZES[:-1], rounds=3, weighed=200_000),
    "small": functools.partial(small.measure, rounds=7),
    "threads": functools.partial(threads.measure, customers=300_000, rounds=5),
    "warm": functools.partial(warm.measure, rounds=5, starts=2, compiles=False),
    "firms": functools.partial(firms.measure, customers=20_000, rounds=7),
    "lab": functools.partial(lab.measure, 2_000, 24, rounds=3, kills=False),
}


def main(
    arguments: Sequence[str] | None = None,
    full: dict[str, Benchmark] = FULL,
    quick: dict[str, Benchmark] = QUICK,
) -> None:
    """Measure, print, and write what was asked for.

    Parameters
    ----------
    arguments : sequence of str, optional
        Instead of the command line's.
    full, quick : dict
        The benchmarks by name, and their short form.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller and fewer: half a minute")
    parser.add_argument("--only", action="append", choices=list(full), help="may be repeated")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there too")
    asked = parser.parse_args(arguments)
    benchmarks = quick if asked.quick else full
    machine = this_machine()
    sections = []
    for name in asked.only or benchmarks:
        begin(f"measuring {name}")
        sections.append(benchmarks[name]())
    clear()
    show(console(), machine, sections)
    if asked.json:
        measured = {
            "machine": dataclasses.asdict(machine),
            "sections": [section.as_dict() for section in sections],
        }
        asked.json.write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
