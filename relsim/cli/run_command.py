"""``relsim run``: live a config's months and write its results."""

import dataclasses
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from numba import config

import relsim
from relsim.cli.console import console, note
from relsim.cli.inputs import spec_of
from relsim.cli.memory import check_memory
from relsim.cli.progress import Silence, progress
from relsim.cli.summary import show
from relsim.customers.compiled import WOVEN, cache_folder
from relsim.errors import SpecError
from relsim.events.effects import marks
from relsim.lab.runs.standings import Standings, at_once, standings, usual
from relsim.market import Market
from relsim.output import ResultsFolder, TableStream
from relsim.own_class import modules_of
from relsim.own_code import keep
from relsim.provenance import Clock, Identity, command, identity, manifest
from relsim.spec import MarketSpec
from relsim.spec.events import too_late
from relsim.spec.hints import nearest
from relsim.spec.market import MOST_REPLICATIONS
from relsim.spreadsheets import check_workbooks

ENGINES = {"compiled": "Market", "agents": "AgentMarket"}
"""What can live the months: name to class of :mod:`relsim`."""

_MANY = 20_000
_COMPILING = "compiling the rules (once, about half a minute)"


@dataclasses.dataclass(frozen=True)
class Order:
    """What the command line asks for; None = not said."""

    config: str
    assignments: tuple[str, ...] = ()
    seed: int | None = None
    replication: int | None = None
    replications: int | None = None
    months: int | None = None
    customers: int | None = None
    threads: int | None = None
    out: Path | None = None
    overwrite: bool = False
    csv: bool = False
    csv_bom: bool = False
    xlsx: bool = False
    figures: bool = True
    engine: str = "compiled"
    quiet: bool = False

    def spec(self) -> MarketSpec:
        """Return the spec that the config and the options describe."""
        options = {
            "--customers": ("market.customers", self.customers),
            "--months": ("run.months", self.months),
            "--seed": ("run.seed", self.seed),
            "--replication": ("run.replication", self.replication),
        }
        return spec_of(self.config, self.assignments, options)


def default_threads(customers: int) -> int:
    """Return how many threads share a month unless the user says: all cores, if it pays."""
    return cores() if customers >= _MANY else 1


def cores() -> int:
    """Return how many cores this process may use."""
    ours = getattr(os, "sched_getaffinity", None)  # there is none on macOS and Windows
    return len(ours(0)) if ours else os.cpu_count() or 1


def run(order: Order) -> Path:
    """Run and return the folder with the results.

    Raises
    ------
    RelsimError
        If the order, the config or the folder is not sound; then nothing is left behind.
    """
    clock = Clock()
    if order.engine not in ENGINES:
        hint = nearest(order.engine, list(ENGINES)) or f"; allowed: {', '.join(ENGINES)}"
        raise SpecError(f"--engine: unknown engine {order.engine!r}{hint}")
    if order.xlsx:
        check_workbooks()
    spec = order.spec()
    if spec.customers.own_class is not None:
        order = dataclasses.replace(order, engine="agents")
    several = several_of(spec, order.engine, order.replications, order.threads)
    if not order.quiet:
        note(f"{order.config}: {sentence}" for sentence in too_late(spec.events, spec.run.months))
    name = identity(spec)
    out = order.out or Path("results", name.folder_name(order.config))
    with ResultsFolder(out, overwrite=order.overwrite, run=name) as folder:
        with progress(spec.run.months, quiet=order.quiet) as shown:
            market = _simulate(order, spec, folder, clock, shown)
            with ThreadPoolExecutor(1) as beside:  # replications leave half of a core to drawing
                drawn = beside.submit(_draw, order, market, several, folder, clock)
                found = _replicate(order, market, several, folder, clock, shown)
                shown.phase("drawing figures")
                drawn.result()
            if order.figures and len(found.replications) > 1 and len(found.firms) > 1:
                _draw_differences(order, market, found, folder)
            if order.xlsx:
                note(folder.workbook())
        _finish(order, market, found, name, folder, clock)
    if order.quiet:
        console().print(str(out))
    else:
        show(console(), market, found, out)
        note(f"{order.config}: {sentence}" for sentence in market.saturation())
    return out


def several_of(spec: MarketSpec, engine: str, asked: int | None, threads: int | None = None) -> int:
    """Return how many replications there will be, of which none is begun that memory cannot hold.

    Parameters
    ----------
    spec : MarketSpec
        The market.
    engine : str
        What simulates it.
    asked : int or None
        How many the user wants; None = as many as are usual.
    threads : int, optional
        Cores that may be used; all unless said.

    Raises
    ------
    SpecError
        If not even one fits, or not as many as the user wants, in memory or in numbers.
    """
    check_memory(spec, engine)
    left = MOST_REPLICATIONS - spec.run.replication
    if asked is not None and asked > left:
        raise SpecError(
            f"--replications: given {asked}, allowed: up to {left}, those from "
            f"{spec.run.replication} on"
        )
    several = asked or min(usual(spec, engine), left)
    if several == 1:
        return 1
    beside = at_once(spec, several, threads or cores(), engine)
    try:
        check_memory(spec, engine, at_once=1 + beside)
    except SpecError:
        if asked is not None:
            raise
        note(["there is no memory for a second market beside the first: one replication"])
        return 1
    return several


def _simulate(
    order: Order, spec: MarketSpec, folder: ResultsFolder, clock: Clock, shown: Silence
) -> Market:
    threads = order.threads or default_threads(spec.market.customers)
    engine: type[Market] = getattr(relsim, ENGINES[order.engine])
    with clock.phase("place customers"):
        shown.phase("placing customers" if _is_compiled() else _COMPILING)
        market = engine(spec, threads=threads)
    with clock.phase("live"), folder.stream("customers") as kept:
        market.run(each=lambda month: _after_month(market, month, kept, shown))
    with clock.phase("write tables"):
        shown.phase("writing tables")
        folder.table("market", market.table, csv=order.csv, bom=order.csv_bom)
        folder.table("tenure", market.tenure_table, csv=order.csv, bom=order.csv_bom)
    return market


def _replicate(
    order: Order,
    market: Market,
    several: int,
    folder: ResultsFolder,
    clock: Clock,
    shown: Silence,
) -> Standings:
    """Simulate further replications, and write what firms came to in each and how they differ."""
    months, done = market.month, 1
    if several > 1:
        shown.phase("simulating replications")
        shown.expect(several * months)

    def each(more: int, _: int) -> None:
        nonlocal done
        done += more
        shown.reach(done * months)

    with clock.phase("replicate"):
        found = standings(market, several, workers=order.threads or cores(), each=each)
    tell_failed(found)
    with clock.phase("write replications"):
        for name, table in (("replications", found.table), ("differences", found.differences)):
            folder.table(name, table, csv=order.csv, bom=order.csv_bom)
    return found


def tell_failed(found: Standings) -> None:
    """Say which replications failed."""
    note(f"replication {number} failed and does not count: {why}" for number, why in found.failed)


def _after_month(market: Market, month: int, kept: TableStream, shown: Silence) -> None:
    every, last = market.spec.run.customers_every, market.spec.run.months
    if month == last or (every and month % every == 0):
        frame = market.customers.frame()
        frame.insert(0, "month", month)
        kept.add(frame)
    if month == 1:
        shown.phase("living")
    shown.reach(month)


def _is_compiled() -> bool:
    return config.DISABLE_JIT or any(cache_folder().rglob(f"{WOVEN}*.live-*.nbc"))


def _draw(order: Order, market: Market, several: int, folder: ResultsFolder, clock: Clock) -> None:
    if not order.figures:
        return
    # Drawing takes a second to import: not paid for by those who want no figures.
    from relsim.report.layout import About  # noqa: PLC0415  # see above
    from relsim.report.run_figures import figures, save  # noqa: PLC0415  # see above

    with clock.phase("draw figures"):
        about, marked = About.of(market, order.engine, several), marks(market.spec)
        drawn = figures(market.table, market.tenure_table, about, marked)
        with folder.writing():
            save(drawn, folder.working / "figures")


def _draw_differences(
    order: Order, market: Market, found: Standings, folder: ResultsFolder
) -> None:
    from relsim.report.layout import About  # noqa: PLC0415  # takes a second to import
    from relsim.report.rivals import NAME, rivals  # noqa: PLC0415  # the same
    from relsim.report.run_figures import save  # noqa: PLC0415  # the same

    drawn = rivals(found, About.of(market, order.engine, len(found.replications)))
    with folder.writing():
        save({NAME: drawn}, folder.working / "figures")


def _finish(
    order: Order,
    market: Market,
    found: Standings,
    name: Identity,
    folder: ResultsFolder,
    clock: Clock,
) -> None:
    about = manifest(
        market.spec,
        name,
        clock,
        command=command(),
        config=Path(order.config).name,
        engine=order.engine,
        replications=list(found.replications),
        threads=market.customers.threads,
        strategies={firm.name: firm.strategy.model_dump() for firm in market.firms},
    )
    with folder.writing():
        keep(modules_of(market.spec), folder.working, folder.path)
    folder.finish(about)
