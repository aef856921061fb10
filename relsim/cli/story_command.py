"""``relsim story``: what happened to one customer of a run, and why."""

import dataclasses
from pathlib import Path

from relsim.agents.story import Relived, Story
from relsim.cli.console import console
from relsim.cli.past_run import check_same, lived
from relsim.cli.progress import progress
from relsim.cli.run_command import default_threads
from relsim.errors import SpecError
from relsim.events.effects import marks
from relsim.output import ResultsFolder
from relsim.own_class import modules_of
from relsim.own_code import keep
from relsim.provenance import Clock, command, identity, manifest


@dataclasses.dataclass(frozen=True)
class Order:
    """What the command line asks for."""

    run: Path
    customer: int
    out: Path | None = None
    overwrite: bool = False
    quiet: bool = False


def story(order: Order) -> Story:
    """Tell a customer's story, and write it where a folder is named.

    Raises
    ------
    RelsimError
        If the order or the run is not sound; then nothing is left behind.
    """
    clock = Clock()
    _, chapters = lived(order.run)
    spec = chapters[-1][1]
    size = chapters[0][1].market.customers
    if not 0 <= order.customer < size:
        raise SpecError(f"--customer: given {order.customer}, allowed: from 0 to {size - 1}")
    threads = default_threads(size)
    with progress(spec.run.months, quiet=order.quiet) as shown:
        shown.phase("simulating again")
        market = Relived(chapters, spec.run.seed, spec.run.replication, order.customer, threads)
        market.until(spec.run.months, each=shown.reach)
    check_same(market.table, order.run)
    told = market.told()
    if order.out:
        _write(order, market, told, clock, order.out)
    if order.quiet and order.out:
        console().print(str(order.out))
    else:
        console().print(str(told), markup=False, highlight=False, soft_wrap=True)
    if order.out and not order.quiet:
        console().print(f"Tables and figure: {order.out}", markup=False)
    return told


def _write(order: Order, market: Relived, told: Story, clock: Clock, out: Path) -> None:
    """Write episodes, months and figure."""
    from relsim.report.layout import About  # noqa: PLC0415  # the same
    from relsim.report.run_figures import save  # noqa: PLC0415  # takes a second to import
    from relsim.report.story import figure  # noqa: PLC0415  # the same

    spec = market.spec
    with ResultsFolder(out, overwrite=order.overwrite, run=identity(spec)) as folder:
        folder.table("episodes", told.frame(), csv=True)
        folder.table("months", told.months, csv=True)
        with folder.writing():
            save({"story": figure(told, About.of(market), marks(spec))}, folder.working / "figures")
        about = manifest(
            spec,
            identity(spec),
            clock,
            command=command(),
            customer=order.customer,
            story_of=order.run.name,
        )
        with folder.writing():
            keep(modules_of(spec), folder.working, folder.path)
        folder.finish(about)
