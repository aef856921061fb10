"""Figures as markup that stands within a page: ids of their own, and words for who cannot see."""

import io
import re
from xml.etree import ElementTree

from matplotlib.figure import Figure

from relsim.report.style import drawing

_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_SVG = "http://www.w3.org/2000/svg"


def svg_of(figure: Figure, name: str, title: str, description: str) -> str:
    """Return a figure as an SVG element that may stand in a page among others.

    Parameters
    ----------
    figure : Figure
        The figure.
    name : str
        Begins all ids in it: unique in the page.
    title, description : str
        What is read out: what it is, and what it shows.

    Returns
    -------
    str
        The element, a file of its own as well; the same text for the same figure.
    """
    buffer = io.BytesIO()
    with drawing():
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    root = ElementTree.fromstring(buffer.getvalue())  # noqa: S314  # drawn here, two lines above
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        attributes = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
        element.attrib.clear()
        element.attrib.update({key: _own(key, value, name) for key, value in attributes.items()})
    for metadata in root.findall("metadata"):
        root.remove(metadata)
    for size in ("width", "height"):
        root.attrib.pop(size)
    root.attrib |= {
        "xmlns": _SVG,
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-description",
    }
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        what = "title" if tag == "title" else "description"
        words = ElementTree.Element(tag, {"id": f"{name}-{what}"})
        words.text = text
        root.insert(place, words)
    return ElementTree.tostring(root, encoding="unicode")


def _own(key: str, value: str, name: str) -> str:
    """Return the value of an attribute in which every id begins with a name."""
    if key == "id":
        return f"{name}-{value}"
    if key == "href" and value.startswith("#"):
        return f"#{name}-{value[1:]}"
    return _REFERENCE.sub(rf"url(#{name}-\1)", value)
