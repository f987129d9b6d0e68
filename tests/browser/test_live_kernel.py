"""The live figure and its kernel: what is sent and when, what Python sets, and bad input from a hand."""

import pytest
from playwright.sync_api import expect

import gradflow_nb as gf

LINKED = "import ipywidgets\nother = gf.explore(chain, a=1, o=2)\nlink = ipywidgets.link((figure, 'inputs'), (other, 'inputs'))\nother"
DOMAIN = "gf.explore(gf.graph('r = 1/x; y = log(x + z) + r'), x=1, z=2, ranges={'z': (-4, 4, 0.5)})"
CELLS = [LINKED, "figure", DOMAIN]


def test_dragging_sends_nothing(bench, figure, chain):
    slider, mouse = figure.slider("a"), bench.page.mouse
    slider.scroll_into_view_if_needed()
    box, quiet, seen = slider.bounding_box(), len(bench.sent), set()
    y = box["y"] + box["height"] / 2
    mouse.move(box["x"] + box["width"] / 2, y)
    mouse.down()
    for part in (0.9, 0.1, 0.7):
        mouse.move(box["x"] + part * box["width"], y, steps=12)
        seen.add(slider.input_value())
    assert figure.shows(chain.at(a=slider.input_value(), o=2))
    assert len(seen) == 3 and len(bench.sent) == quiet
    mouse.up()
    bench.until("figure.inputs['a']", slider.input_value() + ".0" * ("." not in slider.input_value()))
    assert sum(b'"comm_msg"' in frame for frame in bench.sent[quiet:]) == 1  # all that has settled, at once


def test_what_settles_reaches_python(bench, figure):
    figure.node("e").click()
    bench.until("figure.selected", "'e'")
    figure.label("e", "d").click()
    bench.until("figure.selected", "'∂e/∂d'")
    figure.button("One step back").click()
    bench.until("figure.step", "7")
    figure.field("value of o").fill("1/2")
    bench.until("figure.inputs", "{'a': 1.0, 'o': 0.5}")
    assert bench.python("figure.flow.values['g']") == "Fraction(3659, 2)"


def test_python_sets_it(bench, figure, chain):
    bench.python("figure.inputs = {'a': 0.5}")
    expect(figure.slider("a")).to_have_value("0.5")
    assert figure.shows(chain.at(a=0.5, o=2))
    bench.python("figure.step = 3")
    expect(figure.count).to_have_text("step 3 of 8")
    assert len(figure.derivatives()) == 3
    bench.python("figure.selected = '∂e/∂d'")
    expect(figure.tool).to_contain_text("Edge from d to e: ∂e/∂d = 2d = 47")
    bench.python("figure.selected = 'no such node'")
    expect(figure.tool).to_contain_text("Select a node or an edge")


def test_two_figures_linked(bench, figure, chain):
    other = bench.also(2)
    a = figure.drag(figure.slider("a"), 0.2)
    expect(other.slider("a")).to_have_value(str(a))
    assert other.shows(chain.at(a=a, o=2)) and figure.shows(chain.at(a=a, o=2))
    o = other.drag(other.slider("o"), -0.2)
    expect(figure.slider("o")).to_have_value(str(o))
    assert figure.shows(chain.at(a=a, o=o))


def test_two_views_of_one_figure(bench, figure, chain):
    view = bench.also(3)
    a = view.drag(view.slider("a"), -0.3)
    expect(figure.slider("a")).to_have_value(str(a))
    assert figure.shows(chain.at(a=a, o=2))
    figure.button("First step").click()
    expect(view.count).to_have_text("step 0 of 8")
    view.button("gradient flow").click()  # how one looks at it is each view's own
    expect(figure.button("computation")).to_have_attribute("aria-pressed", "true")


def test_outside_the_domain(bench):
    figure = bench.fresh(4)
    x, z = figure.field("value of x"), figure.slider("z")
    x.fill("0")
    expect(figure.alert).to_have_text("The node r has no value here. In r = 1/x: it divides by zero.")
    assert figure.numbers()["values"] == {"x": "0", "z": "2", "r": "no value", "y": "no value"}
    x.fill("1")
    expect(figure.alert).to_have_count(0)
    z.press("Home")
    expect(figure.alert).to_have_text(
        "The node y has no value here. In y = log(x + z) + r: log needs a positive number, and got −3."
    )
    assert figure.numbers()["values"]["r"] == "1"
    for _ in range(8):
        z.press("ArrowRight")
    expect(figure.alert).to_have_count(0)
    assert figure.shows(gf.graph("r = 1/x; y = log(x + z) + r").at(x=1, z=0), of="y")
    assert bench.console_errors == []


@pytest.mark.parametrize(
    "typed", ["seven", "1e", "0x10", "--1", "1/0", "<img src=x onerror='window.pwned = 1'>", "9" * 80]
)
def test_what_is_not_a_number(figure, chain, typed):
    field = figure.field("value of a")
    field.fill("0.5")
    field.fill(typed)
    wrong = figure.root.get_by_role("group", name="Inputs").locator(".gf-wrong")
    expect(wrong).to_contain_text("is not a number such as")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert figure.shows(chain.at(a=0.5, o=2))  # the last value stays
    field.press("Tab")
    expect(field).to_have_value("0.5")
    expect(field).to_have_attribute("aria-invalid", "false")
    expect(wrong).to_contain_text("is not a number such as")  # why the old value is there again
    field.fill("2")
    expect(wrong).to_have_text("")
    assert figure.shows(chain.at(a=2, o=2))
    assert figure.page.evaluate("typeof window.pwned") == "undefined"


def test_nothing_stays_when_it_closes(bench, figure):
    figure.button("First step").click()
    figure.button("Play").click()
    bench.python("figure.close()")
    expect(bench.page.locator(".gradflow-widget:has(.gf-live)")).to_have_count(0)
