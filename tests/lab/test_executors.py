"""A crew that stays together."""

import os

from relsim.lab.executors import StandingCrew, standing


def _die() -> None:
    os._exit(1)


def test_a_crew_stays_from_one_experiment_to_the_next_and_is_replaced_when_it_died() -> None:
    with standing("processes", 1) as crew:
        with crew.at_work() as executor:
            first = executor.submit(os.getpid).result()
        with crew.at_work() as executor:
            assert executor.submit(os.getpid).result() == first != os.getpid()
            assert executor.submit(_die).exception() is not None
        with crew.at_work() as executor:
            assert executor.submit(os.getpid).result() not in (first, os.getpid())


def test_a_crew_is_dismissed_at_the_end() -> None:
    with standing("threads", 2) as crew, crew.at_work() as executor:
        assert executor.submit(int).result() == 0
    assert isinstance(crew, StandingCrew)
    assert crew.can_restart
