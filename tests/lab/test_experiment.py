"""An experiment written in Python is the experiment of the YAML that says the same."""

import copy
import gc
from pathlib import Path
from typing import Any

import pytest

import relsim
from relsim.errors import OutputError, RelsimError, SpecError
from relsim.lab.experiment import Experiment
from relsim.lab.runs.execution import run_experiment
from relsim.lab.runs.rounds import Conduct
from relsim.spec import starter
from tests.lab.conftest import TINY, hashes, write


class Still(relsim.Strategy):
    """Spend nothing."""

    def plan(self, view: relsim.FirmView) -> relsim.Plan:
        return relsim.Plan()


class Broken(relsim.Strategy):
    """Fail."""

    def plan(self, view: relsim.FirmView) -> relsim.Plan:
        raise ValueError("no plan")


def small(**changes: Any) -> dict[str, Any]:
    keys = copy.deepcopy(TINY) | {"design": {"points": 1}, "panel": None}
    return keys | changes


def test_the_same_runs_as_from_yaml(tmp_path: Path) -> None:
    run_experiment(write(tmp_path), tmp_path / "yaml", how=Conduct())
    result = Experiment(**copy.deepcopy(TINY)).run(tmp_path / "python")
    assert hashes(tmp_path / "python") == hashes(tmp_path / "yaml")
    again = Experiment(**copy.deepcopy(TINY)).run(tmp_path / "python", workers=2)
    assert again.runs.equals(result.runs)
    assert list(result.effects["outcome"].unique()) == ["profit", "lost"]
    assert len(result.design) == 4
    assert result.failures.empty
    table = result.compare("defensive", "offensive", "profit", by=())
    mirrored = result.compare("offensive", "defensive", "profit", by=())
    assert table["difference"].tolist() == pytest.approx((-mirrored["difference"]).tolist())
    with pytest.raises(SpecError, match=r"given 'profits', which is not there; did you mean"):
        result.compare(outcome="profits")


def test_another_experiment_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    Experiment(**small()).run(tmp_path / "out")
    with pytest.raises(OutputError, match="holds another experiment"):
        Experiment(**small(seed=2)).run(tmp_path / "out")


def test_results_without_a_folder_go_with_the_object() -> None:
    result = Experiment(**small()).run()
    folder = result.folder
    assert (folder / "runs.parquet").is_file()
    del result
    gc.collect()
    assert not folder.exists()


def test_bases_of_every_kind() -> None:
    spec = starter().with_({"market.customers": 60, "run.months": 3})
    keys = {"extends": "telecom", "title": "Mine", "market": {"customers": 60}}
    outcomes = {"profit": {"measure": "profit", "firm": 0}}
    found = Experiment(
        [spec, keys, "retail-bank"],
        settings={"run.months": 3, "market.customers": 60},
        outcomes=outcomes,
        replication={"minimum": 1},
    ).run()
    assert found.runs["base"].tolist() == ["A small market", "Mine", "retail-bank"]
    alone = Experiment(spec, outcomes=outcomes, replication={"minimum": 1}).run()
    assert alone.runs["profit"].tolist() == found.runs["profit"].tolist()[:1]


def test_factors_and_strategies_as_classes() -> None:
    uncertainties = small().pop("uncertainties")
    keys = small(arms={"still": {"firms.0.strategy": Still}, "as_is": {}}, control="as_is")
    del keys["levers"], keys["uncertainties"]
    factors = [{"key": "firms.1.strategy.kind", "name": "rival", "levels": ["balanced"]}]
    result = Experiment(**keys, factors=[*factors, *uncertainties]).run()
    assert [factor.name for factor in result.finished.study.spec.levers] == ["rival"]
    effect = result.compare("as_is", "still", "profit")["difference"].to_numpy()
    assert (effect != 0.0).all()


def test_what_is_wrong_is_said_in_relsim_s_words() -> None:
    with pytest.raises(RelsimError, match=r"experiment: outcomes: this key is required"):
        Experiment("telecom")
    with pytest.raises(RelsimError, match=r"experiment: outcmes: unknown key; did you mean 'outco"):
        Experiment("telecom", outcmes={})
    broken = {"firms.0.strategy": Broken}
    arms = {"a": broken, "b": {**broken, "firms.0.price": 40.0}}
    failing = Experiment(**small(arms=arms, levers=(), replication={"minimum": 4}))
    with pytest.raises(OutputError, match=r"all 8 runs failed; the first: .*no plan"):
        failing.run()


def test_a_config_is_not_changed_in_place() -> None:
    spec = starter()
    with pytest.raises(SpecError, match=r"title: a config is not changed in place; .*spec.with_"):
        spec.title = "Other"
    with pytest.raises(SpecError, match=r"price: a config is not changed in place"):
        spec.firms[0].price = 3.0
    assert spec.with_({"firms.0.price": 3.0}).firms[0].price == 3.0
    with pytest.raises(SpecError, match=r"with_: firms.0.prise: unknown key; did you mean 'price'"):
        spec.with_({"firms.0.prise": 3.0})


def test_load_takes_keys() -> None:
    spec = relsim.load({"extends": "telecom", "set": {"firms.0.price": 50.0}}, {"run.months": 3})
    assert spec == relsim.load("telecom", {"firms.0.price": 50.0, "run.months": 3})
    with pytest.raises(SpecError, match=r"config: extends: given 3, allowed: the path"):
        relsim.load({"extends": 3})
    with pytest.raises(SpecError, match=r"config: mraket: unknown key; did you mean 'market'"):
        relsim.load({"extends": "telecom", "mraket": {}})


def test_workers_and_bases_that_are_none() -> None:
    for workers in (0, 2.5, "2", True):
        with pytest.raises(SpecError, match=r"workers: given .*, allowed: a whole number from 1"):
            Experiment(**small()).run(workers=workers)  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="base: given 7, allowed: a name, a file, keys"):
        Experiment(7)  # type: ignore[arg-type]
