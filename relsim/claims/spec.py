"""What a claim is made of: typed, frozen, validated models of its config."""

import math
import re
from typing import Any, Literal, Self

from pydantic import model_validator

from relsim.lab.spec import ExperimentSpec
from relsim.spec import fields
from relsim.spec.fields import SpecModel

Measure = Literal["relative", "difference", "value"]
Standing = Literal["seen", "as commonly quoted", "computed"]
Span = tuple[float, float]
_NAME = "[a-z0-9][a-z0-9-]{0,79}"


class SourceSpec(SpecModel):
    """Where a claim was read."""

    citation: str = fields.key("Who said it, and where.", unit="-", min_length=1)
    standing: Standing = fields.key(
        "Whether the source was seen, is quoted by others, or its numbers were computed here.",
        unit="-",
        default="as commonly quoted",
    )


class AssumptionSpec(SpecModel):
    """Something the model assumes that makes a side's life easier."""

    favours: Literal["claim", "against"] = fields.key("Which side it favours.", unit="-")
    text: str = fields.key("What is assumed.", unit="-", min_length=1)


class EffectSpec(SpecModel):
    """The number that a reading is about, at every point of its scope."""

    outcome: str = fields.key("Which outcome of the experiment.", unit="-")
    treatment: str | None = fields.key(
        "The arm that does what is claimed; the only one that is not the control unless said.",
        unit="-",
        default=None,
    )
    control: str | None = fields.key(
        "The arm it is compared with; the experiment's control unless said.",
        unit="-",
        default=None,
    )
    measure: Measure = fields.key(
        "Share of the control's outcome, difference from it, or the treatment's outcome itself.",
        unit="-",
        default="relative",
    )
    unit: str = fields.key(
        "Its unit, for figures; that of the outcome unless said.", unit="-", default=""
    )


class HypothesisSpec(SpecModel):
    """Where a reading says that the effect lies: exactly one of four forms."""

    band: Span | None = fields.key(
        "Between these two, both included.", unit="of the effect", default=None
    )
    above: float | None = fields.key("Above this.", unit="of the effect", default=None)
    below: float | None = fields.key("Below this.", unit="of the effect", default=None)
    within: Span | None = fields.key(
        "No effect that matters: between these two.", unit="of the effect", default=None
    )

    @property
    def form(self) -> str:
        """Which of the four it is."""
        return next(name for name in _FORMS if getattr(self, name) is not None)

    @property
    def bounds(self) -> Span:
        """Lower and upper border of the region; infinite where there is none."""
        if self.above is not None:
            return self.above, math.inf
        if self.below is not None:
            return -math.inf, self.below
        span = self.band or self.within
        assert span is not None  # noqa: S101  # one of the four is there: checked when made
        return span

    @model_validator(mode="after")
    def _check_one(self) -> Self:
        given = [name for name in _FORMS if getattr(self, name) is not None]
        if len(given) != 1:
            key, *others = reversed(given or _FORMS[:1])
            shown = f"given together with {' and '.join(others)}" if others else "missing"
            raise ValueError(f"{key}: {shown}, allowed: exactly one of {', '.join(_FORMS)}")
        for name in ("band", "within"):
            span = getattr(self, name)
            if span is not None and not span[0] < span[1]:
                raise ValueError(
                    f"{name}: given {list(span)}, allowed: two different numbers, the lower one "
                    "first"
                )
        return self


_FORMS = ("band", "above", "below", "within")


class ComparisonSpec(SpecModel):
    """A published number, to stand beside what the market gives."""

    what: str = fields.key("What it is the number of.", unit="-", min_length=1)
    published: float = fields.key("The number.", unit="unit")
    unit: str = fields.key("Its unit.", unit="-", default="")
    source: str = fields.key("Who published it, and where.", unit="-", min_length=1)
    outcome: str | None = fields.key(
        "The outcome to set beside it; that of the effect unless said.", unit="-", default=None
    )
    arm: str | None = fields.key(
        "The arm to take it from; the treatment unless said.", unit="-", default=None
    )
    measure: Measure | None = fields.key(
        "How it is measured; as the effect is unless said.", unit="-", default=None
    )
    base: str | None = fields.key(
        "The market whose own mean is set beside it; the mean of all of the reading unless said.",
        unit="-",
        default=None,
    )


class BreakEvenSpec(SpecModel):
    """The price at which an action just pays, or the place where the answer turns."""

    outcome: str | None = fields.key(
        "The outcome whose difference is shared out.", unit="-", default=None
    )
    per: str | None = fields.key(
        "The outcome by whose difference it is divided.", unit="-", default=None
    )
    factor: str | None = fields.key(
        "Instead: the factor along which the effect crosses the border of the hypothesis.",
        unit="-",
        default=None,
    )
    unit: str = fields.key("The unit of the result.", unit="-", default="")

    @model_validator(mode="after")
    def _check_form(self) -> Self:
        given = [n for n in ("outcome", "per", "factor") if getattr(self, n) is not None]
        if given not in (["outcome", "per"], ["factor"]):
            key, *others = reversed(given or ["factor"])
            shown = f"given together with {' and '.join(others)}" if others else "given alone"
            shown = shown if given else "missing"
            raise ValueError(f"{key}: {shown}, allowed: outcome and per together, or factor alone")
        return self


class OppositeSpec(SpecModel):
    """What to change to see another answer: a reading, tried with something held."""

    text: str = fields.key("What to change, and what is seen then.", unit="-", min_length=1)
    reading: str = fields.key("The reading that answers otherwise.", unit="-")
    settings: dict[str, Any] = fields.key(
        "What is held: dotted path of the market to value.", unit="-", min_length=1
    )


class ReadingSpec(SpecModel):
    """One way to understand a claim, precise enough to be true or false."""

    title: str = fields.key("The reading in a few words.", unit="-", min_length=1)
    notes: str = fields.key("Anything worth saying about it.", unit="-", default="")
    experiment: ExperimentSpec | None = fields.key(
        "The experiment that tests it; its uncertainties, levers and bases are the scope.",
        unit="-",
        default=None,
    )
    effect: EffectSpec | None = fields.key("What is measured.", unit="-", default=None)
    hypothesis: HypothesisSpec | None = fields.key(
        "Where the reading says it lies.", unit="-", default=None
    )
    precision: float | None = fields.key(
        "Half-width of the effect's interval at which more runs would tell nothing that matters; "
        "none unless said.",
        unit="of the effect",
        default=None,
        gt=0.0,
    )
    compared_with: tuple[ComparisonSpec, ...] = fields.key(
        "Published numbers to set beside the market's.", unit="-", default=()
    )
    break_even: BreakEvenSpec | None = fields.key(
        "What the action may cost, or where the answer turns.", unit="-", default=None
    )
    untestable: str | None = fields.key(
        "Why the model cannot test this reading; instead of an experiment.",
        unit="-",
        default=None,
        min_length=1,
    )

    @model_validator(mode="after")
    def _check_whole(self) -> Self:
        parts = {name: getattr(self, name) for name in ("experiment", "effect", "hypothesis")}
        given = [name for name, part in parts.items() if part is not None]
        if self.untestable is not None and given:
            raise ValueError(
                f"untestable: given together with {given[0]}, allowed: alone, for a reading that "
                "the model cannot test"
            )
        if self.untestable is None and len(given) < len(parts):
            missing = ", ".join(name for name in parts if name not in given)
            raise ValueError(f"the reading {self.title!r} lacks {missing} (or untestable: why)")
        return self


class FrontierSpec(SpecModel):
    """A map of a reading's effect over two factors."""

    reading: str = fields.key("Of which reading.", unit="-")
    x: str = fields.key("The factor across.", unit="-")
    y: str = fields.key("The factor upwards.", unit="-")


class QuickSpec(SpecModel):
    """How small the markets and samples of a quick look are."""

    customers: int = fields.key(
        "Customers of each market at most.", unit="customers", default=2000, ge=10
    )
    points: int = fields.key(
        "Samples of each reading's scope at most.", unit="points", default=6, ge=1
    )
    replications: int = fields.key("Replications at most.", unit="runs", default=2, ge=2)


class ClaimSpec(SpecModel):
    """A claim: what people say, who says it, and every reading that is tested."""

    @classmethod
    def renamed(cls, data: Any) -> Any:
        """Return a claim whose experiments have the names that keys and columns have now."""
        readings = data.get("readings") if isinstance(data, dict) else None
        if not isinstance(readings, dict):
            return data
        now = {
            name: {**one, "experiment": ExperimentSpec.renamed(one["experiment"])}
            if isinstance(one, dict) and "experiment" in one
            else one
            for name, one in readings.items()
        }
        return {**data, "readings": now}

    id: str = fields.key("Its name in commands and folders.", unit="-")
    title: str = fields.key("A few words.", unit="-", min_length=1)
    statement: str = fields.key("The claim as people say it.", unit="-", min_length=1)
    in_short: str = fields.key(
        "What the readings come to, in a sentence or two without numbers.", unit="-", default=""
    )
    source: SourceSpec = fields.key("Where it was read.", unit="-")
    notes: str = fields.key("Anything worth saying about it.", unit="-", default="")
    against: tuple[str, ...] = fields.key(
        "Evidence against it, a line each with its source.", unit="-", default=()
    )
    assumptions: tuple[AssumptionSpec, ...] = fields.key(
        "What the model assumes that favours a side.", unit="-", default=()
    )
    questions: tuple[str, ...] = fields.key("Questions for a class.", unit="-", default=())
    opposite: OppositeSpec | None = fields.key(
        "What to change to see the opposite.", unit="-", default=None
    )
    study: str = fields.key(
        "Command of a study that looks closer, in a checkout of relsim or of one's own.",
        unit="-",
        default="",
    )
    readings: dict[str, ReadingSpec] = fields.key(
        "What the claim may mean, by name.", unit="-", min_length=1
    )
    frontier: FrontierSpec | None = fields.key(
        "A map over two factors of a reading.", unit="-", default=None
    )
    quick: QuickSpec = fields.key("Sizes of a quick look.", unit="-", default=QuickSpec())

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        for key, name in (("id", self.id), *(("readings", name) for name in self.readings)):
            if not re.fullmatch(_NAME, name):
                raise ValueError(
                    f"{key}: given the name {name!r}, allowed: small letters, digits and -, 80 of "
                    "them at most"
                )
        return self
