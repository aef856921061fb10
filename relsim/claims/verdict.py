"""The word that a reading earns: a function of numbers, and of nothing else.

With H the region of the hypothesis, the interval that of the mean effect over the scope
(corrected for the number of readings of the claim), and every point of the scope with an effect
and an interval of its own for noise:

supported
    the interval lies inside H, and H holds at 95% of the points or more.
refuted
    the interval has nothing in common with H, and H holds at 5% of the points or fewer.
conditional
    neither, and it would stay so: beyond noise, H holds at more than 5% of the points and fails at
    more than 5%; or the interval is as narrow as was asked for.
inconclusive
    neither, and more runs could still make it one or the other.

docs/verdicts.md tells it at length.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scipy import stats

from relsim.claims.region import Region

Word = Literal["supported", "refuted", "conditional", "inconclusive", "untestable"]
WORDS: tuple[Word, ...] = ("supported", "refuted", "conditional", "inconclusive", "untestable")

CONFIDENCE = 0.95
MOST = 0.95
"""The share of the scope in which a supported reading holds, at least."""
LEAST = 0.05
"""The share of the scope in which a refuted reading holds, at most."""


@dataclass(frozen=True)
class Evidence:
    """The numbers that decide about a reading.

    Attributes
    ----------
    effect, low, high : float
        Mean effect over the scope and its corrected interval, in the effect's units; the interval
        is nan where it is not known.
    holds : float
        Share of the points of the scope whose effect lies in the region.
    surely, surely_not : float
        Shares of the points whose own interval lies inside the region, and outside of it.
    precision : float
        Half-width below which an interval is as narrow as anybody wants; 0 = none asked for.
    """

    effect: float
    low: float
    high: float
    holds: float
    surely: float
    surely_not: float
    precision: float = 0.0

    @property
    def half_width(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2.0


def word_of(evidence: Evidence, region: Region) -> Word:
    """Return the word for a reading that was tested.

    Parameters
    ----------
    evidence : Evidence
        Its numbers.
    region : Region
        Where the hypothesis says that the effect lies.

    Examples
    --------
    >>> region = Region(0.0, math.inf, closed=False)
    >>> word_of(Evidence(2.0, 1.5, 2.5, holds=1.0, surely=1.0, surely_not=0.0), region)
    'supported'
    >>> word_of(Evidence(2.0, 1.5, 2.5, holds=0.8, surely=0.8, surely_not=0.2), region)
    'conditional'
    >>> word_of(Evidence(0.5, -0.5, 1.5, holds=0.9, surely=0.2, surely_not=0.0), region)
    'inconclusive'
    """
    if region.inside(evidence.low, evidence.high) and evidence.holds >= MOST:
        return "supported"
    if region.outside(evidence.low, evidence.high) and evidence.holds <= LEAST:
        return "refuted"
    return "conditional" if _settled(evidence, region) else "inconclusive"


def _settled(evidence: Evidence, region: Region) -> bool:
    """Return whether more runs would leave it where it is: neither one nor the other."""
    both = evidence.surely > LEAST and evidence.surely_not > LEAST
    ends = evidence.low, evidence.high
    on_a_border = not region.inside(*ends) and not region.outside(*ends)
    # A comparison with nan is false: an interval that is not known is not narrow.
    return both or (on_a_border and evidence.half_width <= evidence.precision)


def corrected(readings: int) -> float:
    """Return the confidence of each interval by Bonferroni, so that all of a claim have 95%.

    Examples
    --------
    >>> corrected(1), corrected(5)
    (0.95, 0.99)
    """
    return 1.0 - (1.0 - CONFIDENCE) / max(readings, 1)


def wilson(share: float, of: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return Wilson's interval of a share; nan of nothing (Wilson 1927, JASA 22:209).

    Parameters
    ----------
    share : float
        What was found; of units that are counted in parts, it need not be a whole number of them.
    of : int
        Units it was found among.
    confidence : float
        Of the interval.

    Examples
    --------
    >>> low, high = wilson(0.8, 10)
    >>> round(low, 4), round(high, 4)
    (0.4902, 0.9433)
    """
    if not of:
        return math.nan, math.nan
    z = float(stats.norm.ppf(0.5 + confidence / 2.0))
    weight = z * z / of
    middle = (share + weight / 2.0) / (1.0 + weight)
    half = z / (1.0 + weight) * math.sqrt(share * (1.0 - share) / of + weight / (4.0 * of))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def needed(
    runs: int, evidence: Evidence, region: Region, doubtful: Sequence[tuple[float, float]] = ()
) -> float:
    """Return about how many runs would do where so many left it open.

    Half-widths fall with the square root of the runs: the mean's has to become smaller than its
    distance to the region's border (or the precision that was asked for), and so has that of the
    points which noise leaves in doubt, or of half of them.

    Parameters
    ----------
    runs : int
        So many there were.
    evidence, region
        As for :func:`word_of`.
    doubtful : sequence of (half-width, distance to the border)
        Of the points whose own interval has a border in it.

    Returns
    -------
    float
        Whole, rounded up; nan where no number can be told, the effect being on the border.

    Examples
    --------
    >>> region = Region(0.0, math.inf, closed=False)
    >>> needed(100, Evidence(1.0, -1.0, 3.0, 0.9, 0.5, 0.0), region)
    400.0
    """
    factors = []
    if not region.inside(evidence.low, evidence.high) and not region.outside(
        evidence.low, evidence.high
    ):
        gap = max(region.distance(evidence.effect), evidence.precision)
        factors.append(_factor(evidence.half_width, gap))
    if doubtful:
        each = sorted(_factor(half, gap) for half, gap in doubtful)
        factors.append(each[len(each) // 2])
    most = max(factors, default=math.nan)
    # Rounded first: the last bits of a square are no run.
    return float(math.ceil(round(runs * max(most, 1.0), 6))) if math.isfinite(most) else math.nan


def _factor(half: float, gap: float) -> float:
    return (half / gap) ** 2 if gap > 0.0 else math.inf


@dataclass(frozen=True)
class Verdict:
    """What came out of one reading; a row of verdicts.csv.

    Numbers that a reading does not have are nan, texts are empty.

    Attributes
    ----------
    claim, reading, title : str
        Which reading of which claim.
    word : str
        One of WORDS.
    effect, low, high : float
        Mean effect over the scope with its corrected interval, in ``unit``.
    median, low_tenth, high_tenth : float
        Of the effects at the points of the scope, in ``unit``: half of them lie above the median,
        eight of ten between the other two. A mean can be made by few points far away.
    measure, unit : str
        relative, difference or value; and of what.
    hypothesis : str
        In words.
    band_low, band_high : float
        The borders of its region.
    runs, points, replications : int
        Runs that were taken, points of the scope, replications of each at least.
    holds, holds_low, holds_high : float
        Share of the points at which it holds, with Wilson's interval.
    deciding : str
        The parameters that decide, the strongest first, between semicolons.
    box : str
        Where in the scope it holds, in a sentence.
    break_even : float
        The price at which the action just pays, or where the answer turns.
    break_even_text : str
        The same as a sentence, with its interval.
    needed : float
        Runs that would do, where it is inconclusive.
    assumed_holds, assumed_least : float
        Share of changes of what is assumed under which the answer stays: of all of them, and in
        the market where it is least.
    assumed_markets : str
        That share in each market, the least first, between semicolons.
    hash : str
        Of all that its runs depend on.
    command : str
        What makes it again.
    """

    claim: str
    reading: str
    title: str
    word: Word
    effect: float = math.nan
    low: float = math.nan
    high: float = math.nan
    median: float = math.nan
    low_tenth: float = math.nan
    high_tenth: float = math.nan
    measure: str = ""
    unit: str = ""
    hypothesis: str = ""
    band_low: float = math.nan
    band_high: float = math.nan
    runs: int = 0
    points: int = 0
    replications: int = 0
    holds: float = math.nan
    holds_low: float = math.nan
    holds_high: float = math.nan
    deciding: str = ""
    box: str = ""
    break_even: float = math.nan
    break_even_text: str = ""
    needed: float = math.nan
    assumed_holds: float = math.nan
    assumed_least: float = math.nan
    assumed_markets: str = ""
    hash: str = ""
    command: str = ""

    @property
    def hangs_on_assumptions(self) -> bool:
        """Whether the answer turns in many of the changes of what is assumed, in any market."""
        return hangs(self.assumed_least)


def hangs(assumed_least: float) -> bool:
    """Return whether an answer that stays under that share of changes rests on what is assumed."""
    return assumed_least < HANGS


HANGS = 0.9
"""An answer that stays under a smaller share of changes is said to rest on what is assumed."""
