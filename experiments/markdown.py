"""Markdown that several documents are made of."""

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    r"""Return a table in Markdown.

    Examples
    --------
    >>> print(table(["a", "b"], [[1, "x | y"]]))
    | a | b |
    |---|---|
    | 1 | x \| y |
    """
    cells = [list(heads), ["---"] * len(heads), *([_cell(c) for c in row] for row in rows)]
    head, rule, *body = ["| " + " | ".join(row) + " |" for row in cells]
    return "\n".join([head, rule.replace(" ", ""), *body])


def _cell(value: object) -> str:
    return str(value).replace("|", r"\|").replace("\n", " ")
