"""The live figure in Chromium beside the usual way: pygraphviz draws the whole graph anew into `widgets.HTML`.

    make bench            (or: .venv/bin/python -m pytest benchmarks/test_live_figure.py -s)

Prints tables; a timing is never a test. What is tested: numbers are right, silence is silence, the module is small, and
nothing of a closed figure lives on.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from pathlib import Path
from statistics import median

from redrawn import CHAIN, point, random_graph
from table import table

import gradflow_nb as gf
from gradflow_nb.diagram.slots import number
from gradflow_nb.widgets.base import PARTS, static
from gradflow_nb.widgets.live_figure import LiveFigure
from tests.browser.alone import open_alone
from tests.browser.figures import open_bench

GRAPHS = {"200 nodes": random_graph(200), "the chain, 8 nodes": CHAIN}

SETUP = f"""
import sys
sys.path.append({str(Path(__file__).parent)!r})
from time import perf_counter
from redrawn import *
from ipywidgets.widgets.widget import _instances
"""

# What waits until the hand has come to rest has run.
RESTED = "() => new Promise((done) => setTimeout(done, 700))"

WRITE = "([cell, source]) => gradflowPanel.content.widgets[cell].model.sharedModel.setSource(source)"

# Moves the slider, one move a frame; the milliseconds until the last value and dlast/da were new text, and until they
# were laid out as well.
LIVE_EVENTS = """async (root, [count, last, seed]) => {
    const slider = root.querySelector("input[type=range][aria-label=a]"), answered = [], laidOut = [];
    const slots = [[last, "value"], ["a", "derivative"]].map(([node, slot]) => `.gf-pane [data-node="${node}"] [data-slot=${slot}]`);
    const texts = () => slots.map((slot) => root.querySelector(slot).textContent);
    for (let i = 0; i < count; i++) {
        await new Promise(requestAnimationFrame);
        const before = texts();
        slider.value = ((seed + i) * 0.37) % 1.7 - 0.8;
        const start = performance.now();
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        const after = texts();
        answered.push(performance.now() - start);
        root.querySelector(slots[0]).getBBox();
        laidOut.push(performance.now() - start);
        if (after.some((text, k) => text === before[k])) throw new Error(`${after} is no news after ${before}`);
    }
    return { answered, laidOut };
}"""  # noqa: E501

# The arrow key is an input event of the sliders of ipywidgets; the answer is a new picture.
USUAL_EVENTS = """async (output, count) => {
    const handle = output.querySelector(".noUi-handle"), picture = output.querySelector(".widget-html-content"), answered = [];
    for (let i = 0; i < count; i++) {
        await new Promise(requestAnimationFrame);
        const before = picture.textContent, start = performance.now();
        answered.push(await new Promise((done) => {
            const watch = new MutationObserver(() => {
                if (picture.textContent === before || !picture.querySelector("svg")) return;
                watch.disconnect();
                done(performance.now() - start);
            });
            watch.observe(picture, { childList: true, subtree: true, characterData: true });
            handle.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
        }));
    }
    return answered;
}"""  # noqa: E501

# Runs a cell; the milliseconds until each of its figures was to be seen, with its numbers in it.
SHOWN = """async ([cell, count]) => {
    const panel = gradflowPanel.content, times = [], start = performance.now();
    panel.deselectAll();
    panel.activeCellIndex = cell;
    panel.widgets[cell].outputArea.model.clear();
    jupyterapp.commands.execute("notebook:run-cell");
    const isShown = (svg) => svg.getBoundingClientRect().width > 0
        && [...svg.querySelectorAll("[data-slot=value], [data-slot=derivative]")].every((slot) => slot.textContent);
    while (times.length < count && performance.now() < start + 120000) {
        await new Promise(requestAnimationFrame);
        const live = [...panel.widgets[cell].node.querySelectorAll(".gradflow-widget .gf-pane > svg")].filter(isShown).length;
        while (times.length < live) times.push(performance.now() - start);
    }
    return times;
}"""  # noqa: E501

HEADS = ("", "events", "median", "95th percentile", "slowest")


def percentile(times: list[float]) -> float:
    return sorted(times)[math.ceil(0.95 * len(times)) - 1]


def summary(name: str, times: list[float], *more: object) -> tuple[object, ...]:
    return (name, len(times), *(f"{f(times):,.1f} ms" for f in (median, percentile, max)), *more)


def test_from_the_hand_to_the_label(lab, chromium, tmp_path) -> None:
    cells = [SETUP, *(each for text in GRAPHS.values() for each in (f"live({text!r})", f"Redrawn({text!r}).show()"))]
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    with open_bench(lab, chromium, cells, "hand-to-label", tmp_path) as bench:
        for turn in range(10):  # the sides take turns, and each has the page and the kernel for itself
            for k, (title, source) in enumerate(GRAPHS.items()):
                figure, graph = bench.figure(1 + 2 * k), gf.graph(source)
                times = figure.root.evaluate(LIVE_EVENTS, [20, graph.outputs[-1], 20 * turn])
                bench.page.evaluate(RESTED)
                times["usual"] = bench.cell_output(2 + 2 * k).evaluate(USUAL_EVENTS, 4)
                bench.page.evaluate(RESTED)
                for side, more in times.items():
                    found[title, side] += more
                seen, a = figure.numbers()["values"], float(figure.slider("a").input_value())
                for name, value in graph.at({**point(graph), "a": a}).values.items():
                    assert seen[name] in (number(value * (1 - 1e-12)), number(value * (1 + 1e-12)))
        assert bench.console_errors == []
    rows = []
    for title in GRAPHS:
        live, laid_out, usual = (found[title, side] for side in ("answered", "laidOut", "usual"))
        faster = [f"{f(usual) / f(live):,.0f} times" for f in (median, percentile)]
        rows.append(summary(f"{title}: the live figure", live, *faster))
        rows.append(summary("    and laid out for the next frame", laid_out, "", ""))
        rows.append(summary("    the usual way", usual, "", ""))
    table("From an input event to new text in the page", (*HEADS, "faster: median", "95th percentile"), rows)


def test_silence_while_dragging(lab, chromium, tmp_path) -> None:
    with open_bench(lab, chromium, [SETUP, f"live({CHAIN!r})"], "silence", tmp_path) as bench:
        figure = bench.figure(1)
        bench.page.evaluate(RESTED)
        before = len(bench.sent)
        figure.root.evaluate(LIVE_EVENTS, [200, "g", 0])
        dragged = len(bench.sent) - before
        figure.slider("a").dispatch_event("change")
        bench.page.evaluate(RESTED)
        released = len(bench.sent) - before - dragged
    rows = [("while 200 input events came", dragged), ("when the slider was let go", released)]
    table("Messages to the kernel", ("", "sent"), rows)
    assert (dragged, released) == (0, 1)


def test_ten_figures(lab, chromium, tmp_path) -> None:
    with open_bench(lab, chromium, [SETUP, f"chain = {CHAIN!r}\nlive(chain)", ""], "ten", tmp_path) as bench:
        bench.page.evaluate(WRITE, [2, "for _ in range(10):\n    display(live(chain))"])
        runs = []
        for _ in range(5):
            runs.append(bench.page.evaluate(SHOWN, [2, 10]))
            bench.page.evaluate(RESTED)
        made = bench.python(f"start = perf_counter()\n{'live(chain);' * 10}\nround(1e3 * (perf_counter() - start))")
        assert bench.console_errors == []
    assert all(len(times) == 10 for times in runs)
    rows = [(f"run {i}", f"{times[0]:,.0f} ms", f"{times[-1]:,.0f} ms") for i, times in enumerate(runs, 1)]
    table("Ten figures from one cell", ("", "first visible", "all ten visible"), rows)
    print(f"  of which Python takes {made} ms to make all ten")


def test_size() -> None:
    module, styles = len(static(*PARTS).encode()), len(LiveFigure._css.encode())
    table("Bytes as written", ("", "bytes"), [("module", f"{module:,}"), ("style sheet", f"{styles:,}")])
    assert module <= 100_000


def counted(page) -> dict[str, float]:
    """What lives in a page after its garbage was collected."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    return {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}


def test_leaks(lab, chromium, tmp_path) -> None:
    def grown(name: str, first: dict[str, float], last: dict[str, float], *more: object) -> tuple[object, ...]:
        nodes, listeners, heap = (last[key] - first[key] for key in ("Nodes", "JSEventListeners", "JSHeapUsedSize"))
        return (name, f"{nodes:+,.0f}", f"{listeners:+,.0f}", f"{heap / 1e6:+,.2f} MB", *more)

    figure, rows = gf.explore(gf.graph(CHAIN), a=1, o=2), []
    state = {name: getattr(figure, name) for name in ("figure", "inputs", "selected", "step")}
    show = "([state, times]) => { for (let i = 0; i < times; i++) show(structuredClone(state)).close(); }"
    with open_alone(chromium, static(*PARTS)) as page:
        page.evaluate(show, [state, 5])
        first = counted(page)
        page.evaluate(show, [state, 100])
        last = counted(page)
        rows.append(grown("the live figure's module in a page without Jupyter", first, last, "", ""))
        assert (last["Nodes"], last["JSEventListeners"]) == (first["Nodes"], first["JSEventListeners"])

    # The slider tells how much JupyterLab and ipywidgets keep of any widget.
    living = "[len(_instances), sum(type(widget) is type(shown) for widget in _instances.values())]"
    for made in (f"live({CHAIN!r})", "ipywidgets.FloatSlider()"):
        cells = [SETUP, f"shown = {made}\ndisplay(shown)", "shown.close()"]
        with open_bench(lab, chromium, cells, "leaks", tmp_path) as bench:
            counts, widgets = [], []
            for times in (5, 100):
                for _ in range(times):
                    bench._run(1)
                    bench.cell_output(1).locator(".gf-pane > svg, .noUi-handle").first.wait_for()
                    bench._run(2)
                bench.page.evaluate(RESTED)
                widgets.append(json.loads(bench.python(living)))
                counts.append(counted(bench.page))
            name = "the live figure in JupyterLab" if "live" in made else "an ipywidgets.FloatSlider there"
            rows.append(grown(name, *counts, f"{widgets[1][0] - widgets[0][0]:+}", widgets[1][1]))
            assert widgets[1][1] == 0
    heads = ("", "DOM nodes", "listeners", "JavaScript heap", "widgets in Python", "of its own class")
    table("What 100 displays and closes leave behind", heads, rows)


def test_a_thousand_nodes(lab, chromium, tmp_path) -> None:
    source = random_graph(1000)
    with open_bench(lab, chromium, [SETUP, ""], "thousand", tmp_path) as bench:
        made = bench.python(f"start = perf_counter()\nfigure = live({source!r})\nround(perf_counter() - start, 1)")
        bench.page.evaluate(WRITE, [1, "figure"])
        (shown,) = bench.page.evaluate(SHOWN, [1, 1])
        times = bench.figure(1).root.evaluate(LIVE_EVENTS, [60, gf.graph(source).outputs[-1], 0])
    rows = [summary("the live figure", times["answered"]), summary("and laid out", times["laidOut"])]
    table("From an input event to new text in the page: 1,000 nodes", HEADS, rows)
    print(f"  made by Python in {made} s; drawn {shown / 1e3:.1f} s after its cell was run")
