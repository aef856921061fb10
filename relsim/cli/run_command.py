"""``relsim run``: live a config's months and write its results."""

import dataclasses
import os
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
from relsim.market import Market
from relsim.output import ResultsFolder, TableStream
from relsim.own_class import modules_of
from relsim.own_code import keep
from relsim.provenance import Clock, Identity, command, identity, manifest
from relsim.spec import MarketSpec
from relsim.spec.events import too_late
from relsim.spec.hints import nearest
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
    check_memory(spec, order.engine)
    if not order.quiet:
        note(f"{order.config}: {sentence}" for sentence in too_late(spec.events, spec.run.months))
    name = identity(spec)
    out = order.out or Path("results", name.folder_name(order.config))
    with ResultsFolder(out, overwrite=order.overwrite, run=name) as folder:
        with progress(spec.run.months, quiet=order.quiet) as shown:
            market = _simulate(order, spec, folder, clock, shown)
        _finish(order, market, name, folder, clock)
    if order.quiet:
        console().print(str(out))
    else:
        show(console(), market, out)
        note(f"{order.config}: {sentence}" for sentence in market.saturation())
    return out


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
        if order.xlsx:
            note(folder.workbook())
    if order.figures:
        with clock.phase("draw figures"):
            shown.phase("drawing figures")
            _draw(market, order.engine, folder)
    return market


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


def _draw(market: Market, engine: str, folder: ResultsFolder) -> None:
    # Drawing takes a second to import: not paid for by those who want no figures.
    from relsim.report.layout import About  # noqa: PLC0415  # see above
    from relsim.report.run_figures import figures, save  # noqa: PLC0415  # see above

    marked = marks(market.spec)
    drawn = figures(market.table, market.tenure_table, About.of(market, engine), marked)
    with folder.writing():
        save(drawn, folder.working / "figures")


def _finish(
    order: Order, market: Market, name: Identity, folder: ResultsFolder, clock: Clock
) -> None:
    about = manifest(
        market.spec,
        name,
        clock,
        command=command(),
        config=Path(order.config).name,
        engine=order.engine,
        threads=market.customers.threads,
        strategies={firm.name: firm.strategy.model_dump() for firm in market.firms},
    )
    with folder.writing():
        keep(modules_of(market.spec), folder.working, folder.path)
    folder.finish(about)
