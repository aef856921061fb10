"""What a shell offers when the tab key is pressed."""

from pathlib import Path

from relsim.cli.lists import LISTS

# Imported only when a shell asks, and then no more than the answer needs.
# ruff: noqa: PLC0415


def configs(incomplete: str) -> list[str]:
    """Return configs of relsim's and YAML files that begin like this."""
    return _named("markets", incomplete)


def experiments(incomplete: str) -> list[str]:
    """Return experiments of relsim's and YAML files that begin like this."""
    return _named("experiments", incomplete)


def claims(incomplete: str) -> list[str]:
    """Return claims of relsim's and YAML files that begin like this."""
    return _named("claims", incomplete)


def _named(kind: str, incomplete: str) -> list[str]:
    from relsim.spec.locations import shipped

    names = [name for name in shipped(kind) if name.startswith(incomplete)]
    return names + _files(incomplete)


def _files(incomplete: str) -> list[str]:
    folder, _, start = incomplete.rpartition("/")
    shown = f"{folder}/" if "/" in incomplete else ""
    try:
        here = sorted(Path(shown or ".").iterdir())
    except OSError:
        return []
    found = [item for item in here if item.name.startswith(start) and item.name[0] != "."]
    files = [f"{shown}{item.name}" for item in found if item.suffix in (".yaml", ".yml")]
    return files + [f"{shown}{item.name}/" for item in found if item.is_dir()]


def keys(incomplete: str) -> list[str]:
    """Return keys, strategies and configs that begin like this."""
    if incomplete.startswith("strategy"):  # strategies take a second to import
        from relsim.cli.keys import known

        found = known()
    else:
        from relsim.spec.explain import entries

        found = list(entries())
    paths = [entry.path for entry in found if entry.path.startswith(incomplete)]
    return paths + configs(incomplete)


def lists(incomplete: str) -> list[str]:
    """Return what ``relsim list`` can list."""
    return [name for name in LISTS if name.startswith(incomplete)]
