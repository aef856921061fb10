"""What markets are fitted to: every free number and every target is one that the market has."""

import doctest
import json
from pathlib import Path

import pytest

import relsim
from experiments import calibration
from relsim.calibration import Free, calibrate
from relsim.calibration.inputs import check
from relsim.calibration.measurement import Window, check_firms
from relsim.spec import starter


@pytest.mark.parametrize("name", calibration.given())
def test_what_is_given_fits_the_market(name: str) -> None:
    one = calibration.given()[name]
    spec = relsim.load(name, one.get("set", {}))
    targets = tuple(calibration.target(keys, one["one_firm"]) for keys in one["targets"])
    check(spec, tuple(Free(**keys) for keys in one["free"]), targets)
    check_firms(spec, [(target.moment, target.firm) for target in targets])
    assert all(target.source for target in targets)


def test_the_example_is_right() -> None:
    assert doctest.testmod(calibration).failed == 0


def test_what_is_found_is_written(tmp_path: Path) -> None:
    found = calibrate(
        starter().with_({"market.customers": 100}),
        [Free("firms.*.service_cost", 1.0, 20.0)],
        [calibration.target({"moment": "cost_to_serve", "low": 0.1, "high": 0.2}, "Attack")],
        replications=2,
        held_out=2,
        window=Window(1, 3),
        steps=1,
    )
    calibration.write(found, "small", tmp_path)
    assert json.loads((tmp_path / "small.json").read_text("utf-8"))["seed"] == 1
    assert (tmp_path / "small.csv").read_text("utf-8").startswith("path,low,high,scale,start,value")
    assert "cost_to_serve" in (tmp_path / "small_moments.csv").read_text("utf-8")


def test_a_market_that_is_not_given_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        calibration.main(["telcom"])
    assert "telcom: no such market" in capsys.readouterr().err
