"""The page of all claims: one file, readable offline, on paper, on a phone and by ear."""

import math
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from relsim.claims.verdict import CONFIDENCE, LEAST, MOST
from relsim.errors import OutputError
from relsim.lab.archive.store import write_whole
from relsim.report.claims.cards import Card, card
from relsim.report.claims.results import read_all
from relsim.report.claims.words import LOOKS, SHARE

PAGE = "index.html"
_TEMPLATES = Path(__file__).parent / "templates"


def write_page(folder: str | Path) -> Path:
    """Write the page of all claims whose results are in a folder, and the figures of each.

    Parameters
    ----------
    folder : str or Path
        Holds a folder for each claim, with ``claim.json``, ``verdicts.csv`` and ``points.csv``.

    Returns
    -------
    Path
        The page, ``index.html``: the same bytes for the same results. Figures are written beside
        the tables of their claim, as SVG.

    Raises
    ------
    OutputError
        If there are no results, they are damaged, or nothing can be written.
    """
    folder = Path(folder)
    cards = [card(results) for results in read_all(folder)]
    page = folder / PAGE
    try:
        for each in cards:
            for picture in each.pictures:
                svg = (picture.svg + "\n").encode()
                write_whole(folder / each.name / f"{picture.name}.svg", svg)
        write_whole(page, html(cards).encode())
    except OSError as error:
        raise OutputError(f"{page}: cannot be written: {error.strerror or error}") from error
    return page


def html(cards: list[Card]) -> str:
    """Return the page of some cards."""
    templates = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return templates.get_template("page.html").render(
        cards=cards,
        looks=LOOKS,
        confidence=f"{SHARE.exact(CONFIDENCE)}%",
        most=f"{SHARE.exact(MOST)}%",
        least=f"{SHARE.exact(LEAST)}%",
        known=math.isfinite,
    )
