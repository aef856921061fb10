"""From a config to a spec that can be run: its keys and its strategies checked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from relsim.errors import StrategyError
from relsim.firms.strategies import build
from relsim.spec import MarketSpec, read
from relsim.spec.config import IN_PYTHON


def load(
    path: str | Path | Mapping[str, Any], overrides: Mapping[str, Any] | None = None
) -> MarketSpec:
    """Return the spec of a config, with some values set on top.

    Parameters
    ----------
    path : str, Path or mapping
        A YAML file, the name of a config that comes with relsim ("telecom"), or the keys
        themselves: ``{"extends": "telecom", "run": {"months": 6}}``.
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
    >>> load({"extends": "telecom", "run": {"months": 7}}).run.months
    7
    """
    spec = read(path, overrides)
    check_strategies(spec, IN_PYTHON if isinstance(path, Mapping) else str(path))
    return spec


def check_strategies(spec: MarketSpec, name: str) -> None:
    """Check that firms' strategies can be built, and classes of the user's own be found.

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
    faults = _faults_of_own(spec, name)
    for place, firm in enumerate(spec.firms):
        try:
            build(firm.strategy, f"firms.{place}.strategy")
        except StrategyError as error:
            faults += [f"{name}: {line}" for line in str(error).splitlines()]
    if faults:
        raise StrategyError("\n".join(faults))


def _faults_of_own(spec: MarketSpec, name: str) -> list[str]:
    """Return what is wrong with mechanisms and customers of the user's own."""
    policies = any(firm.relationship.own for firm in spec.firms)
    if not (spec.mechanisms.own or policies or spec.customers.own_class):
        return []
    # Mesa takes a second to import: only for those who need it.
    from relsim.engines import engine_of  # noqa: PLC0415  # see above
    from relsim.mechanisms.registry import check  # noqa: PLC0415  # see above

    faults = []
    for look in (check, engine_of):
        try:
            look(spec)
        except StrategyError as error:
            faults += [f"{name}: {line}" for line in str(error).splitlines()]
    return faults
