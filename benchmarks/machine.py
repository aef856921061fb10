"""What the numbers were measured on."""

import dataclasses
import os
import platform
from pathlib import Path

import llvmlite.binding as llvm
import numba

_WIDE = ("sse4.2", "avx", "avx2", "fma", "avx512f", "neon", "sve")


@dataclasses.dataclass(frozen=True)
class Machine:
    """The machine: what its processor is called and can do, and the versions that matter."""

    processor: str
    cores: int
    vector_units: tuple[str, ...]
    load: float | None  # runnable processes, mean of the last minute
    system: str
    python: str
    numba: str

    def describe(self) -> str:
        """Return it in a line or two."""
        units = ", ".join(self.vector_units) or "no known vector units"
        load = "" if self.load is None else f"; load {self.load:.1f}"
        return (
            f"{self.processor}: {self.cores} cores, {units}{load}\n"
            f"{self.system}, Python {self.python}, numba {self.numba}"
        )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    marketed = names[0] if names else platform.processor() or platform.machine()
    return f"{marketed} ({llvm.get_host_cpu_name()})"


def this_machine() -> Machine:
    """Return what can be read about this machine."""
    features = llvm.get_host_cpu_features()
    usable = getattr(os, "sched_getaffinity", None)
    return Machine(
        processor=_processor(),
        cores=len(usable(0)) if usable else os.cpu_count() or 1,
        vector_units=tuple(name for name in _WIDE if features.get(name)),
        load=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        numba=numba.__version__,
    )


def available_memory() -> float:
    """Return bytes of memory that can be had; infinite where it cannot be read."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return float("inf")
    sizes = [line.split()[1] for line in lines if line.startswith("MemAvailable")]
    return float(sizes[0]) * 1024.0 if sizes else float("inf")
