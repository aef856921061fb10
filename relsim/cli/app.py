"""The commands and their options; what they do is imported when one of them is called."""

from pathlib import Path
from typing import Annotated

import typer

import relsim
from relsim.cli.completing import configs, keys, lists
from relsim.cli.speaking import console, mishaps

app = typer.Typer(
    name="relsim",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Config = Annotated[
    str,
    typer.Argument(
        help="A YAML file, or the name of a config that comes with relsim (relsim list configs).",
        metavar="CONFIG",
        autocompletion=configs,
        show_default=False,
    ),
]
Assignments = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="Give a key another value, such as firms.0.price=25; may be repeated. "
        "relsim explain CONFIG lists all keys.",
        metavar="KEY=VALUE",
        show_default=False,
    ),
]


def examples(*lines: str) -> str:
    """Return an epilog of examples, one a line."""
    return "\n\n".join(["Examples:", *lines])


_RUN = (
    "Live a market for its months and write tables and figures.\n\n"
    "DIR then holds market.parquet (a row a month and firm), tenure.parquet (a row a year, firm "
    "and year of tenure), customers.parquet (a row a customer), figures, and manifest.json, which "
    "says how all of it was made. The same config and seed give the same tables, byte for byte."
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"relsim {relsim.__version__}")
        raise typer.Exit


@app.callback(
    epilog=examples(
        "relsim run telecom                   live a market that comes with relsim",
        "relsim new mine.yaml                 start a config of your own",
        "relsim explain price                 what a key means",
        "relsim run --help                    all options of a command",
    )
)
def relsim_(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show relsim's version.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    """Simulate customers and firms in a market, month by month.

    A config (YAML) says what the market is; a run of it gives tables and figures.
    """


@app.command(
    help=_RUN,
    epilog=examples(
        "relsim run telecom",
        "relsim run telecom --customers 2000 --months 24 --out small",
        "relsim run mine.yaml --set firms.0.strategy.kind=defensive --seed 7",
        "relsim run mine.yaml --out results/mine --overwrite --csv --no-figures",
    ),
)
def run(
    config: Config,
    assignments: Assignments = None,
    seed: Annotated[int | None, typer.Option(help="Seed of all luck.")] = None,
    replication: Annotated[
        int | None, typer.Option(help="Which of the seed's streams of luck.")
    ] = None,
    months: Annotated[int | None, typer.Option(help="Months to live.")] = None,
    customers: Annotated[
        int | None, typer.Option(help="Customers that exist in the market.")
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Threads that share the work; results do not depend on it. Unless said: all "
            "cores from 20,000 customers on, else 1.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder for the results. Unless said: results/CONFIG-HASH-SEED.",
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the results of an earlier run in DIR.")
    ] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Write the tables as CSV too.")] = False,
    no_figures: Annotated[bool, typer.Option("--no-figures", help="Draw no figures.")] = False,
    engine: Annotated[
        str,
        typer.Option(
            help="compiled: fast. agents: one Mesa agent per customer, slow, to look inside.",
            metavar="compiled|agents",
            autocompletion=lambda: ["compiled", "agents"],
        ),
    ] = "compiled",
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print the folder of the results, no more.")
    ] = False,
) -> None:
    """Live a market for its months and write tables and figures."""
    with mishaps():
        from relsim.cli.running import Order  # noqa: PLC0415  # compiled code takes seconds
        from relsim.cli.running import run as run_  # noqa: PLC0415  # see above

        run_(
            Order(
                config,
                tuple(assignments or ()),
                seed=seed,
                replication=replication,
                months=months,
                customers=customers,
                threads=threads,
                out=out,
                overwrite=overwrite,
                csv=csv,
                figures=not no_figures,
                engine=engine,
                quiet=quiet,
            )
        )


@app.command(
    epilog=examples("relsim validate mine.yaml", "relsim validate telecom --set firms.0.price=25")
)
def validate(config: Config, assignments: Assignments = None) -> None:
    """Check a config without running it: every fault, its place, and what is allowed."""
    with mishaps():
        from relsim.cli.validating import validate as validate_  # noqa: PLC0415  # slow

        validate_(console(), config, assignments or ())


@app.command(
    epilog=examples(
        "relsim explain price                         a key, wherever it is",
        "relsim explain firms.0.price                 by its whole path",
        "relsim explain mechanisms.trust              a section and all its keys",
        "relsim explain strategy.offensive            a strategy and its parameters",
        "relsim explain telecom                       every value of a config",
    )
)
def explain(
    what: Annotated[
        str,
        typer.Argument(
            help="A key, a part of its name, or a config.",
            metavar="CONFIG|KEY",
            autocompletion=keys,
            show_default=False,
        ),
    ],
) -> None:
    """Say what a key means: its unit, what is allowed, its default and where that comes from."""
    with mishaps():
        from relsim.cli.explaining import explain as explain_  # noqa: PLC0415  # slow

        explain_(console(), what)


@app.command(
    "list",
    epilog=examples("relsim list configs", "relsim list strategies", "relsim list mechanisms"),
)
def list_(
    what: Annotated[
        str,
        typer.Argument(
            help="What to list.",
            metavar="configs|strategies|mechanisms",
            autocompletion=lists,
            show_default=False,
        ),
    ],
) -> None:
    """List what comes with relsim: configs, strategies, or mechanisms and their equations."""
    with mishaps():
        from relsim.cli.listing import show  # noqa: PLC0415  # slow

        show(console(), what)


@app.command(epilog=examples("relsim new mine.yaml", "relsim run mine.yaml"))
def new(
    config: Annotated[
        str,
        typer.Argument(
            help="The file to write; it must not exist.", metavar="CONFIG", show_default=False
        ),
    ],
) -> None:
    """Write a small config to start from: every key, explained, and ready to run."""
    with mishaps():
        from relsim.cli.starting import write  # noqa: PLC0415  # slow

        write(console(), config)
