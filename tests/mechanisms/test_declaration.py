"""What is wrong with a mechanism of one's own is a sentence, and never passes in silence."""

from typing import Any, ClassVar, NamedTuple

import numpy as np
import pytest

from relsim.agents.market import AgentMarket
from relsim.errors import StrategyError
from relsim.loader import check_strategies
from relsim.market import Market
from relsim.mechanisms import kit, registry
from relsim.spec import MarketSpec, override, starter


class Own(NamedTuple):
    sums: Any


@kit.loop
def nothing(s: kit.Scene, own: Own) -> None:
    """Do nothing."""


class Sound(kit.Mechanism):
    """One pass, one line."""

    name = "sound"
    additions: ClassVar[Any] = (kit.Addition(f"{__name__}.nothing", after="fit"),)
    lines: Any = (kit.Line("sound", "money"),)

    def own(self, sums: Any) -> Any:
        return Own(sums)


def spec_of(kind: type[kit.Mechanism], monkeypatch: pytest.MonkeyPatch) -> MarketSpec:
    monkeypatch.setitem(globals(), "Mine", kind)
    own = [{"kind": f"{__name__}.Mine"}]
    return override(starter(), {"market.customers": 20, "mechanisms.own": own})


def test_a_sound_one_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (Market(spec_of(Sound, monkeypatch)).run(2).columns["sound"] == 0.0).all()


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "step": ({"additions": (kit.Addition(f"{__name__}.nothing", after="fitt"),)}, "mean 'fit'"),
    "steps": ({"additions": (kit.Addition(f"{__name__}.nothing"),)}, "one step, not 0"),
    "pass": ({"additions": (kit.Addition(f"{__name__}.lost", after="fit"),)}, "there is no pass"),
    "tuple": ({"additions": kit.Addition("x.y", after="fit")}, "additions: given Addition"),
    "column": ({"columns": {"trust": kit.Column(np.float32, "", "state")}}, "'trust' is taken"),
    "columns": ({"columns": {"mine": 3}}, "columns: given 3"),
    "line": ({"lines": (kit.Line("revenue_base", ""),)}, "'revenue_base' is taken"),
    "former": ({"lines": (kit.Line("market_share", ""),)}, "'market_share' is taken"),
    "month": ({"stocks": (kit.Stock("month", ""),)}, "'month' is taken"),
    "counts": ({"lines": (kit.Line("mine", "", "costs"),)}, "counts as 'costs'"),  # type: ignore[arg-type]
    "agent": ({"agent": f"{__name__}.Nobody"}, "there is no class"),
    "keys": ({"keys": None}, "None is no SpecModel"),
    "chance": ({"chances": ("mine.luck",)}, "own_purpose"),
    "name": ({"name": "loyalty_programme"}, "a name of its own"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_faults_are_found_before_a_run(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong, said = WRONG[fault]
    with pytest.raises(StrategyError, match=rf"mechanisms\.own\.0\.kind: .*{said}"):
        registry.check(spec_of(type("Mine", (Sound,), wrong), monkeypatch))


def fail(*_: Any) -> None:
    raise KeyError("oops")


IN_A_RUN: dict[str, tuple[dict[str, Any], str]] = {
    "init": ({"__init__": fail}, "sound cannot be made: raised KeyError"),
    "own": ({"own": fail}, "sound: own: raised KeyError"),
    "no tuple": ({"own": lambda *_: None}, "sound: own: given nothing, allowed: a named tuple"),
    "close": ({"close": fail}, "sound, month 1: close: raised KeyError"),
    "shape": ({"close": lambda *_: (np.zeros(2), np.zeros((2, 0)))}, r"money: .* shape \(2,\)"),
    "nan": ({"close": lambda *_: (np.full((2, 1), np.nan), np.zeros((2, 0)))}, "not finite"),
    "offer": ({"offer": fail}, "sound, month 1: offer: raised KeyError"),
}


@pytest.mark.parametrize("fault", IN_A_RUN)
def test_faults_in_a_run_are_sentences(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong, said = IN_A_RUN[fault]
    with pytest.raises(StrategyError, match=said):
        Market(spec_of(type("Mine", (Sound,), wrong), monkeypatch)).run(1)


def test_agents_do_not_leave_out_a_mechanism_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StrategyError, match="sound has passes and no agent"):
        AgentMarket(spec_of(Sound, monkeypatch))
    other = type("Mine", (Sound,), {"agent": f"{__name__}.Own"})
    with pytest.raises(StrategyError, match="Own is no subclass"):
        AgentMarket(spec_of(other, monkeypatch))


def test_policies_and_numbers_of_one_s_own_are_set_by_path(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = spec_of(Sound, monkeypatch)
    policy = override(spec, {"firms.0.relationship.own.sound.size": 3})
    assert policy.firms[0].relationship.own == {"sound": {"size": 3}}
    registry.check(policy)
    with pytest.raises(StrategyError, match=r"mechanisms\.own\.0\.size: unknown key"):
        registry.check(override(spec, {"mechanisms.own.0.size": 3}))
    alone = override(starter(), {"firms.0.relationship.own.sound": {}})
    for look in (registry.build, lambda spec: check_strategies(spec, "mine")):
        with pytest.raises(StrategyError, match="no mechanism of that name is on"):
            look(alone)
