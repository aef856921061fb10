"""What relsim wrote about its results, read again: checked, and held against the files' hashes.

Manifests are read as data of strangers: a folder of results travels, and whoever opens it did not
write it.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictStr

from relsim.errors import OutputError, SpecError
from relsim.spec.validation import checked

MANIFEST = "manifest.json"


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or not path.parts:
        raise ValueError("allowed: the name of a file inside the folder")
    return name


Name = Annotated[StrictStr, AfterValidator(_inside)]
Hash = Annotated[StrictStr, Field(pattern="^[0-9a-f]{64}$")]


class Record(BaseModel):
    """A file of JSON that relsim wrote; what it does not need is not looked at."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False)


class Chapter(Record):
    """From which month on a market was simulated under which spec."""

    month: int = Field(ge=1)
    spec: dict[str, Any]


class Fork(Record):
    """How a fork began: its month, and the chapters of its market, or the spec before it."""

    at: int = Field(ge=1)
    spec: dict[str, Any] | None = None
    chapters: list[Chapter] | None = None


class RunManifest(Record):
    """The manifest of a run, a fork or a story."""

    relsim: StrictStr
    spec_hash: StrictStr
    seed: int
    files: dict[Name, Hash]
    engine: StrictStr = "compiled"
    replication: int = 0
    config: StrictStr = ""
    spec: dict[str, Any] | None = None
    forked: Fork | None = None
    command: list[StrictStr] = []


class ExperimentManifest(Record):
    """The manifest of a finished experiment."""

    relsim: StrictStr
    code: StrictStr
    title: StrictStr
    runs: int
    failed: int
    warm_up: int
    seed: int
    started: StrictStr
    command: list[StrictStr]
    versions: dict[StrictStr, StrictStr]
    files: dict[Name, Hash]


class Provenance(Record):
    """Where the results of a claim come from."""

    relsim: StrictStr
    code: StrictStr
    started: StrictStr
    git: dict[str, Any] | None = None


class FactorTold(Record):
    """A factor of a reading, as a card tells it."""

    key: StrictStr
    name: StrictStr | None
    relative: StrictBool


class ExperimentTold(Record):
    """The experiment of a reading, as a card tells it."""

    levers: list[FactorTold] = []
    uncertainties: list[FactorTold] = []


class ReadingTold(Record):
    """A reading, as a card tells it."""

    notes: StrictStr | None = None
    untestable: StrictStr | None = None
    experiment: ExperimentTold | None = None


class SourceTold(Record):
    """Who says a claim."""

    citation: StrictStr
    standing: Literal["seen", "as commonly quoted", "computed"]


class AssumptionTold(Record):
    """What the model assumes, and which side that favours."""

    favours: Literal["claim", "against"]
    text: StrictStr


class OppositeTold(Record):
    """What would show the opposite."""

    text: StrictStr
    reading: StrictStr
    settings: dict[StrictStr, Any]


class FrontierTold(Record):
    """Of what a claim has a map."""

    reading: StrictStr
    x: StrictStr
    y: StrictStr


class ClaimTold(Record):
    """A claim, as its card tells it: results of an earlier relsim may hold other keys besides."""

    id: StrictStr
    title: StrictStr
    statement: StrictStr
    in_short: StrictStr
    source: SourceTold
    against: list[StrictStr]
    assumptions: list[AssumptionTold]
    questions: list[StrictStr]
    readings: dict[StrictStr, ReadingTold]
    opposite: OppositeTold | None = None
    frontier: FrontierTold | None = None


class ComparisonTold(Record):
    """A published number beside the market's."""

    reading: StrictStr
    what: StrictStr
    source: StrictStr
    published: float
    unit: StrictStr
    measure: StrictStr
    markets: list[StrictStr] = []
    model: float | None
    low: float | None
    high: float | None


class ClaimRecord(Record):
    """The results of a claim, as its card needs them."""

    claim: ClaimTold
    provenance: Provenance
    quick: StrictBool
    file: StrictStr
    tried: StrictStr
    comparisons: list[ComparisonTold] = []
    files: dict[Name, Hash] = {}


_Record = TypeVar("_Record", bound=Record)


def read_record(path: Path, kind: type[_Record]) -> dict[str, Any]:
    """Return the content of a file that relsim wrote.

    Parameters
    ----------
    path : Path
        The file.
    kind : type
        What it should hold.

    Raises
    ------
    OutputError
        In one sentence, if it cannot be read or is not what relsim writes.
    """
    data = read_json(path)
    try:
        checked(kind, data, str(path))
    except SpecError as error:
        fault = str(error).splitlines()[0].removeprefix(f"{path}: ")
        raise OutputError(
            f"{path}: cannot be read, being damaged or of another version of relsim: {fault}"
        ) from None
    return data


def read_json(path: Path) -> dict[str, Any]:
    """Return the mapping that a file of JSON holds.

    Raises
    ------
    OutputError
        In one sentence, if it cannot be read or holds something else.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refused)
    except OSError as error:
        raise OutputError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())[:120]
        raise OutputError(f"{path}: cannot be read: it is no JSON ({reason})") from None
    if not isinstance(data, dict):
        raise OutputError(f"{path}: cannot be read: it holds no mapping")
    return data


def _refused(word: str) -> float:
    raise ValueError(f"{word} is no number")


# Hashes -------------------------------------------------------------------------------------


def sha256(path: Path) -> str:
    """Return the SHA-256 hash of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def altered(folder: Path, files: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the files that are not as they were written, and what became of them.

    Parameters
    ----------
    folder : Path
        Where they are.
    files : mapping
        SHA-256 hashes by name, as a manifest has them.
    """
    for name, digest in files.items():
        path = folder / name
        try:
            if sha256(path) != digest:
                yield name, "was changed after relsim wrote it"
        except FileNotFoundError:
            yield name, "is missing"
        except OSError as error:
            yield name, f"cannot be read: {error.strerror or error}"


def check_unaltered(folder: Path, files: Mapping[str, str], record: str = MANIFEST) -> None:
    """Check that files are as relsim wrote them.

    Parameters
    ----------
    folder : Path
        Where they are.
    files : mapping
        SHA-256 hashes by name.
    record : str
        The file that the hashes are from.

    Raises
    ------
    OutputError
        Naming the first that is not.
    """
    for name, why in altered(folder, files):
        hint = "" if why.startswith("cannot") else f" (its hash is in {record})"
        raise OutputError(f"{folder / name}: {why}{hint}; make the results anew")
