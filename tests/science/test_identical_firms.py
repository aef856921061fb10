"""Identical firms in markets that are simulated: nobody is ahead."""

from pathlib import Path

import pandas as pd
import pytest

from experiments import identical_firms
from experiments.identical_firms import Setting, main, trials


def test_nobody_is_named_among_firms_that_are_the_same() -> None:
    found = trials(Setting("telecom", 4, 4), number=8)
    assert (found.trials, found.named) == (8, 0)
    assert found.apart <= 2  # 5% of 8, which chance exceeds in one of 170


def test_a_firm_that_gives_its_service_away_is_told_apart() -> None:
    assert trials(Setting("telecom", 2, 8, price=0.2), number=2).apart == 2


def test_the_command_writes_its_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(identical_firms, "SETTINGS", (Setting("grocery", 2, 2),))
    assert main(["--trials", "2", "--out", str(tmp_path)]) == 0
    assert pd.read_csv(tmp_path / "trials.csv")["trials"].tolist() == [2]
    assert "| grocery | 2 | 2 | 1.0 | 2 |" in capsys.readouterr().out
