"""What an experiment's design will not be able to tell, said before anything runs."""

from collections.abc import Iterator

from relsim.firms.worth import NEED_DISCOUNT, NO_DISCOUNT
from relsim.lab.runs.outcomes import parts_of
from relsim.lab.runs.study import Study
from relsim.lab.spec import DRAWN, DesignSpec
from relsim.lab.statistics.sensitivity import LEAST_ROWS, LEAST_TRAJECTORIES
from relsim.lab.statistics.sensitivity_tables import MEASURES

_LEAST = {
    "saltelli": (LEAST_ROWS, "base points", "Sobol's indices"),
    "morris": (LEAST_TRAJECTORIES, "trajectories", "a screening by Morris's method"),
}


def lacking(study: Study) -> Iterator[str]:
    """Yield a sentence for each analysis for which the design or the replications are too few.

    Parameters
    ----------
    study : Study
        The experiment.
    """
    spec = study.spec
    if spec.treatments and spec.drawn and int(study.samples.max()) == 0:
        yield "design: one point is drawn: effects will have no interval; 2 points or more give one"
    if spec.treatments and not spec.drawn and spec.replication.most == 1:
        yield "replication: one only: effects will have no interval; 2 or more give one"
    yield from _unused(study)
    yield from _undefined(study)
    if spec.uncertainties:
        yield from _of_sensitivity(study)


def _undefined(study: Study) -> Iterator[str]:
    """Yield a sentence for each outcome that no market without discount has."""
    if all(market.market.annual_discount_rate > 0.0 for market in study.markets):
        return
    for name, outcome in study.spec.outcomes.items():
        columns = {part for _, part in parts_of(f"{outcome.measure}+{outcome.per or ''}")}
        if columns & set(NEED_DISCOUNT):
            yield f"outcomes.{name}: {NO_DISCOUNT}"


def _unused(study: Study) -> Iterator[str]:
    """Yield a sentence for each key of the design that changes nothing."""
    spec, usual = study.spec, DesignSpec()
    if spec.design.file is not None:
        return
    if not spec.uncertainties and spec.design.uncertainties != usual.uncertainties:
        kind = spec.design.uncertainties
        yield f"design.uncertainties: given {kind}, is not used: nothing is uncertain"
    if not spec.levers and spec.design.levers != usual.levers:
        yield f"design.levers: given {spec.design.levers}, is not used: there are no levers"
    if spec.design.samples == "own" and not (spec.uncertainties and len(spec.bases) > 1):
        yield (
            "design.samples: given own, is not used: that is for several markets with uncertainties"
        )


def _of_sensitivity(study: Study) -> Iterator[str]:
    """Yield the same about what moves the outcomes."""
    design, kind = study.spec.design, study.spec.design.uncertainties
    if kind in ("one_at_a_time", "full_factorial") and design.points != DesignSpec().points:
        yield (
            f"design.points: given {design.points:,}, is not used: {kind} has as many points as "
            "the uncertainties have levels or steps"
        )
    if kind not in MEASURES:
        return
    if study.spec.levers:
        yield (
            f"design: {kind} with levers gives no table of sensitivity; without levers it gives one"
        )
        return
    least, what, analysis = _LEAST.get(kind, (0, "", ""))
    if design.points < least:
        yield (
            f"design.points: {design.points} {what} are too few for {analysis}, which needs "
            f"{least} or more: sensitivity.csv will have no numbers"
        )
    elif study.spec.replication.most == 1 and kind == "saltelli":
        yield (
            "replication: one only: nobody will know how much of the variance is noise; "
            "2 or more tell"
        )
    elif study.spec.replication.most == 1 and kind == "one_at_a_time":
        yield "replication: one only: the swings of the tornado will have no interval"


def tells(study: Study) -> str:
    """Return in a sentence what a design will tell about what moves the outcomes."""
    kind = study.spec.design.uncertainties
    if not study.spec.uncertainties:
        return "Sensitivity: nothing is uncertain."
    if kind in MEASURES and not study.spec.levers:
        told = {
            "saltelli": f"Sobol's indices ({LEAST_ROWS} base points or more, without failed runs)",
            "morris": f"Morris's effects ({LEAST_TRAJECTORIES} trajectories or more)",
            "one_at_a_time": "a tornado",
        }
        return f"Sensitivity: {told[kind]}."
    what = "points drawn for a mean over what is uncertain" if kind in DRAWN else f"{kind} points"
    return (
        f"Sensitivity: no table from {what}; saltelli gives Sobol's indices, morris a screening, "
        "one_at_a_time a tornado, each without levers."
    )
