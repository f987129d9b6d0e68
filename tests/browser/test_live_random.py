"""A random hand: whatever is pressed, dragged or typed, in whatever order, no error and no nonsense on the page."""

import random

import pytest

import gradflow_nb as gf

CHAIN = gf.graph("b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o")
FIGURES = {
    "the chain": lambda: gf.explore(CHAIN, a=1, o=2),
    "arrays": lambda: gf.explore(gf.graph("y = W @ x + b; s = sigmoid(y); L = sum((s - t)^2)"), W=[[1, 2], [3, 4]], x=[1, -1], b=[0, 1], t=[1, 0]),
    "opaque functions": lambda: gf.explore(gf.graph("x = x(w); y = y(x, w); z = z(y, w); L = L(x, y, z)")),
    "borders and kinks": lambda: gf.explore(gf.graph("u = log(x); v = sqrt(u) + x y; w = max(v, u) u; p = |w|; q = w p")),
    "every operation": lambda: gf.explore(gf.graph("y = x x + sin(x) x").expand(), x=2),
    "an altered flow": lambda: gf.explore(CHAIN.at(a=1, o=2).hold("d").eliminate("c")),
    "constants": lambda: gf.explore(gf.graph("y = 3; z = x + y"), x=1),
    "a copy": lambda: gf.explore(gf.graph("y = a"), a=1),
}  # fmt: skip

PARTS = {
    "press": "button:not([role=tab])", "tab": "[role=tab]", "node": ".gf-pane .gf-node", "edge": ".gf-pane .gf-edge",
    "drag": "input[type=range]", "choose": "select", "type": ".gf-field",
}  # fmt: skip
KEYS = ["ArrowRight", "ArrowLeft", "Enter", "Space", "Escape", "Home", "End", "+", "-"]
TYPED = ["1", "-2", "0", "abc", "1e300", "", "3/0"]

ACT = """([what, selector, u, v, typed]) => {
    const all = [...document.querySelectorAll(selector)], part = all[Math.floor(u * all.length)];
    if (!part) return;
    part.focus?.();
    const say = (type) => part.dispatchEvent(new Event(type, { bubbles: true }));
    if (what === "drag") part.value = String(Number(part.min) + v * (part.max - part.min));
    else if (what === "choose") part.selectedIndex = Math.floor(v * part.options.length);
    else if (what === "type") part.value = typed;
    else return void part.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    if (what !== "choose") say("input");
    say("change");
}"""


@pytest.mark.parametrize("name", FIGURES)
def test_a_random_hand(chromium, tmp_path, name):
    rng, page, errors = random.Random(name), chromium.new_page(), []
    page.on("pageerror", lambda error: errors.append(error.stack))
    page.goto(FIGURES[name]().save(tmp_path / "figure.html").as_uri())
    done = []
    for _ in range(200):
        what = rng.choice([*PARTS, "key"])
        done.append(what)
        if what == "key":
            page.keyboard.press(rng.choice(KEYS))
        else:
            page.evaluate(ACT, [what, PARTS[what], rng.random(), rng.random(), rng.choice(TYPED)])
        assert errors == [], done[-8:]
    text = page.locator("main").inner_text()
    assert not [word for word in ("undefined", "NaN", "[object", "Infinity") if word in text]
    page.close()
