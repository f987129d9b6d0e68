"""What Python writes into a picture's slots at first is what the browser writes into them."""

import random
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

import gradflow_nb as gf
from gradflow_nb.diagram.slots import matrix_text, number, value_text

GRAPHS = {
    "the chain": (lambda: gf.graph("b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o"), {"a": 1, "o": 2}),
    "decimals": (lambda: gf.graph("y = sin(x)/7; z_1 = exp(9 y) + x_2^3; loss = z_1 y - 12345.678"), {"x": 0.3, "x_2": -211}),
    "long names": (lambda: gf.graph("temperature_1 = 3 pressure; efficiency = temperature_1 pressure"), {"pressure": 1234.5678}),
    "a layer": (lambda: gf.graph("y = W @ x + b; s = sigmoid(y); L = sum((s - t)^2)"), {"W": [[1, 2], [3, 4]], "x": [1, -1], "b": [0, 1], "t": [1, 0]}),
    "larger arrays": (lambda: gf.graph("y = W @ x; L = mean(y)"), {"W": np.ones((5, 3)), "x": [1, 2, 3]}),
    "Jacobians too large to write down": (lambda: gf.graph("y = A x; z = tanh(x); L = sum(z)"), {"A": 2, "x": np.linspace(0, 1, 101)}),
    "a Jacobian by a matrix": (lambda: gf.graph("y = W @ x; L = sum(y)"), {"W": np.ones((60, 4)), "x": [1, 2, 3, 4]}),
    "a missing partial": (lambda: gf.graph("y = sqrt(x); z = y + x"), {"x": 0}),
    "two outputs": (lambda: gf.graph("y = x^2; z = 3x; u = w + 1"), {"x": 2, "w": 1}),
    "expanded": (lambda: gf.graph("y = x x + sin(x)").expand(), {"x": 2}),
    "a gradient": (lambda: gf.graph("b = 5 - 3a; c = b^3").gradient_graph("c", "a"), {"a": 1}),
}  # fmt: skip

SLOTS = """() => [...document.querySelectorAll("[data-slot]")].map((slot) => [slot.dataset.slot,
    slot.textContent.replaceAll("\\u200b", "")])"""


@pytest.fixture(scope="module")
def words(parts: Callable[..., Page]) -> Page:
    return parts("numbers.js", "arrays.js", "slots.js")


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("view", [{}, {"step": 1}, {"direction": "gradient", "labels": "number"}])
def test_the_still_picture_is_the_live_one(chromium: Browser, tmp_path, name, view):
    make, point = GRAPHS[name]
    figure = gf.explore(make(), point, **view)
    page = chromium.new_page()
    page.set_content(figure._repr_mimebundle_()[0]["image/svg+xml"])
    still, classes = page.evaluate(SLOTS), set(page.locator("svg").get_attribute("class").split())
    page.goto(figure.save(tmp_path / "figure.html").as_uri())
    assert page.evaluate(SLOTS) == still and len(still) >= 6
    assert classes <= set(page.locator("svg").first.get_attribute("class").split())
    page.close()


def test_numbers(words: Page):
    rng = random.Random(3)
    numbers = [rng.uniform(-1, 1) * 10 ** rng.randint(-12, 14) for _ in range(2000)]
    numbers += [*range(-30, 30), 999_999_999, 1e9, -123_456_789, 0.1, 1 / 3, -2 / 3, 1e-7, -1e22, 5e-324, 1.7e308, -0.0]
    for room in (4.6, 8.0, 3.2, 2.0):
        texts = words.evaluate("([xs, room]) => xs.map((x) => slotNumber(x, room))", [numbers, room])
        assert texts == [number(float(x), room) for x in numbers]


def test_arrays_and_jacobians(words: Page):
    rng = np.random.default_rng(4)
    arrays = [np.round(rng.normal(size=shape) * 10.0 ** rng.integers(-3, 5), 3) for shape in [(1,), (2,), (3,), (2, 2), (1, 3), (2, 1, 2), (12,), (7, 9)] * 12]
    sent = [{"shape": list(a.shape), "data": a.ravel().tolist()} for a in arrays]
    texts = words.evaluate("(all) => all.map(({ shape, data }) => slotValue({ shape, data: Float64Array.from(data) }, 8))", sent)
    assert texts == [value_text(a, 8.0) for a in arrays]
    matrices = [np.eye(3), np.diag([2.0, -3.0]), np.diag([0.0, 1.0]), np.zeros((2, 2)), *(a for a in arrays if a.ndim == 2)]
    sent = [{"rows": len(m), "cols": len(m[0]), "data": m.ravel().tolist()} for m in matrices]
    texts = words.evaluate("(all) => all.map(({ rows, cols, data }) => slotMap({ rows, cols, data: Float64Array.from(data) }))", sent)
    assert texts == [matrix_text(m) for m in matrices]
