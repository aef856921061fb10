"""Dotted paths: what is read is what was set, in specs and in nested data alike."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relsim.errors import SpecError
from relsim.spec import override, starter
from relsim.spec.paths import (
    covers,
    found,
    joined,
    overwrites,
    parts,
    plain,
    put,
    split_first,
    split_last,
    under,
    value_at,
)

KEYS = st.text("abc_", min_size=1, max_size=3)
NESTED = st.recursive(
    st.integers(),
    lambda inner: st.dictionaries(KEYS, inner, max_size=3) | st.lists(inner, max_size=3),
    max_leaves=12,
)
PATHS = st.lists(st.sampled_from(["a", "b", "0", "1", "*"]), min_size=1, max_size=4).map(joined)


def leaves(data: Any, path: str = "") -> dict[str, Any]:
    """Return all that is not nested, by path, the plain way."""
    inside = data.items() if isinstance(data, dict) else enumerate(data)
    gathered: dict[str, Any] = {}
    for key, value in inside:
        here = f"{path}.{key}" if path else str(key)
        gathered |= leaves(value, here) if isinstance(value, dict | list) else {here: value}
    return gathered


@given(st.dictionaries(KEYS, NESTED, max_size=3))
def test_every_leaf_is_found_at_its_path_and_nowhere_else(data: dict[str, Any]) -> None:
    for path, value in leaves(data).items():
        assert list(found(data, path)) == [(path, value)]
        assert value_at(data, path) == value
        assert list(found(data, f"{path}.a")) == []


@given(st.dictionaries(KEYS, NESTED, max_size=3), st.integers(), st.data())
def test_setting_changes_what_is_there_and_nothing_else(
    data: dict[str, Any], value: int, which: st.DataObject
) -> None:
    before = leaves(data)
    path = which.draw(st.sampled_from([*before, ""]))
    if path:
        put(data, path, value, "test", lambda _: False)
        assert leaves(data) == {**before, path: value}


@given(st.dictionaries(KEYS, NESTED, max_size=3), PATHS)
def test_what_can_be_set_is_what_is_found(data: dict[str, Any], path: str) -> None:
    places = dict(found(data, path))
    try:
        put(data, path, "new", "test", lambda _: False)
    except SpecError:
        # Of several places under a star, some may have the key and others not.
        assert not places or "*" in path
    else:
        assert dict(found(data, path)) == dict.fromkeys(places, "new")


@given(PATHS)
def test_a_path_is_its_parts(path: str) -> None:
    first, rest = split_first(path)
    around, last = split_last(path)
    assert joined(parts(path)) == path
    assert under(around, last) == path
    assert (under(first, rest) if rest else first) == path
    assert (parts(path)[0], parts(path)[-1]) == (first, last)


@given(PATHS, PATHS)
def test_what_covers_overwrites_and_a_star_is_every_place(key: str, path: str) -> None:
    assert not covers(key, path) or overwrites(key, path)
    assert covers(key, key)
    if "*" not in path:
        # Setting the one after the other in lists of two leaves nothing of the other.
        assert covers(key, path) == overwrites(key, path)


def test_a_spec_is_read_like_its_data() -> None:
    spec = override(starter(), {"firms.1.strategy.retention_share": 0.3})
    data = spec.model_dump(mode="json")
    for path, value in leaves(data).items():
        assert value_at(spec, path) == value, path
    assert dict(found(spec, "firms.*.name")) == {"firms.0.name": "Attack", "firms.1.name": "Defend"}
    assert list(found(spec, "firms.0.strategy.retention_share")) == []
    assert list(found(spec, "firms.0.model_dump")) == []


@pytest.mark.parametrize("path", ["firms.2.price", "firms.*.price", "title.0", "", "firms.-1.name"])
def test_one_value_is_not_had_where_there_is_none_or_are_several(path: str) -> None:
    with pytest.raises(LookupError, match="not to one"):
        value_at(starter(), path)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("firms.0.prise", "test: firms.0.prise: unknown key; did you mean 'price'?"),
        ("firms.2.price", "test: firms.2: given place '2', allowed: 0 to 1, or * for all"),
        ("title.x", "test: title.x: title has no keys inside"),
        (
            "events.0",
            "test: events.0: given place '0', allowed: none, the list is empty; set it whole, as "
            "events=[...]",
        ),
    ],
)
def test_where_a_path_leads_nowhere_nothing_is_set(path: str, said: str) -> None:
    data = starter().model_dump(mode="json")
    before = copy.deepcopy(data)
    with pytest.raises(SpecError) as caught:
        put(data, path, 1, "test", lambda _: False)
    assert str(caught.value) == said
    assert data == before


def test_a_free_mapping_takes_new_keys_and_makes_what_is_between() -> None:
    data: dict[str, Any] = {"arms": {}}
    put(data, "arms.more.deep", 1, "test", lambda _: True)
    assert data == {"arms": {"more": {"deep": 1}}}


def test_without_places() -> None:
    assert plain("customers.segments.0.usage.mean") == "customers.segments.usage.mean"
    assert plain("0.*") == ""
