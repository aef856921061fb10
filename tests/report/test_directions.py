"""Names that run from right to left stand in sentences that run from left to right."""

import numpy as np
import numpy.typing as npt
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from relsim.report import run_figures as report
from relsim.report.style import BODY, drawing, fit, plain, width, wrapped
from tests.report.conftest import collisions, said
from tests.report.test_run_figures import a_run

PERSIAN, ARABIC = "ایرانسل همراه", "اتصالات"
OPEN, CLOSE, LEFT_TO_RIGHT = "\u2068", "\u2069", "\u200e"


def pixels(text: str) -> npt.NDArray[np.uint8]:
    """Return a text as it is drawn."""
    with drawing():
        figure = Figure(figsize=(5.0, 0.5))
        figure.text(0.02, 0.3, text)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()  # type: ignore[no-untyped-call]  # of matplotlib
        drawn = canvas.buffer_rgba()  # type: ignore[no-untyped-call]  # the same
        return np.array(drawn)


@pytest.mark.parametrize("name", [PERSIAN, ARABIC])
@pytest.mark.parametrize("rest", [": 24.2% (n = 5,300)", ": 1,234", ": −12.5 (low −3)"])
def test_a_sentence_with_such_a_name_keeps_its_order(name: str, rest: str) -> None:
    # Marks of direction say by other means what isolates say.
    wanted = pixels(f"{LEFT_TO_RIGHT}{name}{LEFT_TO_RIGHT}{rest}")
    assert np.array_equal(pixels(plain(name) + rest), wanted)
    two = f"{plain(PERSIAN)}, {plain(ARABIC)}: 7"
    assert np.array_equal(
        pixels(two), pixels(f"{LEFT_TO_RIGHT}{PERSIAN}{LEFT_TO_RIGHT}, {ARABIC}{LEFT_TO_RIGHT}: 7")
    )


def test_letters_are_joined_and_run_from_right_to_left() -> None:
    """Older versions of matplotlib draw them one by one, mirrored."""
    assert width("ب", BODY) * 3.0 > 1.3 * width("ببب", BODY)  # joined letters are narrower
    mirrored = pixels(f"\u202d{PERSIAN}\u202c")  # told to run from left to right
    assert not np.array_equal(pixels(PERSIAN), mirrored)


def test_names_of_other_letters_stay_as_they_are() -> None:
    assert [plain(name) for name in ("Keeper", "顧客", "Zürich")] == ["Keeper", "顧客", "Zürich"]
    assert plain(plain(PERSIAN)) == plain(PERSIAN) == f"{OPEN}{PERSIAN}{CLOSE}"


def test_every_line_and_every_cut_name_closes_what_it_opens() -> None:
    lines = wrapped(f"One {plain(' '.join([PERSIAN] * 8))} two", BODY, 1.5)
    assert len(lines) > 3
    cut = fit(plain(PERSIAN), BODY, 0.5)
    assert "…" in cut
    for text in (*lines, cut):
        assert text.count(OPEN) == text.count(CLOSE)
    assert lines[1].startswith(OPEN)
    assert wrapped(f"One {plain(PERSIAN)} two", BODY, 9.0) == [f"One {OPEN}{PERSIAN}{CLOSE} two"]


def test_figures_with_such_names_hold_them_whole() -> None:
    drawn = report.figures(*a_run(names=(PERSIAN, ARABIC, "Keeper")), [(6, "جنگ قیمت")])
    for name, figure in drawn.items():
        assert f"{OPEN}{PERSIAN}{CLOSE}" in said(figure), name
        with drawing():
            assert collisions(figure) == [], name
