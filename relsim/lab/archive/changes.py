"""Whether strategies of the user's own are still those with which runs were finished."""

from collections.abc import Iterator

from relsim.errors import OutputError
from relsim.lab.archive.own_code import codes_of, kinds_among, modules_of
from relsim.lab.archive.store import Store
from relsim.lab.runs.study import Study
from relsim.own_class import kinds_in

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
    return " ".join(f"{kind}={code}" for kind, code in codes_of(_kinds(study)).items())


def modules(study: Study) -> tuple[str, ...]:
    """Return the modules of the strategies of the user's own in an experiment.

    Parameters
    ----------
    study : Study
        The experiment.
    """
    return modules_of(_kinds(study))


def _kinds(study: Study) -> Iterator[str]:
    for market in study.markets:
        yield from kinds_in(market)
    for values in study.spec.arms.values():
        yield from kinds_among(values.items())
    for name in study.factors:
        levels = study.design[name]
        if levels.dtype == object:
            texts = {value for value in levels if isinstance(value, str)}
            yield from kinds_among((name, text) for text in texts)
