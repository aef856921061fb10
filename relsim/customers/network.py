"""Who talks to whom: the customers' network, drawn once and then only read.

Three classic families and a file. They are built here and not with networkx because its
generators take a random stream in order, while every draw of ours is a function of what it is
for (`draws`); and because a graph of Python objects is too slow and too large above some
100,000 customers. Building 8 neighbours a customer takes about 70 bytes each, the result's 36
included.

All networks are undirected: each link stands in the rows of both its ends. A customer never
stands in its own row and nobody stands in a row twice. Nobody can have more neighbours than
there are others: with ``neighbours >= size - 1`` all know each other, in every family.
"""

import codecs
import os
import re
from array import array
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from relsim.customers import draws
from relsim.customers.compiled import loop, rule
from relsim.customers.draws import Purpose, Stream, uniform
from relsim.errors import EdgeListError

Ids = npt.NDArray[np.uint32]

_WIRING = int(Purpose.WIRING)
_HALF = np.uint64(32)
_FEW = 32  # neighbours that are sorted fastest by putting each in its place
_ATTEMPTS = 64  # to rewire a link; all fail only where a customer knows nearly everybody
_MOST = 2**32  # customers, or entries of ``neighbour``, that 32 bits can number
# A line of a file that is a link; and an entry that can be the name of a column.
_LINK = re.compile(rb"\s*(\d{1,18})(?:\s*,\s*|\s+)(\d{1,18})\s*(?:#.*)?", re.DOTALL)
_NAME = re.compile(r"[\"']?[^\W\d][^\0\ufffd]*")


class Network(NamedTuple):
    """Compressed rows: those whom i knows are ``neighbour[start[i] : start[i + 1]]``, in order.

    ``start`` has one entry more than there are customers, or just one if nobody talks.
    """

    start: Ids
    neighbour: Ids


def none() -> Network:
    """Return the network of a market in which nobody talks.

    Examples
    --------
    >>> none().start.size
    1
    """
    return Network(np.zeros(1, np.uint32), np.zeros(0, np.uint32))


def degree(network: Network) -> npt.NDArray[np.int64]:
    """Return how many neighbours each customer has.

    Examples
    --------
    >>> degree(small_world(5, 2, 0.0, draws.random_stream(1))).tolist()
    [2, 2, 2, 2, 2]
    """
    return np.diff(network.start).astype(np.int64)


def small_world(size: int, neighbours: int, rewiring: float, stream: Stream) -> Network:
    """Return a ring of neighbourhoods with some links thrown across it.

    Every customer is linked to the ``neighbours`` nearest on a ring. Then, in laps round it,
    each clockwise link keeps its first end and with probability ``rewiring`` gets a new second
    one: anybody to whom the first end is not linked yet, all equally likely. (Where a customer
    knows nearly everybody, a link stays in place after 64 draws in vain.)

    Parameters
    ----------
    size, neighbours : int
        Customers, from 1; mean number of neighbours, even.
    rewiring : float
        From 0, the ring, to 1.
    stream : Stream
        Seed and replication.

    Raises
    ------
    ValueError
        If a number is out of its range.

    References
    ----------
    Watts & Strogatz (1998), "Collective dynamics of 'small-world' networks", Nature 393.

    Examples
    --------
    >>> small_world(5, 2, 0.0, draws.random_stream(1)).neighbour.reshape(5, 2).tolist()
    [[1, 4], [0, 2], [1, 3], [2, 4], [0, 3]]
    """
    if not 0.0 <= rewiring <= 1.0:
        raise ValueError(f"rewiring is a probability, from 0 to 1, not {rewiring}")
    _check(size, neighbours, even=True)
    if neighbours >= size - 1:
        return _complete(size)
    edges = np.empty((size * neighbours // 2, 2), np.uint32)
    _rewire(edges, size, neighbours // 2, float(rewiring), stream)
    return Network(*_rows(edges, size))


def scale_free(size: int, neighbours: int, stream: Stream) -> Network:
    """Return a network that grew by newcomers who preferred the well connected.

    Each newcomer links to ``neighbours // 2`` different customers, with chances in proportion
    to their links so far. The first ``neighbours // 2 + 1`` customers all know each other, so
    everybody has ``neighbours // 2`` links or more and the mean is just below ``neighbours``.

    Parameters
    ----------
    size, neighbours : int
        Customers, from 1; mean number of neighbours, even.
    stream : Stream
        Seed and replication.

    Raises
    ------
    ValueError
        If a number is out of its range.

    References
    ----------
    Barabasi & Albert (1999), "Emergence of scaling in random networks", Science 286. The draw
    from a list of all ends of links is that of Batagelj & Brandes (2005), "Efficient generation
    of large random networks", Physical Review E 71.
    """
    _check(size, neighbours, even=True)
    if neighbours >= size - 1:
        return _complete(size)
    half = neighbours // 2
    edges = np.empty((half * (half + 1) // 2 + half * (size - half - 1), 2), np.uint32)
    _grow(edges, size, half, stream)
    return Network(*_rows(edges, size))


def random(size: int, neighbours: int, stream: Stream) -> Network:
    """Return a network of ``size * neighbours // 2`` links, every such network equally likely.

    Parameters
    ----------
    size, neighbours : int
        Customers, from 1; mean number of neighbours, even or odd.
    stream : Stream
        Seed and replication.

    Raises
    ------
    ValueError
        If a number is out of its range.

    References
    ----------
    Erdos & Renyi (1959), "On random graphs I", Publicationes Mathematicae 6: their G(n, M).
    """
    _check(size, neighbours, even=False)
    if neighbours >= size - 1:
        return _complete(size)
    edges = np.empty((size * neighbours // 2, 2), np.uint32)
    _scatter(edges, size, stream)
    return Network(*_rows(edges, size))


def from_edges(path: str | os.PathLike[str], size: int) -> Network:
    """Read a network from a file with one link a line: two customers, numbered from 0.

    They are parted by a comma or by blanks. Empty lines and what follows a ``#`` are skipped,
    and so is a first line of two different words. A link given twice, or in both directions,
    counts once; a customer whom the file does not name has no neighbours.

    Raises
    ------
    EdgeListError
        If the file cannot be read, holds no link, or has a line that is not one.
    ValueError
        If the size is out of its range.
    """
    _check(size, 0, even=False)
    try:
        links = _read(path, size)
    except EdgeListError:
        raise
    except (OSError, ValueError) as error:  # a ValueError: a name that no file can have
        reason = getattr(error, "strerror", None) or error
        raise EdgeListError(
            f"{path} cannot be read ({reason}), but an edge list must be a readable text file."
        ) from error
    keys = np.unique(np.frombuffer(links, np.uint64))
    edges = np.empty((keys.size, 2), np.uint32)
    edges[:, 0], edges[:, 1] = keys // size, keys % size
    return Network(*_rows(edges, size))


def _check(size: int, neighbours: int, *, even: bool) -> None:
    """Refuse numbers that no network can have."""
    if not 1 <= size < _MOST:
        raise ValueError(f"a network has from 1 to 2**32 - 1 customers, not {size}")
    if neighbours < 0 or (even and neighbours % 2):
        kind = "an even number" if even else "a number"
        raise ValueError(f"neighbours is {kind} from 0 on, not {neighbours}")
    if size * min(neighbours, size - 1) >= _MOST:
        raise ValueError(f"size * neighbours is below 2**32, not {size} * {neighbours}")


def _complete(size: int) -> Network:
    """Return the network in which all know each other."""
    edges = np.empty((size * (size - 1) // 2, 2), np.uint32)
    _link_all(edges, size)
    return Network(*_rows(edges, size))


@rule
def _below(bound: int, high: np.uint64, low: np.uint64) -> int:
    """Turn 64 random bits, in two words, into a whole number from 0 to ``bound - 1``."""
    n = np.uint64(bound)
    return int(np.int64((high * n + ((low * n) >> _HALF)) >> _HALF))


@loop
def _rows(edges: Ids, size: int) -> tuple[Ids, Ids]:
    """Sort links by customer: a counting sort into the two arrays of a `Network`."""
    start = np.zeros(size + 1, np.uint32)
    neighbour = np.empty(edges.size, np.uint32)
    for e in range(len(edges)):
        start[edges[e, 0] + 1] += 1
        start[edges[e, 1] + 1] += 1
    total = 0
    for i in range(1, size + 1):  # until row i is filled, start[i + 1] is where it grows
        count = start[i]
        start[i] = total
        total += count
    for e in range(len(edges)):
        for side in range(2):
            row = edges[e, side] + 1
            neighbour[start[row]] = edges[e, 1 - side]
            start[row] += 1
    for i in range(size):
        _sort(neighbour[start[i] : start[i + 1]])
    return start, neighbour


@loop
def _sort(row: Ids) -> None:
    """Sort the few neighbours of a customer; the many of a hub as arrays sort themselves."""
    if row.size > _FEW:
        row.sort()
        return
    for k in range(1, row.size):
        moved, at = row[k], k
        while at > 0 and row[at - 1] > moved:
            row[at] = row[at - 1]
            at -= 1
        row[at] = moved


@loop
def _link_all(edges: Ids, count: int) -> int:
    """Link the first ``count`` customers to each other; return how many links that makes."""
    made = 0
    for i in range(count):
        for k in range(i):
            edges[made, 0], edges[made, 1] = i, k
            made += 1
    return made


@loop
def _rewire(edges: Ids, size: int, half: int, rewiring: float, stream: Stream) -> None:
    """Fill in the small world; row ``i * half + lap`` is customer i's clockwise link of a lap."""
    for i in range(size):
        for lap in range(half):
            nearest = i + lap + 1
            edges[i * half + lap, 0] = i
            edges[i * half + lap, 1] = nearest if nearest < size else nearest - size
    for lap in range(half):
        for i in range(size):
            w0, w1, w2, _ = draws.words(stream, i, lap, _WIRING)
            if uniform(w0) >= rewiring:
                continue
            for attempt in range(1, _ATTEMPTS + 1):
                found = (i + 1 + _below(size - 1, w1, w2)) % size
                if not _linked(edges, half, i, found):
                    edges[i * half + lap, 1] = found
                    break
                _, w1, w2, _ = draws.words(stream, i, attempt * half + lap, _WIRING)


@loop
def _linked(edges: Ids, half: int, one: int, other: int) -> bool:
    """Say whether two customers of a small world are linked, from either side."""
    for lap in range(half):
        if edges[one * half + lap, 1] == other or edges[other * half + lap, 1] == one:
            return True
    return False


@loop
def _grow(edges: Ids, size: int, half: int, stream: Stream) -> None:
    """Fill in the scale-free network, newcomer by newcomer."""
    made = _link_all(edges, half + 1)
    for newcomer in range(half + 1, size):
        first, attempt = made, 0
        while made < first + half:
            w0, w1, _, _ = draws.words(stream, newcomer, attempt, _WIRING)
            attempt += 1
            end = _below(2 * first, w0, w1)  # a customer has as many ends as links
            edges[made, 0], edges[made, 1] = newcomer, edges[end // 2, end % 2]
            made += 0 if _repeats(edges, first, made) else 1


@loop
def _repeats(edges: Ids, first: int, last: int) -> bool:
    """Say whether the second end of link ``last`` is that of an earlier one, from ``first`` on."""
    e = first
    while edges[e, 1] != edges[last, 1]:
        e += 1
    return e < last


@loop
def _scatter(edges: Ids, size: int, stream: Stream) -> None:
    """Fill in the random network: draw pairs until there are enough different ones.

    A hash table finds those again that are there: a link's number, counted from 1, stands at
    the place that a mix of its ends gives, or at the next free one.
    """
    places = np.zeros(2 * len(edges) + 1, np.uint32)
    made, attempt = 0, 0
    while made < len(edges):
        w0, w1, w2, w3 = draws.words(stream, attempt & 0xFFFFFFFF, attempt >> 32, _WIRING)
        attempt += 1
        a, b = _below(size, w0, w1), _below(size, w2, w3)
        one, other = min(a, b), max(a, b)
        if one == other:
            continue
        w0, w1, _, _ = draws.words(stream, one, other, _WIRING)  # just a good mixer
        place = _below(places.size, w0, w1)
        while places[place] > 0 and not _joins(edges, places[place] - 1, one, other):
            place = (place + 1) % places.size
        if places[place] == 0:
            edges[made, 0], edges[made, 1] = one, other
            made += 1
            places[place] = made


@rule
def _joins(edges: Ids, e: int, one: int, other: int) -> bool:
    """Say whether link e is the one from ``one`` to ``other``."""
    return bool(edges[e, 0] == one and edges[e, 1] == other)


def _read(path: str | os.PathLike[str], size: int) -> "array[int]":
    """Return the links of a file, each as its lower end times ``size`` plus its other end."""
    links = array("Q")
    header = False
    if Path(path).exists() and not Path(path).is_file():
        raise EdgeListError(f"{path} is no regular file, but an edge list must be one.")
    with Path(path).open("rb") as lines:
        for number, raw in enumerate(lines, 1):
            line = raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw
            link = _LINK.fullmatch(line)
            one, other = (int(link[1]), int(link[2])) if link else (0, 0)
            if one != other and one < size and other < size:
                links.append(min(one, other) * size + max(one, other))
            elif fields := _fields(line):
                if links or header or not _is_header(fields):
                    raise EdgeListError(f"{path}, line {number}: found {_fault(fields, size)}.")
                header = True
    if not links:
        raise EdgeListError(f"{path} holds no link, but an edge list has at least one.")
    return links


def _fields(line: bytes) -> list[str]:
    """Return the entries of a line, without its comment."""
    text = line.split(b"#")[0].strip()
    parts = text.split(b",") if b"," in text else text.split()
    return [part.strip().decode(errors="replace") for part in parts]


def _is_header(fields: list[str]) -> bool:
    """Say whether entries can be the names of two columns."""
    return len(set(fields)) == len(fields) == 2 and all(map(_NAME.fullmatch, fields))


def _fault(fields: list[str], size: int) -> str:
    """Say what is wrong with a line that is not a link, and what would be right."""
    for field in fields:
        if "\0" in field or "\ufffd" in field:
            return "bytes that are not text, but an edge list is a text file"
    if len(fields) != 2:
        columns = "1 column" if len(fields) == 1 else f"{len(fields)} columns"
        return f"{columns}, but a link is two customers parted by a comma or by blanks"
    for field in fields:
        if not re.fullmatch(r"-?[0-9]+", field):
            return f"{field[:40]!r}, but a customer is a whole number from 0 to {size - 1}"
        if field[0] == "-" or len(field) > 18 or int(field) >= size:
            return f"customer {field[:40]}, but customers are numbered from 0 to {size - 1}"
    return f"customer {fields[0]} linked to itself, but a link joins two different customers"
