"""The network: sound whatever the numbers, and of the kind that its name says."""

from collections.abc import Callable
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from relsim.customers import network as wiring
from relsim.customers.draws import Stream, random_stream
from relsim.customers.network import Network
from relsim.errors import EdgeListError, RelsimError

SIZE = 3000
NEIGHBOURS = 8

Family = Callable[[int, int, Stream], Network]
FAMILIES: dict[str, Family] = {
    "ring": lambda size, neighbours, noise: wiring.small_world(size, neighbours, 0.0, noise),
    "small world": lambda size, neighbours, noise: wiring.small_world(size, neighbours, 0.1, noise),
    "rewired": lambda size, neighbours, noise: wiring.small_world(size, neighbours, 1.0, noise),
    "scale free": wiring.scale_free,
    "random": wiring.random,
}
families = pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES.keys())
noisy_families = pytest.mark.parametrize(
    "family", list(FAMILIES.values())[1:], ids=list(FAMILIES)[1:]
)


def pairs(network: Network) -> set[tuple[int, int]]:
    """Return all links of a network, from either end."""
    ends = np.repeat(np.arange(network.start.size - 1), wiring.degree(network))
    return set(zip(ends.tolist(), network.neighbour.tolist(), strict=True))


def graph(network: Network) -> "nx.Graph[int]":
    """Return a network as a graph of nx."""
    made: nx.Graph[int] = nx.empty_graph(network.start.size - 1)
    made.add_edges_from(pairs(network))
    return made


def same(one: Network, other: Network) -> bool:
    """Say whether two networks are equal."""
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def check_sound(network: Network, size: int) -> None:
    """Check what holds for every network."""
    assert network.start.dtype == network.neighbour.dtype == np.uint32
    assert network.start.flags.c_contiguous
    assert network.neighbour.flags.c_contiguous
    assert network.start.size == size + 1
    assert network.start[0] == 0
    assert network.start[-1] == network.neighbour.size
    for i in range(size):
        row = network.neighbour[network.start[i] : network.start[i + 1]].astype(np.int64)
        assert np.all(np.diff(row) > 0), "sorted, nobody twice"
        assert i not in row, "nobody knows themself"
        assert np.all((row >= 0) & (row < size))
    links = pairs(network)
    assert links == {(b, a) for a, b in links}, "both know each other"


class TestEveryFamily:
    @families
    @settings(deadline=None, max_examples=60)
    @given(
        size=st.integers(1, 40),
        half=st.integers(0, 22),
        seed=st.integers(0, 2**64 - 1),
        replication=st.integers(0, 2**32 - 1),
    )
    @example(size=10, half=4, seed=1, replication=0)  # all but one are linked: rewiring is tight
    def test_sound(self, family: Family, size: int, half: int, seed: int, replication: int) -> None:
        network = family(size, 2 * half, random_stream(seed, replication))
        check_sound(network, size)
        assert wiring.degree(network).mean() <= 2 * half

    @settings(deadline=None, max_examples=60)
    @given(
        size=st.integers(1, 40),
        half=st.integers(0, 22),
        rewiring=st.floats(0.0, 1.0),
        seed=st.integers(0, 2**64 - 1),
    )
    def test_small_world_sound_and_of_fixed_mean(
        self, size: int, half: int, rewiring: float, seed: int
    ) -> None:
        network = wiring.small_world(size, 2 * half, rewiring, random_stream(seed))
        check_sound(network, size)
        assert network.neighbour.size == size * min(2 * half, size - 1)

    @settings(deadline=None, max_examples=60)
    @given(size=st.integers(1, 40), neighbours=st.integers(0, 45), seed=st.integers(0, 2**64 - 1))
    def test_random_sound_and_of_fixed_mean(self, size: int, neighbours: int, seed: int) -> None:
        network = wiring.random(size, neighbours, random_stream(seed))
        check_sound(network, size)
        assert network.neighbour.size == size * min(neighbours, size - 1) // 2 * 2

    @families
    def test_mean_degree(self, family: Family) -> None:
        network = family(SIZE, NEIGHBOURS, random_stream(3))
        assert wiring.degree(network).mean() == pytest.approx(NEIGHBOURS, rel=0.005)

    @families
    def test_same_luck_same_network(self, family: Family) -> None:
        assert same(family(200, 6, random_stream(5, 2)), family(200, 6, random_stream(5, 2)))

    @noisy_families
    @pytest.mark.parametrize(
        "other", [random_stream(6, 2), random_stream(5, 3), random_stream(5 + 2**32, 2)]
    )
    def test_other_luck_other_network(self, family: Family, other: Stream) -> None:
        assert not same(family(200, 6, random_stream(5, 2)), family(200, 6, other))

    @families
    @pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 8])
    @pytest.mark.parametrize("neighbours", [8, 1000])
    def test_few_customers_all_know_each_other(
        self, family: Family, size: int, neighbours: int
    ) -> None:
        everybody = {(i, k) for i in range(size) for k in range(size) if i != k}
        network = family(size, neighbours, random_stream(1))
        check_sound(network, size)
        assert pairs(network) == everybody

    @families
    def test_no_neighbours(self, family: Family) -> None:
        assert wiring.degree(family(5, 0, random_stream(1))).tolist() == [0] * 5

    @families
    @pytest.mark.parametrize(
        ("size", "neighbours", "words"),
        [
            (0, 2, "from 1 to 2"),
            (-1, 2, "from 1 to 2"),
            (2**32, 2, "from 1 to 2"),
            (10, -2, "from 0 on, not -2"),
            (2**31, 2, r"below 2\*\*32"),
        ],
    )
    def test_impossible_numbers(
        self, family: Family, size: int, neighbours: int, words: str
    ) -> None:
        with pytest.raises(ValueError, match=words):
            family(size, neighbours, random_stream(1))


class TestSmallWorld:
    @pytest.mark.parametrize(("size", "neighbours"), [(3, 2), (5, 2), (7, 4), (50, 8), (9, 6)])
    def test_without_rewiring_it_is_the_lattice(self, size: int, neighbours: int) -> None:
        near = [d for d in range(-(neighbours // 2), neighbours // 2 + 1) if d != 0]
        lattice = {(i, (i + d) % size) for i in range(size) for d in near}
        assert pairs(wiring.small_world(size, neighbours, 0.0, random_stream(9))) == lattice

    def test_share_of_links_rewired(self) -> None:
        links = pairs(wiring.small_world(SIZE, NEIGHBOURS, 0.1, random_stream(4)))
        moved = len(
            links - pairs(wiring.small_world(SIZE, NEIGHBOURS, 0.0, random_stream(4)))
        ) / len(links)
        assert moved == pytest.approx(0.1, abs=0.012)  # 4 standard errors

    def test_nearly_everybody_linked_is_not_a_trap(self) -> None:
        check_sound(wiring.small_world(62, 60, 1.0, random_stream(1)), 62)

    def test_rewired_links_lead_anywhere(self) -> None:
        size, bins = 20_000, 20
        links = np.array(sorted(pairs(wiring.small_world(size, 4, 1.0, random_stream(4)))))
        across = (links[:, 1] - links[:, 0]) % size
        counts = np.bincount(across * bins // size, minlength=bins) / 2
        expected = size * 2 / bins
        assert np.abs(counts - expected).max() < 4.5 * np.sqrt(expected)

    @pytest.mark.parametrize("rewiring", [0.0, 0.05, 0.3, 1.0])
    def test_clustering_and_spread_of_degrees_like_networkx(self, rewiring: float) -> None:
        ours = graph(wiring.small_world(SIZE, NEIGHBOURS, rewiring, random_stream(1)))
        theirs = nx.watts_strogatz_graph(SIZE, NEIGHBOURS, rewiring, seed=1)
        assert nx.average_clustering(ours) == pytest.approx(nx.average_clustering(theirs), abs=0.02)
        assert np.var([d for _, d in ours.degree]) == pytest.approx(
            np.var([d for _, d in theirs.degree]), rel=0.15
        )

    def test_clustering_of_the_lattice(self) -> None:
        ours = graph(wiring.small_world(200, 8, 0.0, random_stream(1)))
        assert nx.average_clustering(ours) == pytest.approx(3 * (8 - 2) / (4 * (8 - 1)))

    def test_shortcuts_make_it_small(self) -> None:
        lengths = [
            nx.average_shortest_path_length(graph(wiring.small_world(400, 8, p, random_stream(1))))
            for p in (0.0, 0.1)
        ]
        assert lengths[1] < lengths[0] / 4

    @pytest.mark.parametrize("rewiring", [-0.1, 1.1, float("nan")])
    def test_rewiring_is_a_probability(self, rewiring: float) -> None:
        with pytest.raises(ValueError, match="from 0 to 1, not"):
            wiring.small_world(10, 2, rewiring, random_stream(1))

    def test_odd_neighbours(self) -> None:
        with pytest.raises(ValueError, match="an even number from 0 on, not 3"):
            wiring.small_world(10, 3, 0.0, random_stream(1))


class TestScaleFree:
    def test_degrees_follow_the_law(self) -> None:
        # Dorogovtsev, Mendes & Samukhin (2000), Physical Review Letters 85: the share of
        # customers with k links is 2 m (m + 1) / (k (k + 1) (k + 2)), so that a share
        # m (m + 1) / (k (k + 1)) has k or more.
        m, size = 4, 50_000
        degrees = wiring.degree(wiring.scale_free(size, 2 * m, random_stream(2)))
        assert degrees.min() == m
        for k in (5, 8, 16, 32, 64):
            share = m * (m + 1) / (k * (k + 1))
            error = np.sqrt(share / size)
            assert np.mean(degrees >= k) == pytest.approx(share, abs=5 * error)

    def test_like_networkx(self) -> None:
        m = NEIGHBOURS // 2
        ours = graph(wiring.scale_free(SIZE, NEIGHBOURS, random_stream(1)))
        theirs = nx.barabasi_albert_graph(SIZE, m, seed=1, initial_graph=nx.complete_graph(m + 1))
        assert ours.number_of_edges() == theirs.number_of_edges()
        our_degrees, their_degrees = ([d for _, d in g.degree] for g in (ours, theirs))
        assert 0.5 < max(our_degrees) / max(their_degrees) < 2.0
        most = max(our_degrees + their_degrees) + 1
        gap = np.subtract(
            *(np.cumsum(np.bincount(d, minlength=most)) for d in (our_degrees, their_degrees))
        )
        assert np.abs(gap).max() / SIZE < 0.05
        clustering = [nx.average_clustering(g) for g in (ours, theirs)]
        assert clustering[0] == pytest.approx(clustering[1], abs=0.015)

    def test_the_old_are_the_well_connected(self) -> None:
        degrees = wiring.degree(wiring.scale_free(SIZE, NEIGHBOURS, random_stream(1)))
        assert degrees[:100].mean() > 4 * degrees[-1000:].mean()

    def test_odd_neighbours(self) -> None:
        with pytest.raises(ValueError, match="an even number from 0 on, not 5"):
            wiring.scale_free(10, 5, random_stream(1))


class TestRandom:
    def test_like_networkx(self) -> None:
        ours = graph(wiring.random(SIZE, NEIGHBOURS, random_stream(1)))
        theirs = nx.gnm_random_graph(SIZE, SIZE * NEIGHBOURS // 2, seed=1)
        assert ours.number_of_edges() == theirs.number_of_edges()
        our_degrees, their_degrees = ([d for _, d in g.degree] for g in (ours, theirs))
        assert np.var(our_degrees) == pytest.approx(np.var(their_degrees), rel=0.15)
        assert nx.average_clustering(ours) == pytest.approx(
            nx.average_clustering(theirs), abs=0.003
        )

    def test_degrees_are_as_good_as_poisson(self) -> None:
        degrees = wiring.degree(wiring.random(20_000, NEIGHBOURS, random_stream(7)))
        assert degrees.var() == pytest.approx(NEIGHBOURS, rel=0.05)
        assert np.mean(degrees == NEIGHBOURS) == pytest.approx(0.1396, abs=0.012)

    def test_every_network_is_equally_likely(self) -> None:
        # Four customers with 1 neighbour on average: 2 of 6 possible links, 15 networks.
        runs = 3000
        found: dict[frozenset[tuple[int, int]], int] = {}
        for replication in range(runs):
            links = frozenset(pairs(wiring.random(4, 1, random_stream(1, replication))))
            found[links] = found.get(links, 0) + 1
        assert len(found) == 15
        chi_square = sum((n - runs / 15) ** 2 / (runs / 15) for n in found.values())
        assert chi_square < 36.1  # 14 degrees of freedom: exceeded once in 1,000

    def test_nearly_everybody(self) -> None:
        network = wiring.random(60, 58, random_stream(1))
        check_sound(network, 60)
        assert network.neighbour.size == 60 * 58


class TestNone:
    def test_nobody_talks(self) -> None:
        network = wiring.none()
        assert network.start.tolist() == [0]
        assert network.start.dtype == network.neighbour.dtype == np.uint32
        assert network.neighbour.size == 0
        assert wiring.degree(network).size == 0


class TestFromEdges:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Callable[[str | bytes], Path]:
        def write(content: str | bytes) -> Path:
            path = tmp_path / "links.csv"
            path.write_bytes(content.encode() if isinstance(content, str) else content)
            return path

        return write

    @pytest.mark.parametrize(
        "content",
        [
            "0,1\n1,2\n4,1\n",
            "0 1\n1 2\n4 1",
            "0\t1\r\n1\t2\r\n4\t1\r\n",
            "  0 ,  1 \n\n1,2\n   \n4,1\n\n",
            "from,to\n0,1\n1,2\n4,1\n",
            '"from","to"\n0,1\n1,2\n4,1\n',
            "customer a,customer b\n0,1\n1,2\n4,1\n",
            "# made by hand\n\nfrom to\n0 1 # first\n1 2#second\n# gone: 3 4\n4 1\n",
            "# M\xfcller\n0,1\n1,2\n4,1\n".encode("latin-1"),
            "\ufefffrom,to\n0,1\n1,2\n4,1\n",
            "\ufeff0,1\n1,2\n4,1\n",
            "4,1\n0,1\n1,0\n2,1\n0,1\n1,2\n",
            "00,01\n1,2\n4,1\n",
        ],
    )
    def test_good_files(self, file: Callable[[str | bytes], Path], content: str | bytes) -> None:
        path = file(content)
        network = wiring.from_edges(path, 6)
        check_sound(network, 6)
        assert network.start.tolist() == [0, 1, 4, 5, 5, 6, 6]
        assert network.neighbour.tolist() == [1, 0, 2, 4, 1, 1]
        assert same(network, wiring.from_edges(str(path), 6))

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            ("", "holds no link"),
            ("\n# nothing\n", "holds no link"),
            ("from,to\n", "holds no link"),
            ("0,1\n1,1.5\n", "line 2: found '1.5', but a customer is a whole number from 0 to 5."),
            ("0,1\n1,x\n", "line 2: found 'x', but"),
            ("0,1\nfrom,to\n", "line 2: found 'from', but"),
            ("from,to\nfrom,to\n", "line 2: found 'from', but"),
            ("nan,nan\n0,1\n", "line 1: found 'nan', but"),
            ("from,1\n", "line 1: found 'from', but"),
            ("0,\n", "line 1: found '', but a customer is a whole number"),
            ("0,,1\n", "line 1: found 3 columns, but"),
            ("0,1_0\n", "line 1: found '1_0', but"),
            ("0,\u0661\n", "line 1: found '\u0661', but"),
            ("0 " + "x" * 5000, f"line 1: found '{'x' * 40}', but"),
            ("\n0\n", "line 2: found 1 column, but a link is two customers parted by"),
            ("0;1\n", "line 1: found 1 column, but"),
            ("from\n0,1\n", "line 1: found 1 column, but"),
            ("0,1,2.5\n", "line 1: found 3 columns, but"),
            ("0 1 {}\n", "line 1: found 3 columns, but"),
            ("0,6\n", "line 1: found customer 6, but customers are numbered from 0 to 5."),
            ("0,1\n-1,2\n", "line 2: found customer -1, but customers are numbered from 0 to 5."),
            ("0," + "9" * 5000, f"line 1: found customer {'9' * 40}, but"),
            ("0,1\n# x\n3,3\n", "line 3: found customer 3 linked to itself, but a link joins two"),
            (b"\x89PNG\r\n\x1a\n\0\0", "line 1: found bytes that are not text, but"),
            (b"0,1\n\0\1\2\n", "line 2: found bytes that are not text, but"),
            (b"0,1\n\xff\xfe,1\n", "line 2: found bytes that are not text, but"),
            ("0,1\n1,2\n".encode("utf-16"), "line 1: found bytes that are not text, but"),
        ],
    )
    def test_broken_files(
        self, file: Callable[[str | bytes], Path], content: str | bytes, words: str
    ) -> None:
        path = file(content)
        with pytest.raises(EdgeListError) as caught:
            wiring.from_edges(path, 6)
        message = str(caught.value)
        assert message.startswith(str(path))
        assert words in message
        assert message.endswith(".")
        assert "\n" not in message
        assert isinstance(caught.value, RelsimError)

    def test_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(EdgeListError, match=r"gone\.csv cannot be read \(No such file"):
            wiring.from_edges(tmp_path / "gone.csv", 6)

    def test_folder(self, tmp_path: Path) -> None:
        with pytest.raises(EdgeListError, match="is no regular file"):
            wiring.from_edges(tmp_path, 6)

    def test_impossible_name(self) -> None:
        with pytest.raises(EdgeListError, match=r"cannot be read \(embedded null"):
            wiring.from_edges("a\0b", 6)

    def test_impossible_size(self, file: Callable[[str | bytes], Path]) -> None:
        with pytest.raises(ValueError, match="from 1 to 2"):
            wiring.from_edges(file("0,1\n"), 0)

    @settings(deadline=None, max_examples=40)
    @given(
        size=st.integers(2, 30),
        half=st.integers(1, 5),
        seed=st.integers(0, 2**64 - 1),
        order=st.sampled_from([1, -1]),
    )
    def test_written_and_read_back(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        size: int,
        half: int,
        seed: int,
        order: int,
    ) -> None:
        network = wiring.random(size, 2 * half, random_stream(seed))
        path = tmp_path_factory.mktemp("edges") / "links.txt"
        links = sorted(pairs(network))[::order]
        path.write_text("".join(f"{a} {b}\n" for a, b in links))
        assert same(network, wiring.from_edges(path, size))
