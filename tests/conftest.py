"""Settings of all tests."""

from collections.abc import Iterator

import hypothesis
import pytest

from relsim import own_code

# No deadline, because the first call of a rule compiles it; the same examples in every run.
hypothesis.settings.register_profile("relsim", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("relsim")


@pytest.fixture(autouse=True)
def _nothing_allowed(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Start every test with no code of one's own allowed, nor remembered from anybody."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.getbasetemp() / "state"))
    yield
    own_code._state["everything"] = False
    own_code._modules.clear()
    own_code._places.clear()
