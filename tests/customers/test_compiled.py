"""Machine code is never older than its source."""

import re
from pathlib import Path

import relsim
from relsim.customers.compiled import COMPILED_ELSEWHERE
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
    elsewhere = {name for name in compiled if not name.startswith("customers/")}
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
