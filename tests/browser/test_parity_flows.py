"""The browser's sweeps, paths, forms, eliminations and orders are Python's: the same orders, counts, values and texts."""

import json
import random
import re

import numpy as np
import pytest

import gradflow_nb as gf
from gradflow_nb.core.edge import present
from gradflow_nb.core.linear import Missing
from gradflow_nb.core.paths.path import is_scalar, partial_formula
from gradflow_nb.core.worlds import is_array
from gradflow_nb.errors import GradflowError, NoDerivative
from gradflow_nb.notation.plain import PLAIN

PARTS = ("maps.js", "flow.js", "paths.js", "forms.js", "orders.js")
STYLES = ("suffix", "expanded")
BATCH = 60
SIMPLE = re.compile(r"\d+|D_\w+")

ASK = """
(batch) => JSON.stringify(JSON.parse(batch).map(({ flow, asked }) => {
  for (const edge of flow.edges) {
    if (edge.map === null) edge.map = NaN;
    if (edge.map?.data) edge.map.data = Float64Array.from(edge.map.data);
    if (edge.recipe) {
      const matrix = edge.map;
      delete edge.map;
      edge.vjp = (rows) => timesMap(rows, matrix);
    }
  }
  const pathSum = (flow, of, wrt) => (of === wrt ? 1 : !pathCount(flow, of, wrt) ? 0
    : flow.sizes[of] <= flow.sizes[wrt] ? sweepResults(flow, "backward", of)[wrt] : sweepResults(flow, "forward", wrt)[of]);
  const form = (of, wrt, style) => {
    const found = factoredForm(flow, of, wrt, style);
    return found && { ...found, parts: found.parts.length, value: formValue(flow, found), text: formText(found, (i) => flow.edges[i].text) };
  };
  let multiplications = 0, left = asked.holdFirst ? held(flow, asked.hold) : flow;
  for (const position of asked.eliminate) {
    const next = eliminated(left, position);
    left = next.flow;
    multiplications += next.multiplications;
  }
  return {
    into: edgeNumbers(flow, "child"),
    outOf: edgeNumbers(flow, "parent"),
    cotangents: asked.of.map((of) => sweepResults(flow, "backward", of)),
    tangents: asked.wrt.map((wrt) => sweepResults(flow, "forward", wrt)),
    backward: asked.of.map((of) => sweepSteps(flow, "backward", of)),
    forward: asked.wrt.map((wrt) => sweepSteps(flow, "forward", wrt)),
    held: asked.pairs.map(([of, wrt]) => pathSum(held(flow, asked.hold), of, wrt)),
    left: asked.pairs.map(([of, wrt]) => ({ count: pathCount(left, of, wrt), sum: pathSum(left, of, wrt) })),
    eliminated: { edges: left.edges, multiplications, gone: left.gone ?? [] },
    orders: eliminationOrders(asked.ordersLeft ? left : flow),
    pairs: asked.pairs.map(([of, wrt]) => ({
      count: pathCount(flow, of, wrt),
      first: firstPaths(flow, of, wrt, 20).map((path) => ({ path, product: pathProduct(flow, path) })),
      last: asked.last && pathCount(flow, of, wrt) ? pathAt(flow, of, wrt, pathCount(flow, of, wrt) - 1n) : [],
      sum: pathSum(flow, of, wrt),
      through: [...pathsThrough(flow, of, wrt)],
      forms: asked.styles.map((style) => form(of, wrt, style)),
    })),
  };
}), (key, value) => {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Float64Array) return [...value];
  return typeof value === "number" && !Number.isFinite(value) ? "missing" : value;
})
"""


@pytest.fixture(scope="module")
def page(parts):
    return parts(*PARTS)


# Flows ---------------------------------------------------------------------------------------------------------------

WORDS = ["{a} + {b}", "{a} - {b}", "{a} {b}", "{k}{a} + {b}", "{a} - {k}{b}", "{a}/{d}", "sin({a}) {b}", "cos({a})", "{a}^2",
         "tanh({a}) + {b}", "{a} {a} + {a}", "max({a}, {b})", "{a} {b} {c}", "relu({a}) - {b}", "exp(tanh({a}))", "-{a}", "{a}/{k}"]  # fmt: skip
WHOLE = ["{a} + {b}", "{a} - {b}", "{a} {b}", "{k}{a} + {b}", "{k} - {k}{a}", "{a} {b} + {c}", "-{a}"]


def random_flow(draw):
    """A random DAG at a point: whole numbers, fractions or floats; zeros; a partial that does not exist now and then."""
    inputs = [f"x{i}" for i in range(draw.randint(1, 3))]
    whole, nodes, lines = draw.random() < 0.4, list(inputs), []
    if missing := draw.random() < 0.3:
        nodes.append("q")
        lines.append("q = sqrt(o)")
    for i in range(draw.randint(1, 14)):
        near = nodes[-draw.randint(1, 6) :] if draw.random() < 0.8 else inputs
        a, b, c = (draw.choice(near) for _ in "abc")
        word = draw.choice(WHOLE if whole else WORDS).format(a=a, b=b, c=c, d=f"(3 + {b}^2)", k=draw.randint(2, 9))
        lines.append(f"v{i} = {word}")
        nodes.append(f"v{i}")
    if draw.random() < 0.2:
        lines += ["r = 2s + 1", "p = r^2"]
    graph = gf.graph("; ".join(lines))
    kinds = [
        lambda: draw.randint(-3, 4),
        lambda: round(draw.uniform(-2, 2), 3),
        lambda: f"{draw.randint(-5, 5)}/{draw.choice([2, 3, 8])}",
        lambda: 0,
    ]
    point = {name: draw.choice(kinds)() for name in graph.inputs}
    if missing and "o" in point:
        point["o"] = 0
    return (graph.expand() if draw.random() < 0.3 else graph).at(point)


def array_flow(draw):
    """A small network of random shapes, with scalars in it."""
    n, m = draw.randint(1, 4), draw.randint(1, 4)
    lines = ["y = W @ x + b", f"z = {draw.choice(['tanh(y)', 'relu(y)', 'exp(y/9)', 'a y', 'y^2 - a'])}"]
    lines += draw.sample(
        ["s = sum(z)", "t = a sum(y) + 1", "u = z * y", "w = z[0] a", "h = softmax(z)", "k = x + x[0]"],
        draw.randint(1, 5),
    )
    names = [line.split(" ")[0] for line in lines]
    if "s" in names and "t" in names:
        lines.append("L = s t + a")
    if draw.random() < 0.3:
        lines.append("g = sum(sqrt(z - z))")
    graph = gf.graph("; ".join(lines))
    values = np.random.default_rng(draw.randint(0, 10**6))
    shapes = {"W": (m, n), "x": (n,), "b": (m,), "a": ()}
    point = {
        name: values.normal(size=shapes[name]).round(3) if shapes[name] else draw.randint(-2, 3)
        for name in graph.inputs
    }
    return (graph.expand() if draw.random() < 0.2 else graph).at(point)


def diamonds(count, partial=1):
    lines = []
    for i in range(count):
        lines += [f"l{i} = {partial}v{i}", f"r{i} = v{i} + 1", f"v{i + 1} = l{i} + r{i}"]
    return gf.graph("; ".join(lines)).at(v0=1)


def wide(width):
    """More inner nodes than are tried in all orders, each used by some of the next layer."""
    lines = [f"a{i} = {i + 2}x + y" for i in range(width)] + [f"b{i} = a{i} a{(i + 1) % width}" for i in range(width)]
    return gf.graph("; ".join([*lines, "z = " + " + ".join(f"b{i}" for i in range(width))])).at(x=1, y=2)


CHAIN = gf.graph("b = 5 - 3a; c = 2b + 3; d = 5b + 6; e = 7c + d^2; f = 2e; g = 3f - o")
OPAQUE = "x = x(w); y = y(x, w); z = z(y, w); L = L(x, y, z)"
LADDER = "; ".join(["v1 = v1(v0)", *(f"v{i} = v{i}(v{i - 1}, v{i - 2})" for i in range(2, 12))])
DEEP = "; ".join(["v1 = v1(v0)", *(f"v{i} = v{i}(v{i - 1}, v0)" for i in range(2, 60))])
MIXED = [
    "x = x(w); y = 3x + w; L = L(x, y)",
    "u = a*e1; s = sin(a); t = a/(a + 1); v = (a + 1)^3; q = 5v + 2u + 3s - 4t; z = -q/3; y = 7z",
    "x = x(w); y = y(x); z = z(y, x); L = 2z + 3y - x",
    OPAQUE,
    LADDER,
    DEEP,
]


# What Python says ----------------------------------------------------------------------------------------------------


def size(flow, name):
    value = flow.known[name]
    return value.size if is_array(value) else 1


def matrix(flow, edge):
    """An edge's map as a matrix of floats; None for a missing one and for a symbol."""
    if not edge.exists:
        return None
    whole = np.asarray(edge.map.matrix, dtype=float)
    return np.reshape(whole, (size(flow, edge.child), size(flow, edge.parent)))


def sent(flow, draw):
    """The flow as the browser has it."""
    at = {name: i for i, name in enumerate(flow.names)}
    edges = []
    for edge in flow.edges:
        entry = {"child": at[edge.child], "parent": at[edge.parent], "text": str(partial_formula(edge))}
        if not edge.exists:
            entry["map"] = None
        elif is_scalar(edge.map) and not flow.symbolic:
            entry["map"] = float(edge.partial)
        elif not flow.symbolic:
            whole = matrix(flow, edge)
            entry["map"] = {"rows": whole.shape[0], "cols": whole.shape[1], "data": whole.ravel().tolist()}
            if whole.size == 1:
                entry["map"] = whole.item()
            entry["recipe"] = draw.random() < 0.2
        edges.append(entry)
    return {
        "names": flow.names,
        "inputs": [at[name] for name in flow.graph.inputs],
        "outputs": [at[name] for name in flow.outputs],
        "sizes": [size(flow, name) for name in flow.names],
        "edges": edges,
    }


def question(flow, draw):
    count, ends = len(flow.names), {*flow.graph.inputs, *flow.outputs}
    inner = [i for i, name in enumerate(flow.names) if name not in ends]
    pairs = [(draw.randrange(count), draw.randrange(count)) for _ in range(2)]
    pairs += [(flow.names.index(draw.choice(flow.outputs)), flow.names.index(draw.choice(list(flow.graph.inputs))))]
    few = all(flow.paths(flow.names[of], flow.names[wrt]).count <= 200 for of, wrt in pairs)
    return {
        "of": draw.sample(range(count), min(2, count)),
        "wrt": draw.sample(range(count), min(2, count)),
        "pairs": pairs,
        "hold": draw.sample(range(count), draw.randint(1, min(3, count))),
        "eliminate": draw.sample(inner, draw.randint(0, len(inner))),
        "holdFirst": draw.random() < 0.3,
        "ordersLeft": draw.random() < 0.5,
        "last": draw.random() < 0.5,
        "styles": STYLES if few else STYLES[:1],
    }


def close(found, wanted, scale):
    """Whether a map of the browser's is a derivative of Python's, to 1e-12 of the largest that was added up."""
    if np.max(scale, initial=0) > 1e290:
        return True
    if wanted is None or isinstance(wanted, Missing):
        return found == "missing" or "missing" in found["data"]
    if isinstance(found, dict):
        found = np.reshape(found["data"], (found["rows"], found["cols"]))
    wanted = np.asarray(wanted, dtype=float)
    found = np.asarray(0.0 if found is None else found, dtype=object)
    if found.size != wanted.size:
        return found.size == 1 and not found.any() and not wanted.any()  # no path: 0 for a whole matrix of zeros
    return bool(np.all(np.abs(np.ravel(found).astype(float) - np.ravel(wanted)) <= 1e-12 * np.ravel(scale)))


class Sizes:
    """The sums over the absolute values of all products: what rounding is measured by."""

    def __init__(self, flow):
        self.flow, self.swept = flow, {}
        self.absolute = []
        for edge in flow.edges:
            whole = matrix(flow, edge)
            if whole is None:
                whole = np.zeros((size(flow, edge.child), size(flow, edge.parent)))
            elif edge.child == "h":  # the difference that a softmax is differentiated by
                whole = np.diag(flow.known["h"]) + np.outer(flow.known["h"], flow.known["h"])
            self.absolute.append((edge, np.abs(whole)))

    def total(self, of, wrt):
        if of not in self.swept:
            found = self.swept[of] = {of: np.eye(size(self.flow, of))}
            into = {}
            for edge, whole in self.absolute:
                into.setdefault(edge.child, []).append((edge.parent, whole))
            for name in reversed(self.flow.names):
                for parent, whole in into.get(name, ()) if name in found else ():
                    found[parent] = found.get(parent, 0) + found[name] @ whole
        return self.swept[of].get(wrt, np.zeros((size(self.flow, of), size(self.flow, wrt))))

    def without(self, gone):
        """By child and parent, the edges that are left when these are eliminated."""
        left = {}
        for edge, whole in self.absolute:
            key = (edge.child, edge.parent)
            left[key] = left.get(key, 0) + whole
        for name in gone:
            inner, outer = ([key for key in left if key[end] == name] for end in (0, 1))
            for child, _ in outer:
                for _, parent in inner:
                    through = np.dot(left[child, name], left[name, parent])
                    left[child, parent] = left.get((child, parent), 0) + through
            left = {key: whole for key, whole in left.items() if name not in key}
        return left


def total(flow, of, wrt):
    try:
        return flow.total(of, wrt)
    except NoDerivative:
        return None


def path_sum(paths):
    try:
        return paths.sum
    except NoDerivative:
        return None


def product(path):
    try:
        whole = path.product
    except NoDerivative:
        return None
    return getattr(whole, "matrix", whole)


def value(form):
    try:
        return form.value
    except NoDerivative:
        return None


# The comparison ------------------------------------------------------------------------------------------------------


def compare(flow, asked, found):
    names, at = flow.names, {name: i for i, name in enumerate(flow.names)}
    numbers = {id(edge): i for i, edge in enumerate(flow.edges)}
    assert found["into"] == [[numbers[id(e)] for e in flow.down[name]] for name in names]
    assert found["outOf"] == [[numbers[id(e)] for e in flow.up[name]] for name in names]
    for (of, wrt), said in zip(asked["pairs"], found["pairs"]):
        compare_paths(flow, flow.paths(names[of], names[wrt]), said, asked, numbers)
    if not flow.symbolic:
        compare_numbers(flow, asked, found, numbers)
    gone = [names[i] for i in asked["eliminate"]]
    base = flow.hold([names[i] for i in asked["hold"]]) if asked["holdFirst"] else flow
    left = base.eliminate(gone)
    said = found["eliminated"]
    for (of, wrt), told in zip(asked["pairs"], found["left"]):
        if names[of] in left.names and names[wrt] in left.names:
            assert int(told["count"]) == left.paths(names[of], names[wrt]).count
            if not flow.symbolic and of != wrt:
                assert close(told["sum"], total(left, names[of], names[wrt]), Sizes(base).total(names[of], names[wrt]))
    assert said["multiplications"] == left.multiplications
    assert said["gone"] == asked["eliminate"]
    assert [(e["child"], e["parent"]) for e in said["edges"]] == [(at[e.child], at[e.parent]) for e in left.edges]
    orders = (left if asked["ordersLeft"] else flow).orders()
    assert found["orders"]["certain"] == orders.certain
    for kind in ("forward", "reverse", "best"):
        order = getattr(orders, kind)
        wanted = {
            "called": order.called,
            "nodes": [at[name] for name in order.nodes],
            "multiplications": order.multiplications,
        }
        assert found["orders"][kind] == wanted


def compare_paths(flow, paths, said, asked, numbers):
    scale = None if flow.symbolic else Sizes(flow).total(paths.of, paths.wrt)
    assert int(said["count"]) == paths.count
    first = list(paths[:20])
    assert [path["path"] for path in said["first"]] == [[numbers[id(e)] for e in path.edges] for path in first]
    if asked["last"] and paths.count:
        assert said["last"] == [numbers[id(e)] for e in paths[-1].edges]
    assert said["through"] == [numbers[id(e)] for e in paths.edges]
    if not flow.symbolic:
        for path, told in zip(first, said["first"]):
            if path.edges:
                assert close(told["product"], product(path), scale)
        if paths.of != paths.wrt:
            assert close(said["sum"], path_sum(paths), scale)
    for style, told in zip(asked["styles"], said["forms"]):
        form = paths.factored(style)
        if all(SIMPLE.fullmatch(str(partial_formula(edge))) for edge in paths.edges):  # Python has finer rules for formulas
            assert told["text"] == PLAIN.write(form.formula)
        assert told["parts"] == form.size
        assert int(told["multiplications"]) == form.multiplications
        assert int(told["expandedMultiplications"]) == form.expanded_multiplications
        if not flow.symbolic and paths.of != paths.wrt:
            assert close(told["value"], value(form), scale)


def compare_numbers(flow, asked, found, numbers):
    names, sizes = flow.names, Sizes(flow)

    def same(steps, kind, start):
        expected = getattr(flow, kind)(start)
        assert [names[step["node"]] for step in steps] == [step.node for step in expected]
        for step, wanted in zip(steps, expected):
            ends = (start, wanted.node) if kind == "backward" else (wanted.node, start)
            scale = sizes.total(*ends)
            assert close(step["result"], wanted.result, scale)
            assert [names[part["via"]] for part in step["parts"]] == [part.via for part in wanted.contributions]
            for part, contribution in zip(step["parts"], wanted.contributions):
                edge = flow.edges[part["edge"]]
                assert (edge.parent if kind == "backward" else edge.child) == wanted.node
                whole = sizes.total(*((start, contribution.via) if kind == "backward" else (contribution.via, start)))
                assert close(part["derivative"], contribution.derivative, whole)
                if "partial" in part:
                    wanted_map = matrix(flow, edge)
                    assert close(part["partial"], wanted_map, 0 if wanted_map is None else np.abs(wanted_map))
                assert close(part["product"], contribution.product, scale)

    for of, swept, steps in zip((names[i] for i in asked["of"]), found["cotangents"], found["backward"]):
        for name, got in zip(names, swept):
            if name != of:
                assert close(got, total(flow, of, name), sizes.total(of, name))
            assert (got is not None) == (flow.paths(of, name).count > 0)
        if not is_array(flow.known[of]):
            same(steps, "backward", of)
            adjoints = flow.adjoint_or_missing(of)
            assert all(close(got, adjoints[name], sizes.total(of, name)) for name, got in zip(names, swept))
    for wrt, swept, steps in zip((names[i] for i in asked["wrt"]), found["tangents"], found["forward"]):
        for name, got in zip(names, swept):
            if name != wrt:
                assert close(got, total(flow, name, wrt), sizes.total(name, wrt))
            assert (got is not None) == (flow.paths(name, wrt).count > 0)
        if not is_array(flow.known[wrt]):
            same(steps, "forward", wrt)
    held = flow.hold([names[i] for i in asked["hold"]])
    for (of, wrt), got in zip(asked["pairs"], found["held"]):
        if of != wrt:
            assert close(got, total(held, names[of], names[wrt]), Sizes(held).total(names[of], names[wrt]))
    gone = [names[i] for i in asked["eliminate"]]
    base = held if asked["holdFirst"] else flow
    left, scales = base.eliminate(gone), Sizes(base).without(gone)
    for edge, got in zip(left.edges, found["eliminated"]["edges"]):
        if "map" in got:  # one that is given by its vjp has none, and was not touched
            wanted = present(edge.map, "") if edge.exists else None
            assert close(got["map"], wanted, scales[edge.child, edge.parent])


def ask(page, flows, draw):
    for start in range(0, len(flows), BATCH):
        batch = flows[start : start + BATCH]
        asked = [question(flow, draw) for flow in batch]
        sending = [{"flow": sent(flow, draw), "asked": each} for flow, each in zip(batch, asked)]
        for flow, each, found in zip(batch, asked, json.loads(page.evaluate(ASK, json.dumps(sending)))):
            compare(flow, each, found)


def many(make, count, seed):
    draw, flows = random.Random(seed), []
    while len(flows) < count:
        try:
            flows.append(make(draw))
        except GradflowError:
            continue  # no value at this point
    return flows, draw


def test_random_flows_of_numbers(page):
    flows, draw = many(random_flow, 500, seed=1)
    assert sum(any(not e.exists for e in flow.edges) for flow in flows) > 40
    assert sum(len({(e.child, e.parent) for e in flow.edges}) < len(flow.edges) for flow in flows) > 40
    ask(page, flows, draw)


def test_random_flows_of_arrays(page):
    flows, draw = many(array_flow, 80, seed=2)
    assert sum(any(not e.exists for e in flow.edges) for flow in flows) > 5
    ask(page, flows, draw)


def test_flows_that_are_known(page):
    flows = [CHAIN.at(a=1, o=2), diamonds(1), diamonds(5, 3), diamonds(60), diamonds(200, 2), wide(4), wide(6), wide(9)]
    assert flows[3].paths("v60", "v0").count == 2**60
    ask(page, flows * 2, random.Random(3))


def test_opaque_flows_and_formulas(page):
    flows = [gf.graph(text).flow() for text in MIXED] + [CHAIN.flow()]
    ask(page, flows * 4, random.Random(4))


def test_random_flows_in_symbols(page):
    flows, draw = many(lambda draw: random_flow(draw).graph.flow(), 60, seed=5)
    ask(page, flows, draw)


def test_the_edges_that_are_born_of_symbols_are_written_from_their_factors(page):
    flow = gf.graph(OPAQUE).flow()
    asked = question(flow, random.Random(0)) | {"eliminate": [1, 2, 3], "holdFirst": False}
    [found] = json.loads(page.evaluate(ASK, json.dumps([{"flow": sent(flow, random.Random(0)), "asked": asked}])))
    written = {(e["child"], e["parent"]): e["text"] for e in found["eliminated"]["edges"]}
    assert written == {(4, 0): "D_Lx·D_xw + D_Ly·(D_yw + D_yx·D_xw) + D_Lz·(D_zw + D_zy·(D_yw + D_yx·D_xw))"}
    assert all(e["born"] for e in found["eliminated"]["edges"])


def test_too_many_paths_are_not_expanded(page):
    flow = sent(diamonds(14), random.Random(0))
    assert page.evaluate("(flow) => factoredForm(flow, flow.outputs[0], 0, 'expanded') === undefined", flow)
