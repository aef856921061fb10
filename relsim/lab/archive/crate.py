"""An experiment described for archives, as an RO-Crate: its files, and what made them."""

import importlib
from datetime import datetime
from pathlib import Path
from typing import Any

from relsim.errors import RelsimError
from relsim.lab.archive.folder import Finished
from relsim.lab.archive.results import DESIGN, EFFECTS, FAILURES, REPLICATIONS, RUNS, SENSITIVITY
from relsim.lab.archive.store import STUDY
from relsim.records import MANIFEST

CRATE = "ro-crate-metadata.json"
_NAMES = {
    RUNS: "One row a run: design point, arm, replication, outcomes",
    DESIGN: "Design points",
    EFFECTS: "Paired effects of the treatments, with intervals",
    REPLICATIONS: "Replications, and the precision that they reached",
    SENSITIVITY: "What moves the outcomes",
    FAILURES: "Runs that failed, and why",
    STUDY: "The experiment with everything filled in",
    MANIFEST: "Versions, machine, timing and hashes",
}
_FORMATS = {
    ".parquet": "application/vnd.apache.parquet",
    ".csv": "text/csv",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}


def write_crate(finished: Finished) -> Path:
    """Write the RO-Crate metadata of a finished experiment into its folder.

    Soiland-Reyes et al. (2022), "Packaging research artefacts with RO-Crate", Data Science 5:2.

    Parameters
    ----------
    finished : Finished
        The experiment.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    RelsimError
        If the library that writes it is not installed.
    """
    try:
        library = importlib.import_module("rocrate.rocrate")
        entities = importlib.import_module("rocrate.model")
    except ImportError:
        raise RelsimError(
            "--crate: rocrate is not installed; pip install 'relsim[crate]' brings it"
        ) from None
    about = finished.manifest
    crate = library.ROCrate()
    crate.name = about["title"]
    crate.description = finished.study.spec.notes or about["title"]
    crate.datePublished = datetime.fromisoformat(about["started"])
    files = [_add(crate, finished.folder, name) for name in (*about["files"], MANIFEST)]
    tool = crate.add(
        entities.SoftwareApplication(
            crate, "#relsim", properties={"name": "relsim", "softwareVersion": about["relsim"]}
        )
    )
    crate.add_action(
        instrument=tool,
        identifier="#run",
        result=files,
        properties={
            "name": " ".join(about["command"]),
            "startTime": about["started"],
            "description": f"{about['runs']} runs, seed {about['seed']}, code {about['code']}",
        },
    )
    crate.metadata.write(finished.folder)
    return finished.folder / CRATE


def _add(crate: Any, folder: Path, name: str) -> Any:
    properties = {
        "name": _NAMES.get(name, name),
        "encodingFormat": _FORMATS.get(Path(name).suffix, "application/octet-stream"),
    }
    return crate.add_file(folder / name, dest_path=name, properties=properties)
