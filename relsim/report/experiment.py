"""The figures of a finished experiment, drawn from its tables."""

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from relsim.events.effects import marks
from relsim.firms.ledger import CUSTOMER_LINES, FIRM_LINES
from relsim.firms.quantities import WORTH
from relsim.lab.archive.results import EFFECTS, FIGURES, RUNS, SENSITIVITY
from relsim.lab.archive.store import PANEL, Store
from relsim.lab.archive.tables import read_table
from relsim.lab.design.points import BASE
from relsim.lab.names import market_label, response_name
from relsim.lab.runs.outcomes import RATES
from relsim.lab.runs.rounds import sizes_of, targets
from relsim.lab.runs.study import Study
from relsim.lab.spec import PanelSpec
from relsim.lab.statistics.intervals import t_interval
from relsim.report.files import file_part, one_each
from relsim.report.lab.about import AboutStudy, Quantity
from relsim.report.lab.convergence import convergence
from relsim.report.lab.fan import fan
from relsim.report.lab.findings import (
    effects_found,
    ends_found,
    levels_found,
    mean_found,
    mover_found,
)
from relsim.report.lab.forest import forest
from relsim.report.lab.indices import Noise, indices
from relsim.report.lab.morris import morris
from relsim.report.lab.response import response
from relsim.report.lab.surface import surface
from relsim.report.lab.tornado import tornado
from relsim.report.run_figures import save

_MOST_EFFECTS = 60  # rows of one forest
_LEAST_FOR_BOOTSTRAP = 20  # units: of fewer its interval is too narrow (results/coverage)
_ENDS = {"difference_low": "low", "difference_high": "high"}
_MONTHLY_MONEY = {*CUSTOMER_LINES, *FIRM_LINES, "profit", "contribution"}
_MONEY = {*WORTH, "cash", "price", "referral_reward"}
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
    drawn = one_each(_drawn(study, store, about))
    return save(drawn, store.folder / FIGURES)


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
        effects = read_table(store.folder / EFFECTS, study)
        if len(effects) <= _MOST_EFFECTS:
            yield "effects", _forest(study, effects, about)
        yield from _effects_over_levers(study, effects, about)
    else:
        yield from _outcomes_over_levers(study, store, about)
    yield from _converging(study, store, about)
    if study.spec.panel is not None:
        yield from _fans(study, store, study.spec.panel, about)
    yield from _sensitivity(study, store, about)


def _unit(study: Study, outcome: str) -> str:
    """Return the unit of an outcome: as the config says, or that of what it measures."""
    asked = study.spec.outcomes[outcome]
    if asked.unit:
        return asked.unit
    return f"per unit of {spoken(asked.per)}" if asked.per else _unit_of_column(asked.measure)


def spoken(name: str) -> str:
    """Return a name as it is read: its words apart; dotted paths stay as they are.

    Examples
    --------
    >>> spoken("win_them_back"), spoken("firms.0.switching_cost")
    ('win them back', 'firms.0.switching_cost')
    """
    return name if "." in name else name.replace("_", " ").strip()


def _by_base(
    study: Study, table: pd.DataFrame, about: AboutStudy
) -> Iterator[tuple[str, pd.DataFrame, AboutStudy]]:
    """Yield the name of each base, its part of a table, and what is said of it; once if alone."""
    if BASE not in table:
        yield "", table, about
        return
    for place, (base, market) in enumerate(zip(study.spec.bases, study.markets, strict=True)):
        label, points = (
            market_label(base, study.spec.bases),
            int((study.design[BASE] == base).sum()),
        )
        title = f"{about.title}: {label}"
        own = dataclasses.replace(
            about,
            title=title,
            currency=market.currency,
            points=points,
            runs=about.runs * points // len(study.design),
        )
        yield file_part(label, place), table[table[BASE] == base], own


def _named(*parts: str) -> str:
    """Return the name of a figure of its parts that are there."""
    return "-".join(part for part in parts if part)


def _of_arm(study: Study, arm: str) -> str:
    return file_part(arm, study.arms.index(arm))


# Effects ------------------------------------------------------------------------------------


def _forest(study: Study, effects: pd.DataFrame, about: AboutStudy) -> Figure:
    unit = "points: of each, its pairs' mean" if study.spec.drawn else "pairs"
    says = (
        f"Effects of treatments: each less {spoken(study.spec.reference)}, with the same customers "
        f"and common random numbers. Intervals are over {unit}."
    )
    shown = _for_forest(study, effects)
    return forest(shown, about, title=effects_found(shown, about), says=says)


def _for_forest(study: Study, effects: pd.DataFrame) -> pd.DataFrame:
    """Return effects by the names that the forest has for them."""
    shares = ("relative", "relative_low", "relative_high")
    percent = {name: 100.0 * effects[name] for name in shares}
    levels = [
        ", ".join(f"{spoken(name)} {row[name]}" for name in study.levers)
        for row in effects.to_dict(orient="records")
    ]
    units = [_unit(study, outcome) for outcome in effects["outcome"]]
    named = {name: effects[name].map(spoken) for name in ("outcome", "arm")}
    enough = effects["clusters"] >= _LEAST_FOR_BOOTSTRAP
    named |= {name: effects[name].where(enough) for name in ("bootstrap_low", "bootstrap_high")}
    return _renamed(effects.assign(**named)).assign(**percent, label=levels, unit=units)


def _renamed(effects: pd.DataFrame) -> pd.DataFrame:
    """Return effects with the figures' names for columns; the means of the arms are left out."""
    return effects.drop(columns=["treatment", "control"]).rename(columns=_FORMS)


def _effects_over_levers(
    study: Study, effects: pd.DataFrame, about: AboutStudy
) -> Iterator[tuple[str, Figure]]:
    """Yield the first outcome's effects over levers, by base and treatment."""
    outcome, reference = next(iter(study.spec.outcomes)), spoken(study.spec.reference)
    first = effects[effects["outcome"] == outcome]
    for base, part, own in _by_base(study, first, about):
        for treatment in study.spec.treatments:
            arm = spoken(treatment)
            value = Quantity(
                "difference",
                f"{spoken(outcome)}: {arm} less {reference}",
                _unit(study, outcome),
            )
            table = _renamed(part[part["arm"] == treatment])
            several = _of_arm(study, treatment) if len(study.spec.treatments) > 1 else ""
            for kind, figure in _over_levers(
                study, table, own, value, zero=f"{arm} and {reference} equal"
            ):
                yield _named(kind, several, base), figure


def _outcomes_over_levers(
    study: Study, store: Store, about: AboutStudy
) -> Iterator[tuple[str, Figure]]:
    """Yield the first outcome over levers, by base, where there is nothing to compare it with."""
    outcome = next(iter(study.spec.outcomes))
    if not study.levers:
        return
    runs = pd.read_parquet(store.folder / RUNS)
    unit = study.unit
    means = runs.groupby([*study.levers, unit])[outcome].mean().dropna()
    rows = [
        (*_as_tuple(level), *t_interval(values, study.spec.replication.confidence))
        for level, values in means.groupby(level=study.levers)
    ]
    table = pd.DataFrame(rows, columns=[*study.levers, "mean", "low", "high"]).apply(_as_numbers)
    value = Quantity("mean", spoken(outcome), _unit(study, outcome))
    for base, part, own in _by_base(study, table, about):
        for kind, figure in _over_levers(study, part, own, value):
            yield _named(kind, base), figure


def _as_tuple(level: Any) -> tuple[Any, ...]:
    return level if isinstance(level, tuple) else (level,)


def _as_numbers(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return a column as numbers where all of it is; levels may be written as text."""
    found = pd.to_numeric(column, errors="coerce")
    return found if found.notna().any() and (found.notna() == column.notna()).all() else column


def _over_levers(
    study: Study, table: pd.DataFrame, about: AboutStudy, value: Quantity, zero: str = ""
) -> Iterator[tuple[str, Figure]]:
    """Yield a value over one lever of numbers, or over two of any kind; zero: it is an effect."""
    axes = [
        Quantity(name, spoken(name))
        for name in study.levers
        if name != BASE and len(table[name].unique()) > 1
    ]
    title = levels_found(table, about, value, effect=bool(zero))
    over = f"{value.label}, over {' and '.join(axis.label for axis in axes)}."
    if len(axes) == 2:
        x, y = axes
        says = f"{over} Every cell: one combination of the two factors."
        yield (
            "surface",
            surface(
                table, about, x, y, value, effect=bool(zero), zero=zero, title=title, says=says
            ),
        )
    elif len(axes) == 1 and pd.api.types.is_numeric_dtype(table[axes[0].column]):
        yield "response", response(table, about, axes[0], value, title=title, says=over)


def _converging(study: Study, store: Store, about: AboutStudy) -> Iterator[tuple[str, Figure]]:
    """Yield how what is aimed at settled, in the first combination of levers."""
    asked = study.spec.replication
    outcome = asked.outcome or next(iter(study.spec.outcomes))
    noise_alone = "Intervals: noise alone, points as they are." if study.spec.drawn else ""
    for arm, values in targets(study, store)[0].items():
        there = values[np.isfinite(values)]
        if there.size < 2:
            continue
        rows = [t_interval(there[:n], asked.confidence) for n in range(1, there.size + 1)]
        means = pd.DataFrame(rows, columns=["mean", "low", "high"])
        means.insert(0, "n", np.arange(1, there.size + 1))
        what = f"effect of {spoken(arm)}" if study.spec.treatments else spoken(arm)
        value = Quantity("mean", f"{spoken(outcome)}: {what}", _unit(study, outcome))
        precision = _precision(study, float(means["mean"].iloc[-1]))
        yield (
            f"replications-{_of_arm(study, arm)}",
            convergence(
                means,
                about,
                value,
                precision=precision,
                stopped=int(there.size) if _reached(means, precision) else None,
                title=mean_found(means, about, value),
                says=f"Running mean of {value.label}. {_first_combination(study)} {noise_alone}",
            ),
        )


def _first_combination(study: Study) -> str:
    """Return which combination of levers is shown, where there are several."""
    if not study.cells.any():
        return ""
    first = {name: study.design[name].iloc[0] for name in study.levers}
    return f"At {', '.join(f'{spoken(name)} {value}' for name, value in first.items())}."


def _reached(means: pd.DataFrame, precision: float | None) -> bool:
    """Say whether the last interval is as narrow as asked; stopping at the most is not that."""
    last = means.iloc[-1]
    return precision is not None and bool((last["high"] - last["low"]) / 2.0 <= precision)


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
    columns = ["run", "arm", *([BASE] if BASE in study.design else [])]
    runs = pd.read_parquet(store.folder / RUNS, columns=columns)
    for place, (base, part, own) in enumerate(_by_base(study, runs, about)):
        market = study.markets[place]
        firm, name = _firm(study, [firm.name for firm in market.firms])
        months = pd.concat(frame[frame["firm"] == firm] for frame in store.frames(PANEL))
        whole = _in_order_of_arms(study, months.merge(part, on="run"))
        for measure in panel.measures:
            value = Quantity(measure, f"{spoken(measure)} of {name}", _unit_of_column(measure))
            yield (
                _named("months", measure, base),
                fan(
                    whole,
                    own,
                    value,
                    marks=marks(market),
                    title=ends_found(whole, own, value),
                    says=f"{value.label}. {_all_together(study)}",
                ),
            )


def _firm(study: Study, names: Sequence[str]) -> tuple[int, str]:
    """Return place and name of the first firm that an outcome names, the first one otherwise."""
    named = [one.firm for one in study.spec.outcomes.values() if one.firm is not None]
    firm = named[0] if named else 0
    place = names.index(firm) if isinstance(firm, str) else int(firm)
    return place, names[place]


def _in_order_of_arms(study: Study, months: pd.DataFrame) -> pd.DataFrame:
    """Return monthly rows arm by arm, in the config's order, by the names that are read."""
    order = {arm: place for place, arm in enumerate(study.arms)}
    whole = months.assign(place=months["arm"].map(order)).sort_values(["place", "run", "month"])
    return whole.assign(arm=whole["arm"].map(spoken))


def _all_together(study: Study) -> str:
    """Return what the bands are over."""
    over = "points and replications" if study.spec.drawn else "replications"
    levers = [spoken(name) for name in study.levers if name != BASE]
    return f"Every run, over {over}{_with(levers)}."


def _with(levers: Sequence[str]) -> str:
    return f", all levels of {' and '.join(levers)} together" if levers else ""


def _unit_of_column(column: str) -> str:
    """Return the unit of a column of the market's table."""
    if column in _MONTHLY_MONEY:
        return "money a month"
    if column in _MONEY:
        return "money"
    return "0 to 1" if column in RATES else "customers"


# Sensitivity --------------------------------------------------------------------------------


def _sensitivity(study: Study, store: Store, about: AboutStudy) -> Iterator[tuple[str, Figure]]:
    """Yield what moves each outcome and each effect, by base."""
    path = store.folder / SENSITIVITY
    if not path.is_file():
        return
    labels = _responses(study)
    for base, table, own in _by_base(study, read_table(path, study), about):
        for place, (name, part) in enumerate(table.groupby("outcome", sort=False)):
            if part["note"].any():  # nothing moves it, or nobody knows: the table says which
                continue
            outcome, label = labels[str(name)]
            value = Quantity("", label, _unit(study, outcome))
            shown = part.assign(factor=part["factor"].map(spoken))
            yield _named(f"sensitivity-{place + 1}", base), _of_kind(study, shown, own, value)


def _responses(study: Study) -> dict[str, tuple[str, str]]:
    """Return, for each response in the table of sensitivity, its outcome and what it is called."""
    found = {}
    for outcome in study.spec.outcomes:
        found[outcome] = outcome, f"{spoken(outcome)} ({spoken(study.spec.reference)})"
        for arm in study.spec.treatments:
            label = f"{spoken(outcome)}: effect of {spoken(arm)}"
            found[response_name(outcome, arm)] = outcome, label
    return found


def _of_kind(study: Study, part: pd.DataFrame, about: AboutStudy, value: Quantity) -> Figure:
    kind, label = study.spec.design.uncertainties, value.label
    if kind == "saltelli":
        title = mover_found(part, "total", "total_low", "total_high", label)
        says = (
            f"Sobol's indices of {label}: the share of the variance between points that goes back "
            "to each factor."
        )
        return indices(part, about, value, noise=_noise(study, part), title=title, says=says)
    if kind == "morris":
        title = mover_found(part, "mu_star", "mu_star_low", "mu_star_high", label)
        ends = {"mu_star_low": "low", "mu_star_high": "high"}
        says = (
            f"Morris's screening of {label}. Right: strong factors. Up: factors whose effect "
            "varies with the others or bends."
        )
        return morris(part.rename(columns=ends), about, value, title=title, says=says)
    title = mover_found(part, "swing", "swing_low", "swing_high", label)
    names = {"low": "low_value", "high": "high_value", **_AT}
    says = f"{label}: each factor alone at its low and its high value, all others at their base."
    return tornado(part.rename(columns=names), about, value, title=title, says=says)


def _noise(study: Study, part: pd.DataFrame) -> Noise | None:
    """Return how much of an outcome's variance is noise, if replications tell."""
    between, of_run = (
        float(part[name].iloc[0]) for name in ("noise_between_points", "noise_share")
    )
    return Noise(between, of_run, study.spec.common_noise) if np.isfinite(between) else None
