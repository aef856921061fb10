"""From a config to a spec that can be run: its keys and its strategies checked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from relsim.errors import StrategyError
from relsim.firms.strategies import build
from relsim.spec import MarketSpec, read


def load(path: str | Path, overrides: Mapping[str, Any] | None = None) -> MarketSpec:
    """Return the spec of a config, with some values set on top.

    Parameters
    ----------
    path : str or Path
        A YAML file, or the name of a config that comes with relsim ("telecom").
    overrides : mapping, optional
        Dotted path to value: ``{"firms.0.strategy.retention_share": 0.7}``.

    Raises
    ------
    SpecError, StrategyError
        If the config cannot be run: which key, what was given, what is allowed.

    Examples
    --------
    >>> load("telecom", {"run.months": 6}).run.months
    6
    """
    spec = read(path, overrides)
    check_strategies(spec, str(path))
    return spec


def check_strategies(spec: MarketSpec, name: str) -> None:
    """Check that every firm's strategy can be built.

    Parameters
    ----------
    spec : MarketSpec
        The market.
    name : str
        How errors call its origin.

    Raises
    ------
    StrategyError
        Naming every fault with its place.
    """
    faults = []
    for place, firm in enumerate(spec.firms):
        try:
            build(firm.strategy, f"firms.{place}.strategy")
        except StrategyError as error:
            faults += [f"{name}: {line}" for line in str(error).splitlines()]
    if faults:
        raise StrategyError("\n".join(faults))
