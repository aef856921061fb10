"""The numbers of the rules, as the compiled month reads them: named as in the config.

``m.ladder.client_purchases`` is the key ``mechanisms.ladder.client_purchases``. The tuples are made
from the models of the config, so that a number is declared once, there.
"""

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from relsim.customers.contracts import Contracts, contracts
from relsim.economics.lifetime import monthly_loss
from relsim.spec import MarketSpec
from relsim.spec.fields import SpecModel
from relsim.spec.mechanisms import (
    Buying,
    Choice,
    Experience,
    Ladder,
    Reconsider,
    Service,
    Trust,
    ValueTiers,
    WordOfMouth,
)


def numeric(model: type[SpecModel]) -> list[str]:
    """Return the names of a model's keys that are numbers.

    Examples
    --------
    >>> numeric(Trust)
    ['build_rate', 'break_rate']
    """
    return [name for name, field in model.model_fields.items() if field.annotation in (float, int)]


def kind(model: type[SpecModel], name: str, *derived: str) -> Any:
    """Return a class of named tuples for the numbers of a model, and for some derived from them.

    Parameters
    ----------
    model : type
        A model of the config.
    name : str
        What the class is called in the module that keeps it.
    *derived : str
        Names of further numbers.
    """
    fields = [(key, float) for key in [*numeric(model), *derived]]
    return NamedTuple(name, fields)  # its names are the model's


def filled(kind: Any, model: SpecModel, **derived: float) -> Any:
    """Return the numbers of a model, thresholds as the columns would keep them."""
    values = {name: number(model, name) for name in numeric(type(model))}
    return kind(**values, **derived)


def number(model: SpecModel, name: str) -> float:
    """Return one number of a model, in single precision if state is held against it."""
    extra = type(model).model_fields[name].json_schema_extra
    value = float(getattr(model, name))
    is_single = isinstance(extra, dict) and extra.get("single", False)
    return threshold(value) if is_single else value


def threshold(x: float) -> float:
    """Return a threshold as the columns would keep it, in single precision.

    State at a threshold is then equal to it, whichever way the number rounds.

    Examples
    --------
    >>> threshold(0.5), threshold(0.6) > 0.6
    (0.5, True)
    """
    return float(np.float32(x))


ExperienceNumbers = kind(Experience, "ExperienceNumbers")
TrustNumbers = kind(Trust, "TrustNumbers")
ReconsiderNumbers = kind(Reconsider, "ReconsiderNumbers", "base")
ChoiceNumbers = kind(Choice, "ChoiceNumbers")
BuyingNumbers = kind(Buying, "BuyingNumbers")
ServiceNumbers = kind(Service, "ServiceNumbers")
WordOfMouthNumbers = kind(WordOfMouth, "WordOfMouthNumbers")
LadderNumbers = kind(Ladder, "LadderNumbers")
ValueTiersNumbers = kind(ValueTiers, "ValueTiersNumbers")
for _made in (
    ExperienceNumbers,
    TrustNumbers,
    ReconsiderNumbers,
    ChoiceNumbers,
    BuyingNumbers,
    ServiceNumbers,
    WordOfMouthNumbers,
    LadderNumbers,
    ValueTiersNumbers,
):
    _made.__module__ = __name__  # where a worker process finds it


class Start(NamedTuple):
    """The state in which a relationship starts, 0 to 1."""

    satisfaction: float
    trust: float


class Times(NamedTuple):
    """What events do to everybody this month: a factor on usage, an addition to orientation."""

    usage: float
    needs: float


class Numbers(NamedTuple):
    """The numbers of the rules, alike for all firms, by mechanism."""

    experience: Any
    trust: Any
    reconsider: Any  # with ``base``, the log-odds of ``base_hazard``
    choice: Any
    buying: Any
    service: Any
    word_of_mouth: Any
    ladder: Any
    value_tiers: Any
    start: Start
    times: Times
    contracts: Contracts  # of each firm
    attrition: float  # chance a month to leave the market for good
    switching: npt.NDArray[np.float64]  # chances by present and next supplier, none first; or empty


def numbers(spec: MarketSpec) -> Numbers:
    """Return the numbers of the rules that a spec describes.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> numbers(starter()).trust.build_rate
    0.04
    """
    m, start = spec.mechanisms, spec.customers.start
    base = m.reconsider.base_hazard
    return Numbers(
        experience=filled(ExperienceNumbers, m.experience),
        trust=filled(TrustNumbers, m.trust),
        reconsider=filled(ReconsiderNumbers, m.reconsider, base=math.log(base / (1.0 - base))),
        choice=filled(ChoiceNumbers, m.choice),
        buying=filled(BuyingNumbers, m.buying),
        service=filled(ServiceNumbers, m.service),
        word_of_mouth=filled(WordOfMouthNumbers, m.word_of_mouth),
        ladder=filled(LadderNumbers, m.ladder),
        value_tiers=filled(ValueTiersNumbers, m.value_tiers),
        start=Start(start.new_satisfaction, start.new_trust),
        times=Times(1.0, 0.0),
        contracts=contracts(spec),
        attrition=monthly_loss(spec.market.annual_turnover),
        switching=switching(spec),
    )


def switching(spec: MarketSpec) -> npt.NDArray[np.float64]:
    """Return the switching matrix with "no supplier" first; of shape (0, 0) where none is read.

    Examples
    --------
    >>> from relsim.spec import override, starter
    >>> still = {"rule": "matrix", "matrix": [[1, 0, 0], [0, 1, 0], [0.1, 0.2, 0.7]]}
    >>> switching(override(starter(), {"mechanisms.retention": still}))[0].tolist()
    [0.7, 0.1, 0.2]
    """
    retention, firms = spec.mechanisms.retention, len(spec.firms)
    if retention.rule != "matrix":
        return np.empty((0, 0))
    full = np.eye(firms + 1)
    size = len(retention.matrix)
    full[:size, :size] = retention.matrix
    return np.ascontiguousarray(np.roll(full, 1, axis=(0, 1)))
