"""How verdicts and numbers are shown: a word has a sign and a colour, a number its unit."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from relsim.report.style import decimals_for


class Look(NamedTuple):
    """How a word looks.

    Attributes
    ----------
    sign : str
        A letter that tells it from the others without colour.
    colour : str
        Dark enough to be read on white and on ``pale``.
    pale : str
        What it stands on.
    meaning : str
        What it says, in a line; ``{most}`` and ``{least}`` stand for shares of the scope.
    """

    sign: str
    colour: str
    pale: str
    meaning: str


LOOKS = {
    "supported": Look(
        "✓", "#004F86", "#E4F0F8",
        "the whole interval lies in what is claimed, and so do {most} of the scope or more",
    ),
    "refuted": Look(
        "✗", "#983500", "#FBEBE1",
        "the whole interval lies outside what is claimed, and {least} of the scope or less in it",
    ),
    "conditional": Look(
        "◐", "#644A00", "#FAF1D9",
        "neither, and more runs would not change it: the card says what decides, and where it "
        "holds if a share of the scope stands out",
    ),
    "inconclusive": Look(
        "?", "#444444", "#EEEEEE",
        "neither, and noise may be why: more runs could settle it, and the card says how many",
    ),
    "untestable": Look(
        "⊘", "#444444", "#EEEEEE",
        "the model lacks what it would take, and the card says what",
    ),
}  # fmt: skip
"""The five words that a verdict may have."""


STANDINGS = {
    "seen": "the source was seen",
    "as commonly quoted": "as commonly quoted; no first source was seen",
    "computed": "computed from what the source says",
}
"""What is known of the source of a claim."""


class Amount(NamedTuple):
    """How values of one measure are written: ``value / factor``, with a sign, in a unit."""

    factor: float
    unit: str
    signed: bool

    @classmethod
    def of(cls, measure: str, unit: str) -> "Amount":
        """Return how the effects of a measure are written; parts of the control as percent.

        Examples
        --------
        >>> Amount.of("relative", "").write(0.342)
        '+34.2%'
        >>> Amount.of("value", "USD a month").write(1234.5)
        '1,234 USD a month'
        """
        if measure == "relative":
            return cls(0.01, "%", signed=True)
        return cls(1.0, unit, signed=measure == "difference")

    def texts(self, values: Sequence[float]) -> list[str]:
        """Return values that stand together, without unit, with as many decimals for all."""
        shown = [value / self.factor for value in values]
        digits, sign = decimals_for(shown), "+" if self.signed else "-"
        return [_text(value, digits, sign) for value in shown]

    def exact(self, value: float) -> str:
        """Return a value as it was set, without unit: no sign but a minus, no decimals for show.

        Examples
        --------
        >>> Amount.of("relative", "").exact(0.25), SHARE.exact(0.95)
        ('25', '95')
        """
        if not math.isfinite(value):
            return "–"
        return f"{value / self.factor + 0.0:,.6g}".replace("-", "−")

    def write(self, value: float) -> str:
        """Return a value with its unit."""
        return self.with_unit(self.texts([value])[0])

    def with_unit(self, text: str) -> str:
        """Return a text with the unit behind it."""
        return f"{text}{self.behind}"

    @property
    def behind(self) -> str:
        """The unit as it stands behind a number."""
        return self.unit if self.unit in ("", "%") else f" {self.unit}"


SHARE = Amount(0.01, "%", signed=False)
"""Parts of a whole, as percent."""


def _text(value: float, digits: int, sign: str) -> str:
    if not math.isfinite(value):
        return "–"
    return f"{round(value, digits) + 0.0:{sign},.{digits}f}".replace("-", "−")


def band(low: float, high: float, amount: Amount) -> str:
    """Return what is claimed, in words.

    Examples
    --------
    >>> band(0.25, 0.85, Amount.of("relative", ""))
    '25 to 85%'
    >>> band(-math.inf, 0.2, Amount.of("value", "USD")), band(0.0, math.inf, SHARE)
    ('below 0.2 USD', 'above 0%')
    """
    one, other = amount.exact(low), amount.exact(high)
    if math.isfinite(low) and math.isfinite(high):
        return amount.with_unit(f"{one} to {other}")
    if math.isfinite(low):
        return amount.with_unit(f"above {one}")
    return amount.with_unit(f"below {other}") if math.isfinite(high) else ""
