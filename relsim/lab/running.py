"""An experiment from Python: run, or gone on with, in one call."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from relsim.lab.conducting import Conduct, conduct, shape_of
from relsim.lab.finishing import write_manifest, write_tables
from relsim.lab.opening import Finished, opened
from relsim.lab.reading import read_experiment
from relsim.lab.store import Store
from relsim.lab.study import Study
from relsim.provenance import Clock, command


def run_experiment(
    config: str | Path,
    out: str | Path,
    overrides: Mapping[str, Any] | None = None,
    how: Conduct | None = None,
) -> Finished:
    """Run an experiment into a folder; what was finished there is gone on with.

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
    clock, how = Clock(), how or Conduct()
    study = Study.of(read_experiment(config, overrides))
    with Store(out, study.key, shape_of(study)) as store:
        store.save(study.saved())
        with clock.phase("run"):
            conduct(study, store, how)
        write_tables(study, store)
        crew = how.crew
        write_manifest(study, store, clock, command(), executor=crew.kind, workers=crew.workers)
    return opened(out)
