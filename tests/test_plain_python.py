"""With compilation switched off the market lives the same life, for debuggers and coverage."""

import hashlib
import os
import subprocess
import sys
from typing import Any

from relsim.market import Market
from relsim.spec import override, starter

SETTINGS: tuple[dict[str, Any], ...] = (
    {},
    {"market.setting": "non_contractual", "market.annual_turnover": 0.5},
    {"mechanisms.retention.rule": "own", "customers.network.kind": "scale_free"},
    {
        "events": [
            {"kind": "recession", "month": 1, "depth": 0.3},
            {"kind": "changing_needs", "month": 1, "shift": 0.123, "lasts": 3},
            {"kind": "price_war", "month": 2, "lasts": 1, "depth": 0.1},
        ]
    },
)


def fingerprint() -> str:
    """Return a hash of what some small markets come to."""
    digest = hashlib.sha256()
    for values in SETTINGS:
        market = Market(override(starter(), {"market.customers": 150, **values})).run(3)
        digest.update(market.table.drop(columns="firm").to_numpy(float).tobytes())
        for column in market.customers.columns:
            digest.update(column.tobytes())
    return digest.hexdigest()


def test_plain_python_gives_the_same_bytes() -> None:
    done = subprocess.run(
        [sys.executable, __file__],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == fingerprint()


if __name__ == "__main__":
    sys.stdout.write(fingerprint())
