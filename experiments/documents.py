"""The documents that follow from the code: ``python -m experiments.documents`` writes them.

Pages of mechanisms from rules, spec and recorded effects; that of the studies beside the claims
from their tables; and the tables of docs/odd.md and of the README between their marks. What is
between marks is never edited by hand.
"""

import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from experiments.documents_figure import picture
from experiments.markdown import table
from experiments.mechanisms import CUSTOMERS, EFFECTS, MONTHS, RESULTS, SEEDS, WARM_UP, Effect
from experiments.studies.page import page as page_of_studies
from relsim.calibration.moments import MOMENTS
from relsim.claims.spec import (
    AssumptionSpec,
    BreakEvenSpec,
    ClaimSpec,
    ComparisonSpec,
    EffectSpec,
    FrontierSpec,
    HypothesisSpec,
    OppositeSpec,
    QuickSpec,
    ReadingSpec,
    SourceSpec,
)
from relsim.cli.catalogue import EQUATIONS
from relsim.customers import columns
from relsim.customers.block import SOCKETS
from relsim.customers.rules import departure, response, talk
from relsim.customers.schedule import SCHEDULE, Pass
from relsim.firms.firm import Firm
from relsim.firms.ledger import CUSTOMER_LINES, FIRM_LINES
from relsim.firms.strategies import BUILT_IN
from relsim.mechanisms import registry
from relsim.mechanisms.base import Mechanism
from relsim.report.run_figures import save
from relsim.spec import Mechanisms
from relsim.spec.explain import REQUIRED, Entry, entries
from relsim.spec.overrides import section_of
from relsim.spec.terms import TERMS

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
ODD = ROOT / "docs" / "odd.md"
MECHANISM_PAGE = ROOT / "docs" / "add_a_mechanism.md"
CLAIM_PAGE = ROOT / "docs" / "claims.md"
CLAIMS = ROOT / "results" / "claims"
CALIBRATION = ROOT / "docs" / "calibration.md"
PAGES = ROOT / "docs" / "mechanisms"
STUDIES = ROOT / "docs" / "studies.md"
WORDS = ROOT / "docs" / "words.md"

Rule = Callable[..., float]
OTHERS: dict[str, tuple[tuple[Rule, ...], tuple[str, ...], str]] = {
    "spending": (
        (response.spend_response,),
        ("firms.acquisition", "firms.care", "firms.recovery"),
        "Offence, care and recovery turn money into chances in one way.",
    ),
    "causes": (
        (departure.cause,),
        (),
        "Every loss is given one cause; nothing in the market follows from it.",
    ),
    "turnover": (
        (),
        ("market.annual_turnover",),
        "Each month every customer leaves the market for good with the chance `1 - (1 - annual)^"
        "(1/12)`; a newcomer without a supplier, with traits of its own, takes its place.",
    ),
    "network": (
        (talk.left_by_talk,),
        ("customers.network",),
        "A customer who decides hears what its neighbours said last month. Small world: Watts & "
        "Strogatz (1998), Nature 393; scale-free: Barabasi & Albert (1999), Science 286; random: "
        "Erdos & Renyi (1959); mixed: everyone hears so many others, drawn anew each month.",
    ),
}
"""Mechanisms besides those of the config's section: their rules, keys and meaning."""


# Tables -----------------------------------------------------------------------------------


def parameters(sections: Sequence[str]) -> str:
    """Return the table of all keys in some sections, or of single keys."""
    found = [
        entry
        for entry in entries()
        if not entry.section
        and any(entry.path == name or entry.path.startswith(f"{name}.") for name in sections)
    ]
    heads = ["key", "meaning", "unit", "allowed", "default", "source"]
    return table(heads, (_parameter(entry) for entry in found))


def _parameter(entry: Entry) -> list[str]:
    default = "required" if entry.default == REQUIRED else _plain(entry.default)
    return [f"`{entry.path}`", entry.meaning, entry.unit, entry.allowed, default, entry.source]


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if hasattr(value, "model_dump"):
        return "as below"
    return str(value) if value not in (None, "", ()) else "none"


def customer_state() -> str:
    """Return the table of a customer's state and traits."""
    kinds = columns.allocate(1)._asdict()
    rows = [[f"`{name}`", kinds[name].dtype, columns.TABLE[name].meaning] for name in kinds]
    return table(["column", "kept as", "meaning"], rows)


def schedule() -> str:
    """Return the table of the passes of a customer's month, in their order."""
    rows = []
    for step in SCHEDULE:
        for choice in step.choices:
            name = step.name.replace("_", " ")
            rows.append([name, Pass(choice.function).meaning, choice.when.words])
    return table(["step", "what the pass does", "when"], rows)


def sockets() -> str:
    """Return the table of the rows that mechanisms may add to."""
    rows = [
        [f"`{name}`", one.unit, one.after.replace("_", " ") or "-", one.before.replace("_", " ")]
        for name, one in SOCKETS.items()
    ]
    return table(["socket", "what is added", "after", "before"], rows)


def firm_state() -> str:
    """Return the table of a firm's state, from its class."""
    text = inspect.getdoc(Firm) or ""
    found = re.findall(r"^([\w, ]+) : (.+)\n((?:    .+\n?)+)", text, flags=re.MULTILINE)
    rows = [[f"`{name}`", kind, " ".join(words.split())] for name, kind, words in found]
    return table(["attribute", "type", "meaning"], rows)


def ledger() -> str:
    """Return the table of the books' lines."""
    rows = [
        *([f"`{name}`", "customers", words] for name, words in CUSTOMER_LINES.items()),
        *([f"`{name}`", "firm", words] for name, words in FIRM_LINES.items()),
    ]
    return table(["line", "adds up over", "meaning"], rows)


def strategies() -> str:
    """Return the table of strategies that come with relsim."""
    rows = [[f"`{name}`", kind.meaning()] for name, kind in BUILT_IN.items()]
    return table(["strategy", "meaning"], rows)


def submodels() -> str:
    """Return the table of mechanisms and their pages."""
    rows = [
        [f"[{effect.title}](mechanisms/{name}.md)", meaning(name)]
        for name, effect in EFFECTS.items()
    ]
    return table(["mechanism", "meaning"], rows)


TABLES: dict[str, Callable[[], str]] = {
    "customer": customer_state,
    "schedule": schedule,
    "firm": firm_state,
    "ledger": ledger,
    "strategies": strategies,
    "submodels": submodels,
    "market parameters": lambda: parameters(("market",)),
    "customer parameters": lambda: parameters(("customers",)),
    "firm parameters": lambda: parameters(("firms",)),
    "mechanism parameters": lambda: parameters(("mechanisms",)),
    "event parameters": lambda: parameters(("events",)),
    "run parameters": lambda: parameters(("run",)),
}
"""Tables of docs/odd.md by the name in their marks."""


def claim_keys(*parts: tuple[str, type[BaseModel]]) -> str:
    """Return the table of the keys of parts of a claim; what a part holds has tables of its own."""
    rows = [
        [f"`{before}{name}`", *_claim_key(field)]
        for before, part in parts
        for name, field in part.model_fields.items()
    ]
    return table(["key", "what it is", "unit", "unless said"], rows)


def _claim_key(field: FieldInfo) -> list[str]:
    default = field.get_default(call_default_factory=True)
    said = "required" if field.is_required() else _plain(default).replace("as below", "as told")
    extra = field.json_schema_extra
    unit = str(extra.get("unit")) if isinstance(extra, dict) else "-"
    return [field.description or "", unit, said]


def moments() -> str:
    """Return the table of the moments that markets are calibrated to."""
    rows = [[f"`{name}`", one.meaning, one.unit] for name, one in MOMENTS.items()]
    return table(["moment", "meaning", "unit"], rows)


CLAIM_TABLES: dict[str, Callable[[], str]] = {
    "claim": lambda: claim_keys(("", ClaimSpec)),
    "source": lambda: claim_keys(
        ("source.", SourceSpec), ("assumptions.", AssumptionSpec), ("opposite.", OppositeSpec)
    ),
    "reading": lambda: claim_keys(("", ReadingSpec)),
    "effect": lambda: claim_keys(("effect.", EffectSpec), ("hypothesis.", HypothesisSpec)),
    "comparison": lambda: claim_keys(
        ("compared_with.", ComparisonSpec), ("break_even.", BreakEvenSpec)
    ),
    "frontier": lambda: claim_keys(("frontier.", FrontierSpec), ("quick.", QuickSpec)),
}
"""Tables of docs/claims.md by the name in their marks."""


def flagship() -> str:
    """Return the answer to the flagship claim in three sentences, from its verdicts.

    Which readings are told is a rule: the gain free to one firm, free to every firm, its other
    meaning, and paid for. All readings stand in the picture.
    """
    folder = CLAIMS / "five-percent"
    frame = pd.read_csv(folder / "verdicts.csv").set_index("reading")
    markets = pd.read_csv(folder / "points.csv").groupby("reading")["base"].nunique()
    told = {str(name): _told(row, int(markets[str(name)])) for name, row in frame.iterrows()}
    shown = frame.loc[["profit-ten-years", "everyone", "of-defection", "paid-for"], "word"]
    short = "Yes." if set(shown) == {"supported"} else "**Not in general.**"
    return (
        f"{short} If one firm keeps five percentage points more of its customers a year, **for "
        "free**, its discounted profit over ten years changes by "
        f"{told['profit-ten-years']}. If **every** firm does, by {told['everyone']}; if five per "
        f"cent means five per cent of churn, by {told['of-defection']}. If the firm **pays**, with "
        f"5% of its revenue more for retention (whatever that buys), by {told['paid-for']}."
    )


def _told(row: "pd.Series[Any]", markets: int) -> str:
    ends = ("effect", "low", "high", "low_tenth", "high_tenth", "holds")
    mean, low, high, least, most, holds = (100.0 * row[end] for end in ends)
    held = "in the claimed 25 to 85%" if row["band_low"] else "a gain"
    return (
        f"**{mean:+.0f}%** (95% confidence interval {low:+.0f} to {high:+.0f}%; 8 of 10 conditions "
        f"{least:+.0f} to {most:+.0f}%; {held} in {holds:.0f}%; {markets} industries: "
        f"*{row['word']}*)"
    )


def words_page() -> str:
    """Return the page of the field's words, from their table."""
    head = (
        "# Words\n\nThe field's terms, how relsim measures them, and what they were called in an "
        "earlier relsim (old names of columns and keys are still understood in configs). "
        "`relsim explain WORD` says the same, for every synonym too.\n\n"
    )
    rows = [
        [f"**{term.name}**", term.meaning, term.made_of, ", ".join(term.synonyms), term.former]
        for term in TERMS
    ]
    return head + table(["term", "meaning", "how it is measured", "synonyms", "was"], rows) + "\n"


def filled(text: str, tables: Mapping[str, Callable[[], str]] = TABLES) -> str:
    """Return a document with every table between its marks made anew.

    Raises
    ------
    ValueError
        If a table has no place.
    """
    for name, make in tables.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        if begin not in text or end not in text:
            raise ValueError(f"no place for the table {name!r}")
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}{make()}\n{end}{after}"
    return text


# Pages of mechanisms ----------------------------------------------------------------------


def meaning(name: str) -> str:
    """Return what a mechanism is, in a sentence or two."""
    if name in OTHERS:
        return OTHERS[name][2]
    model = section_of(Mechanisms.model_fields[name].annotation)
    if name in registry.BUILT_IN:  # a room of its own, with more to say
        text = str(sys.modules[getattr(model, "__module__", "")].__doc__)
        return text.strip().replace("``", "`")
    return inspect.getdoc(model) or ""


def page(name: str) -> str:
    """Return the page of a mechanism in Markdown, from the recorded effect."""
    effect = EFFECTS[name]
    rules, keys, _ = OTHERS.get(
        name, (EQUATIONS.get(name, ()), (f"mechanisms.{name}", f"firms.relationship.{name}"), "")
    )
    frame = pd.read_csv(ROOT / RESULTS / f"{name}.csv")
    parts = [f"# {effect.title}", meaning(name)]
    if rules:
        parts += ["## Equations", *(_rule(rule) for rule in rules)]
    if keys:
        parts += ["## Parameters", parameters(keys)]
    if name in registry.BUILT_IN:
        parts += ["## What it keeps and books", _kept(registry.BUILT_IN[name])]
    picture = f"![{effect.title}: equation and effect](../../results/mechanisms/{name}.png)"
    return "\n\n".join([*parts, "## Effect", picture, effect_words(effect, frame)]) + "\n"


def _kept(kind: type[Mechanism]) -> str:
    """Return the table of a mechanism's columns, lines and stocks."""
    rows = [
        *([f"`{name}`", "customer", column.meaning] for name, column in kind.columns.items()),
        *([f"`{line.name}`", "firm, money a month", line.meaning] for line in kind.lines),
        *([f"`{stock.name}`", "firm, from month to month", stock.meaning] for stock in kind.stocks),
    ]
    return table(["column", "of a", "meaning"], rows)


def _rule(rule: Rule) -> str:
    """Return a rule's name, and its docstring up to parameters and examples."""
    text = inspect.getdoc(rule) or ""
    told = re.split(r"\n\n(?:Parameters|Examples)\n-+\n", text)[0]
    told = re.sub(r":\w+:`~?([\w.]+)`", r"`\1`", told).replace("``", "`")
    module = rule.__module__.rpartition(".")[2]
    return f"**`{module}.{rule.__name__}`** {told}"


def effect_words(effect: Effect, frame: pd.DataFrame) -> str:
    """Return the effect in words, with its numbers."""
    means = frame.groupby("value", sort=False)["measure"].mean()
    numbers = ", ".join(f"{mean:.3g} at {value}" for value, mean in means.items())
    also = "".join(f", `{key}` {value}" for key, value in effect.base.items() if value != {})
    return (
        f"Telecom with `{effect.key}` varied{also}: {effect.measured} is {numbers} (means of "
        f"{len(SEEDS)} seeds, {CUSTOMERS:,} customers, months {WARM_UP + 1} to {MONTHS}, the same "
        "noise for every value)."
    )


def documents() -> Iterator[tuple[Path, str]]:
    """Yield every document's path and text."""
    for name in EFFECTS:
        yield PAGES / f"{name}.md", page(name)
    yield STUDIES, page_of_studies(ROOT / "results")
    yield WORDS, words_page()
    yield CLAIM_PAGE, filled(CLAIM_PAGE.read_text("utf-8"), CLAIM_TABLES)
    yield MECHANISM_PAGE, filled(MECHANISM_PAGE.read_text("utf-8"), {"sockets": sockets})
    yield CALIBRATION, filled(CALIBRATION.read_text("utf-8"), {"moments": moments})
    yield ODD, filled(ODD.read_text("utf-8"))
    yield README, filled(README.read_text("utf-8"), {"flagship": flagship})


def main() -> int:
    """Write all documents and the picture of the README; return the exit code."""
    for path, text in documents():
        path.write_text(text, encoding="utf-8", newline="\n")
        print(path.relative_to(ROOT))
    for path in save(picture(CLAIMS), ROOT / "docs" / "pictures"):
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
