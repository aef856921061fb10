"""YAML as configs have it: plain values, bounded, and whatever is wrong said with its line.

A config may be a stranger's. So there are no tags, no dates (a text stays a text), nothing deeper
or longer than any config is, and no aliases that unfold into more than fits into memory.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from relsim.errors import SpecError

DEEPEST, MOST_VALUES, MOST_BYTES, MOST_DIGITS = 60, 200_000, 20_000_000, 300
_LETTERS = list("-+0123456789.")


class _Loader(yaml.SafeLoader):
    """YAML without its traps."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Compose a node that is not too deep."""
        self.depth += 1
        if self.depth > DEEPEST:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(
                problem=f"it is nested deeper than {DEEPEST} levels", problem_mark=mark
            )
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        """Return the value of a node, whose text may not be what its kind needs."""
        try:
            return super().construct_object(node, deep)
        except (ValueError, KeyError, AttributeError, OverflowError, TypeError) as error:
            if isinstance(error, SpecError):
                raise
            kind = str(node.tag).rpartition(":")[2]
            raise yaml.MarkedYAMLError(
                problem=f"{str(node.value)[:40]!r} is no {kind}", problem_mark=node.start_mark
            ) from None


def _mapping_without_repeats(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    own = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
    seen: set[Any] = set()
    for key in own:
        name = key if isinstance(key, str) else repr(key)
        if name in seen:
            line = node.start_mark.line + 1
            raise SpecError(
                f"the key {name[:80]!r} stands twice in the mapping that starts in line {line}"
            )
        seen.add(name)
    loader.flatten_mapping(node)
    return loader.construct_mapping(node, deep=True)


def _whole_number(loader: _Loader, node: yaml.ScalarNode) -> int:
    text = loader.construct_scalar(node)
    if len(text) > MOST_DIGITS:
        raise yaml.MarkedYAMLError(
            problem=f"a number of {len(text):,} digits, allowed: at most {MOST_DIGITS}",
            problem_mark=node.start_mark,
        )
    return int(text.replace("_", ""), 0) if re.match("[-+]?0[xo]", text) else int(text)


def _text(loader: _Loader, node: yaml.ScalarNode) -> str:
    text: str = loader.construct_scalar(node)
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise yaml.MarkedYAMLError(
            problem="half of a letter (an escape from \\ud800 to \\udfff)",
            problem_mark=node.start_mark,
        )
    return text


_DATES, _WHOLE, _REAL = (f"tag:yaml.org,2002:{kind}" for kind in ("timestamp", "int", "float"))
_KINDS: dict[str, Callable[..., Any]] = {
    "map": _mapping_without_repeats,
    "int": _whole_number,
    "str": _text,
}
_Loader.yaml_implicit_resolvers = {
    letter: [(tag, text) for tag, text in known if tag not in (_DATES, _WHOLE, _REAL)]
    for letter, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    _WHOLE, re.compile(r"^[-+]?(0x[0-9a-fA-F]+|0o[0-7]+|\d[\d_]*)$", re.ASCII), _LETTERS
)
_Loader.add_implicit_resolver(
    _REAL,
    re.compile(
        r"^[-+]?((\d[\d_]*)?\.\d[\d_]*|\d[\d_]*\.|\d[\d_]*(?=[eE]))([eE][-+]?\d+)?$"
        r"|^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$",
        re.ASCII,
    ),
    _LETTERS,
)
_Loader.yaml_constructors = {
    tag: made
    for tag, made in yaml.SafeLoader.yaml_constructors.items()
    if tag is None or tag.rpartition(":")[2] in ("null", "bool", "float", "seq")
}
for _kind, _made in _KINDS.items():
    _Loader.add_constructor(f"tag:yaml.org,2002:{_kind}", _made)


def parse_yaml(text: str, name: str) -> Any:
    """Return the content of a YAML text.

    Parameters
    ----------
    text : str
        The text.
    name : str
        How errors call its origin.

    Raises
    ------
    SpecError
        If it is not YAML, gives a key twice, or is larger than any config.

    Examples
    --------
    >>> parse_yaml("{price: 25, from: 2001-99-99, rate: 1e-3}", "an example")
    {'price': 25, 'from': '2001-99-99', 'rate': 0.001}
    """
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return None
            _check_size(node, {})
            return loader.construct_document(node)
        finally:
            loader.dispose()
    except SpecError as error:
        raise SpecError(f"{name}: {error}") from None
    except RecursionError:
        raise SpecError(f"{name}: not valid YAML: it is nested too deep") from None
    except yaml.YAMLError as error:
        raise SpecError(f"{name}: not valid YAML{_place(error)}: {_problem(error)}") from None
    except (ValueError, OverflowError) as error:  # escapes beyond the last letter
        reason = " ".join(str(error).split())[:80]
        raise SpecError(f"{name}: not valid YAML: {reason}") from None


def _check_size(node: Any, known: dict[int, int]) -> int:
    """Return how many values a node unfolds into, aliases counted as often as they stand."""
    if id(node) in known:
        return known[id(node)]
    known[id(node)] = 1  # a node inside of itself: told when it is constructed
    if isinstance(node, yaml.MappingNode):
        parts = [part for pair in node.value for part in pair]
    else:
        parts = node.value if isinstance(node, yaml.SequenceNode) else []
    total = 1 + sum(_check_size(part, known) for part in parts)
    if total > MOST_VALUES:
        raise SpecError(f"it unfolds into more than {MOST_VALUES:,} values")
    known[id(node)] = total
    return total


def _place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f" in line {mark.line + 1}" if mark else ""


def _problem(error: yaml.YAMLError) -> str:
    letter = getattr(error, "character", None)
    if letter is not None:
        return f"it has the letter {letter!r}, which no text has"
    return str(getattr(error, "problem", None) or "it cannot be read")[:200]


def read_text(path: Path, what: str) -> str:
    """Return the text of a file that a user gave.

    Parameters
    ----------
    path : Path
        A regular file, of at most 20 MB.
    what : str
        What errors call it: "the config".

    Raises
    ------
    SpecError
        If it cannot be read, or is no text.
    """
    try:
        if path.exists() and not path.is_file():
            raise SpecError(f"{path}: {what} cannot be read: it is no regular file")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SpecError(f"{path}: {what} cannot be read: {reason}") from None
    except UnicodeDecodeError:
        raise SpecError(f"{path}: {what} is not a text file in UTF-8") from None
    if len(data) > MOST_BYTES:
        raise SpecError(f"{path}: {what} is larger than {MOST_BYTES // 1_000_000} MB")
    return text
