import pytest

from gradflow_nb import Graph, explore, graph
from gradflow_nb.widgets.live_figure import LiveFigure

CHAIN = "b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o"


@pytest.fixture(scope="module")
def chain() -> Graph:
    return graph(CHAIN)


@pytest.fixture
def figure(chain: Graph) -> LiveFigure:
    return explore(chain, a=1, o=2)
