"""Calibration gets back the numbers that moments were made with, and says what they do not tell."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from relsim.calibration import Calibration, Free, Target, Window, calibrate, simulated
from relsim.errors import RelsimError, SpecError
from relsim.spec import override, starter

HAZARD, SERVICE = "mechanisms.reconsider.base_hazard", "firms.*.service_cost"
UNSEEN = "firms.*.data.half_at"
SPEC = override(starter(), {"market.customers": 5_000})
WINDOW = Window(4, 16)
TRUTH = {HAZARD: 0.12, SERVICE: 7.0}
FREE = (
    Free(HAZARD, 0.02, 0.6, "log"),
    Free(SERVICE, 1.0, 20.0),
    Free(UNSEEN, 0.05, 5.0, "log"),
)


def known_targets() -> list[Target]:
    """Return moments that the model itself made, with other random numbers than the fit's."""
    names = ("churn", "cost_to_serve", "survival_1")
    true = override(SPEC, {**TRUTH, "run.seed": 77})
    found = simulated(true, [(name, None) for name in names], replications=6, window=WINDOW)[0]
    return [
        Target(name, float(column.mean()), float(column.std(ddof=1)))
        for name, column in zip(names, found.T, strict=True)
    ]


def fitted(**more: Any) -> Calibration:
    settings: Mapping[str, Any] = {"replications": 4, "held_out": 4, "steps": 6} | more
    return calibrate(SPEC, FREE, known_targets(), window=WINDOW, **settings)


@pytest.fixture(scope="module")
def found() -> Calibration:
    return fitted()


def test_numbers_come_back(found: Calibration) -> None:
    hazard, service, _ = found.numbers
    assert service.value == pytest.approx(TRUTH[SERVICE], rel=0.05)
    assert hazard.value_from < TRUTH[HAZARD] < hazard.value_to
    assert hazard.start == pytest.approx(SPEC.mechanisms.reconsider.base_hazard)
    assert hazard.identified
    assert service.identified


def test_a_number_that_no_moment_sees_is_said(found: Calibration) -> None:
    assert found.not_identified == [UNSEEN]
    assert [list(one) for one in found.unknown] == [[UNSEEN]]
    assert found.numbers[2].learned == 0.0
    assert found.numbers[2].value == found.numbers[2].start
    assert found.singular_values[-1] == 0.0
    assert [row[2] for row in found.slopes] == [0.0] * 3


def test_other_random_numbers_check_the_fit(found: Calibration) -> None:
    for one in found.moments:
        assert abs(one.residual) < 2.0
        assert abs(one.held_out_residual) < 3.0
        assert one.held_out != one.simulated
    assert found.degrees == 1


def test_what_is_found_is_plain(found: Calibration) -> None:
    assert json.loads(json.dumps(found.plain()))["seed"] == SPEC.run.seed
    assert found.values == {one.path: one.value for one in found.numbers}
    assert {firm.service_cost for firm in found.apply(SPEC).firms} == {found.numbers[1].value}
    assert found.moment_table["moment"].tolist() == ["churn", "cost_to_serve", "survival_1"]
    assert found.number_table["path"].tolist() == [one.path for one in FREE]


def test_same_bytes_for_any_workers() -> None:
    told: list[tuple[int, int]] = []
    alone = fitted(steps=1, each=lambda done, most: told.append((done, most)))
    together = fitted(steps=1, workers=2, executor="threads")
    assert json.dumps(alone.plain()) == json.dumps(together.plain())
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == alone.runs
    assert all(done <= most for done, most in told)


def test_a_moment_that_is_not_defined_at_the_start_is_said() -> None:
    never = override(SPEC, {"firms.*.strategy.budget_share": 0.0, "market.customers": 50})
    target = Target("acquisition_elasticity_short", 0.1, 0.1)
    with pytest.raises(RelsimError, match="acquisition_elasticity_short: not defined"):
        calibrate(never, FREE[:1], [target], replications=2, window=Window(0, 1))


@pytest.mark.parametrize(
    ("free", "targets", "words"),
    [
        ([Free("firms.*.prise", 1.0, 2.0)], [Target("churn", 0.1, 0.1)], "did you mean 'price'"),
        ([], [Target("churn", 0.1, 0.1)], "given no free numbers"),
        ([FREE[0]], [], "given no targets"),
        ([FREE[0]], [Target("churn", 0.1, 0.1)] * 2, "churn: given as a target twice"),
        (
            [Free("firms.0.price", 1.0, 2.0), Free("firms.*.price", 1.0, 2.0)],
            [Target("churn", 0.1, 0.1)],
            r"firms\.\*\.price: sets what firms.0.price sets too",
        ),
        ([Free("firms.0.price", -1.0, 2.0)], [Target("churn", 0.1, 0.1)], "firms.0.price"),
        ([FREE[0]], [Target("churn", 0.1, 0.1, "Atack")], "did you mean 'Attack'"),
        (["x"], [Target("churn", 0.1, 0.1)], "free: given 'x', allowed: Free"),
        (FREE[0], [Target("churn", 0.1, 0.1)], "allowed: list or tuple"),
        ([FREE[0]], ["churn"], "targets: given 'churn', allowed: Target"),
        ([Free("market.customers", 100, 300)], [Target("churn", 0.1, 0.1)], "whole number"),
        ([Free("run.seed", 1, 3)], [Target("churn", 0.1, 0.1)], "whole number"),
        (
            [Free("mechanisms.awareness.decay", 0.1, 0.6)],
            [Target("churn", 0.1, 0.1)],
            "mechanisms.awareness is off in this market",
        ),
    ],
)
def test_bad_input_is_said(free: Any, targets: Any, words: str) -> None:
    with pytest.raises(SpecError, match=words):
        calibrate(SPEC, free, targets)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Free("a", 2.0, 1.0), "a: low: given 2, allowed: less than high, 1"),
        (lambda: Free("a", 0.0, 1.0, "log"), "a: low: given 0, allowed on a log scale: above 0"),
        (lambda: Free("a", float("nan"), 1.0), "a: low: given nan, allowed: a finite number"),
        (lambda: Free("a", 1.0, 2.0, "logarithm"), "a: scale: given 'logarithm'"),  # type: ignore[arg-type]
        (lambda: Target("churn", 0.1, 0.0), "churn: error: given 0, allowed: above 0"),
        (lambda: Target("chrun", 0.1, 0.1), "did you mean 'churn'"),
        (lambda: Window(-1), "window: skipped: given -1"),
        (lambda: Free("a", 1.0, 2.0, also="b"), "a: also: given 'b', allowed: list or tuple"),  # type: ignore[arg-type]
        (lambda: Target(None, 0.1, 0.1), "moment: given nothing, allowed: str"),  # type: ignore[arg-type]
        (lambda: Target("churn", 0.1, 1e-320), "churn: error: given 9.99989e-321, allowed: at le"),
        (
            lambda: calibrate(SPEC, FREE, [Target("churn", 0.1, 0.1)], window=(1, 3)),  # type: ignore[arg-type]
            "window: given",
        ),
        (
            lambda: calibrate(SPEC, FREE, [Target("churn", 0.1, 0.1)], journal=3),  # type: ignore[arg-type]
            "journal: given 3, allowed: str or Path",
        ),
    ],
)
def test_bad_numbers_and_targets_are_said(make: Any, words: str) -> None:
    with pytest.raises(SpecError, match=words):
        make()


def test_numbers_of_numpy_are_numbers() -> None:
    one = Free("a", np.int64(0), np.float32(0.5))  # type: ignore[arg-type]
    assert (one.value(0.0), one.value(1.0)) == (0.0, 0.5)
    assert Window(np.int64(1), np.int64(2)).months == 2  # type: ignore[arg-type]


def test_places_go_from_low_to_high() -> None:
    for one in (Free("a", 2.0, 8.0), Free("a", 2.0, 8.0, "log")):
        assert [one.value(place) for place in (0.0, 1.0)] == pytest.approx([2.0, 8.0])
        assert [one.place(one.value(x)) for x in np.linspace(0, 1, 5)] == pytest.approx(
            np.linspace(0, 1, 5)
        )
        assert (one.place(1.0), one.place(9.0)) == (0.0, 1.0)
