"""A claim small enough to be tested in a moment."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from relsim.claims.config import Claim, read_claim

Data = dict[str, Any]


def tiny() -> Data:
    """Return a claim over a small market: one reading to test, one that cannot be."""
    return {
        "id": "tiny",
        "title": "Care pays",
        "statement": "More care pays.",
        "source": {"citation": "Nobody 1900"},
        "readings": {
            "pays": {
                "title": "Earns more",
                "experiment": {
                    "base": "telecom",
                    "settings": {
                        "market.customers": 300,
                        "run.months": 12,
                        "firms.0.strategy.kind": "balanced",
                    },
                    "arms": {
                        "half": {"firms.0.strategy.retention_share": 0.5},
                        "keep": {"firms.0.strategy.retention_share": 1.0},
                    },
                    "uncertainties": [
                        {"key": "market.annual_turnover", "name": "turnover", "low": 0.01,
                         "high": 0.1},
                        {"key": "firms.*.switching_cost", "name": "cost", "low": 0.0, "high": 1.0},
                    ],
                    "design": {"points": 6},
                    "replication": {"minimum": 2},
                    "outcomes": {
                        "profit": {"measure": "profit", "firm": 0, "unit": "USD"},
                        "share": {"measure": "share", "firm": 0},
                    },
                },
                "effect": {"outcome": "profit", "measure": "difference"},
                "hypothesis": {"above": -1e12},
            },
            "minds": {"title": "Minds care", "untestable": "Nobody minds in the model."},
        },
    }  # fmt: skip


def written(folder: Path, data: Data) -> str:
    """Write a claim and return the path of its file."""
    path = folder / "tiny.yaml"
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return str(path)


@pytest.fixture
def data() -> Data:
    """Return the content of the claim's file, to be changed."""
    return tiny()


@pytest.fixture
def claim(tmp_path: Path, data: Data) -> Claim:
    """Return the claim."""
    return read_claim(written(tmp_path, data))
