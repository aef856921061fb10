"""Every command of the README does what it says."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands(start: str) -> list[str]:
    """Return the commands of the README's shell blocks that begin with a word."""
    blocks = re.findall(r"```(?:sh)?\n(.*?)```", README, flags=re.DOTALL)
    lines = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith(start)]


def test_relsim_commands(tmp_path: Path) -> None:
    lines = commands("relsim ")
    assert len(lines) >= 6
    for line in lines:
        done = subprocess.run(
            [sys.executable, "-m", "relsim.cli", *shlex.split(line)[1:]],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stderr}"
    for folder in ("attack-that-defends", "mine"):
        assert (tmp_path / folder / "market.parquet").is_file()


def test_make_has_the_targets() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for line in commands("make "):
        assert re.search(rf"^{line.split()[1]}:", makefile, flags=re.MULTILINE), line


def test_the_lines_without_make_are_those_of_make() -> None:
    """What Windows users are told to do is what make does, put in their words."""
    makefile = (ROOT / "Makefile").read_text()
    lines = commands(r".venv\Scripts")
    assert any('pip install -e ".[dev]"' in line for line in lines)
    assert "relsim run configs/markets/telecom.yaml" in makefile
    assert any("relsim run configs/markets/telecom.yaml" in line for line in lines)
    assert "pytest -n 2" in makefile
    assert any("pytest -n 2" in line for line in lines)


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", README))
def test_links_lead_somewhere(link: str) -> None:
    assert (ROOT / link).exists()
