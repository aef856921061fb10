"""Documents that follow from the code say what the code says."""

import re
from pathlib import Path

import pandas as pd
import pytest
import yaml

from experiments.documents import ODD, TABLES, documents, filled
from experiments.mechanisms import EFFECTS, sweep
from relsim.cli.catalogue import EQUATIONS
from relsim.customers.columns import TABLE, Columns

TEXTS = dict(documents())


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_a_document_is_what_the_code_makes_of_it(path: Path) -> None:
    made = "python -m experiments.documents makes it anew"
    assert path.read_text("utf-8") == TEXTS[path], made


def test_every_mechanism_has_its_page_and_no_page_is_left_over() -> None:
    assert set(EQUATIONS) <= set(EFFECTS)
    assert {path.stem for path in (ODD.parent / "mechanisms").iterdir()} == set(EFFECTS)


def test_a_table_without_its_place_is_missed() -> None:
    text = ODD.read_text("utf-8")
    for name in TABLES:
        with pytest.raises(ValueError, match=name):
            filled(text.replace(f"<!-- end of {name} -->", ""))


def test_every_column_has_a_meaning() -> None:
    assert tuple(TABLE) == Columns._fields


def test_recorded_effects_are_the_market_s() -> None:
    recorded = pd.read_csv(ODD.parents[1] / "results" / "mechanisms" / "service.csv")
    lived = sweep(EFFECTS["service"])
    assert lived["measure"].tolist() == pytest.approx(recorded["measure"].tolist(), rel=1e-6)


@pytest.mark.parametrize("name", EFFECTS)
def test_curves_have_a_point_for_every_x(name: str) -> None:
    curves = EFFECTS[name].curves()
    assert curves.lines
    assert all(line.shape == curves.x.shape for line in curves.lines.values())


def test_what_studies_record_is_kept_by_git() -> None:
    """What lies in results is a user's own unless it is said to be kept."""
    root = ODD.parents[1]
    kept = (root / ".gitignore").read_text(encoding="utf-8").splitlines()
    sources = [path.read_text(encoding="utf-8") for path in (root / "experiments").rglob("*.py")]
    folders = {name for text in sources for name in re.findall(r'RESULTS.*?Path\("(.+?)"\)', text)}
    assert "results/elasticities" in folders
    assert [name for name in sorted(folders) if f"!/{name}/" not in kept] == []


def test_citations_that_were_wrong_stay_away() -> None:
    root = ODD.parents[1]
    claims = root / "configs" / "claims"
    kept = [
        claims,
        root / "docs",
        root / "experiments",
        root / "relsim",
        root / "results" / "claims",
    ]
    files = [file for folder in kept for file in folder.rglob("*") if file.is_file()]
    texts = {
        file.name: " ".join(file.read_text("utf-8").split())
        for file in files
        if file.suffix in {".yaml", ".md", ".py", ".json", ".html"}
    }
    for name, text in texts.items():
        assert "JAMS 33:2" not in text, name  # Pfeifer (2005) is in another journal
        assert "Kumar 2000, 2002: lifetime" not in text, name  # the correlations are of 2002
    cost_ratio = yaml.safe_load((claims / "cost-ratio.yaml").read_text("utf-8"))
    (side,) = (one["favours"] for one in cost_ratio["assumptions"] if "come unasked" in one["text"])
    assert side == "claim"  # it makes offence dearer than what it wins
