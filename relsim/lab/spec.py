"""What an experiment is made of: typed, frozen, validated models of its config."""

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from relsim.errors import SpecError
from relsim.firms.tables import FORMER
from relsim.lab.aggregates import AGGREGATES
from relsim.spec import fields
from relsim.spec.fields import SpecModel

MOST_REPLICATIONS = 1_000_000
if TYPE_CHECKING:
    Aggregate = str
else:
    Aggregate = Literal[tuple(AGGREGATES)]
LeverDesign = Literal["full_factorial", "one_at_a_time"]
DRAWN = ("latin_hypercube", "sobol", "halton")
"""Designs whose points are draws; the points of others are chosen, or hang together."""

LISTED = "listed"
"""The design of points that a file lists, of which nobody says that they are draws."""

SampleDesign = Literal[
    "latin_hypercube",
    "sobol",
    "halton",
    "morris",
    "saltelli",
    "full_factorial",
    "one_at_a_time",
    "listed",
]


class FactorSpec(SpecModel):
    """Something that differs between runs: levels, a range, or a distribution of scipy's."""

    key: str = fields.key(
        "Dotted path of a key of the market; * stands for every place of a list.", unit="-"
    )
    name: str = fields.key(
        "What the factor is called in tables; its key unless said.", unit="-", default=""
    )
    levels: tuple[Any, ...] = fields.key("The values it takes.", unit="of the key", default=())
    low: float | None = fields.key("Lowest value of a range.", unit="of the key", default=None)
    high: float | None = fields.key("Highest value of a range.", unit="of the key", default=None)
    scale: Literal["linear", "log"] = fields.key(
        "How a range is filled.", unit="-", default="linear"
    )
    integer: bool = fields.key(
        "Whether a range holds whole numbers only.", unit="yes or no", default=False
    )
    steps: int = fields.key(
        "Values of a range in a full factorial design, ends included.", unit="-", default=3, ge=2
    )
    distribution: str | None = fields.key(
        "Name of a distribution in scipy.stats, such as beta or lognorm.", unit="-", default=None
    )
    parameters: dict[str, float] = fields.key(
        "Parameters of that distribution, by scipy's names.", unit="-", default={}
    )
    relative: bool = fields.key(
        "Whether values multiply what the market says, so that markets of any size can share them.",
        unit="yes or no",
        default=False,
    )
    also: dict[str, tuple[float, float]] = fields.key(
        "Keys that move along: dotted path to (constant, slope), set to constant + slope x value.",
        unit="of the key",
        default={},
    )

    @property
    def title(self) -> str:
        """What the factor is called."""
        return self.name or self.key


class OutcomeSpec(SpecModel):
    """A number that a run leaves: what, of which firm, over which months."""

    measure: str = fields.key(
        "A column of the market's table, such as profit or share; several are joined by + and -.",
        unit="-",
    )
    firm: str | int | None = fields.key(
        "Name of the firm or its place from 0; nobody named = all firms together.",
        unit="-",
        default=None,
    )
    per: str | None = fields.key(
        "Another column to divide by, aggregated likewise: lost per opening.",
        unit="-",
        default=None,
    )
    tenure: int | None = fields.key(
        "Only customers in this year with the firm, 1 for the first; measure and per are then "
        "columns of the accounts by tenure.",
        unit="year",
        default=None,
        ge=1,
    )
    over_tenure: int | None = fields.key(
        "Divide by the same of customers in this year with the firm.",
        unit="year",
        default=None,
        ge=1,
    )
    months: tuple[int, int] | None = fields.key(
        "First and last month; from the warm-up to the end unless said.",
        unit="months",
        default=None,
    )
    aggregate: Aggregate = fields.key(
        "What is made of the months; variation is their deviation over their mean, below_zero "
        "counts those with a value below zero, present_value discounts to the first of them.",
        unit="-",
        default="mean",
    )
    unit: str = fields.key("Its unit, for figures.", unit="-", default="")
    margin: tuple[float, float] | None = fields.key(
        "Differences within these two count as none: tested for equivalence.",
        unit="of the outcome",
        default=None,
    )

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        for name in ("months", "margin"):
            ends = getattr(self, name)
            if ends is not None and not ends[0] <= ends[1]:
                raise ValueError(f"{name}: given {list(ends)}, allowed: the lower one first")
        if self.over_tenure is not None and self.tenure is None:
            raise ValueError("over_tenure: needs the key tenure, whose years it compares")
        if self.months is not None and self.months[0] < 1:
            raise ValueError(f"months: given {list(self.months)}, allowed: from month 1 on")
        return self


class WarmUpSpec(SpecModel):
    """The months at the start that no outcome counts, found by a rule in a pilot."""

    rule: Literal["mser5"] = fields.key("MSER-5 (White 1997).", unit="-", default="mser5")
    measure: str = fields.key("The column whose transient is cut.", unit="-", default="profit")
    firm: str | int | None = fields.key("Whose.", unit="-", default=None)
    replications: int = fields.key(
        "Runs of the pilot, by arm and base.", unit="runs", default=8, ge=1, le=1000
    )


class DesignSpec(SpecModel):
    """How levers and uncertainties are combined into design points."""

    levers: LeverDesign = fields.key("How levers are combined.", unit="-", default="full_factorial")
    uncertainties: SampleDesign = fields.key(
        "How uncertainties are sampled; each sample meets every combination of levers. "
        "Listed: as a file says.",
        unit="-",
        default="latin_hypercube",
    )
    points: int = fields.key(
        "Samples of the uncertainties; trajectories of a Morris design, base samples of a "
        "Saltelli design.",
        unit="-",
        default=32,
        ge=1,
        le=10_000_000,
    )
    samples: Literal["shared", "own"] = fields.key(
        "Whether all markets meet the same samples, or each its own: less alike, and more of them.",
        unit="-",
        default="shared",
    )
    seed: int = fields.key("Seed of the sample.", unit="-", default=1, ge=0, lt=2**32)
    file: str | None = fields.key(
        "A CSV of design points, such as the design.csv of an experiment: a column a factor of "
        "the config, or a key.",
        unit="-",
        default=None,
    )

    @model_validator(mode="after")
    def _check_listed(self) -> Self:
        if self.uncertainties == LISTED and self.file is None:
            raise ValueError("design.uncertainties: given 'listed', allowed: with design.file")
        return self


class ReplicationSpec(SpecModel):
    """How many replications: a fixed number, or until an effect is known precisely enough."""

    minimum: int = fields.key(
        "Replications in any case.", unit="runs", default=10, ge=1, le=MOST_REPLICATIONS
    )
    maximum: int | None = fields.key(
        "Replications at most; the minimum unless a precision is asked for.",
        unit="runs",
        default=None,
        ge=1,
        le=MOST_REPLICATIONS,
    )
    absolute: float | None = fields.key(
        "Half-width of the interval that is asked for.",
        unit="of the outcome",
        default=None,
        gt=0.0,
    )
    relative: float | None = fields.key(
        "The same as a part of the mean.", unit="share", default=None, gt=0.0, lt=1.0
    )
    outcome: str | None = fields.key(
        "The outcome aimed at; the first unless said.", unit="-", default=None
    )
    treatment: str | None = fields.key(
        "The arm whose effect is aimed at; all of them unless said.", unit="-", default=None
    )
    confidence: float = fields.key(
        "Confidence of intervals.", unit="share", default=0.95, gt=0.5, lt=1.0
    )

    @property
    def sequential(self) -> bool:
        """Whether a precision is asked for."""
        return self.absolute is not None or self.relative is not None

    @property
    def most(self) -> int:
        """Replications at most."""
        if not self.sequential:
            return self.minimum
        return self.maximum if self.maximum is not None else 50 * self.minimum

    @model_validator(mode="after")
    def _check_numbers(self) -> Self:
        if self.maximum is not None and self.maximum < self.minimum:
            raise ValueError(
                f"replication.maximum: given {self.maximum}, allowed: the minimum "
                f"({self.minimum}) or more"
            )
        if self.maximum is not None and not self.sequential and self.maximum > self.minimum:
            raise ValueError(
                "replication.maximum: needs a precision that decides how many of them are run: "
                "absolute or relative"
            )
        if self.sequential and self.minimum < 2:
            raise ValueError(
                f"replication.minimum: given {self.minimum}, allowed: 2 or more where a precision "
                "is asked for"
            )
        return self


class PanelSpec(SpecModel):
    """Monthly numbers that are kept of every run."""

    measures: tuple[str, ...] = fields.key("Columns of the market's table.", unit="-", min_length=1)
    every: int = fields.key("Keep every so many months.", unit="months", default=1, ge=1)


FORMER_KEYS = {"luck": "random_numbers"}
"""Keys of an experiment by the names that they had."""


class ExperimentSpec(SpecModel):
    """An experiment: markets, what differs between runs, and what is measured."""

    title: str = fields.key(
        "What the experiment is called in figures.", unit="-", default="An experiment"
    )
    notes: str = fields.key("Anything worth saying about it.", unit="-", default="")
    base: str | tuple[str, ...] = fields.key("The config of a market, or of several.", unit="-")
    settings: dict[str, Any] = fields.key(
        "Values set on top of every base: dotted path to value.", unit="-", default={}
    )
    arms: dict[str, dict[str, Any]] = fields.key(
        "Named treatments: dotted path to value; they share customers and random numbers.",
        unit="-",
        default={"as_is": {}},
    )
    control: str | None = fields.key(
        "The arm that the others are compared with; the first unless said.", unit="-", default=None
    )
    levers: tuple[FactorSpec, ...] = fields.key("What a firm may choose.", unit="-", default=())
    uncertainties: tuple[FactorSpec, ...] = fields.key("What is uncertain.", unit="-", default=())
    design: DesignSpec = fields.key("How they are combined.", unit="-", default=DesignSpec())
    outcomes: dict[str, OutcomeSpec] = fields.key(
        "What is measured, by name.", unit="-", min_length=1
    )
    warm_up: Annotated[int, Field(ge=0)] | WarmUpSpec = fields.key(
        "Months at the start that no outcome counts, or a rule that finds them.",
        unit="months",
        default=0,
    )
    replication: ReplicationSpec = fields.key("How often.", unit="-", default=ReplicationSpec())
    seed: int = fields.key("Random seed.", unit="-", default=1, ge=0, lt=2**64)
    random_numbers: Literal["common", "independent"] | None = fields.key(
        "Whether all samples of the uncertainties share their random numbers, or each has its own; "
        "arms and levers always share them. Unless given: independent where points are drawn.",
        unit="-",
        default=None,
    )
    panel: PanelSpec | None = fields.key("Monthly numbers to keep.", unit="-", default=None)

    @classmethod
    def renamed(cls, data: Any) -> Any:
        """Return a config in which keys and columns have the names that they have now."""
        if not isinstance(data, dict):
            return data
        for old, new in FORMER_KEYS.items():
            if old in data and new in data:
                raise SpecError(f"{old}: is called {new} now, which is given too: keep one")
        data = {FORMER_KEYS.get(str(name), name): value for name, value in data.items()}
        panel = data.get("panel")
        if isinstance(panel, dict) and isinstance(panel.get("measures"), list | tuple):
            measures = [FORMER.get(name, name) for name in panel["measures"]]
            data["panel"] = {**panel, "measures": measures}
        return data

    @property
    def bases(self) -> tuple[str, ...]:
        """The configs of the markets."""
        return (self.base,) if isinstance(self.base, str) else self.base

    @property
    def drawn(self) -> bool:
        """Whether the points are a random sample of what is uncertain, each a draw of its own."""
        return bool(self.uncertainties) and self.design.uncertainties in DRAWN

    @property
    def common_noise(self) -> bool:
        """Whether all samples of the uncertainties share their random numbers.

        Where an effect is averaged over points drawn at random, each has random numbers of its own,
        or what all share would be missing from the spread between them. Designs that compare points
        with each other share it.
        """
        given = self.random_numbers
        return given == "common" if given is not None else not self.drawn

    @property
    def reference(self) -> str:
        """The name of the control."""
        return self.control if self.control is not None else next(iter(self.arms))

    @property
    def treatments(self) -> tuple[str, ...]:
        """The arms that are compared with the control."""
        return tuple(name for name in self.arms if name != self.reference)

    @property
    def factors(self) -> tuple[FactorSpec, ...]:
        """Levers and uncertainties."""
        return (*self.levers, *self.uncertainties)
