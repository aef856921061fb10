"""``relsim validate``: whether a config can be run."""

from collections.abc import Sequence

from rich.console import Console

from relsim.cli.reading import spec_of
from relsim.cli.speaking import many, note
from relsim.provenance import identity
from relsim.spec.events import too_late


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
        # Takes seconds to import: only where there is a file to check.
        from relsim.customers.draws import luck  # noqa: PLC0415  # see above
        from relsim.customers.settings import wire  # noqa: PLC0415  # see above

        wire(spec.customers.network, spec.market.customers, luck(spec.run.seed))
    counts = (
        many(len(spec.firms), "firm"),
        many(spec.market.customers, "customer"),
        many(spec.run.months, "month"),
    )
    note(f"{config}: {sentence}" for sentence in too_late(spec.events, spec.run.months))
    out.print(f"{config}: can be run ({', '.join(counts)}, spec {name.spec_hash[:8]})")
