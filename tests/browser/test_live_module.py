"""The live figure's module by itself: what is malformed is refused and never run, and what closes leaves nothing behind."""

import copy
import json

import pytest
from playwright.sync_api import expect

import gradflow_nb as gf
from gradflow_nb.widgets.live_figure import LiveFigure

from .alone import open_alone
from .figures import CHAIN, Figure

HOSTILE = "<img src=x onerror='window.pwned=1'></script><script>window.pwned=1</script>"


@pytest.fixture(scope="module")
def alone(chromium):
    with open_alone(chromium, LiveFigure.module.default_value) as page:
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        yield page


@pytest.fixture
def page(alone):
    yield alone
    alone.evaluate("() => document.body.replaceChildren()")
    assert alone.evaluate("typeof window.pwned") == "undefined"
    assert alone.errors == []


def state_of(graph, **point):
    figure = gf.explore(graph, **point)
    return {name: copy.deepcopy(getattr(figure, name)) for name in ("figure", "inputs", "selected", "step")}


@pytest.fixture(scope="module")
def good():
    return state_of(gf.graph(CHAIN), a=1, o=2)


@pytest.fixture
def state(good):
    return copy.deepcopy(good)


def shown(page, state):
    """Displays the state and closes it again; what it said, and how many listeners and timers are left."""
    return page.evaluate(
        """(state) => {
            const { listeners } = live, shown = show(state);
            const seen = { said: shown.el.textContent, figures: shown.el.querySelectorAll("svg, .gf-live").length, images: shown.el.querySelectorAll("img, script").length };
            shown.close();
            return { ...seen, listeners: live.listeners - listeners, timers: live.timers.size };
        }""",
        state,
    )


def refused(page, state, says=""):
    seen = shown(page, state)
    assert seen["said"].strip() and says in seen["said"]
    assert (seen["figures"], seen["images"], seen["listeners"], seen["timers"]) == (0, 0, 0, 0)
    return seen["said"]


def put(state, path, value):
    *way, last = path
    for key in way:
        state = state[key]
    state[last] = value


# Malformed -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("figure", [{}, None, [], "figure", 7, {"version": 1}])
def test_no_figure_at_all(page, state, figure):
    refused(page, state | {"figure": figure}, "This figure cannot be shown")


def test_another_version(page, state):
    state["figure"]["version"] = 2
    refused(page, state, "another version of gradflow_nb; run the cell again")


@pytest.mark.parametrize(
    "key",
    ["version", "svg", "names", "inputs", "outputs", "equations", "formulas", "view", "program", "widths"],
)
def test_a_key_is_missing(page, state, key):
    del state["figure"][key]
    refused(page, state)


@pytest.mark.parametrize("key", ["version", "names", "inputs", "numbers", "operations", "values", "edges"])
def test_a_key_of_the_program_is_missing(page, state, key):
    del state["figure"]["program"][key]
    refused(page, state, "This program cannot be run")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("program", "version"), 99),
        (("program", "operations", 0), ["constructor", 0, 1]),
        (("program", "operations", 0), ["eval", "window.pwned=1"]),
        (("program", "operations", 0), ["__proto__", 0]),
        (("program", "operations", 0, 1), 10**6),
        (("program", "operations", 0, 1), -1),
        (("program", "operations", 0, 1), 0.5),
        (("program", "operations", 0, 1), HOSTILE),
        (("program", "values", 0), 10**6),
        (("program", "edges", 0), [0, 1, 0]),
        (("program", "edges", 0, 2), 10**6),
        (("program", "numbers", 0), HOSTILE),
        (("program", "names", 1), "z"),
        (("program", "names", 1), "a"),
        (("program", "needs"), {"log": 1}),
        (("names",), "abcdefog"),
        (("names", 0), 1),
        (("inputs", 0), 99),
        (("outputs", 0), -1),
        (("equations",), ["x"]),
        (("equations", 0), {"html": HOSTILE}),
        (("formulas",), []),
        (("formulas", 0), {"html": HOSTILE}),
    ],
)
def test_a_part_is_of_another_form(page, state, path, value):
    put(state["figure"], path, value)
    refused(page, state)


@pytest.mark.parametrize("key", ["ranges", "notes", "conventions", "inside", "opens", "held"])
@pytest.mark.parametrize("value", [HOSTILE, {"a": HOSTILE}, [HOSTILE], 7, None])
def test_what_is_beside_the_point_is_shown_as_text_or_not_at_all(page, state, key, value):
    state["figure"][key] = value
    seen = shown(page, state)
    assert (seen["images"], seen["listeners"], seen["timers"]) == (0, 0, 0)


@pytest.mark.parametrize(
    "ink",
    ["<script>window.pwned=1</script>", "<g onload='window.pwned=1'/>", "<image href='x' onerror='window.pwned=1'/>",
     "<a href='javascript:window.pwned=1'><rect/></a>", "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'/></foreignObject>",
     "<style>@import 'http://example.org/x.css';</style>", "<style>rect { fill: url(http://example.org/x) }</style>",
     "<rect style='fill: url(http://example.org/x)'/>", "<animate onbegin='window.pwned=1'/>", "<use href='#x'/>", "<rect id='x'/>",
     "<rect mask='url(http://example.org/x.svg#m)'/>", "<style>rect { fill: u\\72l(http://example.org/x) }</style>",
     "<style>@\\69mport 'http://example.org/x.css';</style>", "<style>rect { cursor: image-set('http://example.org/x' 1x) }</style>", "<p>not ink</p>", "<not closed"],
)  # fmt: skip
def test_a_picture_that_holds_more_than_ink(page, state, ink):
    svg = state["figure"]["svg"]
    state["figure"]["svg"] = svg.replace("</svg>", ink + "</svg>")
    refused(page, state, "The picture of this figure")
    state["figure"]["svg"] = svg.replace("<svg ", "<svg onload='window.pwned=1' ", 1)
    refused(page, state, "The picture of this figure")


def test_hostile_names_and_words_are_only_text(page, state):
    """A graph cannot have such names, but a message can."""
    figure = state["figure"]
    i = figure["names"].index("b")
    figure["names"][i] = figure["program"]["names"][i] = HOSTILE
    figure["title"] = figure["equations"][i] = figure["formulas"][0] = HOSTILE
    figure["notes"] = [HOSTILE]
    page.evaluate("(state) => { window.shown = show(state); }", state)
    seen = Figure(page.locator(".gradflow-widget")).ready()
    for tool in ("Look", "Paths", "Hold", "Eliminate", "Nudge", "In words"):
        seen.tab(tool).click()
        seen.node("b").click()
    seen.button("First step").click()
    seen.button("One step forward").click()
    assert page.evaluate("document.querySelectorAll('main img, main script').length") == 0
    expect(seen.root).to_contain_text("<img src=x")
    page.evaluate("shown.close()")


@pytest.mark.parametrize(
    "inputs", [{}, {"a": "text", "o": 2}, {"a": None, "o": 2}, {"__proto__": 1}, {"a": [1, 2], "o": 2}]
)
def test_inputs_without_sense_make_no_number(page, state, inputs):
    seen = shown(page, state | {"inputs": inputs})
    assert "no value" in seen["said"] and (seen["images"], seen["listeners"]) == (0, 0)


def test_an_array_where_a_number_stood(page, state):
    page.evaluate("(state) => { window.shown = show(state); }", state)
    page.evaluate("() => shown.model.set('inputs', { a: [1, 2], o: 2 })")
    page.evaluate("() => shown.model.set('inputs', { a: 3, o: 2 })")
    assert Figure(page.locator(".gradflow-widget")).ready().shows(gf.graph(CHAIN).at(a=3, o=2))
    page.evaluate("shown.close()")


# Nothing stays -------------------------------------------------------------------------------------------------------

LEFT = """([state, times]) => {
    const { listeners, observers } = live;
    for (let i = 0; i < times; i++) {
        const shown = show(state), button = (name) => shown.el.querySelector(`[aria-label="${name}"]`);
        button("First step").click();
        button("Play").click();
        for (const tab of shown.el.querySelectorAll("[role=tab]")) tab.click();
        shown.model.set("inputs", { a: i / 10, o: 2 });
        shown.model.set("figure", structuredClone(state.figure)); // opened again over the old one
        button("Play").click();
        shown.close();
    }
    return { elements: document.querySelectorAll("main, .gradflow-widget").length, listeners: live.listeners - listeners, timers: live.timers.size, observers: live.observers - observers };
}"""


def in_memory(page):
    """How many nodes and listeners the browser itself holds, garbage apart."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("HeapProfiler.collectGarbage")
    devtools.send("Performance.enable")
    found = {metric["name"]: metric["value"] for metric in devtools.send("Performance.getMetrics")["metrics"]}
    devtools.detach()
    return found["Nodes"], found["JSEventListeners"]


def test_a_hundred_displays_and_closes_leave_nothing(page, state):
    nothing = {"elements": 0, "listeners": 0, "timers": 0, "observers": 0}
    assert page.evaluate(LEFT, [state, 3]) == nothing
    before = in_memory(page)
    assert page.evaluate(LEFT, [state, 100]) == nothing
    nodes, listeners = in_memory(page)
    assert nodes - before[0] < 200 and listeners - before[1] < 20  # one figure alone has over 500 nodes


def test_a_refused_figure_leaves_nothing_either(page, state):
    """`widths` is only missed when the first number is written: by then there are listeners."""
    del state["figure"]["widths"]
    assert shown(page, state)["listeners"] == 0


def test_a_figure_that_comes_later_is_shown(page, state):
    page.evaluate("(state) => { window.shown = show({ ...state, figure: {} }); }", state)
    expect(page.get_by_role("alert")).to_contain_text("it is empty")
    page.evaluate("(figure) => shown.model.set('figure', figure)", state["figure"])
    Figure(page.locator(".gradflow-widget")).ready()
    assert json.dumps(page.evaluate("shown.el.querySelectorAll('.gf-live').length")) == "1"
    page.evaluate("shown.close()")
