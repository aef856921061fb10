"""What a shell offers when the tab key is pressed."""

from pathlib import Path

LISTS = ("configs", "strategies", "mechanisms")
"""What ``relsim list`` can list."""


def configs(incomplete: str) -> list[str]:
    """Return configs of relsim's and YAML files that begin like this."""
    from relsim.spec.locating import shipped  # noqa: PLC0415  # only when a shell asks

    names = [name for name in shipped() if name.startswith(incomplete)]
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
    """Return keys, and configs, that begin like this."""
    from relsim.spec.explain import entries  # noqa: PLC0415  # only when a shell asks

    paths = [entry.path for entry in entries()]
    return [path for path in paths if path.startswith(incomplete)] + configs(incomplete)


def lists(incomplete: str) -> list[str]:
    """Return what ``relsim list`` can list."""
    return [name for name in LISTS if name.startswith(incomplete)]
