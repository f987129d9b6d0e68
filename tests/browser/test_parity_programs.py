"""Programs in a browser against `Graph.at`: the same values, the same partials, and no value at the same places.

Random programs by a seed. Rounding may put the two on different sides of a jump or of the border of a domain; such
points are left out unless everything before them is exact in floats, where the two must agree even on the kink.
"""

import json
import math
import random
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest

from gradflow_nb.core.evaluate import UNDEFINED, settled
from gradflow_nb.core.explain import equation_of
from gradflow_nb.core.graph import Graph
from gradflow_nb.core.linear import Missing
from gradflow_nb.core.node import Constant, Node, in_order
from gradflow_nb.core.operations import OPERATIONS, STRUCTURED, Pick, Span, row
from gradflow_nb.core.worlds import exact
from gradflow_nb.core.written import array_formula, shape_text
from gradflow_nb.notation.plain import number_text

PARTS = ("numbers.js", "arrays.js", "words.js", "program.js")
NEAR, FAR = 1e-3, 1e4

RUN = """(cases) => cases.map(({text, inputs, change, cotangents}) => {
  const plain = (x) => (x && x.data ? {...x, data: Array.from(x.data)} : x === undefined ? null : x);
  const value = (x) => (typeof x === "number" ? x : {shape: x.shape, data: Float64Array.from(x.data)});
  const program = checkedProgram(JSON.parse(text)), run = evaluate(program, inputs.map(value));
  const sizes = Array.from(run.slots, (x) => Math.max(...Array.from(dataOf(x), (y) => Math.abs(y) || 0)));
  return {
    values: run.values.map(plain), scale: Math.max(1, ...sizes),
    failed: run.failed && {...run.failed, arguments: run.failed.arguments.map(plain)},
    maps: run.failed ? [] : edgeMaps(program, run).map(plain),
    again: change.map(([child, parent, x]) => plain(revalue(program, run, child, parent, value(x)))),
    vjps: run.failed ? [] : (cotangents ?? []).map((g, k) => plain(edgeVjp(program, run, k, value(g)))),
  };
})"""


@pytest.fixture(scope="module")
def page(parts):
    return parts(*PARTS)


# A point as Python sees it --------------------------------------------------------------------------------------------


class Undecided(Exception):
    """Rounding decides what happens here."""


class Walk:
    """The values of nodes one by one, up to the first that has none: `failed`, with its `arguments`."""

    def __init__(self, known):
        self.values = dict(known)
        self.clean = {key for key, value in known.items() if is_clean(value)}
        self.failed = None

    def through(self, nodes):
        for node in nodes:
            if node.operation is None or id(node) in self.values:
                continue
            arguments = [self.values[id(a)] if isinstance(a, Node) else exact.lift(a) for a in node.arguments]
            clean = all(id(a) in self.clean if isinstance(a, Node) else is_clean(exact.lift(a)) for a in node.arguments)
            if not clean and any(np.min(np.abs(d)) < NEAR for d in borders(node.operation.name, arguments)):
                raise Undecided
            try:
                value = valued(node.operation, arguments)
            except UNDEFINED:
                self.failed, self.arguments = node, arguments
                return self
            if np.max(np.abs(np.asarray(value, float))) > FAR:
                raise Undecided
            self.values[id(node)] = value
            if clean and is_clean(value):
                self.clean.add(id(node))
        return self


def valued(operation, arguments):
    """As a flow does it."""
    if not operation.is_elementwise or any(np.ndim(a) for a in arguments):
        arguments = [float(a) if isinstance(a, (int, Fraction)) else a for a in arguments]
        with np.errstate(all="ignore"):
            return settled(operation.value(*arguments))
    return exact.settle(operation.value(*arguments))


def is_clean(value):
    """Whether floats have it exactly, with room to add and multiply."""
    if isinstance(value, (int, Fraction)):
        return float(value) == value and Fraction(value).denominator < 2**20
    return not isinstance(value, float) and bool(np.all(value * 1024 == np.round(value * 1024)))


def borders(name, arguments):
    """Numbers that are 0 where the operation jumps, or has no value or no derivative."""
    x, y = [np.asarray(a, float) for a in (*arguments, 0)][:2]
    with np.errstate(all="ignore"):
        if name in ("log", "log10", "sqrt", "relu", "abs", "sign", "step", "where", "norm"):
            return [np.linalg.norm(x) if name == "norm" else x]
        if name in ("asin", "acos", "acosh", "atanh"):
            return [1 - np.abs(x)]
        if name in ("sec", "tan"):
            return [np.cos(x)]
        if name in ("csc", "cot"):
            return [np.sin(x)]
        if name in ("max", "min"):
            return [x - y]
        if name == "div":
            return [y]
        if name == "pow":
            return [x, y] if np.all(x > 0) else [x, y, y - np.round(y)]
        if name in ("amax", "amin", "winners"):
            flat = np.sort(np.ravel(x))
            return [np.diff(flat)] if flat.size > 1 else []
    return []


# Random programs ------------------------------------------------------------------------------------------------------

QUARTERS = [Fraction(n, 4) for n in range(-8, 9)]
NUMBERS = [-2, -1, 0, 1, 2, 3, Fraction(1, 2), Fraction(1, 3), 0.3, Constant("pi"), Constant("e")]


def scalar_graph(rng, names):
    """Three inputs, some of them equal or 0, and four equations of up to four operations, with shared parts."""
    named = {letter: Node(None, (), letter) for letter in "abc"}
    parts = list(named.values())
    for name in ("u", "v", "w", "y"):
        for _ in range(rng.randint(1, 4)):
            operation = OPERATIONS[rng.choice(names)]
            arguments = [rng.choice(parts[-5:]) for _ in range(operation.arity)]
            for i in range(operation.arity):
                if operation.arity > 1 and rng.random() < 0.35 and any(isinstance(a, Node) for a in arguments[:i] + arguments[i + 1 :]):
                    arguments[i] = rng.choice(NUMBERS)
            if rng.random() < 0.05:
                arguments[0] = Node(OPERATIONS["mul"], (rng.choice(NUMBERS), rng.choice(NUMBERS)))
            if all(not isinstance(a, Node) or a.is_constant for a in arguments):
                arguments[-1] = rng.choice(list(named.values()))
            parts.append(Node(operation, arguments))
        parts[-1].name = name
        named[name] = parts[-1]
    a, c = rng.choice(QUARTERS), rng.choice(QUARTERS)
    return Graph(named), {"a": a, "b": a if rng.random() < 0.2 else rng.choice(QUARTERS), "c": c if rng.random() < 0.7 else Fraction(0)}


AXES = {"outer": [(1, 1)], "matmul_t": [(0, 1), (1, 1), (1, 2), (2, 2)], "t_matmul": [(1, 0), (1, 1), (2, 1), (2, 2)]}


def structured(rng, name, parts, values):
    """A structured row with settings that may fit, and its arguments."""
    pick = lambda: rng.choice(parts)  # noqa: E731
    x = pick()
    shape = np.shape(values[id(x)])
    axis = rng.choice([None, *range(-len(shape), len(shape))])
    if name in ("sum", "mean", "amax", "amin", "winners", "softmax", "logsumexp"):
        return row(name, axis=axis), [x]
    if name in ("spread", "share"):
        return row(name, axis=axis), [pick(), x]
    if name == "reshape":
        size = int(np.prod(shape, dtype=int))
        return row(name, shape=rng.choice([(-1,), (size, 1), (1, size), (2, -1), (-1, 3)])), [x]
    if name in ("item", "place"):
        def entry(n):
            at = lambda: rng.randint(-n, n - 1)  # noqa: E731
            return rng.choice([at(), Span(at(), None, None), Span(None, at(), None), Span(None, None, rng.choice([-1, 2, -2])), Pick((at(), at()))])

        index = tuple(entry(n) for n in shape[: rng.randint(1, max(1, len(shape)))])
        return row(name, index=index), [x] if name == "item" else [pick(), x]
    if name in ("concat", "stack", "part", "place_part"):
        count = rng.randint(1, 3)
        xs = [x] + [rng.choice([p for p in parts if np.shape(values[id(p)]) == shape]) for _ in range(count - 1)]
        at = rng.choice([*range(-max(1, len(shape)), max(1, len(shape)))])
        if name in ("concat", "stack"):
            return row(name, axis=at, count=count), xs
        stacked = rng.random() < 0.5
        g = pick() if name == "place_part" else Node(row("stack" if stacked else "concat", axis=at, count=count), xs)
        return row(name, axis=at, count=count, i=rng.randrange(count), stacked=stacked), [g, *xs]
    operation = row(name)
    arguments = [pick() for _ in range(operation.arity)]
    if name in AXES and tuple(np.ndim(values[id(a)]) for a in arguments) not in AXES[name]:
        raise ValueError("its rules are for a product of vectors and matrices")
    return operation, arguments


def fits(operation, shapes):
    """Raises ValueError where a row that undoes another one is given something that the other one never makes."""
    how, of = dict(operation.settings), {"spread": "sum", "share": "sum", "place": "item", "place_part": "part"}
    if operation.name in ("spread", "share", "place"):
        made = row(of[operation.name], **how).value(np.zeros(shapes[1]))
        expected = np.shape(made)
    elif operation.name in ("part", "place_part"):
        whole = np.shape(row("stack" if how["stacked"] else "concat", axis=how["axis"], count=how["count"]).value(*map(np.zeros, shapes[1:])))
        expected = whole if operation.name == "part" else shapes[1 + how["i"]]
    elif operation.name == "fit":
        expected = np.broadcast_shapes(*shapes)
    elif operation.name == "pow" and shapes[0] == ():  # a flow has no partials of a number to the power of an array
        expected = shapes[-1]
    else:
        return
    if shapes[0] != expected:
        raise ValueError("of another shape")


def array_graph(rng):
    shapes = {"A": (2, 3), "B": (3, 2), "x": (3,), "z": (2,), "s": (), "t": (2, 1), "T": (2, 2, 3)}
    if rng.random() < 0.7:
        del shapes["T"]
    integers = rng.random() < 0.5
    known = {}
    named, point = {}, {}
    for name, shape in shapes.items():
        named[name] = Node(None, (), name)
        size = int(np.prod(shape, dtype=int))
        data = [rng.randint(-2, 2) if integers else rng.choice(range(-16, 17)) / 8 for _ in range(size)]
        value = np.array(data, float).reshape(shape)
        point[name] = value if shape else Fraction(data[0])
        known[id(named[name])] = point[name]
    parts = list(named.values())
    walk = Walk(known)
    for name in ("u", "v", "w", "y"):
        for _ in range(rng.randint(1, 3)):
            for _ in range(40):
                try:
                    if rng.random() < 0.75:
                        operation, arguments = structured(rng, rng.choice(STRUCTURED), parts, walk.values)
                    else:
                        operation = OPERATIONS[rng.choice(sorted(OPERATIONS))]
                        arguments = [rng.choice(parts) for _ in range(operation.arity)]
                        if operation.arity > 1 and rng.random() < 0.3:
                            arguments[-1] = rng.choice([2, Fraction(1, 2), np.array([1.0, 2.0, 0.5])])
                    node = Node(operation, arguments)
                    walk.through(a for a in arguments if isinstance(a, Node))
                    fits(operation, [np.shape(walk.values[id(a)]) for a in arguments if isinstance(a, Node)])
                    walk.through([node])
                except (Undecided, IndexError, ValueError):
                    continue
                if walk.failed is None and np.size(walk.values[id(node)]) <= 16:
                    parts.append(node)
                    break
                walk.failed = None
                walk.values.pop(id(node), None)
        if parts[-1].name is None:
            parts[-1].name = name
            named[name] = parts[-1]
    return Graph(named), point


# One case: what is sent, and what must come back --------------------------------------------------------------------


def sent(value):
    if np.ndim(value):
        return {"shape": list(np.shape(value)), "data": np.ravel(value).tolist()}
    return float(value)


def case(made, point, rng, arrays=None):
    """What the browser is asked, with what Python says; None where rounding would decide."""
    walk = Walk({id(made.named[name]): value for name, value in point.items()})
    try:
        walk.through(made.nodes)
    except Undecided:
        return None
    if made.expanded:
        nodes = [n for n in made.nodes if not n.is_constant or made.named.get(n.name) is n]
    else:
        nodes = list(made.named.values())
    labels = [made.label(n) for n in nodes]
    program = made.program().json(arrays)
    asked = {"text": json.dumps(program, allow_nan=False), "inputs": [sent(point[name]) for name in made.inputs], "change": []}
    case = {"asked": asked, "made": made, "labels": labels, "program": program, "again": [], "walk": walk}
    assert program["names"] == labels
    if walk.failed is not None:
        return case
    case["flow"] = flow = made.at(point)
    assert [(labels[e[0]], labels[e[1]]) for e in program["edges"]] == [(e.child, e.parent) for e in flow.edges]
    if program["edges"] and len(program["edges"][0]) == 5:
        asked["cotangents"] = [sent(np.round(np.random.default_rng(len(labels)).normal(size=np.shape(flow.values[e.child])), 2)) for e in flow.edges]
    vertices = {id(n) for n in nodes}
    for edge in rng.sample(flow.edges, min(3, len(flow.edges))):
        child, parent = (nodes[labels.index(name)] for name in (edge.child, edge.parent))
        new = walk.values[id(parent)] + rng.choice([Fraction(1, 4), -1]) if not np.ndim(walk.values[id(parent)]) else walk.values[id(parent)] - 0.5
        known = {key: value for key, value in walk.values.items() if key in vertices and key != id(child)} | {id(parent): new}
        again = Walk(known)
        again.clean &= walk.clean | {id(parent)}
        own = [n for n in in_order([child]) if within(child, n, vertices)]
        try:
            again.through(own)
        except Undecided:
            continue
        if again.failed is not None and any(n.operation.name in ("where", *STRUCTURED) for n in own if n.operation):
            continue  # what has no value may not be looked at
        asked["change"].append([labels.index(edge.child), labels.index(edge.parent), sent(new)])
        case["again"].append(math.nan if again.failed is not None else again.values[id(child)])
    return case


def within(child, node, vertices):
    """Whether this node stands in the equation of `child`."""
    found, waiting = {id(child)}, [child]
    while waiting:
        for argument in waiting.pop().arguments:
            if isinstance(argument, Node) and id(argument) not in vertices and id(argument) not in found:
                found.add(id(argument))
                waiting.append(argument)
    return id(node) in found


def array_of(got):
    return np.array(got["data"], float).reshape(got["shape"]) if isinstance(got, dict) else float(got)


def same(got, expected, scale):
    got, expected = np.asarray(got, float), np.asarray(expected, float)
    assert got.shape == expected.shape
    assert np.all(np.abs(got - expected) <= 1e-12 * scale), (got, expected, scale)


def check(case, got):
    made, walk, labels = case["made"], case["walk"], case["labels"]
    if walk.failed is not None:
        failed = got["failed"]
        name = made.label(walk.failed) if made.expanded else equation_of(made, walk.failed)
        assert (labels[failed["name"]], failed["operation"]) == (name, walk.failed.operation.name)
        assert failed["needs"] == exact.NEEDS.get(failed["operation"])
        for one, other in zip(failed["arguments"], walk.arguments):
            same(array_of(one), float(other), got["scale"])
        return
    assert got["failed"] is None
    flow, scale = case["flow"], got["scale"]
    for name, value in zip(labels, got["values"]):
        same(array_of(value), np.asarray(flow.values[name], float), scale)
    for value, expected in zip(got["again"], case["again"]):
        if isinstance(expected, float) and math.isnan(expected):
            assert np.isnan(array_of(value)).any()
        else:
            same(array_of(value), np.asarray(expected, float), max(scale, np.max(np.abs(np.asarray(expected, float)))))
    for k, (edge, found) in enumerate(zip(flow.edges, got["maps"])):
        if isinstance(found, dict):
            found = np.array(found["data"]).reshape(found["rows"], found["cols"])
        with np.errstate(all="ignore"):
            expected = math.nan if isinstance(edge.map, Missing) else np.asarray(edge.partial, float)
        if not np.isfinite(expected).all():
            assert not np.isfinite(found).all(), (edge, found)
            continue
        if np.size(expected) == 1:
            expected, found = float(np.ravel(expected)[0]), float(np.ravel(found)[0])
        most = np.max(np.abs(expected))
        same(found, expected, max(scale, most))
        if got["vjps"]:
            g = array_of(case["asked"]["cotangents"][k])
            whole = np.reshape(expected, (np.size(g), -1))
            vjp = array_of(got["vjps"][k])
            assert np.shape(vjp) == np.shape(flow.values[edge.parent])
            same(np.ravel(vjp), np.ravel(g) @ whole, max(scale, most) * 10)


def run(page, cases):
    for first in range(0, len(cases), 100):
        batch = cases[first : first + 100]
        for one, got in zip(batch, page.evaluate(RUN, [c["asked"] for c in batch])):
            try:
                check(one, got)
            except AssertionError as error:
                raise AssertionError(f"{one['made']} at {one['asked']['inputs']}: {one['asked']['text']}") from error


def gathered(count, make):
    cases, tries = [], 0
    while len(cases) < count:
        tries += 1
        assert tries < 60 * count
        found = make()
        if found is not None:
            cases.append(found)
    return cases


def rows_of(cases):
    return Counter(n.operation.name for c in cases if "flow" in c for n in c["made"].nodes if n.operation)


def test_scalar_programs(page):
    rng = random.Random(1)
    weights = sorted(OPERATIONS)

    def make():
        made, point = scalar_graph(rng, weights)
        return case(made.expand() if rng.random() < 0.3 else made, point, rng)

    cases = gathered(1200, make)
    run(page, cases)
    assert {name: n for name, n in rows_of(cases).items() if n > 4}.keys() == OPERATIONS.keys()
    flows = [c["flow"] for c in cases if "flow" in c]
    assert 300 < len(flows) < 1150 and sum(c["made"].expanded for c in cases) > 100
    assert sum(isinstance(e.map, Missing) for f in flows for e in f.edges) > 20
    assert len({e.convention for f in flows for e in f.edges if e.convention}) > 5
    assert sum(len(c["again"]) for c in cases) > 500


def test_every_row_on_its_kinks_and_borders(page):
    rng, cases = random.Random(2), []
    for operation in OPERATIONS.values():
        for first in (-1, 0, 1, Fraction(1, 2), Fraction(-3, 2), 2):
            for second in (0, first, -1, Fraction(1, 2), 2)[: 5 if operation.arity > 1 else 1]:
                inputs = [Node(None, (), name) for name in "xyz"[: operation.arity]]
                made = Graph({**{n.name: n for n in inputs}, "r": Node(operation, inputs, "r")})
                cases.append(case(made, dict(zip("xyz", (first, second, 3))) | {}, rng) if operation.arity == 3 else
                             case(made, dict(zip("xy"[: operation.arity], (first, second))), rng))  # fmt: skip
    cases = [c for c in cases if c]
    run(page, cases)
    on_kinks = Counter(e.convention for c in cases if "flow" in c for e in c["flow"].edges if e.convention)
    assert len(on_kinks) == 6
    assert any(c["asked"]["inputs"] == [0, 0] and "pow" in c["asked"]["text"] and "flow" in c for c in cases)


def test_array_programs(page):
    rng = random.Random(3)

    def make():
        made, point = array_graph(rng)
        made = made.expand() if rng.random() < 0.4 else made
        return case(made, point, rng, arrays=None if made.program().has_arrays else True)

    cases = gathered(500, make)
    run(page, cases)
    counts = rows_of(cases)
    assert {name for name, n in counts.items() if n > 4} >= set(STRUCTURED)
    assert sum(len(c["again"]) for c in cases) > 300


def test_elementwise_graphs_of_arrays_have_maps_when_asked(page):
    x, w = Node(None, (), "x"), Node(None, (), "w")
    made = Graph({"x": x, "w": w, "h": x * w, "y": (x * w + x) ** 2})
    run(page, [case(made, {"x": np.array([1.0, 2.0]), "w": np.array([[3.0], [0.5]])}, random.Random(4), arrays=True)])
    scalar = case(made, {"x": 2, "w": 3}, random.Random(4), arrays=True)
    run(page, [scalar])


# Numbers and what people type -----------------------------------------------------------------------------------------


def test_numbers_as_python_writes_them(page):
    rng = random.Random(6)
    numbers = [s * m * 10.0**e for s in (1, -1) for m in (1, 1.5, 2 / 3, 9.9999949, 9.9999951, 1.2345651) for e in range(-12, 25)]
    numbers += [rng.uniform(-1, 1) * 10 ** rng.randint(-320, 300) for _ in range(2000)]
    # Exactly between two, such as 100000.5, JavaScript goes up and Python to the even one: such numbers are left out.
    numbers += [n + 0.4 for n in range(100000, 100040)] + [1234566.0, 12345651.0, 0.0, 5e-324, 1.7e308, 999999.4, 999999.6, 0.0001, 0.00001, 2**-20]
    assert page.evaluate("(xs) => xs.map((x) => numberText(x))", numbers) == [number_text(float(x)) for x in numbers]
    assert page.evaluate("[numberText(-0), numberText(NaN), numberText(-1e-400)]") == ["0", "–", "0"]
    arrays = [np.array(numbers[i : i + n]).reshape(shape) for i in range(0, 300, 7) for n, shape in ((3, (3,)), (4, (2, 2)), (6, (1, 3, 2)), (1, (1,)), (1, (1, 1)))]
    texts = page.evaluate("(all) => all.map(({shape, data}) => valueText({shape, data: Float64Array.from(data)}, 6))", [sent(a) for a in arrays])
    assert texts == [str(array_formula(a)) for a in arrays]
    large = [np.zeros(s) for s in ((7,), (2, 3), (3, 2, 4))]
    texts = page.evaluate("(all) => all.map(({shape, data}) => valueText({shape, data: Float64Array.from(data)}, 5))", [sent(a) for a in large])
    assert texts == [shape_text(a.shape) for a in large]


def test_what_people_type(page):
    typed = ["3", "-0.5", "1/2", "−2", " 7 ", "2.", ".5", "-.5/4", "0.1/3", "- 4", "12345678901234567890", "-0"]
    typed += ["", "x", "1/0", "1/2/3", "--1", "1,5", "٣", "NaN", "Infinity", "0x10", "1 2", "+1", ".", "1/", "9" * 61, "1/0.5", "<b>"]
    expected = []
    for text in typed:
        try:
            expected.append(float(exact.exact(text)))
        except ValueError:
            expected.append(math.nan)
    got = page.evaluate("(all) => all.map(numberOf)", typed)
    assert got == pytest.approx(expected, rel=1e-15, nan_ok=True)
    assert math.copysign(1, got[typed.index("-0")]) == 1
    # A slider's own value may be written so, and can be typed back.
    assert page.evaluate("['1e3', '-2.5e-7', '1e', 'e3', '1e3/2', '1e9999'].map(numberOf)") == pytest.approx(
        [1000, -2.5e-7, *[math.nan] * 4], nan_ok=True
    )


# Programs that are none -----------------------------------------------------------------------------------------------

GOOD = {
    "version": 2, "inputs": ["a", "b"], "names": ["a", "b", "y"], "numbers": [2.0],
    "operations": [["mul", 2, 0], ["add", 3, 1]], "values": [0, 1, 4], "edges": [[2, 0, 2], [2, 1, 2]], "needs": {},
}  # fmt: skip
HOSTILE = '<img src=x onerror=alert(1)>"; process.exit()'
BAD = {
    "version": [1, 3, "2", None], "inputs": ["ab", [1, 2], ["a", "a"], ["a", "z"], {"length": 2}, [None, "b"]],
    "names": [["a", "b"], ["a", "b", ""], ["a", "b", "b"], ["a", "b", 7], {}, ["a"] * 10_001, ["a", "b", "y" * 1001], [["a"], "b", "y"]],
    "numbers": [["2"], [[]], [[1, [2]]], [[1, "x"]], [[[1, 2], [3]]], 2, [HOSTILE], [{}], [True]],
    "operations": [
        [["constructor", 2, 0], ["add", 3, 1]], [["__proto__", 2, 0], ["add", 3, 1]], [["toString", 0], ["add", 3, 1]],
        [["valueOf"], ["add", 3, 1]], [[HOSTILE, 2, 0], ["add", 3, 1]], [["opaque", 0], ["add", 3, 1]],
        [["mul", 2, 3], ["add", 3, 1]], [["mul", 2, 4], ["add", 3, 1]], [["mul", -1, 0], ["add", 3, 1]], [["mul", 2, 99], ["add", 3, 1]],
        [["mul", 2, 0.5], ["add", 3, 1]], [["mul", 2, "0"], ["add", 3, 1]], [["mul", 2], ["add", 3, 1]], [["mul", 2, 0, 0], ["add", 3, 1]],
        [["mul", 2, None], ["add", 3, 1]], ["mul", ["add", 3, 1]], [None, ["add", 3, 1]], [[], ["add", 3, 1]], [[["mul"], 2, 0], ["add", 3, 1]],
        [["sum", 2], ["add", 3, 1]], [["sum", 2, {"axis": "0"}], ["add", 3, 1]], [["sum", 2, {}], ["add", 3, 1]], [["sum", 2, None], ["add", 3, 1]],
        [["sum", 2, {"axis": 0, "more": 1}], ["add", 3, 1]], [["item", 0, {"index": [{"span": [1, 2]}]}], ["add", 3, 1]],
        [["item", 0, {"index": [{"span": [1, 2, 0]}]}], ["add", 3, 1]], [["item", 0, {"index": [{"pick": []}]}], ["add", 3, 1]],
        [["item", 0, {"index": [None]}], ["add", 3, 1]], [["item", 0, {"index": "0"}], ["add", 3, 1]], [["reshape", 0, {"shape": [-1, -1]}], ["add", 3, 1]],
        [["concat", 0, {"axis": 0, "count": 2}], ["add", 3, 1]], [["stack", {"axis": 0, "count": 0}], ["add", 3, 1]],
        [["part", 0, 1, {"axis": 0, "count": 1, "i": 1, "stacked": False}], ["add", 3, 1]], [["add", 0, 1]] * 20_001, "mul", None,
    ],
    "values": [[0, 1], [0, 1, 5], [0, 1, -1], [0, 1, 1.5], [0, 1, None], [1, 0, 4], [0, 1, "4"], {}],
    "edges": [[[2, 0]], [[0, 2, 2]], [[2, 2, 2]], [[2, 0, 9]], [[3, 0, 2]], [[2, 0, 4, [], 5]], [[2, 0, 5, [], 6]], [[2, 0, 5, None, 3]], [[2, 0, 5, "", 3]], [[2, 0, 5, [["neg", 6]], 6]], [None], "x"],
    "needs": ["x", {"log": 1}, 3],
}  # fmt: skip


def test_what_is_not_a_program_is_refused_in_a_sentence(page):
    bad = [{**GOOD, key: value} for key, values in BAD.items() for value in values]
    bad += [{k: v for k, v in GOOD.items() if k != key} for key in GOOD if key != "needs"]
    bad += [None, [], "x", 3, {}, {"__proto__": GOOD}, [GOOD]]
    says = page.evaluate("""(texts) => texts.map((text) => {
      try { checkedProgram(JSON.parse(text)); return null; } catch (error) { return [error.constructor === Error, error.message]; }
    })""", [json.dumps(b) for b in bad])  # fmt: skip
    for one, said in zip(bad, says):
        assert said and said[0], (one, said)
        assert said[1].startswith("This program cannot be run: ") and said[1].endswith(".") and len(said[1]) < 160 and "<" not in said[1]
    deep = "[" * 5000 + "]" * 5000
    assert "cannot be run" in page.evaluate("(text) => { try { checkedProgram(JSON.parse(text)); } catch (error) { return error.message; } }", json.dumps({**GOOD, "numbers": [0]}).replace("[0]", f"[{deep}]"))
    assert page.evaluate("(json) => checkedProgram(json).names", GOOD) == GOOD["names"]
    hostile = {**GOOD, "names": ["a", "b", HOSTILE]}
    assert page.evaluate("(json) => evaluate(checkedProgram(json), [3, 4]).values", hostile) == [3, 4, 10]
    assert page.evaluate("(json) => evaluate(checkedProgram(json), [NaN, Infinity]).values.every(Number.isNaN)", GOOD)
    names = {**GOOD, "inputs": ["__proto__", "constructor"], "names": ["__proto__", "constructor", "toString"]}
    assert page.evaluate("(text) => evaluate(checkedProgram(JSON.parse(text)), [1, 1]).values", json.dumps(names)) == [1, 1, 3]


def test_shapes_that_do_not_fit_say_so(page):
    x, w = Node(None, (), "x"), Node(None, (), "w")
    program = Graph({"x": x, "w": w, "y": w @ x}).program().json()
    says = page.evaluate("""(json) => { try {
      evaluate(checkedProgram(json), [{shape: [2], data: Float64Array.of(1, 2)}, {shape: [1, 3], data: Float64Array.of(1, 2, 3)}]);
    } catch (error) { return error.message; } }""", program)  # fmt: skip
    assert says == "The shapes 1×3 and 2 do not fit."
