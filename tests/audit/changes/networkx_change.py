"""Connected components: faster in 3.2 for random graphs, slower for a real one (issue 6870, pull request 6340).

Since 3.2 a search ends when it has seen all nodes of the graph, and looks at each edge in Python to know that. A random
graph is connected; the network of drugs of the issue (1514 nodes, 48514 edges) is not, so no search ends early there.
Its file is not on PyPI: the graph here has its numbers of nodes and edges, two small components, and names as nodes.
"""

import random

import networkx as nx
import pytest


def apart() -> nx.Graph:
    """A large component and two small ones, whose nodes are text that each edge states anew, as a file does."""
    edges = [*nx.gnm_random_graph(1510, 48512, seed=1).edges, (1510, 1511), (1512, 1513)]
    random.Random(1).shuffle(edges)
    return nx.Graph([(f"DB{one:05}", f"DB{other:05}") for one, other in edges])


GRAPHS = {f"random {p}": nx.gnp_random_graph(100, p, seed=1) for p in (0.1, 0.5, 0.9)} | {"apart": apart()}


@pytest.mark.parametrize("name", GRAPHS)
def test_components(benchmark, name):
    assert len(benchmark(lambda: list(nx.connected_components(GRAPHS[name])))) == (3 if name == "apart" else 1)
