"""What a run is made of: frozen, typed, validated models with units and bounds; YAML in."""

from relsim.spec.config import parse_assignment, read, spec_hash
from relsim.spec.customers import CustomersSpec, NetworkSpec, Segment, Start
from relsim.spec.firms import Capability, FirmSpec, Recovery, Response, StrategySpec
from relsim.spec.market import Frame, MarketSpec, Run
from relsim.spec.mechanisms import Mechanisms
from relsim.spec.overrides import override


def starter() -> MarketSpec:
    """Return a small market of two firms: something to play with.

    Examples
    --------
    >>> [firm.name for firm in starter().firms]
    ['Attack', 'Defend']
    """
    return MarketSpec.model_validate(
        {
            "title": "A small market",
            "market": {"customers": 1000, "reference_price": 30.0},
            "firms": [
                {
                    "name": name,
                    "share": 0.4,
                    "price": 30.0,
                    "unit_cost": 10.0,
                    "service_cost": 5.0,
                    "onboarding_cost": 20.0,
                    "strategy": {"kind": kind},
                }
                for name, kind in (("Attack", "offensive"), ("Defend", "defensive"))
            ],
            "run": {"months": 24},
        }
    )


__all__ = [
    "Capability",
    "CustomersSpec",
    "FirmSpec",
    "Frame",
    "MarketSpec",
    "Mechanisms",
    "NetworkSpec",
    "Recovery",
    "Response",
    "Run",
    "Segment",
    "Start",
    "StrategySpec",
    "override",
    "parse_assignment",
    "read",
    "spec_hash",
    "starter",
]
