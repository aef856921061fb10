"""An experiment described for archives."""

import json
import sys
from pathlib import Path

import pytest
from rocrate.rocrate import ROCrate

from relsim.lab.archive.crate import CRATE
from tests.cli.conftest import Invoke, error_lines

EXPERIMENT = """
title: Two arms
base: telecom
settings: {market.customers: 60, run.months: 3}
arms: {one: {}, other: {firms.0.price: 50}}
replication: {minimum: 2}
outcomes: {profit: {measure: profit, firm: 0}}
"""


def test_the_crate_names_every_file_and_what_made_it(invoke: Invoke, here: Path) -> None:
    (here / "mine.yaml").write_text(EXPERIMENT)
    result = invoke("experiment", "mine.yaml", "--out", "found", "--crate", "--executor", "serial")
    assert result.exit_code == 0, result.output
    crate = ROCrate(here / "found")
    manifest = json.loads((here / "found" / "manifest.json").read_text())
    named = {entity.id for entity in crate.data_entities}
    assert named == {*manifest["files"], "manifest.json"}
    action = crate.get("#run")
    assert action["instrument"]["softwareVersion"] == manifest["relsim"]
    assert {file.id for file in action["result"]} == named
    assert str(here) not in (here / "found" / CRATE).read_text()


def test_without_the_library_it_says_how_to_get_it(
    invoke: Invoke, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "mine.yaml").write_text(EXPERIMENT)
    monkeypatch.setitem(sys.modules, "rocrate.rocrate", None)
    options = ("--out", "found", "--crate", "--executor", "serial", "--quiet")
    (line,) = error_lines(invoke("experiment", "mine.yaml", *options))
    assert "relsim[crate]" in line
