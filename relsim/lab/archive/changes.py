"""Whether strategies of the user's own are still those with which runs were finished."""

from collections.abc import Iterable, Iterator

from relsim.errors import OutputError, StrategyError
from relsim.lab.archive.own_code import code_of
from relsim.lab.archive.store import Store
from relsim.lab.runs.executors import Crew
from relsim.lab.runs.study import Study
from relsim.own_code import MAIN, is_found, module_of

_OWN_CODE = "own_code"


def check_own_code(study: Study, store: Store, *, accept: bool) -> None:
    """Check that no strategy of the user's own has changed since the experiment was begun.

    Parameters
    ----------
    study, store
        The experiment and its folder.
    accept : bool
        Whether a change is accepted, as by those who have mended what failed.

    Raises
    ------
    OutputError
        If one has changed, and runs that are finished would be mixed with others.
    """
    before, now = store.journal.noted(_OWN_CODE), own_code(study)
    if before == now:
        return
    finished, failed, _ = store.journal.counted()
    if finished > failed and not accept:
        names = ", ".join(item.partition("=")[0] for item in now.split())
        raise OutputError(
            f"{store.shown}: the code of {names or 'strategies'} has changed since runs were "
            "finished: --retry-failed keeps these and goes on with the new code, another --out "
            "begins anew"
        )
    store.journal.note(_OWN_CODE, now)


def own_code(study: Study) -> str:
    """Return a hash of all strategies of the user's own in an experiment; empty if there are none.

    Parameters
    ----------
    study : Study
        The experiment.
    """
    return " ".join(
        f"{kind}={code}" for kind in sorted(set(_kinds(study))) if (code := _code(kind))
    )


def modules(study: Study) -> tuple[str, ...]:
    """Return the modules of the strategies of the user's own in an experiment.

    Parameters
    ----------
    study : Study
        The experiment.
    """
    kinds = (item.partition("=")[0] for item in own_code(study).split())
    return tuple(sorted({module_of(kind) for kind in kinds}))


def check_workers(study: Study, crew: Crew) -> None:
    """Check that workers which are processes of their own can have all strategies.

    Parameters
    ----------
    study : Study
        The experiment.
    crew : Crew
        Who works.

    Raises
    ------
    StrategyError
        If one is defined where they do not look.
    """
    if not crew.elsewhere:
        return
    for module in modules(study):
        if not is_found(module, study.paths):
            where = "the program itself" if module == MAIN else f"{module!r}, which has no file"
            raise StrategyError(
                f"{study.name}: a strategy is defined in {where}, where workers that are other "
                "processes do not find it: write it into a module of its own, or run with one "
                "process (--executor serial or threads)"
            )


def _code(kind: str) -> str:
    try:
        return code_of(kind)
    except StrategyError:  # a text that only looks like a path to a class
        return ""


def _kinds(study: Study) -> Iterator[str]:
    for market in study.markets:
        yield from (firm.strategy.kind for firm in market.firms)
    for values in study.spec.arms.values():
        yield from _kinds_among(values.items())
    for name in study.factors:
        levels = study.design[name]
        if levels.dtype == object:
            texts = {value for value in levels if isinstance(value, str)}
            yield from _kinds_among((name, text) for text in texts)


def _kinds_among(values: Iterable[tuple[str, object]]) -> Iterator[str]:
    for _, value in values:
        kind = value.get("kind") if isinstance(value, dict) else value
        if isinstance(kind, str) and "." in kind:
            yield kind
