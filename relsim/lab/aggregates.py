"""What an experiment may make of the months of an outcome: one number."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def _deviation(months: Array) -> float:
    return float(months.std(ddof=1)) if months.size > 1 else float("nan")


def _variation(months: Array, _: float) -> float:
    mean = float(months.mean())
    return _deviation(months) / mean if mean > 0.0 else float("nan")


def _present_value(months: Array, rate: float) -> float:
    return float((months / (1.0 + rate) ** np.arange(1, months.size + 1)).sum())


AGGREGATES: Mapping[str, Callable[[Array, float], float]] = {
    "mean": lambda months, _: float(months.mean()),
    "sum": lambda months, _: float(months.sum()),
    "first": lambda months, _: float(months[0]),
    "last": lambda months, _: float(months[-1]),
    "min": lambda months, _: float(months.min()),
    "max": lambda months, _: float(months.max()),
    "std": lambda months, _: _deviation(months),
    "variation": _variation,
    "below_zero": lambda months, _: float((months < 0.0).sum()),
    "present_value": _present_value,
}
"""By name: functions of the months and of a monthly discount rate."""
