"""Machine code is never older than its source."""

import os
import re
import subprocess
import sys
from pathlib import Path

import relsim
from relsim.customers.compiled import COMPILED_ELSEWHERE, COMPILED_FOLDERS
from relsim.firms import worth

ROOT = Path(relsim.__file__).parent
DECORATED = re.compile(r"^@(loop|rule)$", re.MULTILINE)
IMPORTS = re.compile(r"^from relsim\.((?:firms|economics)[\w.]*) import", re.MULTILINE)
NOT_COMPILED = {"firms/firm.py", "firms/plan.py"}
"""What a file with compiled code imports for its Python alone."""


def test_every_file_from_which_something_is_compiled_is_in_the_hash() -> None:
    compiled = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if DECORATED.search(path.read_text())
    }
    elsewhere = {name for name in compiled if name.partition("/")[0] not in COMPILED_FOLDERS}
    assert elsewhere
    assert elsewhere <= set(COMPILED_ELSEWHERE)
    assert all((ROOT / name).is_file() for name in COMPILED_ELSEWHERE)


def test_what_those_files_take_from_others_is_in_the_hash_too() -> None:
    for name in COMPILED_ELSEWHERE:
        taken = IMPORTS.findall((ROOT / name).read_text())
        files = {f"{module.replace('.', '/')}.py" for module in taken} - {"firms.py"}
        assert files - NOT_COMPILED <= set(COMPILED_ELSEWHERE), name


def test_what_is_compiled_under_another_name_is_in_the_hash() -> None:
    plain = getattr(worth._rung_values, "py_func", worth._rung_values)
    file = Path(plain.__code__.co_filename)
    assert file.relative_to(ROOT).as_posix() in COMPILED_ELSEWHERE


CALL = (
    "from relsim.customers.rules.response import spend_response; "
    "print(spend_response(0.5, 1.0, 2.0))"
)


def called(**environment: str) -> "subprocess.CompletedProcess[str]":
    """Compile a rule, or take it from where it is kept, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", CALL],
        env={**os.environ, "NUMBA_DISABLE_JIT": "0", "PYTHONPATH": str(ROOT.parent), **environment},
        capture_output=True,
        text=True,
        check=True,
    )


def test_damaged_code_is_made_anew_and_said_once(tmp_path: Path) -> None:
    first = called(NUMBA_CACHE_DIR=str(tmp_path))
    kept = [path for path in tmp_path.rglob("response.spend_response-*") if path.is_file()]
    assert {path.suffix for path in kept} == {".nbi", ".nbc"}
    for path in kept:
        data = path.read_bytes()
        for damaged in (data[: len(data) // 2], b"", data[:-40] + b"x" + data[-39:]):
            path.write_bytes(damaged)
            again = called(NUMBA_CACHE_DIR=str(tmp_path))
            assert again.stdout == first.stdout
            assert again.stderr == f"relsim: compiled code in {path} was damaged: it is made anew\n"
            assert path.read_bytes() != damaged
        after = called(NUMBA_CACHE_DIR=str(tmp_path))
        assert (after.stdout, after.stderr) == (first.stdout, "")


def test_where_nothing_can_be_kept_one_folder_of_the_user_s_is_used(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "tmp").mkdir()
    place = {"NUMBA_CACHE_DIR": str(tmp_path / "file"), "TMPDIR": str(tmp_path / "tmp")}
    first, second = called(**place), called(**place)
    assert first.stdout == second.stdout
    assert "compiled code cannot be kept in" in first.stderr
    assert second.stderr == ""
    assert len(list((tmp_path / "tmp").iterdir())) == 1
