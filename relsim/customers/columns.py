"""The state of all customers, one array per quantity."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, get_type_hints

import numpy as np
import numpy.typing as npt

from relsim.customers import block
from relsim.customers.traits import TRAITS as DECLARED
from relsim.customers.traits import Traits


class Column(NamedTuple):
    """What a column is.

    Attributes
    ----------
    dtype : type
        Of its entries.
    meaning : str
        One line.
    kind : str
        "state": a month may change it; "trait": drawn when a customer comes; "talk": what was
        said, which others read.
    row : int or None
        Its row in the block while the month is computed; None for what passes read in place.
    back : int or None
        The row from which it is taken back after the month.
    """

    dtype: type[np.generic]
    meaning: str
    kind: Literal["state", "trait", "talk"]
    row: int | None = None
    back: int | None = None


def _state(dtype: type[np.generic], row: int, back: int, meaning: str) -> Column:
    return Column(dtype, meaning, "state", row, back)


def _trait(dtype: type[np.generic], row: int | None, meaning: str) -> Column:
    return Column(dtype, meaning, "trait", row)


_Bytes = npt.NDArray[np.uint8]
_Shorts = npt.NDArray[np.uint16]
_Whole = npt.NDArray[np.int32]
_Singles = npt.NDArray[np.float32]


class _Others(NamedTuple):
    """The columns that are no drawn numbers."""

    supplier: Annotated[
        _Bytes,
        _state(np.uint8, block.SUPPLIER, block.SUPPLIER, "firm, counted from 1; 0 = none"),
    ]
    tier: Annotated[
        _Bytes,
        _state(
            np.uint8,
            block.TIER,
            block.NEXT_TIER,
            "value tier in which the supplier sees it (rules.value); 0 without one",
        ),
    ]
    rung: Annotated[
        _Bytes,
        _state(
            np.uint8,
            block.RUNG_BEFORE,
            block.RUNG,
            "rung of the loyalty ladder (rules.ladder); 0 = prospect",
        ),
    ]
    bound: Annotated[
        _Bytes,
        _state(
            np.uint8,
            block.BOUND,
            block.BOUND,
            "months of contract left; in the last (1), and without (0), free to reconsider",
        ),
    ]
    came_through: Annotated[
        _Bytes,
        Column(np.uint8, "how the supplier came into consideration (rules.choice)", "state"),
    ]
    recommendations: Annotated[
        _Bytes,
        _state(
            np.uint8,
            block.RECOMMENDATIONS,
            block.RECOMMENDATIONS,
            "acts of recommendation for this supplier, at most 255",
        ),
    ]
    tenure: Annotated[
        _Shorts,
        _state(np.uint16, block.TENURE, block.TENURE, "months with this supplier"),
    ]
    purchases: Annotated[
        _Whole,
        _state(
            np.int32,
            block.PURCHASES,
            block.PURCHASES,
            "purchases from this supplier; months of usage under contract",
        ),
    ]
    satisfaction: Annotated[
        _Singles,
        _state(
            np.float32,
            block.SATISFACTION,
            block.SATISFACTION,
            "satisfaction with the supplier, 0 to 1",
        ),
    ]
    trust: Annotated[
        _Singles,
        _state(np.float32, block.TRUST, block.TRUST, "trust in the supplier, 0 to 1"),
    ]
    segment: Annotated[_Bytes, _trait(np.uint8, None, "kind of customer, its place in the config")]
    born: Annotated[
        _Shorts,
        _trait(
            np.uint16,
            None,
            "month in which the customer came to the market, those of warm-up counted; 0 = there "
            "from the start",
        ),
    ]
    said: Annotated[
        _Bytes,
        Column(
            np.uint8,
            "what was said last month: 0 nothing, f recommends, 128 + f warns of firm f",
            "talk",
        ),
    ]
    saying: Annotated[
        _Bytes,
        Column(
            np.uint8,
            "the same for this month; the two change places at its end",
            "talk",
            None,
            block.SAYING,
        ),
    ]


def _declared() -> dict[str, Column]:
    """Return every column by name: state, then traits, then talk."""
    hints = get_type_hints(_Others, include_extras=True)
    others: dict[str, Column] = {name: hint.__metadata__[0] for name, hint in hints.items()}
    drawn = {
        name: _trait(np.float32, block.TRAIT_ROWS.get(name), trait.meaning)
        for name, trait in DECLARED.items()
    }
    talk = {name: column for name, column in others.items() if column.kind == "talk"}
    return {name: column for name, column in others.items() if name not in talk} | drawn | talk


TABLE: Mapping[str, Column] = _declared()
"""Every column by name."""

if TYPE_CHECKING:

    class Columns(_Others, Traits[_Singles]):
        """One entry per customer; about 55 bytes each.

        ``supplier`` counts firms from 1, so that 0 (no supplier) is a row of every table of firms
        and no rule needs a branch for it. Fractions and traits are kept in single precision and
        computed with in double.
        """

else:
    Columns = NamedTuple("Columns", [(name, npt.NDArray[c.dtype]) for name, c in TABLE.items()])
    Columns.__module__ = __name__  # where a worker process finds it

_FIRST = list(TABLE).index(next(iter(DECLARED)))
DRAWN = slice(_FIRST, _FIRST + len(DECLARED))
"""Where the drawn traits (:data:`relsim.customers.traits.TRAITS`) stand among the columns."""

STATE = tuple(name for name, column in TABLE.items() if column.kind == "state")
"""Columns that a month may change."""

TRAITS = tuple(name for name, column in TABLE.items() if column.kind == "trait")
"""Columns that are drawn once, when a customer comes to the market."""


def allocate(size: int) -> Columns:
    """Return columns of zeros for ``size`` customers."""
    columns: dict[str, Any] = {name: np.zeros(size, c.dtype) for name, c in TABLE.items()}
    return Columns(**columns)
