"""``relsim validate``: whether a config can be run."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from relsim.cli.console import many, note
from relsim.cli.inputs import assignment, look_beside
from relsim.errors import Gathering, SpecError
from relsim.loader import check_strategies
from relsim.provenance import identity
from relsim.spec import MarketSpec, override, read
from relsim.spec.config import read_mapping
from relsim.spec.events import too_late
from relsim.spec.hints import nearest
from relsim.spec.locations import shipped

_MANY = 2000  # customers, from whose first month little more is learned


def validate(out: Console, config: str, assignments: Sequence[str]) -> None:
    """Print that a config can be run: that of a market, of an experiment, or of a claim.

    Raises
    ------
    RelsimError
        If it cannot: every fault.
    """
    kind = _kind(config)
    {"claims": _claim, "experiments": _experiment, "markets": _market}[kind](
        out, config, assignments
    )


def _kind(config: str) -> str:
    """Return what a config is of, by its name or its content."""
    named = next((kind for kind in ("experiments", "claims") if config in shipped(kind)), None)
    if named:
        return named
    if not Path(config).is_file():
        _check_close(config)
        return "markets"
    content = read_mapping(Path(config))
    if "readings" in content:
        return "claims"
    return "experiments" if "outcomes" in content else "markets"


def _check_close(config: str) -> None:
    """Check that a name is not nearly that of an experiment or a claim.

    Raises
    ------
    SpecError
        If it is.
    """
    others = [name for kind in ("experiments", "claims") for name in shipped(kind)]
    hint = nearest(config, others)
    if hint and config not in shipped() and not nearest(config, list(shipped())):
        raise SpecError(f"{config}: no such config{hint}")


def _claim(out: Console, config: str, assignments: Sequence[str]) -> None:
    # Claims and experiments bring scipy and pandas, a second: only for those that ask for them.
    from relsim.claims.config import read_claim  # noqa: PLC0415  # see above
    from relsim.claims.pipeline import planned  # noqa: PLC0415  # see above
    from relsim.claims.variation import Variation  # noqa: PLC0415  # see above

    look_beside(config)
    held = Variation(settings=dict(map(assignment, assignments)))
    claim = read_claim(config, variation=held)
    counts = (
        many(len(claim.readings), "reading"),
        f"{planned([claim], quick=False):,} runs at most",
    )
    out.print(f"{config}: can be tested ({', '.join(counts)})")


def _experiment(out: Console, config: str, assignments: Sequence[str]) -> None:
    from relsim.lab.config import read_experiment  # noqa: PLC0415  # as above
    from relsim.lab.design.needs import lacking  # noqa: PLC0415  # as above
    from relsim.lab.runs.study import Study  # noqa: PLC0415  # as above

    look_beside(config)
    given = read_experiment(config, dict(map(assignment, assignments)))
    study = Study.of(given)
    counts = (
        many(len(study.arms), "arm"),
        many(len(study.design), "point"),
        f"{study.size(study.spec.replication.minimum):,} runs or more",
    )
    note(f"{config}: {sentence}" for sentence in (*given.notes, *lacking(study)))
    out.print(f"{config}: can be run ({', '.join(counts)})")


def _check_network(spec: MarketSpec) -> None:
    if spec.customers.network.kind == "file":
        # Takes seconds to import: only where there is a file to check.
        from relsim.customers.draws import random_stream  # noqa: PLC0415  # see above
        from relsim.customers.parameters import wire  # noqa: PLC0415  # see above

        wire(spec.customers.network, spec.market.customers, random_stream(spec.run.seed))


def _saturation(spec: MarketSpec) -> list[str]:
    """Return which spending of the first month's plans nears its ceiling, on a small market.

    Nothing where a strategy is of the user's own: it may plan sums that are meant for the whole.
    """
    if any("." in firm.strategy.kind for firm in spec.firms):
        return []
    # Mesa and compiled code take a second to import: only for configs of markets.
    from relsim.market import Market  # noqa: PLC0415  # see above

    small = {
        "market.customers": min(spec.market.customers, _MANY),
        "customers.network": {"kind": "none"},
        "customers.class": None,
    }
    return Market(override(spec, small)).planned_saturation()


def _market(out: Console, config: str, assignments: Sequence[str]) -> None:
    look_beside(config)
    spec = read(config, dict(map(assignment, assignments)))
    checks = Gathering()
    checks.try_(check_strategies, spec, config)
    name = checks.try_(identity, spec)  # which reads the file of a network
    if name is not None:
        checks.try_(_check_network, spec)
    checks.raise_()
    counts = (
        many(len(spec.firms), "firm"),
        many(spec.market.customers, "customer"),
        many(spec.run.months, "month"),
    )
    notes = [*too_late(spec.events, spec.run.months), *_saturation(spec)]
    note(f"{config}: {sentence}" for sentence in notes)
    out.print(f"{config}: can be run ({', '.join(counts)}, spec {name.spec_hash[:8]})")
