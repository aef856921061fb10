"""What may stand on the command line: arguments and options with their help."""

from pathlib import Path
from typing import Annotated

import typer

from relsim.cli import completing

Config = Annotated[
    str,
    typer.Argument(
        help="A YAML file, or the name of a config that comes with relsim (relsim list configs).",
        metavar="CONFIG",
        autocompletion=completing.configs,
        show_default=False,
    ),
]

ConfigOrKey = Annotated[
    str,
    typer.Argument(
        help="A key, a part of its name, or a config.",
        metavar="CONFIG|KEY",
        autocompletion=completing.keys,
        show_default=False,
    ),
]

NewConfig = Annotated[
    str,
    typer.Argument(
        help="The file to write; it must not exist.", metavar="CONFIG", show_default=False
    ),
]

List = Annotated[
    str,
    typer.Argument(
        help="What to list.",
        metavar="|".join(completing.LISTS),
        autocompletion=completing.lists,
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

Seed = Annotated[int | None, typer.Option(help="Seed of all luck.")]

Replication = Annotated[int | None, typer.Option(help="Which of the seed's streams of luck.")]

Months = Annotated[int | None, typer.Option(help="Months to live.")]

Customers = Annotated[int | None, typer.Option(help="Customers that exist in the market.")]

Threads = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Threads that share the work; results do not depend on it. Unless said: all cores "
        "from 20,000 customers on, else 1.",
    ),
]

Out = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", help="Folder for the results. Unless said: results/CONFIG-HASH-SEED."
    ),
]

RunFolder = Annotated[
    Path, typer.Argument(metavar="RUN", help="Folder with the results of relsim run.")
]

At = Annotated[int, typer.Option("--at", metavar="MONTH", help="First month with the change.")]

ForkOut = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="DIR", help="Folder for the results. Unless said: RUN-fork-MONTH."
    ),
]

Who = Annotated[int, typer.Option("--customer", metavar="NUMBER", help="Whose story, from 0.")]

StoryOut = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Folder for its tables and its figure, if wanted."),
]

Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace the results of an earlier run in DIR.")
]

Csv = Annotated[bool, typer.Option("--csv", help="Write market and tenure as CSV too.")]

NoFigures = Annotated[bool, typer.Option("--no-figures", help="Draw no figures.")]

Engine = Annotated[
    str,
    typer.Option(
        help="compiled: fast. agents: one Mesa agent per customer, slow, to look inside.",
        metavar="compiled|agents",
        autocompletion=lambda: ["compiled", "agents"],
    ),
]

Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print the folder of the results, no more.")
]
