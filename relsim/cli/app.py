"""The commands; what they do is imported when one of them is called."""

from pathlib import Path
from typing import Annotated

import typer

import relsim
from relsim.cli import options
from relsim.cli.console import console, mishaps
from relsim.own_code import allowing

# Compiled code and tables take seconds to import: each command pays for what it needs alone.
# ruff: noqa: PLC0415


def examples(*lines: str) -> str:
    """Return an epilog of examples, one a line."""
    return "\n\n".join(["Examples:", *lines])


app = typer.Typer(
    name="relsim",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_KEPT = "stopped; finished runs are kept: the same command goes on with them"
_RUN = (
    "Simulate a market and write tables and figures.\n\n"
    "DIR then holds market.parquet (a row a month and firm), tenure.parquet (a row a year, firm "
    "and year of tenure), customers.parquet (a row a customer), replications.parquet and "
    "differences.parquet (what firms came to in each replication, and what sets them apart, with "
    "intervals), figures, and manifest.json, which says how all of it was made. The same config "
    "and seed give the same tables, byte for byte."
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"relsim {relsim.__version__}")
        raise typer.Exit


@app.callback(
    epilog=examples(
        "relsim run telecom            simulate a market that comes with relsim",
        "relsim new mine.yaml          start a config of your own",
        "relsim explain price          what a key means",
        "relsim run --help             all options of a command",
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
        "relsim run telecom --replications 20    narrower intervals between firms",
        "relsim run mine.yaml --set firms.0.strategy.kind=defensive --seed 7",
        "relsim run mine.yaml --out results/mine --overwrite --csv --no-figures",
    ),
)
def run(
    config: options.Config,
    assignments: options.Assignments = None,
    seed: options.Seed = None,
    replication: options.Replication = None,
    replications: options.RunReplications = None,
    months: options.Months = None,
    customers: options.Customers = None,
    threads: options.Threads = None,
    out: options.Out = None,
    overwrite: options.Overwrite = False,
    csv: options.Csv = False,
    csv_bom: options.CsvBom = False,
    xlsx: options.Xlsx = False,
    no_figures: options.NoFigures = False,
    engine: options.Engine = "compiled",
    quiet: options.Quiet = False,
    allow_code: options.AllowCode = False,
) -> None:
    """Simulate a market and write tables and figures."""
    with mishaps(), allowing(allow_code):
        from relsim.cli import run_command

        order = run_command.Order(
            config,
            tuple(assignments or ()),
            seed=seed,
            replication=replication,
            replications=replications,
            months=months,
            customers=customers,
            threads=threads,
            out=out,
            overwrite=overwrite,
            csv=csv,
            csv_bom=csv_bom,
            xlsx=xlsx,
            figures=not no_figures,
            engine=engine,
            quiet=quiet,
        )
        run_command.run(order)


@app.command(
    epilog=examples(
        "relsim fork results/telecom --at 61 --set firms.0.price=45",
        "relsim fork results/telecom --at 1 --set market.annual_turnover=0.2 --out more-movers",
        "relsim fork more-movers --at 121 --set firms.0.price=40 --months 180   a fork of a fork",
    )
)
def fork(
    run: options.RunFolder,
    at: options.At,
    assignments: options.Assignments = None,
    months: options.ForkMonths = None,
    replications: options.RunReplications = None,
    out: options.ForkOut = None,
    overwrite: options.Overwrite = False,
    csv: options.Csv = False,
    csv_bom: options.CsvBom = False,
    xlsx: options.Xlsx = False,
    no_figures: options.NoFigures = False,
    quiet: options.Quiet = False,
    allow_code: options.AllowCode = False,
) -> None:
    """Simulate a run again with one change from a month on, with the same random numbers."""
    with mishaps(), allowing(allow_code):
        from relsim.cli import fork_command

        fork_command.fork(
            fork_command.Order(
                run,
                at,
                tuple(assignments or ()),
                out=out,
                overwrite=overwrite,
                csv=csv,
                csv_bom=csv_bom,
                xlsx=xlsx,
                figures=not no_figures,
                months=months,
                replications=replications,
                quiet=quiet,
            )
        )


@app.command(
    epilog=examples(
        "relsim story results/telecom --customer 7",
        "relsim story results/telecom --customer 7 --out seven   with tables and a figure",
    )
)
def story(
    run: options.RunFolder,
    customer: options.Who,
    out: options.StoryOut = None,
    overwrite: options.Overwrite = False,
    quiet: options.Quiet = False,
    allow_code: options.AllowCode = False,
) -> None:
    """Tell what happened to one customer of a run: why it came, what happened, why it left."""
    with mishaps(), allowing(allow_code):
        from relsim.cli import story_command

        story_command.story(
            story_command.Order(run, customer, out=out, overwrite=overwrite, quiet=quiet)
        )


_EXPERIMENT = (
    "Run an experiment: many markets, paired, and what differs between them with intervals.\n\n"
    "Killed at any point and started again it goes on where it was. DIR then holds runs.parquet "
    "(a row a run), effects.csv, replications.csv, design.csv, figures, and manifest.json. The "
    "same config gives the same tables, byte for byte, whoever did the work."
)


@app.command(
    help=_EXPERIMENT,
    epilog=examples(
        "relsim experiment offence_defence --dry-run",
        "relsim experiment offence_defence --out attack-or-defend",
        "relsim experiment mine.yaml --set replication.minimum=20 --executor threads",
        "relsim experiment mine.yaml --executor dask --address tcp://127.0.0.1:8786",
    ),
)
def experiment(
    config: options.Experiment,
    assignments: options.ExperimentAssignments = None,
    out: options.ExperimentOut = None,
    executor: options.Executor = "auto",
    workers: options.Workers = None,
    address: options.Address = "",
    threads: options.ThreadsARun = None,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    retry_failed: options.RetryFailed = False,
    repair: options.Repair = False,
    reuse: options.Reuse = None,
    crate: options.Crate = False,
    xlsx: options.Xlsx = False,
    time_limit: options.TimeLimit = None,
    no_figures: options.NoFigures = False,
    quiet: options.Quiet = False,
    allow_code: options.AllowCode = False,
) -> None:
    """Run an experiment, or go on with it."""
    with (
        mishaps(stopped=_KEPT),
        allowing(allow_code),
    ):
        from relsim.cli import experiment_command

        order = experiment_command.Order(
            config,
            tuple(assignments or ()),
            out=out,
            executor=executor,
            workers=workers,
            address=address,
            threads=threads,
            dry_run=dry_run,
            yes=yes,
            retry_failed=retry_failed,
            repair=repair,
            reuse=reuse,
            crate=crate,
            xlsx=xlsx,
            time_limit=time_limit,
            figures=not no_figures,
            quiet=quiet,
        )
        if not experiment_command.experiment(order):
            raise typer.Exit(experiment_command.ALL_FAILED)


_CLAIM = (
    "Test claims under all their readings, and give a verdict on each.\n\n"
    "Killed at any point and started again it goes on where it was. DIR then holds index.html, "
    "and for each claim verdicts.csv, points.csv, claim.json and the experiments of its readings. "
    "The exit code is 0 whatever the verdicts; with --expect it is 1 where one has changed."
)


@app.command(
    help=_CLAIM,
    epilog=examples(
        "relsim claim five-percent --quick",
        "relsim claim five-percent cost-ratio --out two",
        "relsim claim new mine.yaml              start a claim of your own",
        "relsim claim cost-ratio --reading shift --set market.annual_turnover=0.3",
        "relsim claim mine.yaml --out now --expect results/claims   has a verdict changed?",
    ),
)
def claim(
    claims: options.Claims,
    reading: options.Readings = None,
    assignments: options.Held = None,
    quick: options.Quick = False,
    out: options.ClaimsOut = None,
    expect: options.Expect = None,
    workers: options.Workers = None,
    no_page: options.NoPage = False,
    quiet: options.Quiet = False,
    allow_code: options.AllowCode = False,
) -> None:
    """Test claims under all their readings, and give a verdict on each."""
    tried = tuple(reading or ()), tuple(assignments or ())
    with allowing(allow_code):
        _claims(claims, tried, quick, out, expect, workers, no_page, quiet)


@app.command(
    "claims",
    epilog=examples(
        "relsim claims --quick",
        "relsim claims --out now --expect results/claims   has a verdict changed?",
    ),
)
def claims_(
    quick: options.Quick = False,
    out: options.ClaimsOut = None,
    expect: options.Expect = None,
    workers: options.Workers = None,
    no_page: options.NoPage = False,
    quiet: options.Quiet = False,
    allow_code: options.AllowCode = False,
) -> None:
    """Test all claims that come with relsim, and write one page of them."""
    with allowing(allow_code):
        _claims([], ((), ()), quick, out, expect, workers, no_page, quiet)


def _claims(
    names: list[str],
    tried: tuple[tuple[str, ...], tuple[str, ...]],
    quick: bool,
    out: Path | None,
    expect: Path | None,
    workers: int | None,
    no_page: bool,
    quiet: bool,
) -> None:
    with mishaps(stopped=_KEPT):
        if names[:1] == ["new"]:
            from relsim.cli import claim_template

            claim_template.write(console(), claim_template.only(names[1:]))
            return
        from relsim.claims.config import shipped_claims
        from relsim.cli import claim_command

        order = claim_command.Order(
            tuple(names or shipped_claims()),
            *tried,
            quick=quick,
            out=out,
            expect=expect,
            workers=workers,
            page=not no_page,
            quiet=quiet,
        )
        if not claim_command.claims(order):
            raise typer.Exit(claim_command.CHANGED)


@app.command(
    epilog=examples(
        "relsim solve telecom --for firms.0.price --until profit@Attacker=20000 --between 20 40",
        "relsim solve telecom --for firms.0.strategy.retention_share --between 0 1 "
        "--until profit@Attacker-profit@Keeper=0",
    )
)
def solve(
    config: options.Config,
    key: options.For,
    until: options.Until,
    between: options.Between = None,
    assignments: options.Assignments = None,
    months: options.Months = None,
    customers: options.Customers = None,
    warm_up: options.WarmUp = 0,
    aggregate: options.AggregateOf = "mean",
    replications: options.Replications = 10,
    workers: options.Workers = None,
    quiet: options.Quiet = False,
    allow_code: options.AllowCode = False,
) -> None:
    """Find the value of a key at which an outcome reaches a goal, under common random numbers."""
    with mishaps(), allowing(allow_code):
        from relsim.cli import solve_command

        solve_command.find(
            solve_command.Order(
                config,
                key,
                until,
                between=between,
                assignments=tuple(assignments or ()),
                months=months,
                customers=customers,
                warm_up=warm_up,
                aggregate=aggregate,
                replications=replications,
                workers=workers,
                quiet=quiet,
            )
        )


@app.command(
    epilog=examples(
        "relsim compare DIR --control offensive --treatment defensive --outcome profit",
        "relsim compare DIR --outcome profit --margin -1000 1000   none that matters?",
    )
)
def compare(
    folder: options.ExperimentFolder,
    control: options.Control = None,
    treatment: options.Treatment = None,
    outcome: options.OutcomeNames = None,
    by: options.By = None,
    pooled: options.Pooled = False,
    margin: options.Margin = None,
    confidence: options.Confidence = None,
    csv: options.CsvFile = None,
) -> None:
    """Compare arms of a finished experiment: paired effects with intervals."""
    with mishaps():
        from relsim.cli import compare_command
        from relsim.lab.statistics.comparison import Comparison

        asked = Comparison(
            control,
            tuple(treatment or ()),
            tuple(outcome or ()),
            by=() if pooled else tuple(by) if by else None,
            margin=margin,
            confidence=confidence,
        )
        compare_command.compare(folder, asked, csv)


@app.command(
    epilog=examples(
        'relsim query DIR "select arm, avg(profit) from runs group by arm"',
        'relsim query DIR "select * from effects where p_holm < 0.05" --csv',
    )
)
def query(folder: options.ExperimentFolder, sql: options.Sql, csv: options.AsCsv = False) -> None:
    """Ask the tables of a finished experiment in SQL."""
    with mishaps():
        from relsim.cli import query_command

        query_command.query(folder, sql, csv)


@app.command(
    epilog=examples(
        "relsim reproduce DIR             everything, compared by hashes",
        "relsim reproduce DIR --runs 20   twenty runs, compared number by number",
    )
)
def reproduce(
    folder: options.ExperimentFolder,
    runs: options.SomeRuns = None,
    allow_code: options.AllowCode = False,
) -> None:
    """Run a finished experiment again and say whether it gives the same.

    The exit code is 0 if it does, 1 if not, and 3 where it cannot be run again.
    """
    with mishaps(), allowing(allow_code):
        from relsim.cli import compare_command

        code = compare_command.again(folder, runs)
        if code:
            raise typer.Exit(code)


@app.command(
    epilog=examples("relsim validate mine.yaml", "relsim validate telecom --set firms.0.price=25")
)
def validate(
    config: options.Config,
    assignments: options.Assignments = None,
    allow_code: options.AllowCode = False,
) -> None:
    """Check a config without running it: every fault, its place, and what is allowed."""
    with mishaps(), allowing(allow_code):
        from relsim.cli import validate_command

        validate_command.validate(console(), config, assignments or ())


@app.command(
    epilog=examples(
        "relsim explain price                a key, wherever it is",
        "relsim explain firms.0.price        by its whole path",
        "relsim explain mechanisms.trust     a section and all its keys",
        "relsim explain strategy.offensive   a strategy and its parameters",
        "relsim explain telecom              every value of a config",
    )
)
def explain(what: options.ConfigOrKey, allow_code: options.AllowCode = False) -> None:
    """Say what a key means: its unit, what is allowed, its default and where that comes from."""
    with mishaps(), allowing(allow_code):
        from relsim.cli import explain_command

        explain_command.explain(console(), what)


@app.command(
    "list",
    epilog=examples("relsim list configs", "relsim list strategies", "relsim list mechanisms"),
)
def list_(what: options.List) -> None:
    """List what comes with relsim: configs, experiments, claims, strategies, mechanisms, events."""
    with mishaps():
        from relsim.cli import catalogue

        catalogue.show(console(), what)


@app.command(
    epilog=examples(
        "relsim new mine.yaml                  a short config of two firms",
        "relsim new mine.yaml --from telecom   on top of a market that comes with relsim",
        "relsim new all.yaml --full            every key, explained",
    )
)
def new(config: options.NewConfig, preset: options.From = None, full: options.Full = False) -> None:
    """Write a config to start from, ready to run."""
    with mishaps():
        from relsim.cli import new_command

        new_command.write(console(), config, full=full, preset=preset)
