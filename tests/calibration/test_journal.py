"""A calibration that was killed goes on from what it had simulated, to the same bytes."""

import json
import math
from pathlib import Path

import pytest

from relsim.calibration import Free, Target, Window, calibrate
from relsim.calibration.journal import Journal
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
    return json.dumps(found.plain() | {"runs": 0})


def test_what_was_simulated_is_not_simulated_again(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with pytest.raises(KilledError):
        run(path, most=7)
    kept = path.read_text()
    assert kept.count("\n") > 2
    path.write_text(kept[:-9])  # the last line was cut off
    assert run(path) == run(None)
    assert run(path, most=0) == run(None)  # nothing is left to be simulated


def test_targets_may_move_but_not_the_market(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    run(path)
    assert run(path, target=0.03) == run(None, target=0.03)
    with pytest.raises(OutputError, match="no journal of this calibration"):
        calibrate(SPEC, FREE, [Target("share", 0.5, 0.1)], journal=path)
    other = tmp_path / "other"
    other.write_text("hello\n")
    with pytest.raises(OutputError, match="other: is no journal of a calibration"):
        Journal(other, "this")
    with pytest.raises(OutputError, match="cannot be"):
        Journal(tmp_path / "no" / "folder", "this")
