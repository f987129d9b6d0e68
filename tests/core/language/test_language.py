"""The text language: what is read, how, and what is sent back with which words."""

import json
import math
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradflow_nb.core.graph import Graph
from gradflow_nb.core.language import read_expression, read_graph
from gradflow_nb.core.node import Constant, Node, in_order
from gradflow_nb.core.worlds import exact
from gradflow_nb.errors import GradflowError, GraphError, NotationError

CORPUS = Path(__file__).parents[3].parent / "shared" / "corpus"
POINT = {"a": 2.5, "b": 0.75, "c": 1.5, "d": 3.25, "e": 1.25, "x": 0.625, "y": 1.375, "z": 2.125, "w": 0.5, "α": 0.875}


def nodes(names):
    return {name: Node(None, (), name) for name in names}


def value_at(value, known):
    """The number of an expression, by the rows of the table alone."""
    values = {}

    def get(argument):
        return float(exact.lift(argument)) if not isinstance(argument, Node) else values[id(argument)]

    for node in in_order([value] if isinstance(value, Node) else []):
        values[id(node)] = (
            known[node.name] if node.operation is None else node.operation.value(*map(get, node.arguments))
        )
    return get(value)


def rows(table):
    """The lines of a table whose cells two spaces or more keep apart."""
    return [tuple(cell.strip() for cell in line.split("  ") if cell.strip()) for line in table.strip().splitlines()]


# What is read, and as what: the right column is Python ------------------------------------------------------------

READ = r"""
    12d              12*d
    0.5              1/2
    5.               5
    .5x              x/2
    ½x               x/2
    ⅓ + ¾            1/3 + 3/4
    2 a b            2*a*b
    2ab              2*a*b
    x y              x*y
    x(y+1)           x*(y+1)
    3(x+1)(x-1)      3*(x+1)*(x-1)
    2x^2y            2*x**2*y
    x^2y             x**2*y
    x³y              x**3*y
    x⁻¹              1/x
    x**2             x**2
    x·y ⋅ 2 × z      2*x*y*z
    -x^2             -(x**2)
    -2^2             -4
    a^-1             1/a
    2^-x^2           2**(-(x**2))
    a^b^c            a**(b**c)
    x^1/2            x/2
    --12d            12*d
    a - -b           a + b
    x*-3             -3*x
    +x               x
    −x – 1           -x - 1
    6÷2              3
    a/b*c            a/b*c
    a/b/c            a/b/c
    24d/2            12*d
    |x - 2|          abs(x - 2)
    ||x| - 1|        abs(abs(x) - 1)
    |x - |y||        abs(x - abs(y))
    |x| + |y|        abs(x) + abs(y)
    2|x|             2*abs(x)
    |x|y             abs(x)*y
    abs(x - 2)       abs(x - 2)
    √(x+1)           (x + 1)**0.5
    √x               x**0.5
    √2/2             2**0.5/2
    √|x - 3|         abs(x - 3)**0.5
    sqrt(x)          x**0.5
    sin 2x           sin(2*x)
    sin 2 x          sin(2*x)
    sin x + 1        sin(x) + 1
    2 sin x          2*sin(x)
    1/sin x          1/sin(x)
    sin(x)y          sin(x)*y
    sin(x)^2         sin(x)**2
    sin^2(x)         sin(x)**2
    sin²(x)          sin(x)**2
    sin^2 x          sin(x)**2
    sin (x)/2        sin(x)/2
    ln(x)            log(x)
    log x            log(x)
    log10(x)         log(x)/log(10)
    max(a, min(b, c))  max(a, min(b, c))
    σ(x)(1 - σ(x))   1/(1+exp(-x))*(1 - 1/(1+exp(-x)))
    2πx              2*pi*x
    2 pi x           2*pi*x
    α x              α*x
    0^0              1
"""


@pytest.mark.parametrize(("text", "python"), rows(READ))
def test_is_read_as(text, python):
    known = {**vars(math), **POINT, "abs": abs, "max": max, "min": min}
    value = read_expression(text, nodes(POINT)).value
    assert value_at(value, POINT) == pytest.approx(eval(python, {"__builtins__": {}}, known), rel=1e-12)


def test_numbers_are_exact_and_bare_values_are_themselves():
    names = nodes("x")
    assert read_expression("0.1", names).value == Fraction(1, 10)
    assert read_expression(" 5. ", names).value == 5
    assert read_expression("((x))", names).value is names["x"]
    assert read_expression("π", names).value == Constant("pi")
    assert read_expression("12x\n", names).names == {"x"}


def test_what_a_person_wrote_is_kept():
    value = read_expression("2*3 + a", nodes("a")).value
    product, a = value.arguments
    assert (value.operation.name, product.operation.name, a.name) == ("add", "mul", "a")
    assert product.is_constant and product.arguments == (2, 3)


def test_e_is_eulers_number_unless_a_node_has_its_name():
    reading = read_expression("e^2x", nodes("x"))
    assert value_at(reading.value, POINT) == pytest.approx(math.e**2 * POINT["x"])
    assert reading.notes == ("e is Euler's number here.",) and reading.names == {"x"}
    assert value_at(read_expression("2e", nodes("e")).value, {"e": 3.0}) == 6


def test_a_name_of_the_graph_wins_over_everything():
    names = nodes(["pi", "log", "σ", "x", "ab", "a", "b"])
    for text in ("log(x)", "σ(x)", "pi(x)", "ab(x)"):
        assert read_expression(text, names).value.operation.name == "mul"


def test_a_run_is_split_only_if_one_way_exists():
    reading = read_expression("3ab^2", nodes("ab"))
    assert value_at(reading.value, {"a": 5.0, "b": 2.0}) == 60
    assert reading.notes == ("ab is read as a·b.",)
    assert read_expression("ab", {**nodes("ab"), **nodes(["ab"])}).notes == ()
    with pytest.raises(NotationError, match="more than one way") as sent_back:
        read_expression("abc", nodes(["a", "bc", "ab", "c"]))
    assert sent_back.value.readings == ("a*bc", "ab*c")
    with pytest.raises(NotationError):
        read_expression("ab", nodes("ab"), split=False)
    with pytest.raises(NotationError):  # a function's name is never taken apart
        read_expression("sinx", nodes("sinx"))


def test_positions_point_at_the_place():
    reading = read_expression("1 + 2/0 + log(-1)", {})
    places = {reading.text[slice(*reading.positions[id(n)])] for n in in_order([reading.value])}
    assert {"/0", "log(-1)", "-1"} <= places


def test_derivatives_are_one_token_where_they_are_allowed():
    names, slope = nodes("dgb"), Node(None, (), "slope")
    allowed = {("g", "b"): slope}
    assert read_expression("dg/db", names, derivatives=allowed).value is slope
    assert read_expression("2 ∂g / ∂b", names, derivatives=allowed).value.arguments == (2, slope)
    division = read_expression("dg/db", nodes(["dg", "db", "g", "b"]), derivatives=allowed)
    assert division.value.operation.name == "div"
    for text, reading in (("2/dg/db", "2/(dg/db)"), ("dg/db^2", "(dg/db)^2")):
        with pytest.raises(NotationError) as sent_back:
            read_expression(text, names, derivatives=allowed)
        assert sent_back.value.readings == (reading,)


# What is sent back: text, the place, part of the message, readings ------------------------------------------------

SENT_BACK = r"""
    x/2y             x/2y        below the bar            x/(2y) ; (x/2)y
    1/2x             1/2x        below the bar            1/(2x) ; (1/2)x
    1/2(x+1)         1/2(x+1)    below the bar            1/(2(x+1)) ; (1/2)(x+1)
    3 + x/2y - 1     x/2y        below the bar            3 + x/(2y) - 1 ; 3 + (x/2)y - 1
    x/ab             x/ab        below the bar            x/(ab) ; (x/a)b
    |x|/2|y|         |x|/2|y|    below the bar            |x|/(2|y|) ; (|x|/2)|y|
    2e3              2e3         more than one way        2*10^3
    1.5e-3           1.5e-3      more than one way        1.5*10^-3
    sin x/2          sin x/2     brackets                 sin(x/2) ; sin(x)/2
    sin x y          sin x y     brackets                 sin(x y) ; sin(x)*y
    sin x^2          sin x^2     brackets                 sin(x^2) ; sin(x)^2
    sin xy           sin xy      brackets                 sin(xy) ; sin(x)*y
    sin x(y)         sin x(y)    brackets                 sin(x(y)) ; sin(x)*(y)
    sin -x           sin -x      brackets                 sin(-x)
    sin sin x        sin sin x   brackets                 sin(sin x)
    sin |x|          sin |x|     brackets                 sin(|x|)
    √2x              √2x         brackets                 √(2x) ; √(2)*x
    √x^2             √x^2        brackets                 √(x^2) ; √(x)^2
    sin^-1(x)        sin^-1(x)   inverse                  asin(x) ; 1/sin(x)
    sin⁻¹ x          sin⁻¹ x     inverse                  asin(x) ; 1/sin(x)
    sin^-2(x)        sin^-2(x)   inverse                  1/sin(x)^2
    sin^x(y)         sin^        outside
    sinx             sinx        brackets or a space      sin(x)
    sin2x            sin2x       brackets or a space      sin(2x)
    xsin(y)          xsin        put a space              x*sin(y)
    sin              sin         say of what
    sin + 1          sin         say of what
    sin()            sin()       takes 1 argument
    sin(x, y)        sin(x, y)   takes 1 argument
    max(x)           max(x)      takes 2 arguments
    max(a,b,x)       max(a,b,x)  takes 2 arguments        max(max(a, b), x)
    log(x, 2)        log(x, 2)   log(x)/log(2)
    log2(x)          log2        log(x)/log(2)
    log_2 x          log_2       log(x)/log(2)
    sech(x)          sech        1/cosh(x)
    1/2 1/2          2 1         side by side             1/2*1/2
    max a            max         in brackets
    sin(,)           ,           before ','
    tg(x)            tg          write tan                tan(x)
    Sin(x)           Sin         write sin                sin(x)
    sine(x)          sine        Did you mean 'sin'
    f(x)             f           no node called 'f'
    x(a, b)          ,           comma
    a, b             ,           comma
    1,000            1,000       without commas           1000 ; 1.000
    1,5              1,5         without commas           1.5
    2 3              2 3         side by side             2*3
    2 000            2 000       side by side             2000 ; 2*000
    1 1/2            1 1/2       mixed                    1 + 1/2
    y - 1 1/2        1 1/2       mixed                    y - (1 + 1/2)
    1½               1½          mixed                    1 + 1/2
    x 2              x 2         right of x               x*2 ; x^2
    (x+1)2           (x+1)2      right of (x+1)           (x+1)*2
    x^2 3            x^2 3       right of x^2             x^2*3
    |x|2             |x|2        right of |x|             |x|*2
    d12              d12         before a name            12d ; d^12
    |x|y|            |x|y|       which bars
    |x||y|           |x||y|      which bars               abs(x)*abs(y)
    |x|y|a|          |x|y|a|     which bars               abs(x)*y*abs(a) ; abs(x*abs(y)*a)
    |2|x||           |2|x||      which bars               abs(2*abs(x))
    |x               |           never closed
    (|x)             |           before the bracket
    ((x)             (           never closed
    (x + (a - b)     (           never closed
    x)               )           closes nothing
    ()               ()          nothing between
    60d +            +           after '+'
    x**              **          after '**'
    * x              *           before '*'
    x^^2             ^^          once
    x//y             //          once
    x²^3             ^           brackets
    x^ab             x^ab        needs brackets           x^(ab) ; (x^a)b
    x'               '           Primes
    x.               .           point
    12 d.            .           point
    1.2.3            .           one decimal point
    x..y             .           point
    1_000            _           underscores
    12d?             ?           Leave it out
    answer: 12d      :           only the expression
    x!               !           Factorials
    5%               %           /100
    sum(x)           sum         in a graph's text only
    x @ y            @           in a graph's text only
    x.T              .T          in a graph's text only
    [x]              [           round brackets
    x[0]             [           in a graph's text only
    {x}              {           round brackets
    \frac{a}{b}      \           LaTeX
    x < y            <           Comparisons
    "x"              "           Quotes
    x # why          #           Comments
    x; y             ;           one expression
    dx/dy = 60d+84   =           only the right side      60d+84
    y = 3            =           only the right side      3
    2x=4             =           only the right side      4
    x == y           =           only the right side
    =                =           only the right side
    dx/dy            dx/dy       to be worked out
    ∂x/∂y            ∂x/∂y       to be worked out
    df/dx            df/dx       no node is called 'f'
    ∂x               ∂           ∂y/∂x
    x₁               ₁           x_1
    а*b              а           Cyrillic letter A; type the Latin 'a'
    ｘ                ｘ           type the ordinary 'x'
    𝑥                𝑥           type the ordinary 'x'
    ſin(x)           ſ           type the ordinary 's'
    ٣                ٣           type the ordinary '3'
    Α                Α           no node called
    x⁄2              ⁄           Write /
    ∫x               ∫           INTEGRAL
    µ                µ           micro sign
    é                é           LATIN SMALL LETTER E WITH ACUTE
    1L               L           no node called 'L'
    los              los         Did you mean 'loss'
    True             True        word of Python
    x if y           if          word of Python
    nan              nan         only finite
    NaN              NaN         only finite
    Infinity         Infinity    only finite
    oo               oo          only finite
    _x               _x          letter comes first
    x__y             x__y        single underscores
    9^9^9^9          ^9^9        at most 1,000
    2**(10**12)      **(10**12)  at most 1,000
    (x+1)**100000    **100000    at most 1,000
    x^(-1001)        ^(-1001)    at most 1,000
    x^(1/0)          ^(1/0)      division by zero
    x^(x^(x^(x^x)))  x^(x^(x^(x^x)))  4 high
    a^b^x^y^d        a^b^x^y^d   4 high
    (((x^x)^x)^x)^x  (((x^x)^x)^x)^x  4 high
"""


@pytest.mark.parametrize("row", rows(SENT_BACK), ids=lambda row: row[0])
def test_is_sent_back(row):
    text, place, fragment, *rest = row
    with pytest.raises(NotationError) as sent_back:
        read_expression(text, nodes(["x", "y", "a", "b", "d", "loss"]))
    error = sent_back.value
    assert fragment.lower() in error.message.lower()
    assert text[error.position : error.end] == place
    assert error.readings == tuple(r.strip() for r in " ".join(rest).split(" ; ") if r.strip())
    assert "^" in str(error)


@pytest.mark.parametrize("row", [row for row in rows(SENT_BACK) if len(row) > 3], ids=lambda row: row[0])
def test_readings_can_be_typed(row):
    for reading in row[3].split(" ; "):
        if reading.strip() != "2*000":
            assert read_expression(reading, nodes("xyabd")).text == reading


@pytest.mark.parametrize("text", ["", " ", "\n", "\t"])
def test_nothing_is_sent_back(text):
    with pytest.raises(NotationError, match="nothing here"):
        read_expression(text, {})


def test_what_cannot_be_seen_or_told_apart_is_named():
    for char, words in (
        ("\u212a", "Type the ordinary 'K'"),
        ("\u200b", "ZERO WIDTH SPACE"),
        ("\xa0", "ordinary space"),
        ("\x00", r"U\+0000"),
        ("\u0301", "delete it"),
    ):
        with pytest.raises(NotationError, match=words) as sent_back:
            read_expression(f"x{char}+1", nodes("x"))
        assert sent_back.value.position == 1


def test_scientific_notation_offers_e_where_it_is_known():
    with pytest.raises(NotationError) as sent_back:
        read_expression("2e3", nodes("e"))
    assert sent_back.value.readings == ("2*10^3", "2*e*3")


def test_a_greek_twin_of_a_latin_name_is_told_apart():
    with pytest.raises(NotationError, match="Greek letters; type the Latin A"):
        read_expression("\u0391", nodes("A"))


# Caps ---------------------------------------------------------------------------------------------------------------


def test_caps_are_where_the_design_says():
    names = nodes("x")
    read_expression("x" + "+x" * 999, names)
    read_expression("(" * 64 + "x" + ")" * 64, names)
    read_expression("-" * 64 + "x", names)
    read_expression("sin(" * 64 + "x" + ")" * 64, names)
    read_expression("1" * 60, names)
    read_expression("x^1000 + x^x^x^x", names)
    for text, fragment in (
        ("x" + "+x" * 1000, "2,000 characters"),
        ("(" * 65 + "x" + ")" * 65, "64 deep"),
        ("-" * 65 + "x", "64 deep"),
        ("sin(" * 65 + "x" + ")" * 65, "64 deep"),
        ("|" * 1999, "64 deep"),
        ("x^-" * 60 + "x", "64 deep"),
        ("1" * 61, "60 digits"),
        ("0." + "0" * 60, "60 digits"),
        ("x^1001", "1,000"),
        ("x" * 65, "64 characters"),
    ):
        with pytest.raises(NotationError, match=fragment):
            read_expression(text, names)


HOSTILE = [
    "-" * 100_000 + "1", "+".join("x" * 20_000), "1" + "0" * 200_000, "x" * 100_000, "(" * 100_000, ")" * 100_000,
    "|" * 100_000, "[[" * 50_000, "\u0301" * 100_000, "2" * 50_000 + "^" + "2" * 50_000, "x " * 50_000, "2^" * 50_000,
    "sin " * 25_000, "a(" * 50_000, "1 " * 50_000, "x=" * 50_000, "," * 100_000, "." * 100_000, "1.1" * 30_000,
    "=" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:6])
def test_hostile_texts_are_refused_at_once(text):
    for read in (lambda: read_expression(text, nodes("x")), lambda: read_graph("y = " + text)):
        with pytest.raises(GradflowError):
            read()


def test_reading_is_linear_in_a_large_graph():
    chain = "\n".join(f"x{i + 1} = x{i} + 1" for i in range(9_999))
    assert len(read_graph(chain).names) == 10_000
    with pytest.raises(NotationError, match="10,000 operations"):
        read_graph(chain + "\ny = x0 + x1 + x2")


# Graphs -------------------------------------------------------------------------------------------------------------

CHAIN = """
    b = 5 - 3a     # a comment; with «anything»
    c = 2b + 3
    d = 5b + 6
    e = 7c + d^2
    f = 2e
    g = 3f - o
"""


def test_a_graph_of_the_sources():
    graph = read_graph(CHAIN)
    assert isinstance(graph, Graph)
    assert (graph.inputs, graph.outputs, graph.notes) == (("a", "o"), ("g",), ())
    assert value_at(graph["g"], {"a": 1.0, "o": 2.0}) == 1828


def test_semicolons_line_ends_and_comments():
    graph = read_graph("c = a + b;d = b+1 # one\r\n\r\n;e = c d;")
    assert (graph.inputs, graph.outputs) == (("a", "b"), ("e",))


def test_a_right_side_without_a_name_is_a_default():
    graph = read_graph("a = 2; b = -1/2; r = 2π; s = max(1, 3)^2; y = a b r s")
    assert graph.inputs == ("a", "b", "r", "s")
    assert graph.defaults == {"a": 2, "b": Fraction(-1, 2), "r": pytest.approx(2 * math.pi), "s": 9}
    assert isinstance(graph.defaults["b"], Fraction)
    with pytest.raises(NotationError, match="no value: division by zero"):
        read_graph("a = 1/0")


def test_an_equation_that_is_only_a_name_is_a_node():
    graph = read_graph("y = x; z = (y)")
    assert graph["y"].operation.name == "same" and graph["z"].arguments == (graph["y"],)


def test_in_a_graph_a_run_is_one_name():
    assert read_graph("y = ab + a + b").inputs == ("ab", "a", "b")
    assert read_graph("w_1 = w1 x2").inputs == ("w1", "x2")


def test_e_and_functions_that_become_inputs_are_noted():
    assert "exp(1)" in read_graph("y = e + 1").notes[0]
    assert read_graph("y = sinx").notes == ("sinx is an input here; the function is written sin(x).",)
    assert read_graph("e = 2x; y = e^2").notes == ()


def test_opaque_functions():
    graph = read_graph("x = x(w); y = y(x, w); z = z(y, w); L = L(x, y, z)")
    assert [graph[n].operation.name for n in "xyzL"] == ["opaque"] * 4
    assert graph["L"].arguments == (graph["x"], graph["y"], graph["z"])
    assert (graph.inputs, graph.outputs) == (("w",), ("L",))


def test_only_the_listed_inputs():
    assert read_graph("y = x", ("x", "t")).inputs == ("x", "t")
    assert read_graph("y = sin x", inputs=("sin", "x"))["y"].operation.name == "mul"
    with pytest.raises(NotationError, match=r"no equation for 'lose'.*Did you mean 'loss'") as sent_back:
        read_graph("loss = x + 1\ny = lose^2", ("x",))
    assert sent_back.value.position == 17


def test_names_before_brackets():
    assert read_graph("y = k(t + 1)").inputs == ("k", "t")
    assert read_graph("speed = 2t; y = speed(t + 1)")["y"].operation.name == "mul"
    assert read_graph("log = 3; y = log(x)").inputs == ("log", "x")
    assert read_graph("y = σ(x) + 1").inputs == ("x",)
    with pytest.raises(NotationError, match="no function called 'speed'"):
        read_graph("y = speed(t + 1)")


NO_GRAPH = [
    ("", "no equations"),
    ("# nothing", "no equations"),
    ("x = x + 1", "cycle: x → x"),
    ("x = y + 1; y = x", "cycle: x → y → x"),
    ("x = y\ny = z\nz = x", "cycle: x → y → z → x"),
    ("x = 1\n\nx = a", "twice, in line 1 and line 3"),
    ("a = b\nb = c", "move its equation up from line 2, above line 1"),
    ("a = b; b = c", "put its equation before that of a"),
]


@pytest.mark.parametrize(("text", "message"), NO_GRAPH)
def test_equations_that_make_no_graph(text, message):
    with pytest.raises(GraphError, match=message) as wrong:
        read_graph(text)
    assert "equations" in message or "^" in str(wrong.value)


NO_EQUATION = r"""
    2b = 3           2b          one name
    f(x) = x^2       f(x)        one name                 f = x^2
    a + b = c        a + b       one name
    = 3              =           before '='
    a =              =           after '='
    y = x = 3        =           one = sign
    a + b            a + b       not an equation
    nan = 3          nan         only finite
    y = in + 1       in          word of Python
    y = sin          sin         say of what
    y = 2x/3z        2x/3z       below the bar            y = 2x/(3z) ; y = (2x/3)z
    y = 2e3          2e3         more than one way        y = 2*10^3
    y = 2πr          πr          beside π                 y = 2π r
    y = a(b, c)      ,           comma
    y = ∂x/∂t        ∂           only in an answer
    x = x(w, w)      w           twice
    y = A + Α        Α           look alike
"""


@pytest.mark.parametrize("row", rows(NO_EQUATION), ids=lambda row: row[0])
def test_equations_that_are_sent_back(row):
    text, place, fragment, *rest = row
    for before in ("", "k = 1; ", "k = 1  # one\n"):
        with pytest.raises(NotationError) as sent_back:
            read_graph(before + text)
        error = sent_back.value
        assert fragment in error.message
        assert error.text[error.position : error.end] == place and error.position >= len(before)
        assert error.readings == tuple(r.strip() for r in " ".join(rest).split(" ; ") if r.strip())


# The corpus ---------------------------------------------------------------------------------------------------------

ROWS = []
if (CORPUS / "bad_inputs.jsonl").exists():
    ROWS = [json.loads(line) for line in (CORPUS / "bad_inputs.jsonl").read_text("utf-8").splitlines()]
EVALUATED = {"2/0", "0/0", "1/(x-x)", "log(-1)", "exp(exp(exp(exp(10))))"}
"""Rows to be refused that are read: they have no value, which evaluation finds."""
LONG = {
    "'-'*100000+'1'": "-" * 100_000 + "1", "'+'.join(['x']*20000)": "+".join(["x"] * 20_000),
    "'1'+'0'*200000": "1" + "0" * 200_000, "'x'*100000": "x" * 100_000, "'|'*2001": "|" * 2001, "')'*1000": ")" * 1000,
    "'[['*5000": "[[" * 5000, "chr(0x301)*10000": chr(0x301) * 10_000,
    "'2'*5000+'^'+'2'*5000": "2" * 5000 + "^" + "2" * 5000, "'x!'+'!'*3000": "x!" + "!" * 3000,
}  # fmt: skip


def typed(row):
    return row["input"] if row.get("input") is not None else LONG[row["input_gen"]]


needs_corpus = pytest.mark.skipif(not ROWS, reason="the shared corpus is not beside this checkout")


@needs_corpus
def test_corpus_rows_to_refuse():
    read = set()
    for row in ROWS:
        if row["expect"].startswith("reject"):
            try:
                read_expression(typed(row), nodes("x"))
                read.add(typed(row))
            except NotationError as error:
                assert error.message and str(error)
    assert read == EVALUATED


@needs_corpus
def test_corpus_rows_to_read():
    known = {**vars(math), **POINT, "abs": abs}
    for row in ROWS:
        if row["expect"] != "accept" or row["reading"] in ("vector", "matrix"):  # those belong to questions that ask
            continue
        code = compile(row["reading"], "reading", "eval")
        names = [n for n in code.co_names if n in POINT and n != "e"]
        value = read_expression(row["input"], nodes(names)).value
        euler = {} if "e" not in code.co_names else {"e": math.e}
        assert value_at(value, POINT) == pytest.approx(eval(code, {}, known | euler), rel=1e-12), row["input"]


@needs_corpus
def test_corpus_rows_of_policy_raise_nothing_else():
    def outcome(read, text):
        try:
            return read(text)
        except GradflowError as sent_back:
            return str(sent_back)

    for row in ROWS:
        assert outcome(lambda text: read_expression(text, nodes("xyd")), typed(row))
        assert outcome(lambda text: read_graph("y = " + text), typed(row))


# Anything -----------------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=300)
@given(st.text("xyzab0123456789.+-*/^()|,=√²⁻½ πeσdsin∂'@[]:T", max_size=40))
def test_whatever_is_typed_is_read_or_sent_back_with_a_place(text):
    for read in (lambda: read_expression(text, nodes("xya")), lambda: read_graph("y = " + text)):
        try:
            read()
        except NotationError as error:
            assert 0 <= error.position <= len(error.text) and error.message
        except GraphError as error:
            assert str(error)


ATOMS = st.sampled_from(["x", "y", "2", "0.5", "a"])
PYTHON = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(st.just("("), inner, st.sampled_from(["+", "-", "*"]), inner, st.just(")")).map("".join),
        inner.map(lambda e: f"(-{e})"),
        inner.map(lambda e: f"(({e} + 1)**2)"),  # a sum below: no tower
        inner.map(lambda e: f"abs({e})"),
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=100)
@given(PYTHON)
def test_bracketed_python_is_read_as_python_reads_it(text):
    value = read_expression(text, nodes("xya")).value
    expected = eval(text, {"__builtins__": {}}, {**POINT, "abs": abs})
    if abs(expected) < 1e200:
        assert value_at(value, POINT) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_a_name_that_splits_into_nodes_is_noted():
    """A run of letters is one name; who forgot the space is told."""
    assert read_graph("c = a + b; d = b + 1; e = cd").notes == ("cd is one name here, an input; the product is written c d.",)
    assert read_graph("c = a + b; e = c ab").notes == ()  # a and b are no equations, so ab is as good a name as any
