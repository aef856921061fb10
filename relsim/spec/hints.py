"""The words of errors: what was given, in short, and what may have been meant."""

import difflib
from collections.abc import Sequence
from typing import Any

_MOST_SHOWN = 62
_REPLACED = {
    "rate": ("half_at", "ln 2 / (rate x market.reference_price)"),
    "reward_rate": ("reward_half_at", "ln 2 / (reward_rate x market.reference_price)"),
    "referral_reward": ("reward_in_prices", "referral_reward / price"),
    "grow_reward": ("grow_reward_in_prices", "grow_reward / price"),
}
"""Keys that hung on the unit of money: what stands in their place, and how to get it."""


def nearest(word: str, known: Sequence[str]) -> str:
    """Return a hint at the nearest known word, or "" if none is near.

    Examples
    --------
    >>> nearest("prise", ["price", "share"])
    "; did you mean 'price'?"
    >>> nearest("rate", ["ceiling", "half_at"])
    '; instead: half_at, which is ln 2 / (rate x market.reference_price)'
    """
    instead, how = _REPLACED.get(word, ("", ""))
    if instead in known:
        return f"; instead: {instead}, which is {how}"
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""


def listing(known: Sequence[str]) -> str:
    """Return a hint that lists what is known, or "" if nothing is."""
    return f"; known here: {', '.join(known)}" if known else ""


def kind_of(value: Any) -> str:
    """Return what a value of YAML is, in words.

    Examples
    --------
    >>> kind_of([1]), kind_of(None)
    ('a list', 'nothing')
    """
    names = {dict: "a mapping", list: "a list", str: "a text", type(None): "nothing"}
    return names.get(type(value), f"a {type(value).__name__}")


def brief(text: str) -> str:
    """Return a text as an error can say it: its beginning, if it is long.

    Examples
    --------
    >>> brief("firms.0.price"), len(brief("x" * 3000))
    ('firms.0.price', 62)
    """
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 3]}..."


def shown(value: Any) -> str:
    """Return a value as an error says what was given: short, whatever it is.

    Examples
    --------
    >>> shown(True), shown("a" * 3000), shown([1])
    ('true', "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...", 'a list')
    """
    if isinstance(value, dict | list | tuple | set | type(None)):
        return kind_of(list(value) if isinstance(value, tuple | set) else value)
    if isinstance(value, bool):
        return str(value).lower()
    return brief(repr(value))
