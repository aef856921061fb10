"""From what stands on a command line to a spec."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from relsim.errors import SpecError
from relsim.loader import load
from relsim.own_code import look_in
from relsim.spec import MarketSpec, override, parse_assignment
from relsim.spec.locations import locate


def spec_of(
    config: str, assignments: Sequence[str] = (), options: Mapping[str, Any] | None = None
) -> MarketSpec:
    """Return the spec of a config with ``--set KEY=VALUE`` and options laid over it.

    Parameters
    ----------
    config : str
        A file or the name of a config that comes with relsim.
    assignments : sequence of str
        ``KEY=VALUE`` each.
    options : mapping, optional
        Option to its key and value, such as ``{"--seed": ("run.seed", 3)}``; None = not given.

    Raises
    ------
    RelsimError
        If something of it is not sound.
    """
    look_beside(config)
    spec = load(config, dict(assignment(text) for text in assignments))
    for option, (key, value) in (options or {}).items():
        if value is not None:
            spec = override(spec, {key: value}, option)
    return spec


def assignment(text: str) -> tuple[str, Any]:
    """Return the key and the value of ``KEY=VALUE``.

    Raises
    ------
    SpecError
        If it is none.
    """
    try:
        return parse_assignment(text)
    except SpecError as error:
        raise SpecError(f"--set: {error}") from None


def look_beside(config: str) -> None:
    """Let ``kind: mymodule.MyStrategy`` find modules beside the config and where the user is.

    Finding is not running: :mod:`relsim.own_code` says what may be run. They come last, so that a
    file of the user's never takes the place of a library's.
    """
    folders = [Path.cwd()]
    path = Path(config)
    if path.is_file():
        folders.insert(0, locate(config, Path.cwd()).resolve().parent)
    look_in(folders)
