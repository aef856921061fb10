"""Where results come from: config, random numbers, versions, machine, time."""

import contextlib
import dataclasses
import functools
import hashlib
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from relsim.spec import MarketSpec, spec_hash
from relsim.version import __version__

_LIBRARIES = ("numpy", "scipy", "numba", "mesa", "pandas", "pyarrow")
_PACKAGE = Path(__file__).resolve().parent
_WITHOUT_EFFECT = (
    "report",
    "cli",
    "claims",
    "agents/story.py",
    "notebook.py",
    "testing.py",
    "output.py",
    "records.py",
)
"""Files and folders of the package that change no result."""


@dataclasses.dataclass(frozen=True)
class Identity:
    """What a run's results depend on."""

    spec_hash: str
    seed: int

    def folder_name(self, config: str) -> str:
        """Return the name of the folder for the results.

        Examples
        --------
        >>> Identity("1a2b3c4d5e6f7a8b", 1).folder_name("configs/telecom.yaml")
        'telecom-1a2b3c4d-1'
        """
        return f"{Path(config).stem}-{self.spec_hash[:8]}-{self.seed}"


def identity(spec: MarketSpec) -> Identity:
    """Return what identifies a run of a spec.

    Raises
    ------
    EdgeListError
        If the file of its network cannot be read.
    """
    return Identity(spec_hash(spec), spec.run.seed)


class Clock:
    """When a run started, and the seconds of its phases."""

    def __init__(self) -> None:
        self.started = datetime.now(UTC)
        self.seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Measure a phase."""
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 3)


def command() -> list[str]:
    """Return the command line, without the folders of this machine."""
    return ["relsim", *(_without_folder(word) for word in sys.argv[1:])]


def _without_folder(word: str) -> str:
    """Return a word of a command line; of a file named by its whole path, its name.

    Examples
    --------
    >>> _without_folder("/home/somebody/mine.yaml"), _without_folder("--out=a/b")
    ('mine.yaml', '--out=a/b')
    """
    option, equals, value = word.rpartition("=")
    return f"{option}{equals}{Path(value).name if Path(value).is_absolute() else value}"


def manifest(
    spec: MarketSpec, run: Identity, clock: Clock, *, command: Sequence[str], **more: Any
) -> dict[str, Any]:
    """Return all that is worth knowing about a run besides its tables.

    Parameters
    ----------
    spec : MarketSpec
        The config with everything filled in.
    run : Identity
        Its hash and seed.
    clock : Clock
        What took how long.
    command : sequence of str
        The command line.
    **more
        Anything else: engine, threads.
    """
    return {
        "relsim": __version__,
        "spec_hash": run.spec_hash,
        "seed": run.seed,
        "replication": spec.run.replication,
        **more,
        "command": list(command),
        "started": clock.started.isoformat(timespec="seconds"),
        "seconds": clock.seconds,
        "versions": versions(),
        "git": checkout(),
        "machine": machine(),
        "spec": spec.model_dump(mode="json"),
    }


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that numbers depend on."""
    libraries = {name: importlib.metadata.version(name) for name in _LIBRARIES}
    return {"python": platform.python_version(), "relsim": __version__, **libraries}


@functools.cache
def code_version() -> str:
    """Return a short hash of all code that results depend on, versions of libraries included.

    Reports, stories and the command line are not part of it.
    """
    digest = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*.py")):
        inside = path.relative_to(_PACKAGE)
        if not any(inside.is_relative_to(name) for name in _WITHOUT_EFFECT):
            digest.update(inside.as_posix().encode() + b"\0" + path.read_bytes())
    for name in ("numpy", "scipy", "numba"):
        digest.update(f"{name} {importlib.metadata.version(name)}\n".encode())
    return digest.hexdigest()[:16]


def machine() -> dict[str, Any]:
    """Return what computed the results."""
    return {
        "platform": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
    }


def _processor() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def checkout() -> dict[str, Any] | None:
    """Return the commit of relsim's checkout and whether files differ from it, if there is one."""
    root = _PACKAGE.parent
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        return None
    commit, state = (
        _ask(git, root, *words) for words in (("rev-parse", "HEAD"), ("status", "--porcelain"))
    )
    return None if commit is None else {"commit": commit.strip(), "dirty": bool(state)}


def _ask(git: str, root: Path, *words: str) -> str | None:
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    try:
        done = subprocess.run(  # noqa: S603  # git as found on the path, with fixed words
            [git, "-C", str(root), *words],
            capture_output=True,
            text=True,
            env=environment,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout
