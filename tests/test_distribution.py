"""The distribution that is built: its name, and that a wheel holds all that the command needs."""

import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def test_the_distribution_has_a_name_of_its_own() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] == "relsim-abm"
    assert list(project["scripts"]) == ["relsim"]
    for said in ("README.md", "CITATION.cff"):
        assert "relsim-abm" in (ROOT / said).read_text(encoding="utf-8")


@pytest.mark.slow
def test_an_installed_wheel_finds_its_configs(tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("relsim_abm-*.whl")
    # Libraries are those of this environment; only relsim itself is installed afresh.
    venv.create(tmp_path / "fresh", with_pip=False)
    (site,) = (tmp_path / "fresh").rglob("site-packages")
    install = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "-q"]
    subprocess.run([*install, "--target", str(site), str(wheel)], check=True, capture_output=True)
    script = (
        f"import sys; sys.path.insert(0, {str(site)!r})\n"
        "import relsim, importlib.metadata as m\n"
        "assert m.version('relsim-abm') == relsim.__version__\n"
        "print(relsim.__file__, len(relsim.load('telecom').firms))"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout
    assert told.startswith(str(site))
    assert int(told.split()[-1]) > 1
