"""How figures look: colours that colour-blind readers can tell apart, type, and numbers in words.

Colours are those of Okabe & Ito (2008), "Color Universal Design". A firm also has a dash and a
marker of its own, so that lines stay apart in grey.
"""

import contextlib
import functools
import math
import numbers
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import matplotlib.style
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

Dash = Literal["-"] | tuple[float, Sequence[float]]

BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BLACK = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#000000",
)
INK, MUTED, GRID = "#222222", "#5A5A5A", "#DDDDDD"
OFFENCE, DEFENCE = VERMILLION, BLUE
PALE_OFFENCE, PALE_DEFENCE = "#EEBE99", "#99C7E0"
STEPS = ("#D7E6F2", "#A6CBE3", "#6AAAD0", "#2F7FB8", "#0B4A80")
"""Rungs of the ladder, from low to high: one hue, darker step by step."""

TITLE, BODY, SMALL = 11.5, 8.5, 7.5
WIDTH = 8.0
"""Width of every figure, inches."""
LINE = 1.4 / 72.0
"""Height of a line of text of one point, inches."""

_COLOURS = (VERMILLION, BLUE, GREEN, PURPLE, ORANGE, SKY, BLACK)
_DASHES: tuple[Dash, ...] = ("-", (0.0, (6.0, 1.6)), (0.0, (1.6, 1.2)), (0.0, (7.0, 1.5, 1.5, 1.5)))
_ISOLATE, _CLOSE = "\u2068", "\u2069"
_BACKWARDS = ("R", "AL")
_MARKERS = "os^DvP<Xp>h*"
_WORDS = {0: "", 3: "thousand ", 6: "million ", 9: "billion ", 12: "trillion "}
_MOST_EXPONENT = 300
_MOST_CURRENCY = 1.0
_RULES: dict[str, object] = {
    "axes.axisbelow": True,
    "axes.edgecolor": MUTED,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.labelsize": BODY,
    "axes.linewidth": 0.7,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.xmargin": 0.0,
    "axes.ymargin": 0.06,
    "font.family": ["DejaVu Sans"],
    "font.size": BODY,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "legend.fontsize": BODY,
    "lines.linewidth": 1.7,
    "svg.fonttype": "path",
    "svg.hashsalt": "relsim",
    "text.color": INK,
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "xtick.labelsize": SMALL,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
    "ytick.labelsize": SMALL,
}


@contextlib.contextmanager
def drawing() -> Iterator[None]:
    """Draw by relsim's rules, whatever the user's own are, and leave those as they were."""
    # A name may hold letters that no font here has: it is then drawn with boxes in their place.
    with warnings.catch_warnings(), matplotlib.style.context(["default", _RULES]):
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from font")
        yield


class Pen(NamedTuple):
    """What tells a firm's line from another's."""

    colour: str
    dash: Dash
    marker: str


def pen(place: int) -> Pen:
    """Return the pen of the firm at a place: 28 pairs of colour and dash, 12 markers.

    Examples
    --------
    >>> pen(0) == pen(7), pen(1).colour == pen(8).colour
    (False, True)
    """
    return Pen(
        _COLOURS[place % len(_COLOURS)],
        _DASHES[place % len(_DASHES)],
        _MARKERS[place % len(_MARKERS)],
    )


def plain(text: str) -> str:
    r"""Return a text on one line in which dollars stay dollars and start no formula.

    A text with letters that run from right to left is isolated, so that the sentence around it
    keeps its own direction (Unicode Standard Annex 9, "Explicit Directional Isolates").

    Examples
    --------
    >>> print(plain("US$\nor $"))
    US\$ or \$
    >>> ascii(plain("\u0627\u0628"))
    "'\\u2068\\u0627\\u0628\\u2069'"
    """
    line = " ".join(text.split()).replace("$", r"\$")
    backwards = any(unicodedata.bidirectional(letter) in _BACKWARDS for letter in line)
    if backwards and _ISOLATE not in line:
        return f"{_ISOLATE}{line}{_CLOSE}"
    return line + _CLOSE * max(line.count(_ISOLATE) - line.count(_CLOSE), 0)


@functools.lru_cache(maxsize=4096)
def width(text: str, size: float) -> float:
    """Return how wide a text of some size in points is, inches."""
    shown = text.replace(r"\$", "$")
    font = FontProperties(family=["DejaVu Sans"], size=size)
    return float(text_to_path.get_text_width_height_descent(shown, font, ismath=False)[0]) / 72.0


def wrapped(text: str, size: float, room: float, stretch: float = 1.0) -> list[str]:
    """Return a text in lines that fit the room in inches; ``stretch`` for a wider face.

    Examples
    --------
    >>> wrapped("one two three four", 8.0, 0.7)
    ['one two', 'three four']
    """
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size) * stretch <= room:
            lines[-1] = longer
        else:
            lines.append(fit(word, size, room / stretch))
    return _isolated(lines)


def _isolated(lines: Sequence[str]) -> list[str]:
    """Return lines of which each closes and opens anew what a line end cuts in two."""
    whole, inside = [], 0
    for line in lines:
        opened = _ISOLATE * inside + line
        inside = max(opened.count(_ISOLATE) - opened.count(_CLOSE), 0)
        whole.append(opened + _CLOSE * inside)
    return whole


def inches(axes: Axes) -> tuple[float, float]:
    """Return how wide and high axes are, inches."""
    dpi = axes.figure.dpi
    return axes.bbox.width / dpi, axes.bbox.height / dpi


def fit(text: str, size: float, room: float) -> str:
    """Return a text cut, where it must be, to the room in inches.

    Examples
    --------
    >>> fit("Attacker", 8.0, 2.0), fit("Attacker", 8.0, 0.4)
    ('Attacker', 'Atta…')
    """
    if width(text, size) <= room:
        return text
    bare = text.replace(r"\$", "$")
    ends = range(len(bare) - 1, 0, -1)
    cuts = (plain(bare[:end].rstrip() + "…") for end in ends)
    return next((cut for cut in cuts if width(cut, size) <= room), "…")


def number(value: float, digits: int = 3) -> str:
    """Return a number as people write it: thousands apart, a true minus, few digits.

    Examples
    --------
    >>> number(1234567.0), number(-0.04567), number(12.3456), number(float("nan"))
    ('1,234,567', '−0.0457', '12.3', '–')
    """
    if not math.isfinite(value):
        return "–"
    magnitude = 0 if value == 0.0 else math.floor(math.log10(abs(value)))
    rounded = round(value, max(digits - 1 - magnitude, 0))
    return f"{rounded:,.{min(max(digits - 1 - magnitude, 0), 12)}f}".replace("-", "−")


def decimals_for(values: npt.ArrayLike) -> int:
    """Return how many decimals numbers that stand together need: three digits for the largest.

    Examples
    --------
    >>> decimals_for([12.3456, 0.001]), decimals_for([5000.0]), decimals_for([0.0])
    (1, 0, 0)
    """
    size = np.abs(np.asarray(values, dtype=np.float64))
    most = float(size[np.isfinite(size)].max(initial=0.0))
    return min(max(2 - math.floor(math.log10(most)), 0), 12) if most > 0.0 else 0


def fixed(value: float, decimals: int, *, sign: bool = False) -> str:
    """Return a number with some decimals; with ``sign``, also that of numbers above zero.

    Examples
    --------
    >>> fixed(1234.5, 0), fixed(0.25, 1, sign=True), fixed(-0.001, 2, sign=True), fixed(-3.0, 1)
    ('1,234', '+0.2', '0.00', '−3.0')
    """
    rounded = round(value, decimals) + 0.0
    plus = "+" if sign and rounded > 0.0 else ""
    return plus + f"{rounded:,.{decimals}f}".replace("-", "−")


def level(value: object) -> str:
    """Return the level of a factor, a number or a text, as it is written.

    Examples
    --------
    >>> level(0.25), level(1234567), level(1 / 3), level("few")
    ('0.25', '1,234,567', '0.333333', 'few')
    """
    if isinstance(value, bool | str) or not isinstance(value, numbers.Real):
        return plain(str(value))
    text = number(float(value), 6)
    return text.rstrip("0").rstrip(".") if "." in text else text


def tick_labels(ticks: npt.NDArray[np.float64]) -> list[str]:
    """Return the labels of ticks: as many decimals as their step needs, the same for all.

    Examples
    --------
    >>> tick_labels(np.array([-1000.0, 0.0, 1000.0])), tick_labels(np.array([0.0, 0.05]))
    (['−1,000', '0', '1,000'], ['0.00', '0.05'])
    """
    step = float(np.diff(ticks).min()) if ticks.size > 1 else 1.0
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    return [f"{place + 0.0:,.{digits}f}".replace("-", "−") for place in ticks.tolist()]


class Scale(NamedTuple):
    """In which unit something is shown: ``value / factor``, in ``unit``."""

    factor: float
    unit: str


def scale(values: npt.ArrayLike, unit: str, least: float = 0.1) -> Scale:
    """Return the multiple of a unit that keeps numbers short.

    Parameters
    ----------
    values : array of floats
        All that is to be shown, in the unit.
    unit : str
        Its name, as it is written.
    least : float
        Numbers below that are shown in a fraction of the unit.

    Examples
    --------
    >>> scale([-2.5e6, 4e5], "customers"), scale([0.02], "points", least=0.0).unit
    (Scale(factor=1000000.0, unit='million customers'), 'points')
    """
    size = np.abs(np.asarray(values, dtype=np.float64))
    most = float(size[np.isfinite(size)].max(initial=0.0))
    if most == 0.0 or least <= most < 10_000.0:
        return Scale(1.0, unit)
    exponent = 3 * math.floor(math.log10(most) / 3)
    exponent = max(-_MOST_EXPONENT, min(_MOST_EXPONENT, exponent))
    power = "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")) + " "
    return Scale(10.0**exponent, _WORDS.get(exponent, power) + unit)


def money_scale(values: npt.ArrayLike, currency: str) -> Scale:
    """Return the unit that keeps sums of money short; its name is cut where it is long.

    Parameters
    ----------
    values : array of floats
        All money to be shown, in units of the currency.
    currency : str
        Its name.

    Examples
    --------
    >>> money_scale([-2.5e6, 4e5], "USD")
    Scale(factor=1000000.0, unit='million USD')
    >>> money_scale([2e-5], "EUR").unit
    '10⁻⁶ EUR'
    """
    return scale(values, money_name(currency))


def money_name(currency: str) -> str:
    """Return a currency's name as it is written, cut where it is long."""
    return fit(plain(currency), BODY, _MOST_CURRENCY)
