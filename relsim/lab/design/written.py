"""A design as it is written beside the results of an experiment, and as it is read again.

The table carries all that the same runs need: the values of the factors, which sample of the
uncertainties each point has (points of one sample share their random numbers), and, in its first
row, what the factors set and how the points were chosen.
"""

import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from relsim.errors import SpecError
from relsim.lab.design.csv_file import from_csv
from relsim.lab.design.points import BASE, MADE, POINT, SAMPLE, factor_columns
from relsim.lab.spec import DRAWN, LISTED, DesignSpec, ExperimentSpec, FactorSpec
from relsim.spec.fields import SpecModel
from relsim.spec.hints import nearest
from relsim.spec.validation import checked
from relsim.spec.yaml_text import parse_yaml


class _Made(SpecModel):
    """How a design was made."""

    levers: tuple[FactorSpec, ...] = ()
    uncertainties: tuple[FactorSpec, ...] = ()
    design: DesignSpec = DesignSpec()


def written(
    spec: ExperimentSpec, design: pd.DataFrame, samples: "np.ndarray[Any, Any]"
) -> pd.DataFrame:
    """Return a design as a table of texts, from which :func:`read_design` makes it again.

    Parameters
    ----------
    spec : ExperimentSpec
        The experiment.
    design : DataFrame
        Its points.
    samples : array of int, shape (points,)
        Which sample of the uncertainties each point has.
    """
    made = _Made(
        levers=spec.levers,
        uncertainties=spec.uncertainties,
        design=spec.design.model_copy(update={"file": None}),
    )
    factors = set(factor_columns(design))
    cells = {
        str(name): [_cell(value) if name in factors else str(value) for value in column.tolist()]
        for name, column in design.assign(**{SAMPLE: samples}).items()
    }
    about = json.dumps(made.model_dump(mode="json", exclude_defaults=True))
    told = ["" if point else about for point in range(len(design))]
    return pd.DataFrame(
        {POINT: design.index.astype(str), **cells, MADE: told},
        dtype=object,
    )


def _cell(value: Any) -> str:
    r"""Return a value as a cell that YAML reads as the same value.

    Examples
    --------
    >>> [_cell(value) for value in (0.1, 1, "1", "nan", "marginal", None, [1, "a"], True)]
    ['0.1', '1', '"1"', 'nan', 'marginal', 'null', '[1, "a"]', 'true']
    >>> parse_yaml(_cell("\N{GRINNING FACE}#\x7f"), "") == "\N{GRINNING FACE}#\x7f"
    True
    """
    if isinstance(value, float) and not math.isfinite(value):
        return {math.inf: ".inf", -math.inf: "-.inf"}.get(value, ".nan")
    if isinstance(value, str) and _is_itself(value):
        return value
    text = json.dumps(value, default=lambda one: one.item())
    # Beyond the first 65,536 characters YAML has one escape where JSON has a pair of them.
    return re.sub(r"\\u(d[89ab]..)\\u(d[c-f]..)", _one_escape, text)


def _one_escape(pair: re.Match[str]) -> str:
    high, low = (int(half, 16) for half in pair.groups())
    return f"\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"


def _is_itself(text: str) -> bool:
    """Say whether YAML reads a bare text as that text."""
    if text != text.strip() or not text.isprintable():
        return False
    try:
        return bool(parse_yaml(text, "") == text)
    except SpecError:
        return False


def read_design(spec: ExperimentSpec, path: Path) -> tuple[ExperimentSpec, pd.DataFrame]:
    """Return an experiment with the design in its file, and what the file says of that design.

    Parameters
    ----------
    spec : ExperimentSpec
        What the config says: factors that it names are those of the columns with these names; if
        it names none, those of the experiment that wrote the file are taken.
    path : Path
        A CSV file.

    Returns
    -------
    ExperimentSpec, DataFrame
        The experiment with its factors, and a row a point.

    Raises
    ------
    SpecError
        If the file is not sound, or has no column for a factor.
    """
    design = from_csv(path)
    if list(design.index) != list(range(len(design))):
        design = design.reset_index(drop=True).rename_axis(POINT)
    spec = _with_factors(spec, design, path)
    _check_bases(spec, design, path)
    _check_samples(design, path)
    bare = {factor.title.strip(): factor.title for factor in spec.factors}
    design = design.rename(columns=bare)
    columns = factor_columns(design)
    for factor in spec.factors:
        if factor.title not in columns:
            hint = nearest(factor.title, columns) or f"; there are: {', '.join(columns)}"
            raise SpecError(f"{path}: has no column for the factor {factor.title!r}{hint}")
    return spec, design.drop(columns=[MADE], errors="ignore")


def _with_factors(spec: ExperimentSpec, design: pd.DataFrame, path: Path) -> ExperimentSpec:
    """Return an experiment with what a file says of its factors and of how points were chosen."""
    file = spec.design.file
    if MADE not in design:
        # Nobody said that points of another's table are draws.
        drawn = spec.design.uncertainties in DRAWN
        kind = LISTED if drawn and spec.uncertainties else spec.design.uncertainties
        return spec.model_copy(
            update={"design": spec.design.model_copy(update={"uncertainties": kind})}
        )
    made = _made(design, path)
    own = spec if spec.factors else made
    return spec.model_copy(
        update={
            "levers": own.levers,
            "uncertainties": own.uncertainties,
            "design": made.design.model_copy(update={"file": file}),
        }
    )


def _made(design: pd.DataFrame, path: Path) -> _Made:
    told = [text for text in design[MADE].astype(str) if text]
    if not told:
        raise SpecError(
            f"{path}: the column {MADE!r} is empty: the row that says how the design was made is "
            "missing; allowed: with that row (the first one written), or without the column"
        )
    try:
        data = json.loads(told[0])
    except ValueError:
        raise SpecError(f"{path}: column {MADE!r}: is not what relsim wrote there") from None
    return checked(_Made, data, f"{path}: column {MADE!r}")


def _check_bases(spec: ExperimentSpec, design: pd.DataFrame, path: Path) -> None:
    if BASE in design:
        unknown = [base for base in design[BASE] if base not in spec.bases]
        if unknown:
            raise SpecError(f"{path}: base {unknown[0]!r}: is none of {', '.join(spec.bases)}")
    elif len(spec.bases) > 1:
        raise SpecError(f"{path}: has to have a column 'base': there are several")


def _check_samples(design: pd.DataFrame, path: Path) -> None:
    for row, sample in enumerate(design[SAMPLE].tolist() if SAMPLE in design else (), start=1):
        if not isinstance(sample, int) or sample < 0:
            raise SpecError(
                f"{path}: row {row}, column {SAMPLE!r}: given {sample!r}, allowed: a whole number "
                "from 0"
            )
