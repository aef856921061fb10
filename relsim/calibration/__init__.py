"""Calibration: a market's free numbers fitted to published moments, all at once."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from relsim.calibration.fit import calibrate
    from relsim.calibration.inputs import Free, Target
    from relsim.calibration.measurement import Window, simulated
    from relsim.calibration.result import Calibration

_HOMES = {
    "Calibration": "result",
    "Free": "inputs",
    "Target": "inputs",
    "Window": "measurement",
    "calibrate": "fit",
    "simulated": "measurement",
}
__all__ = ["Calibration", "Free", "Target", "Window", "calibrate", "simulated"]


def __getattr__(name: str) -> Any:
    # Loaded when first asked for: compiled code and Mesa take most of a second to import.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
