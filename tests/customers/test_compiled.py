"""Machine code is never older than its source."""

import re
from pathlib import Path

import relsim
from relsim.customers.compiled import COMPILED_ELSEWHERE

ROOT = Path(relsim.__file__).parent
COMPILES = re.compile(r"^@(loop|rule)$|= (loop|rule)\(", re.MULTILINE)


def test_every_file_from_which_something_is_compiled_is_in_the_hash() -> None:
    compiled = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if COMPILES.search(path.read_text())
    }
    elsewhere = {name for name in compiled if not name.startswith("customers/")}
    assert elsewhere
    assert elsewhere <= set(COMPILED_ELSEWHERE)
    assert all((ROOT / name).is_file() for name in COMPILED_ELSEWHERE)
