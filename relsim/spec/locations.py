"""Where configs lie: those of the user, and those that come with relsim."""

import difflib
from pathlib import Path

from relsim.errors import SpecError

_PACKAGE = Path(__file__).resolve().parent.parent
_CALLED = {"markets": "config", "experiments": "experiment", "claims": "claim"}
_COMMANDS = {
    "markets": "relsim run",
    "experiments": "relsim experiment",
    "claims": "relsim claim",
}


def shipped_folder() -> Path:
    """Return the folder of the configs that come with relsim."""
    inside = _PACKAGE / "configs"  # an installed wheel
    return inside if inside.is_dir() else _PACKAGE.parent / "configs"  # a checkout


def shipped(kind: str = "markets") -> dict[str, Path]:
    """Return the configs of a kind that come with relsim: name to file."""
    return {path.stem: path for path in sorted((shipped_folder() / kind).glob("*.yaml"))}


_LONGEST = 1000  # letters of a path


def locate(name: str, folder: Path, kind: str = "markets") -> Path:
    """Return the file that a name means: a path from ``folder``, else a config of relsim's.

    Parameters
    ----------
    name : str
        As the user gave it.
    folder : Path
        Where relative paths start.
    kind : str
        Among which configs of relsim's it is looked for: markets, experiments, claims.

    Raises
    ------
    SpecError
        If there is no such file.
    """
    if "\0" in name or len(name) > _LONGEST:
        raise SpecError(f"{name[:60]!r}: given as the name of a file, which no file can have")
    path = folder / name
    if path.is_file():
        return path
    known = shipped(kind)
    if name in known:
        return known[name]
    for other, command in _COMMANDS.items():
        if other != kind and name in shipped(other):
            raise SpecError(f"{name}: is one of the {other} of relsim; {command} {name} takes it")
    if path.is_dir():
        raise SpecError(f"{name}: given a folder, allowed: a YAML file")
    near = [str(item) for item in _beside(path)]
    close = difflib.get_close_matches(Path(name).name, [*near, *known], n=1)
    hint = (
        f"; did you mean {close[0]!r}?" if close else f"; relsim has {', '.join(known) or 'none'}"
    )
    raise SpecError(f"{name}: no such {_CALLED[kind]}{hint}")


def _beside(path: Path) -> list[str]:
    try:
        return [item.name for item in path.parent.glob("*.yaml")]
    except OSError:
        return []
