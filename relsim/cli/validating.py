"""``relsim validate``: whether a config can be run."""

from collections.abc import Sequence

from rich.console import Console

from relsim.cli.reading import spec_of
from relsim.customers.draws import luck
from relsim.customers.settings import wire
from relsim.output import identity


def validate(out: Console, config: str, assignments: Sequence[str]) -> None:
    """Print that a config can be run.

    Raises
    ------
    RelsimError
        If it cannot: every fault.
    """
    spec = spec_of(config, assignments)
    name = identity(spec)
    if spec.customers.network.kind == "file":
        wire(spec.customers.network, spec.market.customers, luck(spec.run.seed))
    firms = "1 firm" if len(spec.firms) == 1 else f"{len(spec.firms)} firms"
    out.print(
        f"{config}: can be run ({firms}, {spec.market.customers:,} customers, "
        f"{spec.run.months:,} months, spec {name.spec_hash[:8]})"
    )
