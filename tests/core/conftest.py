"""The two graphs that the lessons are about."""

import pytest

from gradflow_nb import graph


@pytest.fixture
def chain():
    return graph("b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o")


@pytest.fixture
def small():
    return graph("c = a + b; d = b + 1; e = c d")
