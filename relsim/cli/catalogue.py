"""``relsim list``: what comes with relsim."""

import inspect
from collections.abc import Callable, Iterator

from rich.console import Console

from relsim.claims.config import read_claim
from relsim.cli.console import listing
from relsim.cli.lists import LISTS
from relsim.customers.rules import (
    choice,
    departure,
    experience,
    ladder,
    purchase,
    reconsider,
    relationship,
    response,
    service,
    talk,
    value,
)
from relsim.errors import SpecError
from relsim.firms.strategies import BUILT_IN
from relsim.lab.config import read_experiment
from relsim.mechanisms.registry import BUILT_IN as BUILT_IN_MECHANISMS
from relsim.spec import Mechanisms, read
from relsim.spec.events import BY_KIND
from relsim.spec.hints import nearest
from relsim.spec.locations import shipped
from relsim.spec.overrides import section_of
from relsim.spec.paths import split_first

EQUATIONS: dict[str, tuple[Callable[..., float], ...]] = {
    "experience": (
        experience.experience,
        experience.service_level,
        experience.fit,
        experience.trouble,
        relationship.satisfaction_after,
    ),
    "trust": (relationship.trust_after,),
    "reconsider": (
        reconsider.hazard,
        reconsider.pull_to_stay,
        reconsider.price_push,
        departure.cause,
    ),
    "choice": (choice.considered_through, choice.utility, choice.relationship_utility),
    "retention": (response.spend_response, purchase.last_purchase),
    "buying": (
        purchase.growth_share,
        purchase.cross_sale_chance,
        purchase.price_premium,
        purchase.poisson,
    ),
    "service": (service.service_units,),
    "word_of_mouth": (
        talk.telling,
        talk.left_by_talk,
        choice.considered_through,
        reconsider.talk_push,
    ),
    "ladder": (ladder.rung,),
    "value_tiers": (value.contribution, value.tier),
    **{name: kind.rules for name, kind in BUILT_IN_MECHANISMS.items()},
}
"""Where the equations of each mechanism are: the rules that compute it."""


def equation(path: str) -> str:
    """Return where the equations of a mechanism are, by file; "" if the path is none."""
    section, name = split_first(path)
    files: dict[str, list[str]] = {}
    for rule in EQUATIONS.get(name, ()) if section == "mechanisms" else ():
        files.setdefault(rule.__module__.replace(".", "/") + ".py", []).append(rule.__name__)
    return "; ".join(f"{file}: {', '.join(names)}" for file, names in files.items())


def show(out: Console, what: str) -> None:
    """Print a list.

    Raises
    ------
    SpecError
        If there is no such list.
    """
    kinds = dict(
        zip(
            LISTS, (_configs, _experiments, _claims, _strategies, _mechanisms, _events), strict=True
        )
    )
    if what not in kinds:
        hint = nearest(what, LISTS) or f"; allowed: {', '.join(LISTS)}"
        raise SpecError(f"list: unknown list {what!r}{hint}")
    heads, *rows = kinds[what]()
    table = listing(*heads)
    for row in rows:
        table.add_row(*row)
    out.print(table)


def _configs() -> Iterator[tuple[str, ...]]:
    yield "config", "market", "firms", "customers", "months"
    for name in shipped():
        spec = read(name)
        firms = ", ".join(firm.strategy.kind for firm in spec.firms)
        yield name, spec.title, firms, f"{spec.market.customers:,}", f"{spec.run.months:,}"


def _experiments() -> Iterator[tuple[str, ...]]:
    yield "experiment", "question", "markets", "arms", "outcomes"
    for name in shipped("experiments"):
        spec = read_experiment(name).spec
        yield name, spec.title, *map(", ".join, (spec.bases, spec.arms, spec.outcomes))


def _claims() -> Iterator[tuple[str, ...]]:
    yield "claim", "as people say it", "readings"
    for name in shipped("claims"):
        spec = read_claim(name).spec
        yield name, spec.statement, ", ".join(spec.readings)


def _strategies() -> Iterator[tuple[str, ...]]:
    yield "strategy", "meaning"
    for name, kind in BUILT_IN.items():
        yield name, kind.meaning()


def _mechanisms() -> Iterator[tuple[str, ...]]:
    yield "mechanism", "meaning", "equation"
    for name, field in Mechanisms.model_fields.items():
        model = section_of(field.annotation)
        meaning = (inspect.getdoc(model) or "").partition("\n\n")[0]
        yield name, " ".join(meaning.split()), equation(f"mechanisms.{name}")


def _events() -> Iterator[tuple[str, ...]]:
    yield "event", "meaning", "keys"
    for name, kind in BY_KIND.items():
        yield name, inspect.getdoc(kind) or "", ", ".join(kind.model_fields)
