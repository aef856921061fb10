"""How the files of relsim may know each other: in one direction, and never in a circle."""

import ast
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest

import relsim
from relsim import provenance

PACKAGE = Path(relsim.__file__).resolve().parent
FILES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
}


def imported(text: str, modules: frozenset[str]) -> Iterator[str]:
    """Yield the modules that a file imports: at its head, within functions, for types alone."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            named = [name if name in modules else node.module for name in inside]
        else:
            continue
        yield from (name for name in named if name in modules)


def graph_of(texts: dict[str, str]) -> nx.DiGraph:
    graph: nx.DiGraph = nx.DiGraph()
    modules = frozenset(texts)
    for module, text in texts.items():
        graph.add_node(module)
        graph.add_edges_from((module, other) for other in imported(text, modules))
    return graph


def circles(texts: dict[str, str]) -> list[list[str]]:
    graph = graph_of(texts)
    loops = {module for module in graph if graph.has_edge(module, module)}
    found = (sorted(some) for some in nx.strongly_connected_components(graph))
    return sorted(some for some in found if len(some) > 1 or loops & {*some})


TEXTS = {name: path.read_text("utf-8") for name, path in FILES.items()}
ABOVE = ("relsim.cli", "relsim.report", "relsim.notebook")
WALLS = {
    "relsim.customers.rules": ("relsim.spec", "relsim.firms", "relsim.market", "relsim.lab"),
    "relsim.economics": ("relsim.spec", "relsim.customers", "relsim.firms", "relsim.market"),
    "relsim.spec": ("relsim.customers", "relsim.firms", "relsim.market", "relsim.lab"),
    "relsim.market": (
        "relsim.agents",
        "relsim.fork",
        "relsim.lab",
        "relsim.claims",
        "relsim.calibration",
        *ABOVE,
    ),
    "relsim.lab": ("relsim.claims", "relsim.calibration", *ABOVE),
    "relsim.calibration": ("relsim.claims", *ABOVE),
    "relsim.claims": ("relsim.calibration", *ABOVE),
}
"""Which part of relsim must not know which others, by whatever way."""


def within(module: str, *parts: str) -> bool:
    return any(module == part or module.startswith(f"{part}.") for part in parts)


def test_no_file_waits_for_itself() -> None:
    assert circles(TEXTS) == []


@pytest.mark.parametrize("part", WALLS)
def test_walls(part: str) -> None:
    graph = graph_of(TEXTS)
    mine = [module for module in graph if within(module, part)]
    assert mine
    for module in mine:
        known = nx.descendants(graph, module)
        assert [other for other in known if within(other, *WALLS[part])] == [], module


@pytest.mark.parametrize(
    "back",
    [
        "from p import a",
        "import p.a",
        "def f():\n    from p.a import x",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p.a import x",
    ],
)
def test_every_kind_of_import_counts(back: str) -> None:
    line = {"p": "", "p.a": "from p.b import y", "p.b": "from p.c import z", "p.c": ""}
    assert circles(line) == []
    assert circles({**line, "p.c": back}) == [["p.a", "p.b", "p.c"]]


def test_what_is_said_to_have_no_effect_is_there() -> None:
    for name in provenance._WITHOUT_EFFECT:
        assert (PACKAGE / name).exists(), name
