"""Rules, draws and traits give the same bits compiled and as plain Python.

Run as a program, this file calls each of them and writes what comes out to the last bit.
"""

import importlib
import inspect
import os
import pkgutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

import numpy as np

from relsim.customers import arithmetic, columns, draws, newcomers, quantiles, rules, traits

CALLS = 60


def all_rules() -> Iterator[tuple[str, Callable[..., Any]]]:
    for file in pkgutil.iter_modules(rules.__path__):
        module = importlib.import_module(f"{rules.__name__}.{file.name}")
        for name, rule in inspect.getmembers(module, callable):
            if getattr(rule, "__module__", "") == module.__name__:
                yield f"{file.name}.{name}", rule


def write(name: str, *numbers: Any) -> None:
    sys.stdout.write(" ".join([name, *(float(x).hex() for x in numbers)]) + "\n")


def write_rules(noise: np.random.Generator) -> None:
    for name, rule in all_rules():
        parameters = len(inspect.signature(rule).parameters)
        # Chances, shares, small counts and log-odds alike may lie in this range.
        for numbers in noise.uniform(0.001, 0.999, (CALLS, parameters)).tolist():
            write(name, rule(*numbers))


def write_arithmetic(noise: np.random.Generator) -> None:
    for x in noise.uniform(-700.0, 700.0, 10 * CALLS).tolist():
        write("exp", arithmetic.exp(x), arithmetic.expit(x), arithmetic.log(abs(x)))


def write_draws(noise: np.random.Generator) -> None:
    for i, (seed, replication, month, purpose) in enumerate(noise.integers(0, 2**32, (CALLS, 4))):
        stream = draws.random_stream(int(seed) << 20, int(replication))
        for word in draws.words(stream, i, int(month), int(purpose)):
            of_64_bits = np.uint64(word)
            write("draw", word, draws.uniform(of_64_bits), *draws.coarse_and_fine(of_64_bits))


def write_traits() -> None:
    table = np.array([quantiles.gamma_table(3.0, 0.7), quantiles.beta_table(0.4, 3.0)])
    customers = columns.allocate(CALLS)
    tables = newcomers.TraitTables(np.array([0.4, 1.0]), np.array([table] * len(traits.TRAITS)))
    newcomers.draw_all_traits(customers, tables, draws.random_stream(5), 0)
    for name, column in customers._asdict().items():
        write(name, *column)


def outcome(*, compiled: bool) -> list[str]:
    environment = {
        **os.environ,
        "NUMBA_DISABLE_JIT": "0" if compiled else "1",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    done = subprocess.run(
        [sys.executable, __file__], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_compiled_and_plain_give_the_same_bits() -> None:
    compiled, plain = outcome(compiled=True), outcome(compiled=False)
    assert (compiled[0], plain[0]) == ("compiled", "plain")
    assert len(compiled) > 2000
    assert compiled[1:] == plain[1:]


if __name__ == "__main__":
    write("plain" if isinstance(arithmetic.exp, FunctionType) else "compiled")
    generator = np.random.default_rng(1)
    write_rules(generator)
    write_arithmetic(generator)
    write_draws(generator)
    write_traits()
