"""A quick look at a claim: the same experiments with small markets, few points and replications."""

from typing import Any

from relsim.claims.spec import QuickSpec
from relsim.lab.spec import DRAWN, ExperimentSpec, FactorSpec

FEWEST, FEWEST_OF_EACH = 4, 2
"""Samples of what is uncertain that are kept in any case, of one market and of each of several."""
_LEVELS = 3
CUSTOMERS = "market.customers"


def small(experiment: ExperimentSpec, quick: QuickSpec) -> ExperimentSpec:
    """Return an experiment as small as a quick look has it; nothing becomes larger.

    Levers keep three of their levels: both ends and the middle. Several markets have samples of
    their own, so that few runs see more of the scope.

    Parameters
    ----------
    experiment : ExperimentSpec
        The whole one.
    quick : QuickSpec
        The sizes.

    Examples
    --------
    >>> from relsim.lab.spec import OutcomeSpec
    >>> whole = ExperimentSpec(base="telecom", outcomes={"profit": OutcomeSpec(measure="profit")})
    >>> quick = small(whole, QuickSpec())
    >>> quick.settings, quick.design.points, quick.replication.minimum
    ({'market.customers': 2000}, 6, 2)
    """
    settings = dict(experiment.settings)
    if all(factor.key != CUSTOMERS for factor in experiment.factors):  # a factor sets its own
        settings[CUSTOMERS] = min(settings.get(CUSTOMERS, quick.customers), quick.customers)
    levers = tuple(_few_levels(lever) for lever in experiment.levers)
    fewest = FEWEST if len(experiment.bases) == 1 else FEWEST_OF_EACH
    each = max(-(-quick.points // _combinations(experiment, levers)), fewest)
    design, replication = experiment.design, experiment.replication
    update: dict[str, Any] = {"points": min(design.points, each)}
    if len(experiment.bases) > 1 and design.uncertainties in DRAWN:
        update["samples"] = "own"
    return experiment.model_copy(
        update={
            "settings": settings,
            "levers": levers,
            "design": design.model_copy(update=update),
            "replication": replication.model_copy(
                update={
                    "minimum": min(replication.minimum, quick.replications),
                    "maximum": None,
                    "absolute": None,
                    "relative": None,
                }
            ),
        }
    )


def _combinations(experiment: ExperimentSpec, levers: tuple[FactorSpec, ...]) -> int:
    """Return how many combinations of base and levers each sample meets."""
    count = len(experiment.bases)
    for lever in levers:
        count *= len(lever.levels) or lever.steps
    return count


def _few_levels(lever: FactorSpec) -> FactorSpec:
    levels = lever.levels
    if len(levels) > _LEVELS:
        levels = (levels[0], levels[(len(levels) - 1) // 2], levels[-1])
    return lever.model_copy(update={"levels": levels, "steps": min(lever.steps, _LEVELS)})
