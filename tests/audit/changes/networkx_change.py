"""Shortest paths and components on random graphs and on a real one."""

import networkx as nx
import pytest

GRAPHS = {"random": nx.gnp_random_graph(300, 0.02, seed=1), "karate club": nx.karate_club_graph()}


@pytest.mark.parametrize("name", list(GRAPHS))
def test_betweenness(benchmark, name):
    assert benchmark(nx.betweenness_centrality, GRAPHS[name], k=10, seed=1)


@pytest.mark.parametrize("name", list(GRAPHS))
def test_minimum_weight_tree(benchmark, name):
    assert benchmark(nx.minimum_spanning_tree, GRAPHS[name])
