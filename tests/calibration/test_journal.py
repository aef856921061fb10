"""A calibration that was killed goes on from what it had simulated, to the same bytes."""

import json
import math
import re
from pathlib import Path

import pytest

from relsim.calibration import Free, Target, Window, calibrate
from relsim.errors import OutputError
from relsim.spec import override, starter

SPEC = override(starter(), {"market.customers": 300})
FREE = [Free("mechanisms.reconsider.base_hazard", 0.01, 0.6, "log")]


class KilledError(Exception):
    """The process ended."""


def run(path: Path | None, most: float = math.inf, target: float = 0.02) -> str:
    def each(done: int, _: int) -> None:
        if done > most:
            raise KilledError

    found = calibrate(
        SPEC, FREE, [Target("churn", target, 0.001)], replications=2, held_out=2,
        window=Window(1, 4), steps=3, journal=path, each=each,
    )  # fmt: skip
    return json.dumps(found.plain())


def test_what_was_simulated_is_not_simulated_again(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with pytest.raises(KilledError):
        run(path, most=7)
    assert path.stat().st_size > 0
    assert run(path) == run(None)
    assert run(path, most=0) == run(None)  # nothing is left to be simulated


def test_targets_may_move_but_not_the_market(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    run(path)
    assert run(path, target=0.03) == run(None, target=0.03)
    with pytest.raises(OutputError, match="no journal of this calibration"):
        calibrate(SPEC, FREE, [Target("share", 0.5, 0.1)], journal=path)
    for name, text in (
        ("other", b"important text of mine\n"),
        ("cut", b'{"calibration": "x"}\n[0'),
    ):
        other = tmp_path / name
        other.write_bytes(text)
        with pytest.raises(OutputError, match=f"{name}: is no journal of a calibration"):
            run(other)
        assert other.read_bytes() == text  # what is somebody's stays as it was
    with pytest.raises(OutputError, match="cannot be"):
        run(tmp_path / "no" / "folder")


def test_what_is_damaged_is_said_and_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    run(path)
    whole = path.read_bytes()
    value = re.search(rb"\[\[0\.0\d+", whole)
    assert value is not None
    path.write_bytes(whole[: value.end() - 1] + b"9" + whole[value.end() :])
    with pytest.raises(OutputError, match="is damaged"):
        run(path)


def test_another_strategy_of_one_s_own_takes_another_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal"
    run(path)
    monkeypatch.setattr("relsim.calibration.fit.codes_of", lambda _: {"mine.Strategy": "edited"})
    with pytest.raises(OutputError, match="other code"):
        run(path)
