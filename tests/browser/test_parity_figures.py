"""From a program to what a figure says: 500 random graphs, of which the browser is given only the program and a point.

Values, both sweeps, sweeps with nodes held, eliminations, path sums and factored forms, each against Python's own.
"""

import random

import pytest

from gradflow_nb import graph
from gradflow_nb.core.derived.portable import portable
from gradflow_nb.widgets.base import PARTS

WRITTEN = [
    "{a} + {b}", "{a} - {n} {b}", "{a} {b}", "{n}{a} + {m}{b}", "sin({a}) + {b}", "cos({a} {b})", "tanh({a}) {b}", "{a}^2 - {b}",
    "{a}/({b}^2 + 1)", "exp(sin({a})) + {b}", "relu({a}) + |{b}|", "max({a}, {b})", "min({a}, {n}{b})", "sigmoid({a} - {b})",
    "log({a}^2 + 1) {b}", "sqrt({b}^2 + {n}) + {a}", "atan({a} {b})", "{a} {b} + {a}^3", "-{a}",
]  # fmt: skip

ANSWER = """(cases) => cases.map(({ data, inputs, of, wrt, hold, gone }) => {
    const ran = ranAt(data, inputs, new Map()), flow = flowOf(data, ran);
    const left = gone.reduce((before, node) => eliminated(before, node).flow, flow), form = factoredForm(flow, of, wrt, "suffix");
    return {
        values: ran.values, failed: ran.failed, adjoints: sweepResults(flow, "backward", of), tangents: sweepResults(flow, "forward", wrt),
        held: sweepResults(held(flow, hold), "backward", of), left: left.edges.map(({ child, parent, map }) => [child, parent, map]),
        form: formValue(flow, form), products: firstPaths(flow, of, wrt, 30).map((path) => pathProduct(flow, path)),
    };
})"""


@pytest.fixture(scope="module")
def page(parts):
    return parts(*PARTS[: PARTS.index("picture.js")])


def random_graph(rng):
    names = ["x", "y", "z"][: rng.randint(1, 3)]
    lines = []
    for i in range(rng.randint(2, 9)):
        a, b = rng.choice(names[-4:]), rng.choice(names)
        lines.append(f"v{i} = " + rng.choice(WRITTEN).format(a=a, b=b, n=rng.randint(2, 5), m=rng.randint(2, 5)))
        names.append(f"v{i}")
    made = graph("; ".join(lines))
    return made.expand() if rng.random() < 0.25 else made


def case(rng):
    made = random_graph(rng)
    point = {name: rng.choice([rng.randint(-3, 3), round(rng.uniform(-2, 2), 3)]) for name in made.inputs}
    flow = made.at(point)
    at = {name: i for i, name in enumerate(flow.names)}
    ends = {*made.inputs, *flow.outputs}
    inner = [name for name in flow.names if name not in ends]
    asked = {
        "of": at[flow.outputs[-1]],
        "wrt": at[rng.choice(made.inputs)],
        "hold": [at[name] for name in rng.sample(flow.names, min(2, len(flow.names)))],
        "gone": [at[name] for name in rng.sample(inner, rng.randint(0, len(inner)))],
    }
    places = [[at[name] for name in group] for group in (made.inputs, flow.outputs)]
    data = {
        "program": portable(made, False), "names": list(flow.names), "inputs": places[0], "outputs": places[1],
        "formulas": [""] * len(flow.edges),
    }  # fmt: skip
    return flow, {"data": data, "inputs": [float(flow.known[name]) for name in made.inputs], **asked}


def sizes(flow, start, backward):
    """The largest sum of absolute products on the way: what rounding is measured by."""
    found = {start: 1.0}
    for name in reversed(flow.names) if backward else flow.names:
        for edge in flow.up[name] if backward else flow.down[name]:
            other = edge.child if backward else edge.parent
            if other in found:
                found[name] = found.get(name, 0.0) + found[other] * abs(float(edge.partial))
    return max(found.values())


def compare(flow, asked, got):
    names, of, wrt = flow.names, flow.names[asked["of"]], flow.names[asked["wrt"]]
    values = [float(flow.known[name]) for name in names]
    largest = max(1.0, *map(abs, values), *(abs(float(e.partial)) for e in flow.edges))
    scale = 1e-12 * largest * max(1.0, sizes(flow, of, True), sizes(flow, wrt, False))

    def close(found, wanted):
        assert found == pytest.approx(wanted, rel=0, abs=scale)

    assert got["failed"] is None
    assert got["values"] == pytest.approx(values, rel=0, abs=1e-12 * largest)
    close([x or 0 for x in got["adjoints"]], [float(x) for x in flow.adjoints(of).values()])
    close([x or 0 for x in got["tangents"]], [float(x) for x in flow.jvp(wrt, 1).values()])
    close([x or 0 for x in got["held"]], [float(x) for x in flow.hold(names[i] for i in asked["hold"]).adjoints(of).values()])
    left = flow.eliminate([names[i] for i in asked["gone"]]) if asked["gone"] else flow
    assert [(names[child], names[parent]) for child, parent, _ in got["left"]] == [(e.child, e.parent) for e in left.edges]
    close([partial for *_, partial in got["left"]], [float(e.partial) for e in left.edges])
    paths = flow.paths(of, wrt)
    close(got["products"], [float(path.product) for path in paths[:30]])
    close(got["form"], float(paths.factored().value) if paths.count else 0.0)


def test_five_hundred_programs(page):
    rng = random.Random(11)
    cases = [case(rng) for _ in range(500)]
    for start in range(0, 500, 100):
        batch = cases[start : start + 100]
        for (flow, asked), got in zip(batch, page.evaluate(ANSWER, [asked for _, asked in batch]), strict=True):
            compare(flow, asked, got)
    assert sum(flow.paths(flow.outputs[-1], flow.names[asked["wrt"]]).count > 1 for flow, asked in cases) > 100
    assert sum(len(asked["gone"]) > 1 for _, asked in cases) > 100
