"""The page: every number is a table's, and everybody can read it."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from relsim.claims.verdict import CONFIDENCE, HANGS, LEAST, MOST
from relsim.claims.wording import round_runs
from relsim.errors import OutputError
from relsim.report.claims.cards import card
from relsim.report.claims.page import write_page
from relsim.report.claims.results import check_others, read
from tests.report.claims.conftest import write_several

VOID = {"meta", "link", "br", "img", "hr", "input"}
PARTS = {"holds", "holds_low", "holds_high", "assumed_holds", "assumed_least"}
COUNTS = {"runs", "points", "replications", "needed"}


@dataclass
class Node:
    """An element of a page; ``content`` holds texts and elements."""

    tag: str
    attributes: dict[str, str]
    parent: "Node | None" = None
    content: list["Node | str"] = field(default_factory=list)

    def all(self, *tags: str) -> Iterator["Node"]:
        for part in self.content:
            if isinstance(part, Node):
                if not tags or part.tag in tags:
                    yield part
                yield from part.all(*tags)

    def text(self, *without: str) -> str:
        return "".join(
            part if isinstance(part, str) else "" if part.tag in without else part.text(*without)
            for part in self.content
        )

    def near(self, attribute: str) -> str | None:
        """Return an attribute of the element or of the nearest around it that has it."""
        if attribute in self.attributes:
            return self.attributes[attribute]
        return self.parent.near(attribute) if self.parent else None


class Tree(HTMLParser):
    """Reads a page strictly: what is opened is closed in its order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.here = Node("", {})
        self.feed(text)
        self.close()
        assert self.here is self.root, f"<{self.here.tag}> is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice"
        node = Node(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.content.append(node)
        if tag not in VOID:
            self.here = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.here.tag, f"</{tag}> closes <{self.here.tag}>"
        assert self.here.parent is not None
        self.here = self.here.parent

    def handle_data(self, data: str) -> None:
        self.here.content.append(data)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(write_several(tmp_path_factory.mktemp("results") / "claims"))


@pytest.fixture(scope="module")
def page(written: Path) -> Node:
    return Tree(written.read_text(encoding="utf-8")).root


def about(folder: Path, claim: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / claim / "claim.json").read_text("utf-8"))
    return content


def row_of(folder: Path, node: Node) -> dict[str, Any]:
    """Return the row of the table that a number stands for."""
    claim = node.near("data-claim")
    assert claim is not None
    place = node.near("data-comparison")
    if place is not None:
        row = dict(about(folder, claim)["comparisons"][int(place)])
        apart = None if row["model"] is None else row["model"] - row["published"]
        return {**row, "difference": apart}
    table = pd.read_csv(folder / claim / "verdicts.csv").set_index("reading")
    return dict(table.loc[node.near("data-reading") or ""])


def test_a_published_number_says_whose_stands_beside_it(written: Path, page: Node) -> None:
    named: dict[str, str] = {}
    for row in page.all("tr"):
        if (row.near("data-claim"), "data-comparison" in row.attributes) == ("five-percent", True):
            named[row.attributes["data-comparison"]] = row.text()
    assert "credit card" in named["0"]
    assert "mean of all markets" in named["1"]
    assert "market" not in named["2"]


def test_every_number_is_the_table_s(written: Path, page: Node) -> None:
    seen: Counter[str] = Counter()
    for node in page.all("data"):
        column, row = node.attributes["data-column"], row_of(written.parent, node)
        value = float(row[column])
        assert float(node.attributes["value"]) == pytest.approx(value, rel=1e-12)
        value = round_runs(value) if column == "needed" else value
        percent = column in PARTS or (row["measure"] == "relative" and column not in COUNTS)
        text = node.text().replace(",", "").replace("−", "-")
        last = 0.1 ** len(text.partition(".")[2])
        assert abs(float(text) - value * (100.0 if percent else 1.0)) <= 0.501 * last
        seen[column] += 1
    verdicts = pd.concat(pd.read_csv(path) for path in written.parent.glob("*/verdicts.csv"))
    tested = int((verdicts["runs"] > 0).sum())
    for column in ("effect", "low", "high"):
        assert seen[column] >= 2 * tested  # in the summary and on the card
    for column in (
        "low_tenth", "high_tenth", "holds_low", "holds_high", "runs", "points",
        "replications",
    ):  # fmt: skip
        assert seen[column] == tested
    between = verdicts["word"].isin(["conditional", "inconclusive"])
    assert seen["holds"] == tested + between.sum()  # in the summary where the word leaves it open
    outside = (verdicts["median"] < verdicts["low"]) | (verdicts["median"] > verdicts["high"])
    assert seen["median"] == tested + outside.sum()  # in the summary only where it says more
    assert seen["needed"] == verdicts["needed"].notna().sum()
    assert seen["assumed_holds"] == verdicts["assumed_holds"].notna().sum()
    assert seen["assumed_least"] == (verdicts["assumed_least"] < HANGS).sum()


def test_intervals_stand_behind_what_they_are_of_the_lower_end_first(page: Node) -> None:
    cells = [n for n in page.all("td") if n.attributes.get("data-label") in {"Effect", "Holds in"}]
    found = [[n.attributes["data-column"] for n in cell.all("data")] for cell in cells]
    wanted = {("effect", "low", "high"), ("holds", "holds_low", "holds_high"), ()}
    assert {tuple(columns) for columns in found} == wanted


def strings(value: object) -> Iterator[str]:
    """Return all texts in what was read from JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


def test_no_number_is_typed_by_hand(written: Path, page: Node) -> None:
    folder = written.parent
    known = {f"{100.0 * share:g}%" for share in (CONFIDENCE, MOST, LEAST)}
    for path in folder.glob("*/claim.json"):
        content = about(folder, path.parent.name)
        known |= set(strings(content))
        provenance = content["provenance"]
        known |= {provenance["started"][:10], provenance["git"]["commit"][:10]}
        table = pd.read_csv(path.with_name("verdicts.csv"), dtype={"hash": str})
        known |= {text.replace(";", ",") for text in table["assumed_markets"].dropna()}
        known |= {str(text) for text in table.select_dtypes(["object", "str"]).to_numpy().ravel()}
        made = card(read(path.parent))  # counts and ranges, which have tests of their own
        known |= {made.opposite, *(factor.over for factor in made.varied)}
        known |= {told for reading in made.readings for told in reading.turning}
    text = page.text("data", "svg", "style")
    for each in sorted(known, key=len, reverse=True):
        text = text.replace(each, "")
    assert re.findall(r".{0,30}\d.{0,30}", text) == []


def test_signs_and_words_are_those_of_the_table(written: Path, page: Node) -> None:
    signs = {"supported": "✓", "refuted": "✗", "conditional": "◐", "inconclusive": "?"}
    for row in page.all("tr"):
        if row.near("data-claim") is None or "data-reading" not in row.attributes:
            continue
        word = row_of(written.parent, row)["word"]
        shown = next(node for node in row.all("span") if "word" in node.attributes["class"].split())
        assert shown.text().split() == [signs.get(word, "⊘"), word]


def test_ids_are_unique_and_what_refers_to_one_finds_it(page: Node) -> None:
    nodes = list(page.all())
    ids = [node.attributes["id"] for node in nodes if "id" in node.attributes]
    assert [name for name, count in Counter(ids).items() if count > 1] == []
    for node in nodes:
        for name, value in node.attributes.items():
            wanted = re.findall(r"url\(#([^)]+)\)", value)
            if name == "href" and value.startswith("#"):
                wanted.append(value[1:])
            if name.startswith("aria-") and name.endswith("by"):
                wanted += value.split()
            assert set(wanted) <= set(ids)


def test_the_page_stands_alone(written: Path, page: Node) -> None:
    for node in page.all():
        assert node.tag not in {"script", "link", "img", "iframe"}
        for name in ("src", "href"):
            assert node.attributes.get(name, "#").startswith(("#", "data:image/png;base64,"))
    assert "@import" not in written.read_text(encoding="utf-8")


def test_every_figure_has_its_title_and_says_its_numbers(page: Node) -> None:
    figures = list(page.all("svg"))
    assert len(figures) == 3 + 3 + 2
    for figure in figures:
        assert figure.attributes["role"] == "img"
        words = [node for node in figure.content if isinstance(node, Node)][:2]
        assert [node.tag for node in words] == ["title", "desc"]
        assert figure.attributes["aria-labelledby"].split() == [
            node.attributes["id"] for node in words
        ]
        assert all(node.text().strip() for node in words)
    described = " ".join(figure.text("style") for figure in figures)
    assert "+41.2%, interval +34.6 to +47.9; claimed 25 to 85%; supported." in described
    assert "holds at 97.9% of 48 points" in described
    assert "lowest −24.0% at cost ratio 1 and share 0.6" in described


def test_headings_nest_and_tables_are_explained(page: Node) -> None:
    levels = [int(node.tag[1]) for node in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for table in page.all("table"):
        first = next(part for part in table.content if isinstance(part, Node))
        assert first.tag == "caption"
        assert first.text().strip()
        assert all("scope" in head.attributes for head in table.all("th"))
    root = next(page.all("html"))
    assert root.attributes["lang"] == "en"
    skip = next(page.all("a"))
    assert skip.attributes["class"] == "skip"


def test_what_a_claim_says_is_text_and_not_markup(written: Path, page: Node) -> None:
    assert "<none> of it & more" in page.text()
    assert "&lt;none&gt; of it &amp; more" in written.read_text(encoding="utf-8")


def test_an_untestable_reading_says_why(page: Node) -> None:
    section = next(
        node for node in page.all("section") if node.attributes.get("data-reading") == "banks"
    )
    assert "The source's streams are not published." in section.text()


def test_percent_differ_by_points(page: Node) -> None:
    cells = [n for n in page.all("td") if n.attributes.get("data-label") == "Difference"]
    assert [cell.text() for cell in cells] == ["−33.8 points", "−13.8 points", "not known"]


def test_a_quick_look_and_the_standing_of_a_source_are_said(page: Node) -> None:
    said = {card.attributes["id"]: card.text() for card in page.all("article")}
    assert [name for name, text in said.items() if "A quick look:" in text] == ["size-decides"]
    assert all("the source was seen" in text for text in said.values())


def test_the_same_results_give_the_same_bytes(written: Path, tmp_path: Path) -> None:
    again = write_page(write_several(tmp_path / "again"))
    assert again.read_bytes() == written.read_bytes()
    names = {path.name for path in again.parent.rglob("*.svg")}
    assert names == {"effects.svg", "scope.svg", "deciding.svg", "frontier.svg"}


def test_what_cannot_be_written_is_told(folder: Path) -> None:
    (folder / "index.html").mkdir()
    with pytest.raises(OutputError, match=r"index\.html: cannot be written"):
        write_page(folder)


def test_an_answer_that_rests_on_assumptions_says_so_where_the_word_stands(page: Node) -> None:
    (summary,) = (table for table in page.all("table") if table.attributes["class"] == "summary")
    told = [row.text() for row in summary.all("tr") if "rests on assumptions" in row.text()]
    assert len(told) == 1
    assert "81" in told[0]


def test_the_opposite_is_a_command(page: Node) -> None:
    codes = {node.text() for node in page.all("code")}
    assert (
        "relsim claim five-percent --reading free-alone --set market.annual_turnover=0.3" in codes
    )


def test_a_try_says_that_it_is_one(tmp_path: Path) -> None:
    folder = write_several(tmp_path / "claims")
    path = folder / "five-percent" / "claim.json"
    content = json.loads(path.read_text("utf-8"))
    content["tried"] = "--reading paid --set market.annual_turnover=0.1"
    path.write_text(json.dumps(content), encoding="utf-8")
    text = write_page(folder).read_text("utf-8")
    assert text.count("Tried otherwise") == 2  # above the summary, and on the card
    assert "--reading paid --set market.annual_turnover=0.1" in text


def test_results_of_an_earlier_relsim_are_told_before_anything_runs(tmp_path: Path) -> None:
    folder = write_several(tmp_path / "claims")
    path = folder / "five-percent" / "claim.json"
    content = json.loads(path.read_text("utf-8"))
    del content["tried"]
    path.write_text(json.dumps(content), encoding="utf-8")
    check_others(folder, {"five-percent"})
    with pytest.raises(OutputError, match=r"five-percent/claim\.json: has no 'tried'"):
        check_others(folder, set())
