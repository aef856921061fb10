"""``relsim claim new``: a claim to start from, every key said and ready to be tested."""

import re
import shlex
from pathlib import Path

from rich.console import Console

from relsim.errors import SpecError
from relsim.output import write_new

_ID, _FILE = "{{id}}", "{{file}}"


def write(out: Console, file: str) -> None:
    """Write a starter claim and say what to do with it.

    Raises
    ------
    SpecError
        If the file's name is none that a claim can have.
    OutputError
        If the file exists or cannot be written.
    """
    path = Path(file)
    name = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")
    if not name:
        raise SpecError(f"{file}: given a name without letters or digits, allowed: mine.yaml")
    path = path if path.suffix else path.with_suffix(".yaml")
    write_new(path, STARTER.replace(_ID, name).replace(_FILE, shlex.quote(path.name)))
    out.print(f"{path}: written. Try it: relsim claim {shlex.quote(str(path))} --quick")


def only(files: list[str]) -> str:
    """Return the one file that is to be written.

    Raises
    ------
    SpecError
        If none or several are named.
    """
    if len(files) != 1:
        given = ", ".join(files) or "no file"
        raise SpecError(f"claim new: given {given}, allowed: one file, such as mine.yaml")
    return files[0]


STARTER = """\
# A claim for relsim: what people say, and what each way to understand it comes to.
#
#     relsim claim {{file}} --quick    a look, within a minute
#     relsim claim {{file}}            the whole

id: "{{id}}"                        # small letters, digits and -; names the folder of its results
title: Better care
statement: "More care for customers pays."           # as people say it
in_short: "What was found, in a sentence without a number; write it when you know."
source:
  citation: "Who said it, and where"
  standing: as commonly quoted      # or seen, if you read the source; or computed
against:                            # evidence against it, a line each with its source
  - "Who found otherwise, and where"
assumptions:                        # what the model takes for granted that helps a side
  - {favours: claim, text: "Care never stops having an effect."}
  - {favours: against, text: "Those who would stay anyway get care as well."}
questions:                          # for a class
  - "Who pays for the care, and when does it come back?"
  - "Which customers would have stayed without it?"
  - "What would a rival do who sees it?"
opposite:                           # what to change to see the opposite, as --set takes it
  text: Let care have hardly any effect.
  reading: pays
  settings: {firms.*.care.half_at: 12.6}

readings:
  pays:
    title: A firm that spends all on keeping earns more than one that spends half
    experiment:                     # an experiment as relsim experiment takes it
      base: telecom                 # or a list of markets: relsim list configs
      settings: {market.customers: 4000, run.months: 96, firms.0.strategy.kind: balanced}
      arms:
        half: {firms.0.strategy.retention_share: 0.5}
        keep: {firms.0.strategy.retention_share: 1.0}
      control: half
      uncertainties:                # the scope: what is uncertain, over its plausible range
        - {key: firms.*.care.half_at, name: care_half_at, low: 0.042, high: 0.168, scale: log}
        - {key: market.annual_turnover, name: turnover, low: 0.01, high: 0.1}
      design: {points: 24}
      warm_up: 24                   # months that no outcome counts
      replication: {minimum: 4}
      outcomes:
        profit: {measure: profit, firm: 0, unit: money a month}
        share: {measure: share, firm: 0, unit: share of customers}
    effect: {outcome: profit, treatment: keep, measure: relative}   # or difference, or value
    hypothesis: {above: 0.0}        # or below: x, band: [low, high], within: [low, high]
    precision: 0.01                 # an interval of that half-width is narrow enough
    break_even: {factor: turnover, unit: a year}    # where along a factor the answer turns
  anybody:
    title: Nobody minds being cared for
    untestable: Nobody in the model minds attention, however much there is.
"""
