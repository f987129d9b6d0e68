"""Formulas through sympy: in terms of any nodes, in their simplest form, and as people write them."""

from fractions import Fraction

import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gradflow_nb import graph
from gradflow_nb.core.formula import from_sympy, simplest
from gradflow_nb.errors import NoDerivative, NotExpressible, UnknownName

a, b, c, d, e, o, x, y = sympy.symbols("a b c d e o x y")


@pytest.mark.parametrize(
    ("of", "wrt", "in_terms_of", "formula"),
    [
        ("e", None, None, 7 * c + d**2), ("g", None, ("c", "d", "o"), 42 * c + 6 * d**2 - o),
        ("g", None, "g", sympy.Symbol("g")),
        ("e", None, "a", 225 * a**2 - 972 * a + 1052), ("g", "d", None, 12 * d), ("g", "d", "b", 60 * b + 72),
        ("g", "d", "a", 372 - 180 * a), ("g", "b", "d", 60 * d + 84), ("g", "b", "a", 1944 - 900 * a),
        ("g", "a", "a", 2700 * a - 5832), ("f", "d", "d", 4 * d), ("g", "o", (), sympy.Integer(-1)),
        ("a", "g", (), sympy.Integer(0)), ("g", "d", ("b", "d"), 12 * d),
    ],
)  # fmt: skip
def test_any_node_by_any_node_in_terms_of_any(chain, of, wrt, in_terms_of, formula):
    assert chain.formula(of, wrt=wrt, in_terms_of=in_terms_of) == formula


def test_what_does_not_suffice(chain):
    for wanted, missing in (("c", "a, o"), ((), "a, o"), (("d", "e"), "o")):
        with pytest.raises(NotExpressible, match=f"it also depends on {missing}, which"):
            chain.formula("g", in_terms_of=wanted)
    with pytest.raises(UnknownName):
        chain.formula("g", in_terms_of=("c", "q"))


EQUATIONS = st.lists(
    st.tuples(*[st.integers(-4, 4)] * 3, st.sampled_from(["x", "y"]), st.integers(0, 3)), min_size=1, max_size=4
)


@settings(max_examples=60)
@given(equations=EQUATIONS, point=st.tuples(*[st.fractions(-3, 3, max_denominator=5)] * 2))
def test_a_formula_has_the_value_of_the_total(equations, point):
    """Random polynomials, each using the one before."""
    lines, before = [], "x"
    for i, (k, m, n, other, power) in enumerate(equations):
        lines.append(f"n{i} = {k}*{before}^{power} + {m}*{before}*{other} + {n}")
        before = f"n{i}"
    made = graph("; ".join([*lines, f"out = {before} + x - y"]))
    flow = made.at(x=point[0], y=point[1])
    assume(all(isinstance(value, (int, Fraction)) for value in flow.values.values()))
    at = {sympy.Symbol(name): sympy.Rational(Fraction(value)) for name, value in flow.values.items()}
    for wrt in made.names:
        for terms in (None, ("x", "y")):
            total = flow.total("out", wrt)
            if isinstance(total, (int, Fraction)):
                assert made.formula("out", wrt=wrt, in_terms_of=terms).subs(at) == sympy.Rational(Fraction(total))
    assert made.formula("out", in_terms_of=("x", "y")).subs(at) == sympy.Rational(Fraction(flow.values["out"]))


def expressions():
    leaves = st.sampled_from([x, y, *map(sympy.Integer, range(-3, 4)), sympy.Rational(1, 2)])
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(lambda p, q: p + q, inner, inner),
            st.builds(lambda p, q: p * q, inner, inner),
            st.builds(lambda p, n: p**n, inner, st.integers(1, 3)),
            st.builds(lambda p: 1 / (p**2 + 1), inner),
            st.builds(sympy.exp, inner),
            st.builds(lambda p: sympy.log(p**2 + 1), inner),
        ),
        max_leaves=6,
    )


@settings(max_examples=100)
@given(expression=expressions(), point=st.tuples(*[st.fractions(-1, 1, max_denominator=7)] * 2))
def test_the_simplest_form_has_the_same_value_and_reads_back(expression, point):
    values = dict(zip((x, y), (sympy.Rational(Fraction(p)) for p in point), strict=True))
    wanted = expression.subs(values).evalf(30)
    assume(wanted.is_finite and abs(wanted) < 10**6)
    short = simplest(expression)
    assert abs(short.subs(values).evalf(30) - wanted) < 1e-12 * (1 + abs(wanted))
    assert sympy.count_ops(short) <= sympy.count_ops(sympy.sympify(expression))
    made = graph(f"out = {from_sympy(short)} + 0*x + 0*y")  # what was written out reads back
    assert float(made.at(dict(zip("xy", point, strict=True))).values["out"]) == pytest.approx(
        float(wanted), rel=1e-9, abs=1e-9
    )


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (372 - 180 * a, "372 - 180a"), (2700 * a - 5832, "2700a - 5832"), (-a - b, "-a - b"), (a / 2, "a/2"),
        (-a / 2, "-a/2"),
        (2 / (3 * a), "2/(3a)"), (1 / a**2, "1/a^2"), (sympy.sqrt(a), "sqrt(a)"), (1 / sympy.sqrt(a), "1/sqrt(a)"),
        (sympy.exp(-a), "exp(-a)"), (sympy.exp(1), "exp(1)"), (a**b, "a^b"), (sympy.Max(a, b, c), None),
        (sympy.Abs(a), "|a|"), (sympy.Heaviside(a, 0), "step(a)"), (sympy.pi * a, "π·a"),
        (sympy.Float(2.5) * a, "2.5a"),
        (-(a + 1) * b, "b·(-a - 1)"), (sympy.sin(a) ** 2, "sin(a)^2"), ((a + 1) ** -1, "1/(a + 1)"),
        (sympy.Integer(0), "0"),
    ],
)  # fmt: skip
def test_formulas_as_people_write_them(expression, text):
    written = str(from_sympy(expression))
    assert written == text if text else written.count("max(") == 2


def test_the_simplest_form_costs_no_more_than_it_is_worth():
    """(a + b + c + d)^200 has over a million terms: it is left alone, however deep inside it stands."""
    huge = (a + b + c + d) ** 200
    for expression in (huge, sympy.sin(huge) + 1, a * huge, (a + b + huge) / (1 + huge)):
        assert simplest(expression) == expression
    assert simplest((a + 1) * 2 + 3 * a) == 5 * a + 2


def test_a_formula_that_doubles_at_every_node_is_not_written_out():
    above = ["x", *(f"j{i}" for i in range(29))]
    doubling = graph("; ".join(f"l{i} = {x}^2; r{i} = {x}^3; j{i} = l{i} + r{i}" for i, x in enumerate(above)))
    with pytest.raises(NoDerivative, match=r"cannot be written down: .* more than 1,000 parts; put in numbers"):
        doubling.formula("j29", wrt="x")
    with pytest.raises(NotExpressible, match="more than 1,000 parts"):
        doubling.formula("j29", in_terms_of="x")
    assert doubling.flow().paths("j29", "x").count == 2**30
    assert doubling.at(x=0).total("j29", "x") == 0
    assert "cannot be written down" in repr(doubling.flow().backward("j29"))
