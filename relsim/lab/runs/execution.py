"""An experiment run into a folder, or gone on with: what the command line and Python share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from relsim.lab.archive.changes import check_own_code
from relsim.lab.archive.folder import Finished, opened
from relsim.lab.archive.results import write_manifest, write_tables
from relsim.lab.archive.store import Store
from relsim.lab.config import read_experiment
from relsim.lab.runs.rounds import Conduct, conduct, shape_of
from relsim.lab.runs.study import Study
from relsim.provenance import Clock, command


@dataclass(frozen=True)
class Hooks:
    """What somebody wants to do while an experiment is run; none of it changes a result.

    Attributes
    ----------
    prepare : callable
        Called with the open store before the first run.
    phase : callable
        Told what begins.
    draw : callable
        Called with the open store after the tables were written.
    finish : callable
        Called with the open store at the very end.
    """

    prepare: Callable[[Store], None] = field(default=lambda _: None)
    phase: Callable[[str], None] = field(default=lambda _: None)
    draw: Callable[[Store], None] = field(default=lambda _: None)
    finish: Callable[[Store], None] = field(default=lambda _: None)


def run_study(
    study: Study,
    out: str | Path,
    how: Callable[[Store], Conduct],
    hooks: Hooks | None = None,
    *,
    accept: bool = False,
) -> None:
    """Run a study into a folder; what was finished there is gone on with.

    Parameters
    ----------
    study : Study
        What to run.
    out : str or Path
        The folder.
    how : callable
        Who does the work, as the open store has it.
    hooks : Hooks, optional
        What is done besides.
    accept : bool
        Whether strategies of one's own may have changed since runs were finished.

    Raises
    ------
    RelsimError
        If results cannot be kept, or the folder holds something else.
    """
    clock, hooks = Clock(), hooks or Hooks()
    with Store(out, study.key, shape_of(study)) as store:
        store.save(study.saved())
        check_own_code(study, store, accept=accept)
        hooks.prepare(store)
        doing = how(store)
        hooks.phase("running")
        with clock.phase("run"):
            conduct(study, store, doing)
        hooks.phase("writing tables")
        write_tables(study, store)
        hooks.phase("drawing figures")
        hooks.draw(store)
        crew = doing.crew
        write_manifest(study, store, clock, command(), executor=crew.kind, workers=crew.workers)
        hooks.finish(store)


def run_experiment(
    config: str | Path,
    out: str | Path,
    overrides: Mapping[str, Any] | None = None,
    how: Conduct | None = None,
) -> Finished:
    """Run the experiment of a config into a folder; what was finished there is gone on with.

    Parameters
    ----------
    config : str or Path
        A YAML file, or the name of an experiment that comes with relsim.
    out : str or Path
        The folder.
    overrides : mapping, optional
        Dotted path in the experiment to value: ``{"replication.minimum": 4}``.
    how : Conduct, optional
        Who does the work: ``Conduct(Crew("processes", 2))``, or ``Crew("own", 8, own=executor)``
        for any executor; this process alone unless said.

    Returns
    -------
    Finished
        Its tables: ``runs()``, and files in ``folder``.

    Raises
    ------
    RelsimError
        If the config is not sound, or results cannot be kept.

    Examples
    --------
    >>> import tempfile
    >>> small = {"settings.market.customers": 60, "design.points": 1, "replication.minimum": 2}
    >>> with tempfile.TemporaryDirectory() as place:
    ...     finished = run_experiment("offence_defence", Path(place, "out"), small)
    ...     len(finished.runs()), sorted(finished.study.arms)
    (12, ['defensive', 'offensive'])
    """
    study = Study.of(read_experiment(config, overrides))
    run_study(study, out, lambda _: how or Conduct())
    return opened(out)
