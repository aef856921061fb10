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


def verify_in(folder: Path, case: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    environment["NUMBA_CACHE_DIR"] = str(folder / "cache")
    return subprocess.run(
        [sys.executable, "-m", "experiments.verification", case],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_two_per_cent_is_found(fault: str, tmp_path: Path) -> None:
    file, right, wrong, case = FAULTS[fault]
    skip = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PACKAGE, tmp_path / "relsim", ignore=skip)
    shutil.copytree(STUDIES, tmp_path / "experiments", ignore=skip)
    rule = tmp_path / "relsim" / "customers" / "rules" / file
    source = rule.read_text("utf-8")
    assert source.count(right) == 1
    rule.write_text(source.replace(right, wrong), "utf-8")
    done = verify_in(tmp_path, case)
    assert done.returncode == 1, done.stdout + done.stderr
    assert case in done.stdout
    assert "Traceback" not in done.stderr
