"""The figure of closed forms: each comparison's error in standard errors, with what is expected."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure


def draw(frame: pd.DataFrame) -> Figure:
    """Return the figure.

    Parameters
    ----------
    frame : DataFrame
        What :func:`experiments.verification.verify` returns.
    """
    cases = list(dict.fromkeys(frame["case"]))
    figure, axes = plt.subplots(figsize=(9.0, 0.55 * len(cases) + 2.0), layout="constrained")
    axes.axvspan(-1.96, 1.96, color="#0072B2", alpha=0.12, lw=0)
    axes.axvline(0.0, color="#555555", lw=1.0)
    for limit in (-4.0, 4.0):
        axes.axvline(limit, color="#D55E00", lw=1.2, ls="--")
    for place, case in enumerate(cases):
        off = frame.loc[frame["case"] == case, "off"].to_numpy(dtype=float)
        spread = np.linspace(-0.18, 0.18, off.size) if off.size > 1 else np.zeros(1)
        axes.plot(off, place + spread, "o", color="#0072B2", ms=6, mec="white", mew=0.6)
    customers = frame.groupby("case")["n"].min()  # of customers; some rows count their months
    names = [f"{case.replace('_', ' ')}\nn = {customers[case]:,}" for case in cases]
    axes.set_yticks(range(len(cases)), names)
    axes.invert_yaxis()
    axes.set_xlim(-5.0, 5.0)
    axes.set_xlabel("simulated less expected (standard errors)")
    axes.set_title(
        "Market against closed form: dots are comparisons\n"
        "95% of sound ones lie in the band; beyond the dashes a test fails",
        loc="left",
        fontsize=11,
    )
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure
