"""Arrays in a graph's text: what is read, as numpy reads it, and what is sent back with which words."""

import numpy as np
import pytest

from gradflow_nb.core.language import read_graph
from gradflow_nb.core.node import Node, in_order
from gradflow_nb.core.operations import Span, row
from gradflow_nb.errors import NotationError


def rows(table):
    """The lines of a table whose cells two spaces or more keep apart."""
    return [tuple(cell.strip() for cell in line.split("  ") if cell.strip()) for line in table.strip().splitlines()]


ARRAYS = """
    W @ x + b                        W @ x + b
    2W @ x                           (2*W) @ x
    a W @ x                          (a*W) @ x
    W @ x*x                          (W @ x)*x
    W @ x/a                          (W @ x)/a
    -W @ x^2                         -(W @ (x**2))
    W @ W @ x                        (W @ W) @ x
    W @ (W @ x)                      W @ (W @ x)
    W.T @ -x                         W.T @ (-x)
    (W @ W).T                        (W @ W).T
    2x[0]                            2*x[0]
    x[-1]^2                          x[-1]**2
    x [1:3]                          x[1:3]
    x[::2] + x[:2]                   x[::2] + x[:2]
    x[::-1]                          x[::-1]
    W[0, :]                          W[0, :]
    W[1][2]                          W[1][2]
    W[:, 1:3].T[0]                   W[:, 1:3].T[0]
    W[[0, 2]]                        W[[0, 2]]
    (x + b)[0]                       (x + b)[0]
    |x|[0]                           abs(x)[0]
    √x[0]                            np.sqrt(x[0])
    sin x[0]                         np.sin(x[0])
    sum(x)                           np.sum(x)
    2 sum((x - b)^2)                 2*np.sum((x - b)**2)
    sum(W, axis = 0)                 np.sum(W, axis=0)
    mean(W, axis=-1)[0]              np.mean(W, axis=-1)[0]
    max(W)                           np.max(W)
    min(W, axis=1)                   np.min(W, axis=1)
    max(x, b)                        np.maximum(x, b)
    max^2(x, b)                      np.maximum(x, b)**2
    dot(x, b)^2                      np.dot(x, b)**2
    outer(x, b)                      np.outer(x, b)
    norm(x - b)                      np.linalg.norm(x - b)
    transpose(W) @ x                 W.T @ x
    reshape(W, -1)                   W.reshape(-1)
    reshape(x[:2], 2, 1)             x[:2].reshape(2, 1)
    concat(x, b)                     np.concatenate([x, b])
    concat(W, W, axis=1)             np.concatenate([W, W], axis=1)
    stack(x, b, x)                   np.stack([x, b, x])
    stack(x, b, axis=+1)             np.stack([x, b], axis=1)
    softmax(x)                       np.exp(x)/np.sum(np.exp(x))
    softmax(W, axis=0)               np.exp(W)/np.sum(np.exp(W), axis=0)
    logsumexp(x)                     np.log(np.sum(np.exp(x)))
    logsumexp(W, axis=1)             np.log(np.sum(np.exp(W), axis=1))
"""


def arrays():
    numbers = np.random.default_rng(3)
    return {"a": np.float64(1.5), "x": numbers.random(3) + 0.5, "b": numbers.random(3), "W": numbers.random((3, 3))}


def array_at(graph, known):
    """The value of y by the rows of the table alone, numpy's arrays as values."""
    values = {}
    for node in in_order([graph["y"]]):
        arguments = [values[id(a)] if isinstance(a, Node) else float(a) for a in node.arguments]
        values[id(node)] = known[node.name] if node.operation is None else node.operation.value(*arguments)
    return values[id(graph["y"])]


@pytest.mark.parametrize(("text", "python"), rows(ARRAYS))
def test_arrays_are_read_as_numpy_reads_them(text, python):
    expected = eval(python, {"np": np}, arrays())
    found = array_at(read_graph(f"y = {text}"), arrays())
    assert np.shape(found) == np.shape(expected)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_a_name_of_the_graph_wins_over_an_array_function():
    assert [read_graph(t)["y"].operation.name for t in ("sum = a + b; y = sum(x)", "max = a b; y = max(x)")] == [
        "mul"
    ] * 2
    assert read_graph("y = sum(x)", inputs=("sum", "x"))["y"].operation.name == "mul"
    for name in ("sum", "dot", "max", "norm"):
        graph = read_graph(f"y = {name} + 1; z = {name}^2")
        assert graph.inputs == (name,) and graph.notes == (
            f"{name} is an input here; the function is written {name}(…).",
        )
    opaque = read_graph("sum = sum(x)")
    assert opaque["sum"].operation.name == "opaque" and "rename the left side" in opaque.notes[0]


def test_the_same_settings_make_the_same_row():
    graph = read_graph("p = sum(x, axis=0); q = sum(b, axis=+0); r = sum(x); y = x.T; z = transpose(x); w = x[0, 1:]")
    assert graph["p"].operation is graph["q"].operation is row("sum", axis=0)
    assert graph["r"].operation is row("sum", axis=None) and graph["y"].operation is graph["z"].operation
    assert graph["w"].operation is row("item", index=(0, Span(1, None, None)))


def test_array_texts_are_capped():
    read_graph("y = x" + "[0]" * 9_999)
    for text, fragment in (
        ("y = x" + "[0]" * 10_001, "10,000 operations"),
        ("y = x" + ".T" * 10_001, "10,000 operations"),
        ("y = x[" + "0, " * 32 + "0]", "32 entries"),
        ("y = reshape(x" + ", 1" * 33 + ")", "32 dimensions"),
        ("y = " + "sum(" * 65 + "x" + ")" * 65, "64 deep"),
        ("y = stack(" + "x, " * 1_000 + "x)", "1 to 1,000"),
    ):
        with pytest.raises(NotationError, match=fragment):
            read_graph(text)


SENT_BACK = """
    y = W @ x k2     W @ x k2    right side of @          y = W @ (x k2) ; y = (W @ x) k2
    y = W @ 2x       W @ 2x      right side of @          y = W @ (2x)
    y = W @ x(t+1)   W @ x(t+1)  right side of @          y = W @ (x(t+1)) ; y = (W @ x)(t+1)
    y = W @ x 2      x 2         right of x               y = W @ x*2 ; y = W @ x^2
    y = 2 @ x        @           product with a number    y = 2 * x
    y = W @ 2        @           product with a number    y = W * 2
    y = W @@ x       @@          once
    y = W @          @           after '@'
    y = @ x          @           before '@'
    y = sin x @ z    sin x @ z   brackets                 y = sin(x @ z) ; y = sin(x) @ z
    y = x[]          []          which entry
    y = x[0          [           never closed
    y = x[0, 1       [           never closed
    y = x[0)         [           never closed
    y = (x[0)        [           never closed
    y = x[1:         [           never closed
    y = x0]          ]           closes nothing
    y = x[0.5]       0.5         whole numbers
    y = x[½]         ½           whole numbers
    y = x[i]         i           whole numbers
    y = x[-i]        -i          whole numbers
    y = x[1+1]       1+          whole numbers
    y = x[2i]        2i          whole numbers
    y = x[0 1]       0 1         whole numbers
    y = x[,]         ,           whole numbers
    y = x[1:2:3:4]   :           whole numbers
    y = x[::0]       0           not 0
    y = x[[0, 2:3]]  :           whole numbers
    y = 2[0]         [           2 is a number
    y = (1 + 1)[0]   [           (1 + 1) is a number
    y = π[0]         [           π is a number
    y = 2 .T         .T          2 is a number
    y = [1, 2]       [           in at(...)
    y = W @ [1, 2]   [           in at(...)
    y = x.sum()      .           write sum(x)
    y = x.Tx         .           only .T
    W[0] = 3         W[0]        one name
    y = sum()        sum()       sum takes 1 argument, and got 0
    y = sum(x, 0)    sum(x, 0)   sum(x, axis=0)
    y = sum(x,)      ,           after ','
    y = sum(axis=0)  sum(axis=0)  got 0
    y = dot(a)       dot(a)      dot takes 2 arguments
    y = max(a,b,c)   max(a,b,c)  max takes 1 or 2 arguments
    y = concat()     concat()    concat(a, b)
    y = sum(2)       sum(2)      a number stands here
    y = dot(a, 2)    dot(a, 2)   a number stands here
    y = sum(x, axes=0)  axes     Did you mean 'axis'
    y = sum(x, axis=k)  k        axis is a whole number
    y = sum(x, axis=0.5)  0.5    axis is a whole number
    y = sum(x, axis=1+1)  1+     axis is a whole number
    y = sum(x, axis=)  )         axis is a whole number
    y = sum(x, axis=0, axis=1)  axis  given twice
    y = sum(axis=0, x)  x        before settings
    y = sum(x, axis=0  (         never closed
    y = dot(a, b, axis=0)  axis  dot has no settings
    y = sin(x, axis=0)  axis     sin has no settings
    y = max(a, b, axis=0)  max(a, b, axis=0)  no axis
    y = reshape(x)   reshape(x)  reshape(x, 2, 3)
    y = reshape()    reshape()   reshape(x, 2, 3)
    y = reshape(x, 0)  0         at least 1
    y = reshape(x, k)  k         written out
    y = reshape(x, 2*3)  2*      written out
    y = reshape(x, (2, 3))  (    side by side
    y = reshape(x, -1, -1)  reshape(x, -1, -1)  At most one
    y = reshape(x, shape=2)  shape  as arguments
    y = reshape(2, 1)  reshape(2, 1)  a number
    y = sum^2(x)     sum         power outside
    y = sin sum(x)   sin sum(x)  brackets                 y = sin(sum(x))
    y = average(x)   average     write mean               y = mean(x)
    y = matmul(W, x)  matmul     a @ b
    y = sum(x) + sum  sum        another name
    y = dot + dot(a, b)  dot     another name
"""


@pytest.mark.parametrize("line", rows(SENT_BACK), ids=lambda line: line[0])
def test_is_sent_back(line):
    text, place, fragment, *rest = line
    for before in ("", "k = 1; ", "k = t + i  # one\n"):
        with pytest.raises(NotationError) as sent_back:
            read_graph(before + text)
        error = sent_back.value
        assert fragment in error.message
        assert error.text[error.position : error.end] == place and error.position >= len(before)
        readings = tuple(r.strip() for r in " ".join(rest).split(" ; ") if r.strip())
        assert error.readings == readings
        for reading in readings:
            read_graph(reading)
