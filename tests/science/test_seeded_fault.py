"""A rule that is wrong by 2% is found: the closed forms can fail."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import relsim
from experiments import verification

PACKAGE = Path(relsim.__file__).parent
STUDIES = Path(verification.__file__).parent
FAULTS = {
    # What is changed: file, words, words with the fault; and the case that has to see it.
    "what money does": (
        "response.py",
        "return ceiling * (1.0 - exp(-rate * spend))",
        "return ceiling * (1.0 - exp(-rate * spend * 1.02))",
        "acquisition_response",
    ),
    "how often is bought": (
        "purchase.py",
        "mean = min(mean, 500.0)",
        "mean = min(1.02 * mean, 500.0)",
        "purchase_counts",
    ),
    "what is chosen": (
        "choice.py",
        "return appeal - price_weight",
        "return 1.02 * appeal - price_weight",
        "brand_switching",
    ),
    "when a customer drops out": (
        "purchase.py",
        "math.ceil(log(u) / log(safe))",
        "math.ceil(1.02 * log(u) / log(safe))",
        "buying_and_dropping_out",
    ),
    "what talk does": (
        "talk.py",
        "left *= 1.0 - effect * share",
        "left *= 1.0 - 1.02 * effect * share",
        "diffusion_by_talk",
    ),
    "who reopens the choice": (
        "reconsider.py",
        "return expit(log_odds(base",
        "return 1.02 * expit(log_odds(base",
        "brand_switching",
    ),
}
TOGETHER = (
    ("what money does", "how often is bought", "what is chosen"),
    ("when a customer drops out", "what talk does", "who reopens the choice"),
)
"""Faults that are put into one copy, which is compiled once: each case reads one of them alone.

The case of dropping out also reads how often is bought, that of talk what money does, and that of
brands both what is chosen and who reopens the choice: hence two copies.
"""


def verify_in(folder: Path, *cases: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    environment["NUMBA_CACHE_DIR"] = str(folder / "cache")
    return subprocess.run(
        [sys.executable, "-m", "experiments.verification", *cases],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_all_faults_are_put_in() -> None:
    assert sorted(sum(TOGETHER, ())) == sorted(FAULTS)


def put_in(fault: str, rules: Path) -> None:
    file, right, wrong, _ = FAULTS[fault]
    source = (rules / file).read_text("utf-8")
    assert source.count(right) == 1
    (rules / file).write_text(source.replace(right, wrong), "utf-8")


def worst(printed: str) -> dict[str, float]:
    """Return by how many standard errors each case of a printed table is off at most."""
    rows = [line.split() for line in printed.splitlines()[1:]]
    return {
        case: max(abs(float(row[-1])) for row in rows if row[0] == case)
        for case in {row[0] for row in rows}
    }


@pytest.mark.parametrize("faults", TOGETHER, ids=" and ".join)
def test_a_fault_of_two_per_cent_is_found(faults: tuple[str, ...], tmp_path: Path) -> None:
    skip = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PACKAGE, tmp_path / "relsim", ignore=skip)
    shutil.copytree(STUDIES, tmp_path / "experiments", ignore=skip)
    for fault in faults:
        put_in(fault, tmp_path / "relsim" / "customers" / "rules")
    cases = [FAULTS[fault][3] for fault in faults]
    done = verify_in(tmp_path, *cases)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    off = worst(done.stdout)
    assert off.keys() == set(cases)
    for fault, case in zip(faults, cases, strict=True):
        assert off[case] > verification.MOST_OFF, fault
