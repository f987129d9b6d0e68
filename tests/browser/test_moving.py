"""A picture that plays the backward sweep, in a browser: what is seen at which time."""

import pytest

from gradflow_nb import draw
from gradflow_nb.core.sweeps import sweep_order
from gradflow_nb.diagram.moving import PAUSE, STEP

SEEN = """time => {
    for (const animation of document.getAnimations()) { animation.pause(); animation.currentTime = time; }
    return Object.fromEntries([...document.querySelectorAll("[data-node]")].map(node =>
        [node.dataset.node, Number(getComputedStyle(node.querySelector(".gf-adjoint")).opacity)]));
}"""
LIT = """() => [...document.querySelectorAll("[data-node]")]
    .filter(node => getComputedStyle(node.querySelector("rect")).filter.includes("122, 42, 160")).map(node => node.dataset.node)"""


@pytest.fixture
def page(chromium, chain, tmp_path):
    flow = chain.at(a=1, o=2)
    file = draw(flow, direction="gradient", moving=True).save(tmp_path / "sweep.svg")
    page = chromium.new_page()
    page.goto(file.as_uri())
    yield page
    page.close()


def test_derivatives_appear_one_after_the_other(page, chain):
    order = sweep_order(chain.at(a=1, o=2), "g")
    for step in range(len(order) + PAUSE):
        seen = page.evaluate(SEEN, 1000 * STEP * step)  # half a step after the last one began
        assert [name for name in order if seen[name] == 1] == order[:step]
        assert page.evaluate(LIT) == ([order[step - 1]] if 0 < step <= len(order) else [])


def test_all_is_seen_where_motion_is_not_wanted(page, chain):
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate("() => document.getAnimations().length") == 0
    assert set(page.evaluate(SEEN, 0).values()) == {1}
