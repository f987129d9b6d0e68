"""A picture that plays the backward sweep: what moves, when, and where it does not."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from gradflow_nb import draw, graph
from gradflow_nb.core.sweeps import sweep_order
from gradflow_nb.diagram.moving import PAUSE, STEP, moving_style
from gradflow_nb.errors import GradflowError

CHAIN = "b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o"


@pytest.fixture
def flow():
    return graph(CHAIN).at(a=1, o=2)


def test_every_derivative_appears_in_the_order_of_the_sweep(flow):
    order = sweep_order(flow, "g")
    kind, style = moving_style(order)
    starts = [float(x) for x in re.findall(r"@keyframes \S+-in-\d+ \{ 0% \{ opacity: 0; \} ([\d.]+)%", style)]
    assert len(starts) == len(order) == 8 and starts == sorted(starts) and starts[0] > 0 and starts[-1] < 100
    assert f"{(len(order) + PAUSE) * STEP:.1f}s" in style
    for i, name in enumerate(order):
        assert f'.{kind} [data-node="{name}"] .gf-adjoint {{ animation: {kind}-in-{i} ' in style


def test_the_rules_reach_into_no_other_picture(flow):
    svg = draw(flow, direction="gradient", moving=True).svg
    kind, style = moving_style(sweep_order(flow, "g"))
    assert svg.count(f'class="gradflow {kind} ') == 1
    for rule in style.splitlines()[1:-1]:
        assert rule.startswith((f".{kind} ", f"@keyframes {kind}-"))
        assert all(part.strip().startswith(f".{kind} ") for part in rule.partition("{")[0].split(",") if rule[0] == ".")
    assert moving_style(["a", "b"])[0] != moving_style(["b", "a"])[0]


def test_it_is_the_still_picture_but_for_its_style(flow):
    still, moving = (draw(flow, direction="gradient", moving=moves).svg for moves in (False, True))
    without = re.compile('<style>.*?</style>| gf-moving-[0-9a-f]+', re.DOTALL)
    assert without.sub("", still) == without.sub("", moving) and still != moving
    ElementTree.fromstring(moving)


def test_it_is_still_for_those_who_want_less_motion_and_on_paper(flow):
    _, style = moving_style(sweep_order(flow, "g"))
    assert style.startswith("@media screen and (prefers-reduced-motion: no-preference) {") and style.endswith("}")


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_it_is_saved(flow, tmp_path, ending):
    file = draw(flow, direction="gradient", moving=True).save(tmp_path / f"sweep.{ending}")
    still = draw(flow, direction="gradient").save(tmp_path / f"still.{ending}")
    assert (file.read_bytes() == still.read_bytes()) == (ending != "svg")
    if ending == "svg":
        assert "var(" not in file.read_text(encoding="utf-8") and "@keyframes" in file.read_text(encoding="utf-8")


def test_only_a_gradient_flow_moves(flow):
    with pytest.raises(GradflowError, match="What moves is the backward sweep"):
        draw(flow, moving=True)
    assert "@keyframes" in draw(graph("c = a b; d = c + a"), direction="gradient", of="c", moving=True).svg
