"""Code that a config names: not run unasked, kept with results, and the same elsewhere."""

import json
import py_compile
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import relsim
from relsim import own_code
from relsim.errors import RelsimError, StrategyError
from relsim.firms.plan import check
from relsim.firms.strategies import find
from relsim.lab.runs.execution import run_experiment
from relsim.lab.runs.executors import Crew, check_main
from relsim.lab.runs.rounds import Conduct
from tests.cli.conftest import Invoke, environment, here, invoke, spawn, start
from tests.lab.conftest import write

__all__ = ["here", "invoke"]

MINE = """
import relsim
from pathlib import Path

Path("proof").write_text("this code was run")


class Mine(relsim.Strategy):
    '''Do nothing.'''

    def plan(self, view):
        return relsim.Plan()
"""
SMALL = {"settings.market.customers": 60, "design.points": 1, "replication.minimum": 1}


@pytest.fixture
def mine(here: Path) -> Iterator[Path]:
    """Return a config beside a module whose import leaves a proof."""
    (here / "mine_own.py").write_text(MINE)
    change = {"extends": "telecom", "set": {"firms.1.strategy": {"kind": "mine_own.Mine"}}}
    (here / "mine.yaml").write_text(json.dumps(change))
    yield here / "mine.yaml"
    sys.modules.pop("mine_own", None)


def forget() -> None:
    """Be as a process that is started anew."""
    sys.modules.pop("mine_own", None)
    own_code._places.clear()
    own_code._modules.clear()


COMMANDS = (
    ("validate", "mine.yaml"),
    ("explain", "mine.yaml"),
    ("run", "mine.yaml", "--customers", 60, "--months", 2, "--no-figures", "--out", "out"),
    ("solve", "mine.yaml", "--for", "firms.0.price", "--until", "profit@Keeper=0"),
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_nothing_is_run_unasked(
    invoke: Invoke, here: Path, mine: Path, command: tuple[object, ...]
) -> None:
    done = invoke(*command)
    assert not (here / "proof").exists()
    if command[0] != "explain":
        assert done.exit_code == 2
        assert "'mine_own' is code that comes with the config (mine_own.py)" in done.stderr
        assert "--allow-code" in done.stderr


def test_what_was_allowed_is_not_asked_about_again(
    invoke: Invoke, here: Path, mine: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert invoke("validate", "mine.yaml", "--allow-code").exit_code == 0
    forget()
    assert invoke("validate", "mine.yaml").exit_code == 0
    forget()
    (here / "mine_own.py").write_text(MINE + "\n# otherwise\n")
    assert invoke("validate", "mine.yaml").exit_code == 2
    # The same file elsewhere is another's.
    other = tmp_path_factory.mktemp("other")
    (other / "mine_own.py").write_text(MINE)
    shutil.copy(mine, other / "mine.yaml")
    forget()
    (here / "mine_own.py").unlink()
    assert invoke("validate", other / "mine.yaml").exit_code == 2


def test_what_it_imports_from_beside_is_remembered_with_it(
    invoke: Invoke, here: Path, mine: Path
) -> None:
    (here / "mine_own.py").write_text("import mine_helper\n" + MINE)
    (here / "mine_helper.py").write_text("")
    assert invoke("validate", "mine.yaml", "--allow-code").exit_code == 0
    forget()
    sys.modules.pop("mine_helper")
    assert invoke("validate", "mine.yaml").exit_code == 0
    forget()
    sys.modules.pop("mine_helper")
    (here / "mine_helper.py").write_text("raise SystemExit('ran')")
    done = invoke("validate", "mine.yaml")
    assert done.exit_code == 2
    assert "--allow-code" in done.stderr


def test_compiled_files_beside_a_source_are_not_run(invoke: Invoke, here: Path, mine: Path) -> None:
    assert invoke("validate", "mine.yaml", "--allow-code").exit_code == 0
    forget()
    source = here / "mine_own.py"
    innocent = source.read_text()
    source.write_text("raise SystemExit('the compiled file ran')\n")
    compiled = here / "__pycache__" / f"mine_own.{sys.implementation.cache_tag}.pyc"
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(str(source), str(compiled), invalidation_mode=mode)
    source.write_text(innocent)
    done = invoke("validate", "mine.yaml")
    assert done.exit_code == 0, done.stderr


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("venv.__main__.X", "allowed: a module of your own"),
        ("json.tool.main", "'json' is Python's own"),
        ("antigravity.X", "'antigravity' is Python's own"),
        ("relsim.cli.__main__.main", "allowed: a module of your own"),
        ("no such.Thing", "allowed: a module of your own"),
        ("nowhere.Thing", "'nowhere' cannot be imported: there is no such module"),
        ("os.path.join", "'os' is Python's own"),
    ],
)
def test_what_is_never_code_of_one_s_own(kind: str, said: str) -> None:
    with own_code.allowing(True), pytest.raises(StrategyError, match=said):
        find(kind, "here")


def test_code_travels_with_results(invoke: Invoke, here: Path, mine: Path) -> None:
    command = ("run", "mine.yaml", "--customers", 60, "--months", 3, "--no-figures", "--allow-code")
    assert invoke(*command, "--out", here / "out").exit_code == 0
    assert (here / "out" / "code" / "mine_own.py").read_text() == MINE
    assert str(here) not in (here / "out" / "manifest.json").read_text()
    (here / "mine_own.py").unlink()
    (here / "proof").unlink()
    forget()
    # Whoever made it is not asked again; a stranger is.
    assert invoke("story", "out", "--customer", 1).exit_code == 0
    (here / "proof").unlink()
    forget()
    (here / "out").rename(here / "carried")
    done = invoke("story", "carried", "--customer", 1)
    assert done.exit_code == 2
    assert "--allow-code" in done.stderr
    assert not (here / "proof").exists()
    assert invoke("story", "carried", "--customer", 1, "--allow-code").exit_code == 0


def experiment(here: Path) -> None:
    strategy = {"kind": "mine_own.Mine"}
    settings = {"market.customers": 60, "run.months": 2, "firms.0.strategy": strategy}
    arms = {"a": {}, "b": {"firms.0.price": 40.0}}
    write(here, {"settings": settings, "arms": arms, "levers": None})


def test_reproduce_says_that_it_could_not_be_run(invoke: Invoke, here: Path, mine: Path) -> None:
    experiment(here)
    command = ("experiment", "tiny.yaml", "--executor", "serial", "--no-figures", "--allow-code")
    assert invoke(*command, "--out", "out", "--crate").exit_code == 0
    crate = json.loads((here / "out" / "ro-crate-metadata.json").read_text())
    assert "code/mine_own.py" in {part["@id"] for part in crate["@graph"]}
    for name in ("manifest.json", "experiment.json", "ro-crate-metadata.json"):
        assert str(here) not in (here / "out" / name).read_text(), name
    (here / "mine_own.py").unlink()
    forget()
    assert invoke("reproduce", "out", "--runs", 2).exit_code == 0
    shutil.rmtree(here / "out" / "code")
    forget()
    done = invoke("reproduce", "out", "--runs", 2)
    assert done.exit_code == 3, done.output
    assert "could not be run again" in done.stdout
    assert done.stdout.splitlines()[-1] == "Could not be run again, so that nothing can be said."


def test_workers_elsewhere_cannot_have_what_has_no_file(here: Path, mine: Path) -> None:
    (here / "proof").touch()
    module = type(sys)("mine_own")
    exec(MINE, module.__dict__)
    sys.modules["mine_own"] = module
    experiment(here)
    config, out = here / "tiny.yaml", here / "out"
    (here / "mine_own.py").unlink()
    with pytest.raises(StrategyError, match=r"'mine_own', which has no file.*--executor"):
        run_experiment(config, out, SMALL, Conduct(Crew("processes", 2)))
    assert len(run_experiment(config, out, SMALL).runs()) == 2


PROGRAM = """
import relsim
from relsim.lab.runs.rounds import Conduct
from relsim.lab.runs.executors import Crew
from relsim.lab.runs.execution import run_experiment

class Mine(relsim.Strategy):
    '''Do nothing.'''

    def plan(self, view):
        return relsim.Plan()

{start}
"""


def test_a_strategy_of_the_program_itself(here: Path, mine: Path) -> None:
    """As in a notebook: with one process it runs, with several it is refused at once."""
    experiment(here)
    text = (here / "tiny.yaml").read_text().replace("mine_own.Mine", "__main__.Mine")
    (here / "tiny.yaml").write_text(text)
    start = f"found = run_experiment('tiny.yaml', 'out', {SMALL}, Conduct(Crew('KIND', 2)))"
    for kind, code in (("processes", 1), ("threads", 0)):
        words = PROGRAM.format(start=start.replace("KIND", kind))
        done = python("-c", words, folder=here)
        assert done.returncode == code, done.stderr
        assert ("is defined in the program itself" in done.stderr) == bool(code)


def test_processes_without_a_guard_are_refused(here: Path) -> None:
    start = f"run_experiment('offence_defence', 'out', {SMALL}, Conduct(Crew('processes', 2)))"
    (here / "plain.py").write_text(PROGRAM.format(start=start))
    done = python("plain.py", folder=here)
    assert done.returncode == 1
    assert "plain.py, line 13: starts processes" in done.stderr.splitlines()[-1]
    guarded = f"if __name__ == '__main__':\n    {start}\n    print('done')"
    (here / "guarded.py").write_text(PROGRAM.format(start=guarded))
    done = python("guarded.py", folder=here)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


def python(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


HANGS = """
import time
import relsim


class Mine(relsim.Strategy):
    '''Hang.'''

    def plan(self, view):
        {how}
        return relsim.Plan()
"""


@pytest.mark.parametrize("how", ["while True: pass", "time.sleep(600.0)"])
@pytest.mark.parametrize("executor", ["serial", "threads", "processes"])
def test_what_hangs_is_stopped(here: Path, how: str, executor: str) -> None:
    if executor == "threads" and "sleep" in how:
        pytest.skip("one call of a library's cannot be stopped in a thread")
    (here / "mine_own.py").write_text(HANGS.format(how=how))
    experiment(here)
    done = spawn(
        "experiment", "tiny.yaml", "--executor", executor, "--no-figures", "--allow-code",
        "--time-limit", 0.4, "--set", "replication.minimum=1", "--set", "design.points=1",
        "--out", "out", folder=here,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    words = "TimeExceeded: it took longer than the 0.4 s that a run may take"
    assert words in done.stderr.splitlines()[-1]


@pytest.mark.skipif(sys.platform == "win32", reason="there Ctrl-C reaches a whole console")
@pytest.mark.parametrize("how", ["while True: pass", "time.sleep(600.0)"])
@pytest.mark.parametrize("executor", ["serial", "threads"])
def test_ctrl_c_ends_what_hangs(here: Path, how: str, executor: str) -> None:
    (here / "mine_own.py").write_text(
        HANGS.format(how=f'open("proof", "w").close()\n        {how}')
    )
    experiment(here)
    words = ("experiment", "tiny.yaml", "--executor", executor, "--no-figures", "--allow-code",
             "--out", "out", "--time-limit", 0)  # fmt: skip
    with subprocess.Popen(
        start(*words), cwd=here, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            wait_for(here / "proof")
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=30) == 130
        finally:
            process.kill()


def wait_for(path: Path) -> None:
    for _ in range(600):
        if path.exists():
            return
        time.sleep(0.1)
    raise AssertionError(path)


def test_main_of_the_tests_is_guarded() -> None:
    check_main()


def test_numbers_of_numpy_are_numbers() -> None:
    plan = relsim.Plan(data=np.float32(0.5), recovery=np.int64(2), retention=list(np.ones(4)))  # type: ignore[arg-type]
    checked = check(plan, 100.0, "here")
    assert checked == relsim.Plan(data=0.5, recovery=2, retention=(1.0,) * 4)
    assert {type(value) for value in checked.retention} == {float}
    with pytest.raises(RelsimError, match="retention: given 3"):
        check(relsim.Plan(retention=3), 100.0, "here")  # type: ignore[arg-type]
