"""The figures of a finished experiment, drawn from its tables."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from relsim.circumstances import marks
from relsim.firms.ledger import CUSTOMER_LINES, FIRM_LINES
from relsim.firms.results import WORTH_COLUMNS
from relsim.lab.conducting import sizes_of, targets
from relsim.lab.designing import BASE
from relsim.lab.finishing import EFFECTS, RUNS, SENSITIVITY
from relsim.lab.intervals import t_interval
from relsim.lab.outcomes import RATES
from relsim.lab.spec import PanelSpec
from relsim.lab.store import PANEL, Store
from relsim.lab.study import Study
from relsim.report.figures import save
from relsim.report.lab.about import AboutStudy, Quantity
from relsim.report.lab.convergence import convergence
from relsim.report.lab.fan import fan
from relsim.report.lab.forest import forest
from relsim.report.lab.indices import indices
from relsim.report.lab.morris import morris
from relsim.report.lab.response import response
from relsim.report.lab.surface import surface
from relsim.report.lab.tornado import tornado

_MOST_EFFECTS = 60  # rows of one forest
_ENDS = {"difference_low": "low", "difference_high": "high"}
_MONTHLY_MONEY = {*CUSTOMER_LINES, *FIRM_LINES, "profit", "contribution"}
_MONEY = {*WORTH_COLUMNS, "cash", "price", "referral_reward"}
_AT = {"outcome_low": "at_low", "outcome_high": "at_high", "outcome_centre": "base"}
_FORMS = {"arm": "treatment", "pairs": "n", **_ENDS}


def draw(study: Study, store: Store) -> list[Path]:
    """Draw the figures of an experiment whose tables are written, into ``figures``.

    Parameters
    ----------
    study, store
        The experiment, and the folder that it holds.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    OutputError
        If they cannot be written.
    """
    about = _about(study, store)
    drawn = dict(_drawn(study, store, about))
    return save(drawn, store.folder / "figures")


def _about(study: Study, store: Store) -> AboutStudy:
    runs, _, _ = store.journal.counted()
    return AboutStudy(
        title=study.spec.title,
        currency=study.markets[0].currency,
        runs=runs,
        points=len(study.design),
        replications=max(sizes_of(store)),
        seed=study.spec.seed,
        confidence=study.spec.replication.confidence,
    )


def _drawn(study: Study, store: Store, about: AboutStudy) -> Iterator[tuple[str, Figure]]:
    if study.spec.treatments:
        effects = pd.read_csv(store.folder / EFFECTS)
        if len(effects) <= _MOST_EFFECTS:
            yield "effects", forest(_for_forest(study, effects), about)
        yield from _over_levers(study, effects, about)
        yield from _converging(study, store, about)
    if study.spec.panel is not None:
        yield from _fans(study, store, study.spec.panel, about)
    yield from _sensitivity(study, store, about)


def _unit(study: Study, outcome: str) -> str:
    return study.spec.outcomes[outcome].unit


# Effects ------------------------------------------------------------------------------------


def _for_forest(study: Study, effects: pd.DataFrame) -> pd.DataFrame:
    """Return effects by the names that the forest has for them."""
    shares = ("relative", "relative_low", "relative_high")
    percent = {name: 100.0 * effects[name] for name in shares}
    levels = [
        ", ".join(f"{name} {row[name]}" for name in study.levers)
        for row in effects.to_dict(orient="records")
    ]
    units = [_unit(study, outcome) for outcome in effects["outcome"]]
    return _renamed(effects).assign(**percent, label=levels, unit=units)


def _renamed(effects: pd.DataFrame) -> pd.DataFrame:
    """Return effects with the figures' names for columns; the means of the arms are left out."""
    return effects.drop(columns=["treatment", "control"]).rename(columns=_FORMS)


def _over_levers(
    study: Study, effects: pd.DataFrame, about: AboutStudy
) -> Iterator[tuple[str, Figure]]:
    """Yield the first outcome's effect over one lever of numbers, or over two of any kind."""
    levers = [name for name in study.levers if len(effects[name].unique()) > 1]
    outcome = next(iter(study.spec.outcomes))
    for treatment in study.spec.treatments:
        own = effects[(effects["outcome"] == outcome) & (effects["arm"] == treatment)]
        own = _renamed(own)
        reference = study.spec.reference
        value = Quantity(
            "difference", f"{outcome}: {treatment} less {reference}", _unit(study, outcome)
        )
        axes = [Quantity(name, name) for name in levers]
        name = treatment if len(study.spec.treatments) > 1 else ""
        if len(axes) == 2:
            equal = f"{treatment} and {reference} equal"
            yield f"surface{_of(name)}", surface(own, about, axes[0], axes[1], value, zero=equal)
        elif len(axes) == 1 and pd.api.types.is_numeric_dtype(own[axes[0].column]):
            yield f"response{_of(name)}", response(own, about, axes[0], value)


def _of(name: str) -> str:
    return f"-{name}" if name else ""


def _converging(study: Study, store: Store, about: AboutStudy) -> Iterator[tuple[str, Figure]]:
    """Yield how the effect aimed at settled, in the first combination of levers."""
    asked = study.spec.replication
    outcome = asked.outcome or next(iter(study.spec.outcomes))
    for treatment, values in targets(study, store)[0].items():
        there = values[np.isfinite(values)]
        if there.size < 2:
            continue
        rows = [t_interval(there[:n], asked.confidence) for n in range(1, there.size + 1)]
        means = pd.DataFrame(rows, columns=["mean", "low", "high"])
        means.insert(0, "n", np.arange(1, there.size + 1))
        value = Quantity("mean", f"{outcome}: effect of {treatment}", _unit(study, outcome))
        yield (
            f"replications-{treatment}",
            convergence(
                means,
                about,
                value,
                precision=_precision(study, float(means["mean"].iloc[-1])),
                stopped=int(there.size) if asked.sequential else None,
            ),
        )


def _precision(study: Study, mean: float) -> float | None:
    """Return the half-width that was asked for, in the unit of the mean."""
    asked = study.spec.replication
    if not asked.sequential:
        return None
    return max(asked.absolute or 0.0, (asked.relative or 0.0) * abs(mean))


# Months -------------------------------------------------------------------------------------


def _fans(
    study: Study, store: Store, panel: PanelSpec, about: AboutStudy
) -> Iterator[tuple[str, Figure]]:
    """Yield median and bands over months of what the panel keeps, for the first firm named."""
    firms = [one.firm for one in study.spec.outcomes.values() if one.firm is not None]
    market = study.markets[0]
    names = [firm.name for firm in market.firms]
    firm = firms[0] if firms else 0
    place = names.index(firm) if isinstance(firm, str) else int(firm)
    months = pd.concat(frame[frame["firm"] == place] for frame in store.frames(PANEL))
    runs = pd.read_parquet(store.folder / RUNS, columns=["run", "arm"])
    whole = months.merge(runs, on="run").sort_values(["run", "month"])
    whole["arm"] = pd.Categorical(whole["arm"], list(study.arms)).astype(str)
    order = {arm: place for place, arm in enumerate(study.arms)}
    whole = whole.sort_values(
        ["arm", "run", "month"], key=lambda c: c.map(order) if c.name == "arm" else c
    )
    several = BASE in study.design
    for measure in panel.measures:
        label = f"{measure} of {'firm ' + str(place) if several else names[place]}"
        value = Quantity(measure, label, _unit_of_column(measure))
        yield f"months-{measure}", fan(whole, about, value, marks=marks(market))


def _unit_of_column(column: str) -> str:
    """Return the unit of a column of the market's table."""
    if column in _MONTHLY_MONEY:
        return "money a month"
    if column in _MONEY:
        return "money"
    return "0 to 1" if column in RATES else "customers"


# Sensitivity --------------------------------------------------------------------------------


def _sensitivity(study: Study, store: Store, about: AboutStudy) -> Iterator[tuple[str, Figure]]:
    path = store.folder / SENSITIVITY
    if not path.is_file() or BASE in study.design:
        return
    table = pd.read_csv(path)
    for place, (name, part) in enumerate(table.groupby("outcome", sort=False)):
        outcome, _, treatment = str(name).partition(": ")
        label = (
            f"{outcome}: effect of {treatment}"
            if treatment
            else f"{outcome} ({study.spec.reference})"
        )
        value = Quantity("", label, _unit(study, outcome))
        yield f"sensitivity-{place + 1}", _of_kind(study, part, about, value)


def _of_kind(study: Study, part: pd.DataFrame, about: AboutStudy, value: Quantity) -> Figure:
    kind = study.spec.design.uncertainties
    if kind == "saltelli":
        return indices(part, about, value, noise=float(part["noise_share"].iloc[0]))
    if kind == "morris":
        ends = {"mu_star_low": "low", "mu_star_high": "high"}
        return morris(part.rename(columns=ends), about, value)
    names = {"low": "low_value", "high": "high_value", **_AT}
    return tornado(part.rename(columns=names), about, value)
