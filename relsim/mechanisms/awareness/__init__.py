"""Awareness: a stock that spend and customers who are seen build, and that fades.

The chance that somebody who decides thinks of a firm unprompted is no constant. Spend on the brand,
and in part spend to reach people, makes some of those aware who are not yet, and awareness decays
(Vidale & Wolfe 1957: a response of the unaware, and decay; Nerlove & Arrow 1962: goodwill as a
stock). Customers of the firm make it known as well, by using it in sight of others. Spend counts
per person of the market and in reference prices: the unit of money decides nothing.
`firms.N.awareness` is where the stock starts. A firm that is not in the market keeps its level.

The long-run elasticity of advertising is .24, the short-run one .12 (Sethuraman, Tellis & Briesch
2011). That fixes how fast the stock moves only together with the period of the estimate. If it is
a year, half of a difference is left after twelve months, and gain and decay together are .056 a
month; if it is shorter, they are more.
"""

from relsim.spec.fields import SpecModel, chance, fraction, half_at


class Awareness(SpecModel):
    """Awareness as a stock: what builds it, and how fast it fades."""

    half_at: float = half_at(
        "Spend on the brand at which half of those unaware become aware.",
        per="person of the market and month",
        default=0.2,
        source="form Vidale & Wolfe 1957; number assumed: 6.5% of revenue to reach people, and a "
        "fifth of the market, keep some 45% aware",
    )
    spillover: float = fraction(
        "Awareness that spend to reach people builds, as a share of what it would build as spend "
        "on the brand.",
        default=0.5,
    )
    presence: float = chance(
        "Chance that somebody unaware becomes aware where everybody is the firm's customer; in "
        "proportion to its share of all people.",
        default=0.02,
    )
    decay: float = chance(
        "Share of the aware who forget the firm.",
        default=0.03,
        source="form Nerlove & Arrow 1962; number assumed: with a gain of .026 it is the .056 a "
        "month that .12 and .24 (Sethuraman, Tellis & Briesch 2011) come to, read over a year",
    )
