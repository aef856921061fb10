"""What may stand on the command line: arguments and options with their help."""

from pathlib import Path
from typing import Annotated

import typer

from relsim.cli import completion
from relsim.cli.lists import LISTS

Config = Annotated[
    str,
    typer.Argument(
        help="A YAML file, or the name of a config that comes with relsim (relsim list configs).",
        metavar="CONFIG",
        autocompletion=completion.configs,
        show_default=False,
    ),
]

ConfigOrKey = Annotated[
    str,
    typer.Argument(
        help="A key, a part of its name, or a config.",
        metavar="CONFIG|KEY",
        autocompletion=completion.keys,
        show_default=False,
    ),
]

NewConfig = Annotated[
    str,
    typer.Argument(
        help="The file to write; it must not exist.", metavar="CONFIG", show_default=False
    ),
]

From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="CONFIG",
        help="A config to start from, such as telecom.",
        autocompletion=completion.configs,
        show_default=False,
    ),
]

Full = Annotated[bool, typer.Option("--full", help="Every key, with its meaning and source.")]

List = Annotated[
    str,
    typer.Argument(
        help="What to list.",
        metavar="|".join(LISTS),
        autocompletion=completion.lists,
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

Seed = Annotated[int | None, typer.Option(help="Random seed.")]

Replication = Annotated[int | None, typer.Option(help="Which of the seed's random streams.")]

RunReplications = Annotated[
    int | None,
    typer.Option(
        "--replications",
        min=1,
        metavar="NUMBER",
        max=1000,
        help="Replications, from the run's own on, for intervals of what is compared: up to 1,000 "
        "(an experiment has room for more, and survives a crash). "
        "Default: 3 of a large market to 16 of a small one; 8 of telecom; 1 with agents.",
    ),
]

Months = Annotated[int | None, typer.Option(help="Months to simulate.")]

Customers = Annotated[int | None, typer.Option(help="Customers that exist in the market.")]

Threads = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Threads that share the work; results do not depend on it. Default: all cores "
        "from 20,000 customers on, else 1.",
    ),
]

Out = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Folder for the results. Default: results/CONFIG-HASH-SEED."),
]

RunFolder = Annotated[
    Path, typer.Argument(metavar="RUN", help="Folder with the results of relsim run.")
]

At = Annotated[int, typer.Option("--at", metavar="MONTH", help="First month with the change.")]

ForkMonths = Annotated[
    int | None,
    typer.Option(
        "--months",
        min=1,
        metavar="MONTHS",
        help="Last month: that of RUN unless given, or a later one.",
        show_default=False,
    ),
]

ForkOut = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Folder for the results. Default: RUN-fork-MONTH."),
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

CsvBom = Annotated[
    bool,
    typer.Option("--csv-bom", help="The same, with the mark by which Excel knows UTF-8."),
]

Xlsx = Annotated[
    bool, typer.Option("--xlsx", help="Write all tables as a workbook of Excel too, tables.xlsx.")
]

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

Experiment = Annotated[
    str,
    typer.Argument(
        help="A YAML file, or the name of an experiment that comes with relsim.",
        metavar="EXPERIMENT",
        autocompletion=completion.experiments,
        show_default=False,
    ),
]

ExperimentAssignments = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="Give a key of the experiment another value, such as replication.minimum=4; may be "
        "repeated.",
        metavar="KEY=VALUE",
        show_default=False,
    ),
]

ExperimentOut = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="DIR",
        help="Folder for the results; what was finished there is gone on with. Default: "
        "results/experiments/NAME.",
    ),
]

Executor = Annotated[
    str,
    typer.Option(
        help="Who does the work; results do not depend on it. auto: a process a core.",
        metavar="auto|serial|threads|processes|dask",
        autocompletion=lambda: ["auto", "serial", "threads", "processes", "dask"],
    ),
]

Workers = Annotated[
    int | None, typer.Option(min=1, help="Runs at work at a time; one a core unless said.")
]

Address = Annotated[
    str, typer.Option(metavar="URL", help="Of a Dask scheduler, such as tcp://127.0.0.1:8786.")
]

ThreadsARun = Annotated[
    int | None, typer.Option("--threads", min=1, help="Threads that share the months of a run.")
]

DryRun = Annotated[
    bool,
    typer.Option("--dry-run", help="Show the design, and the time and disk expected; run nothing."),
]

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Begin a large design without asking.")]

AllowCode = Annotated[
    bool,
    typer.Option(
        "--allow-code",
        help="Run strategies that come with the config or the results: code, so only of people "
        "whom you trust. The same files are not asked about again.",
    ),
]

TimeLimit = Annotated[
    float | None,
    typer.Option(
        help="Seconds that a run may take before it counts as failed; 0 = as long as it takes. "
        "Unless given, ten minutes and 1 second for each million customer-months.",
        min=0.0,
        metavar="SECONDS",
        show_default=False,
    ),
]

RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Try runs that failed again.")]

Repair = Annotated[
    bool, typer.Option("--repair", help="Run again what damaged chunks of the results held.")
]

Reuse = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", help="Take over runs of another experiment that are the same in this one."
    ),
]

Crate = Annotated[
    bool, typer.Option("--crate", help="Describe the results for archives, as an RO-Crate.")
]

ExperimentFolder = Annotated[
    Path, typer.Argument(metavar="DIR", help="Folder with the results of relsim experiment.")
]

Control = Annotated[
    str | None, typer.Option(metavar="ARM", help="Compare with this arm; the config's unless said.")
]

Treatment = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ARM", help="The arm compared; all others unless said.", show_default=False
    ),
]

OutcomeNames = Annotated[
    list[str] | None,
    typer.Option("--outcome", metavar="NAME", help="Outcome; all unless said.", show_default=False),
]

By = Annotated[
    list[str] | None,
    typer.Option(
        metavar="COLUMN",
        help="Effects for each value of a column of their own; the levers unless said.",
        show_default=False,
    ),
]

Pooled = Annotated[bool, typer.Option("--pooled", help="One effect over all levers.")]

Margin = Annotated[
    tuple[float, float] | None,
    typer.Option(
        metavar="LOW HIGH",
        help="Test whether the effect is within these two: no effect that matters.",
        show_default=False,
    ),
]

Confidence = Annotated[
    float | None, typer.Option(min=0.5, max=0.9999, help="Of the intervals; 0.95 unless said.")
]

CsvFile = Annotated[
    Path | None, typer.Option("--csv", metavar="FILE", help="Write the table as CSV too.")
]

Sql = Annotated[
    str,
    typer.Argument(
        metavar="SQL",
        help="A query over the tables runs, design, effects, replications, sensitivity, failures, "
        "panel.",
    ),
]

AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV.")]

SomeRuns = Annotated[
    int | None,
    typer.Option("--runs", metavar="N", help="Run only so many again, evenly spread."),
]

Claims = Annotated[
    list[str],
    typer.Argument(
        help="YAML files, or names of claims that come with relsim; or: new FILE.",
        metavar="CLAIM...",
        autocompletion=completion.claims,
        show_default=False,
    ),
]

Readings = Annotated[
    list[str] | None,
    typer.Option(
        "--reading",
        metavar="NAME",
        help="Test this reading alone; may be given several times. Each claim has to have it.",
        show_default=False,
    ),
]

Held = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Hold a key of the markets at a value, in all readings that are tested: to see what "
        "would turn a verdict. A factor of the scope is held there and leaves the scope.",
        show_default=False,
    ),
]

Quick = Annotated[
    bool, typer.Option("--quick", help="A quick look: small markets, few points, few replications.")
]

ClaimsOut = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="DIR",
        help="Folder for the results; what was finished there is gone on with. Default: "
        "results/claims, results/claims-mine where a claim is one's own, results/claims-tried with "
        "--reading or --set; each with -quick behind it for a quick look.",
    ),
]

Expect = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", help="End with exit code 1 if a verdict differs from those in these results."
    ),
]

NoPage = Annotated[bool, typer.Option("--no-page", help="Write tables only.")]

For = Annotated[
    str,
    typer.Option(
        "--for", metavar="KEY", help="The key whose value is sought, such as firms.0.care.half_at."
    ),
]

Until = Annotated[
    str,
    typer.Option(
        metavar="OUTCOME=VALUE",
        help="The goal: a column of the market's table, of one firm or of all, or the difference "
        "of two: profit@Keeper=0, profit@Keeper-profit@Attacker=0.",
    ),
]

Between = Annotated[
    tuple[float, float] | None,
    typer.Option(
        metavar="LOW HIGH",
        help="The range to look in; half to double the config's value unless said.",
        show_default=False,
    ),
]

WarmUp = Annotated[
    int, typer.Option("--warm-up", min=0, help="Months at the start that do not count.")
]

AggregateOf = Annotated[
    str,
    typer.Option(
        "--aggregate",
        metavar="mean|sum|last|present_value",
        help="What is made of the months; all aggregates of an experiment's outcomes will do.",
    ),
]

Replications = Annotated[
    int, typer.Option(min=1, help="Runs at every value, each with random numbers of its own.")
]
