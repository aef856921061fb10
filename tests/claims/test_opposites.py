"""What a card says that shows the opposite does show it: in a quick look, the answer turns."""

from pathlib import Path

import pytest

from relsim.claims.conducting import Way, investigate
from relsim.claims.reading import read_claim, shipped_claims
from relsim.claims.varying import Variation


@pytest.mark.parametrize("name", shipped_claims())
def test_the_opposite_is_seen(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relsim.claims.conducting._check", lambda *_, **__: None)
    opposite = read_claim(name).spec.opposite
    assert opposite is not None
    region = read_claim(name).readings[opposite.reading].region
    means = []
    for folder, settings in (("as-it-is", {}), ("opposite", opposite.settings)):
        variation = Variation((opposite.reading,), settings)
        claim = read_claim(name, quick=True, variation=variation)
        (answered,) = investigate([claim], Way(tmp_path / folder, quick=True))
        means.append(answered.judged[0].verdict.effect)
    before, after = region.holds(means)
    assert before != after, means
