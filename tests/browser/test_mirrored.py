"""A mirror of PyTorch in the live figure: what is unknown stays empty, what is cut is dotted, and all tools work."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

import gradflow_nb as gf

from .figures import Figure
from .test_live_page import figure_on, offline  # noqa: F401

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    torch = pytest.importorskip("torch")
    from gradflow_nb.torch import mirror

    x, y = torch.tensor(2.0, requires_grad=True), torch.tensor(3.0, requires_grad=True)
    p = x * y
    c = p.detach()
    z = torch.sin(x) + p * c + 1
    z.backward(retain_graph=True)
    flow = mirror(z, x=x, y=y, p=p, c=c, z=z)
    return gf.explore(flow).save(tmp_path_factory.mktemp("page") / "mirror.html"), flow


@pytest.fixture(scope="module")
def arrays(tmp_path_factory):
    torch = pytest.importorskip("torch")
    from gradflow_nb.torch import mirror

    W = torch.tensor([[1.0, 2.0], [3.0, 4.0], [0.0, 1.0]], requires_grad=True)
    v = torch.tensor([0.1, -0.2])
    loss = (torch.tanh(W @ v) * 2).sum()
    return gf.explore(mirror(loss, W=W, v=v, loss=loss)).save(tmp_path_factory.mktemp("page") / "arrays.html")


def test_values_partials_and_grads_are_pytorchs(offline, saved):  # noqa: F811
    file, flow = saved
    figure = figure_on(offline(file))
    assert figure.derivatives()["x"].startswith("dz/dx = ")
    text = figure.pane.text_content()
    assert ".grad" in text and "MulBackward0" in text and "SinBackward0" in text and "no value" not in text
    unknown = [name for name in flow.names if flow.values[name] is None]
    assert unknown, "PyTorch holds no result of sin here, or this test shows nothing"
    for name in unknown:
        assert figure.node(name).locator('[data-slot="value"]').text_content() == ""
    expect(figure.pane.locator(".gf-broken")).to_have_count(0)
    expect(figure.pane.locator(".gf-cut-off")).to_have_count(2)


def test_the_sweep_paths_and_elimination_work_on_it(offline, saved):  # noqa: F811
    file, flow = saved
    figure = figure_on(offline(file))
    figure.button("First step").click()
    for _ in range(3):
        figure.button("One step forward").click()
    expect(figure.says).to_contain_text("dz/d")
    figure.tab("Paths").click()
    assert figure.tool.locator(".gf-row").count() == flow.paths("z", "x").count
    figure.tab("Eliminate").click()
    figure.node("p").click()
    expect(figure.pane.locator(".gf-born").first).to_be_visible()
    figure.tab("In words").click()
    assert "None" not in figure.tool.text_content()


def test_arrays_of_which_nobody_holds_the_values(offline, arrays):  # noqa: F811
    figure = figure_on(offline(arrays))
    assert "no value" not in figure.pane.text_content() and "does not exist" not in figure.pane.text_content()
    assert figure.derivatives()["W"].startswith("d loss/dW = ") or "3×2" in figure.derivatives()["W"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible(offline, saved, scheme):  # noqa: F811
    page = offline(saved[0], color_scheme=scheme)
    Figure(page.locator(".gradflow-widget")).ready()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_module_is_stepped_into(offline, tmp_path):  # noqa: F811
    torch = pytest.importorskip("torch")
    from gradflow_nb.torch import mirror, watch

    torch.manual_seed(0)
    cell, state, inputs = torch.nn.RNNCell(2, 2), torch.zeros(2, requires_grad=True), torch.ones(2, 2)
    with watch(cell):
        h = cell(inputs[1], cell(inputs[0], state))
    flow = mirror(h.sum(), cell=cell, state=state, h=h)
    figure = figure_on(offline(gf.explore(flow).save(tmp_path / "cell.html")))
    figure.node("h").click()
    figure.button("Step inside h").click()
    inside = figure.tool.locator(".gf-inside svg")
    expect(inside).to_be_visible()
    text = inside.text_content()
    assert "TanhBackward0" in text and "AddmmBackward0" in text and "no value" not in text
    expect(inside.locator('[data-node="cell(1)"]')).to_be_visible()
    figure.button("Step outside").click()
    expect(inside).to_have_count(0)
