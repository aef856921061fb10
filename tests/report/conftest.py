"""What is written on a figure, and whether it can be read."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.text import Text


def collisions(figure: Figure) -> list[str]:
    """Return texts that leave the figure, and pairs that stand on each other."""
    figure.draw_without_rendering()
    texts = figure.findobj(Text, include_self=False)
    seen = [text for text in texts if text.get_visible() and text.get_text().strip()]
    boxes = np.array([Text.get_window_extent(text).extents for text in seen])
    low, high = boxes[:, :2], boxes[:, 2:]
    outside = np.any((low < 0.0) | (high > figure.bbox.size), axis=1)
    faults = [f"{seen[k].get_text()!r} leaves the figure" for k in np.flatnonzero(outside)]
    common = np.minimum(high[:, None], high) - np.maximum(low[:, None], low)
    over = np.triu((common[..., 0] > 1.0) & (common[..., 1] > 2.5), k=1)
    pairs = ((seen[a].get_text(), seen[b].get_text()) for a, b in np.argwhere(over))
    return faults + [f"{one!r} stands on {other!r}" for one, other in pairs]


def said(figure: Figure) -> str:
    """Return all that is written on a figure."""
    return "\n".join(text.get_text() for text in figure.findobj(Text, include_self=False))
