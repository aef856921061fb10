"""The field's words are found by all their names, and lead to what is there."""

import re
from pathlib import Path
from typing import Any

import pytest

import relsim
from relsim.cli.app import app
from relsim.cli.keys import known
from relsim.firms.tables import FORMER, MARKET_COLUMNS
from relsim.market import Market
from relsim.spec import starter
from relsim.spec.terms import TERMS, Term, find_term
from tests.cli.conftest import Invoke, here, invoke

__all__ = ["here", "invoke"]


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_every_name_finds_its_term(term: Term, invoke: Invoke) -> None:
    for name in (term.name, *term.synonyms, term.name.upper()):
        assert find_term(name) is term
    result = invoke("explain", term.name)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(term.name)
    assert term.meaning in " ".join(result.stdout.split())


def test_names_are_of_one_term_each() -> None:
    names = [name.lower() for term in TERMS for name in (term.name, *term.synonyms)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_what_a_term_points_to_is_there(term: Term) -> None:
    places = {*MARKET_COLUMNS, *(entry.path for entry in known())}
    assert set(term.where) <= places


def test_cac_and_churn_are_what_their_terms_say() -> None:
    table = Market(starter(), seed=2).run(6).table
    spent = -(table["acquisition"] + table["onboarding"] + table["discounts"] + table["rewards"])
    won = table["acquired"] > 0
    assert table["cac"][won].to_numpy() == pytest.approx((spent / table["acquired"])[won])
    assert table["cac"][~won].isna().all()
    assert table["churn"].to_numpy() == pytest.approx(table["lost"] / table["opening"], nan_ok=True)
    assert table["penetration"].to_numpy() == pytest.approx(table["customers"] / 1000)


def test_former_names_are_understood() -> None:
    kinds: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("defection", "market_share", {"luck": "common"}),
        ("churn", "penetration", {"random_numbers": "common"}),
    )
    both = [
        relsim.Experiment(
            starter(),
            replication={"minimum": 1},
            settings={"market.customers": 60},
            outcomes={"lost": {"measure": name, "firm": 0}, "all": {"measure": size, "firm": 0}},
            panel={"measures": [name, size]},
            **numbers,
        )
        for name, size, numbers in kinds
    ]
    old, new = (one.run().runs for one in both)
    assert old.equals(new)
    assert set(FORMER.values()) <= set(MARKET_COLUMNS)


def test_both_names_at_once_are_refused() -> None:
    with pytest.raises(relsim.RelsimError, match="luck: is called random_numbers now, which is"):
        relsim.Experiment(
            starter(), outcomes={"p": {"measure": "profit"}}, luck="common", random_numbers="common"
        )


HOUSE_WORDS = re.compile(
    r"\b(?:luck|defection|fame|(?<!-)lived|lives|deaf|nobody knows|turnover of the market)\b", re.I
)


def test_help_speaks_the_field_s_words(invoke: Invoke) -> None:
    commands = [command.name or command.callback.__name__ for command in app.registered_commands]  # type: ignore[union-attr]
    for command in commands:
        words = " ".join(invoke(command.rstrip("_"), "--help").stdout.split())
        assert not HOUSE_WORDS.search(words), (command, HOUSE_WORDS.findall(words))


def test_meanings_of_keys_speak_the_field_s_words() -> None:
    for entry in known():
        assert not HOUSE_WORDS.search(entry.meaning), (entry.path, entry.meaning)


def test_cards_speak_the_field_s_words() -> None:
    page = Path(relsim.__file__).parents[1] / "results" / "claims" / "index.html"
    text = re.sub(
        r"<style.*?</style>|<svg.*?</svg>|<code>.*?</code>|<[^>]+>",
        " ",
        page.read_text("utf-8"),
        flags=re.S,
    )
    assert HOUSE_WORDS.findall(text) == []
