"""Experiments: designs, paired comparisons, replication, a store that survives, tidy tables."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from relsim.lab.runs.evaluation import Evaluation, evaluate

__all__ = ["Evaluation", "evaluate"]


def __getattr__(name: str) -> Any:
    # Loaded when first asked for: compiled code and Mesa take most of a second to import.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from relsim.lab.runs import evaluation  # noqa: PLC0415  # see above

    return getattr(evaluation, name)
