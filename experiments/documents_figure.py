"""The picture of the README: the flagship readings against what is claimed."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from relsim.report.claims import results
from relsim.report.claims.effects import effects


def picture(claims: Path, readings: Sequence[str]) -> dict[str, Figure]:
    """Return the effects of some readings of "five per cent", by the name of the file.

    Parameters
    ----------
    claims : Path
        The folder of the reference results.
    readings : sequence of str
        Which of them.
    """
    found = results.read(claims / "five-percent")
    few = found.verdicts[found.verdicts["reading"].isin(readings)].reset_index(drop=True)
    drawn = effects(dataclasses.replace(found, verdicts=few))
    return {} if drawn is None else {"five-percent": drawn}
