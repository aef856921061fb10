"""All keys that a config may have, and the values that one has, those of strategies included."""

from collections.abc import Iterator, Mapping

from relsim.firms.strategies import BUILT_IN, build
from relsim.spec import MarketSpec
from relsim.spec.explain import Entry, Value, entries, values
from relsim.spec.paths import value_at


def known() -> list[Entry]:
    """Return all keys: of configs, and of the strategies that come with relsim."""
    found = list(entries())
    for name, kind in BUILT_IN.items():
        path = f"strategy.{name}"
        found.append(Entry(path, kind.meaning(), "-", "keys", None, "-", section=True))
        found += entries(kind, f"{path}.")
    return found


def spec_values(spec: MarketSpec, said: Mapping[str, str] | None = None) -> list[Value]:
    """Return every value of a spec, the parameters of its strategies included.

    Parameters
    ----------
    spec : MarketSpec
        The spec.
    said : mapping, optional
        The config's comments by path.
    """
    by_path = {entry.path: entry for entry in entries()}
    found = []
    for value in values(spec, by_path, said=said):
        found.append(value)
        if value.entry.path == "firms.strategy.kind":
            found += _parameters(spec, value, said)
    return found


def _parameters(spec: MarketSpec, kind: Value, said: Mapping[str, str] | None) -> Iterator[Value]:
    where = kind.path.removesuffix(".kind")
    strategy = build(value_at(spec, where), where)
    own = entries(type(strategy), "firms.strategy.")
    yield from values(strategy, {entry.path: entry for entry in own}, f"{where}.", said)
