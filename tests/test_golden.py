"""Golden trajectories: the same market lives the same life as it did when this was written.

A change that is meant is written down by ``python tests/test_golden.py``, and said in the
changelog. Counts have to be equal; money and means agree to 1e-9.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from relsim.market import Market
from relsim.spec import override, read, starter

FILE = Path(__file__).with_name("golden.yaml")
COLUMNS = ["customers", "acquired", "lost", "profit", "cash", "trust", "customer_equity"]
RUNS: dict[str, dict[str, Any]] = {
    "contractual": {"firms.0.contract_months": 12},
    "non-contractual": {"market.setting": "non_contractual", "customers.segments.0.usage": 2.0},
    "learning rivals": {
        "firms.0.strategy": {"kind": "adaptive"},
        "firms.1.strategy": {"kind": "marginal"},
        "customers.network.kind": "scale_free",
        "market.annual_turnover": 0.2,
    },
}


def trajectory(name: str) -> dict[str, list[float]]:
    table = Market(override(starter(), RUNS[name]), seed=11).run(24).table
    late = table[table["month"].isin([1, 12, 24])]
    return {column: [float(value) for value in late[column]] for column in COLUMNS}


@pytest.mark.parametrize("name", RUNS)
def test_a_market_lives_as_it_did(name: str) -> None:
    golden = yaml.safe_load(FILE.read_text())[name]
    lived = trajectory(name)
    for column in ("customers", "acquired", "lost"):
        assert lived[column] == golden[column]
    for column in COLUMNS:
        assert lived[column] == pytest.approx(golden[column], rel=1e-9), column


def test_the_telecom_market_ends_as_it_did() -> None:
    spec = read("telecom", {"market.customers": 5000})
    table = Market(spec).run().table
    last = table[table["month"] == 120]
    golden = yaml.safe_load(FILE.read_text())["telecom"]
    assert dict(zip(last["firm"], last["customers"], strict=True)) == golden


def refresh() -> None:
    """Write down how the markets live now."""
    golden: dict[str, Any] = {name: trajectory(name) for name in RUNS}
    table = Market(read("telecom", {"market.customers": 5000})).run().table
    last = table[table["month"] == 120]
    golden["telecom"] = {
        str(f): float(n) for f, n in zip(last["firm"], last["customers"], strict=True)
    }
    FILE.write_text(yaml.safe_dump(golden, sort_keys=False))


if __name__ == "__main__":
    refresh()
