"""Some 1,600 pairs of expressions that set traps, and whether each is equal wherever both sides are real.

Every label is certain by construction: identities are theorems, written down as such and put at other arguments;
near misses are identities to which something is added that is not zero; None is for pairs that no point makes real.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple


class Pair(NamedTuple):
    family: str
    left: str
    right: str
    equal: bool | None


IDENTITIES = """
    sin(u)^2 + cos(u)^2 ~ 1
    sin(2*u) ~ 2*sin(u)*cos(u)
    cos(2*u) ~ 1 - 2*sin(u)^2
    sin(3*u) ~ 3*sin(u) - 4*sin(u)^3
    tan(u) ~ sin(u)/cos(u)
    sec(u)^2 - tan(u)^2 ~ 1
    csc(u)^2 - cot(u)^2 ~ 1
    tan(u/2) ~ sin(u)/(1 + cos(u))
    sin(u)^4 - cos(u)^4 ~ -cos(2*u)
    sin(u + pi/3) ~ sin(u)/2 + sqrt(3)/2*cos(u)
    cosh(u)^2 - sinh(u)^2 ~ 1
    sinh(2*u) ~ 2*sinh(u)*cosh(u)
    tanh(u) ~ (exp(2*u) - 1)/(exp(2*u) + 1)
    cosh(u) + sinh(u) ~ exp(u)
    exp(u)*exp(-u) ~ 1
    (exp(u) + 1)*(exp(u) - 1) ~ exp(2*u) - 1
    sigmoid(u) + sigmoid(-u) ~ 1
    sigmoid(u) ~ (1 + tanh(u/2))/2
    softplus(u) - softplus(-u) ~ u
    softplus(u) ~ log(1 + exp(u))
    log(u^2) ~ 2*log(|u|)
    log(u^2 + 1) ~ 2*log(sqrt(u^2 + 1))
    exp(log(u)) ~ u
    log(exp(u)) ~ u
    log10(u) ~ log(u)/log(10)
    asinh(u) ~ log(u + sqrt(u^2 + 1))
    sinh(asinh(u)) ~ u
    sin(asin(u)) ~ u
    asin(u) + acos(u) ~ pi/2
    acos(-u) ~ pi - acos(u)
    cos(asin(u)) ~ sqrt(1 - u^2)
    atanh(u) ~ log((1 + u)/(1 - u))/2
    acosh(u) ~ log(u + sqrt(u^2 - 1))
    cosh(acosh(u)) ~ u
    tan(atan(u)) ~ u
    cos(atan(u)) ~ 1/sqrt(1 + u^2)
    sin(2*atan(u)) ~ 2*u/(1 + u^2)
    asin(u) ~ atan(u/sqrt(1 - u^2))
    cos(4*acos(u)) ~ 8*u^4 - 8*u^2 + 1
    sqrt(u^2) ~ |u|
    sqrt(u)^2 ~ u
    (u^2)^(1/4) ~ sqrt(|u|)
    (u^3)^(1/3) ~ u
    u^(2/3) ~ (u^2)^(1/3)
    relu(u) - relu(-u) ~ u
    |u|*sign(u) ~ u
    relu(u) ~ (u + |u|)/2
    max(u, 1) + min(u, 1) ~ u + 1
    step(u) + step(-u) ~ sign(u)^2
    |u - 1| + |1 - u| ~ 2*|u - 1|
    asin(sin(u)) + asin(sin(-u)) ~ 0
    acosh(cosh(u)) ~ |u|
    acos(cos(u)) ~ acos(cos(-u))
    1/(sqrt(u + 1) + sqrt(u)) ~ sqrt(u + 1) - sqrt(u)
"""
"""True for every u. The arguments below keep some points of every identity's domain."""

ARGUMENTS = ["x", "2*x - 1/3", "x*y", "x^2 - x", "sin(x)", "x/7 + y"]

MISSES = [
    "{l} + 10^-10", "{l} + 10^-17*x", "{l} + 10^-40", "{l} + 3*10^-90*x^2", "{l} + 10^-300",
    "({l})*(1 + 10^-25) + 10^-26", "{l} + exp(-30 - x^2)", "{l} + sin(pi*x)", "{l} + sin(6*pi*x)*sin(5*pi*x)/10^20",
    "{l} + x*(x - 1)*(x + 1)*(x - 2)*(2*x - 1)*(3*x - 2)", "{l} + relu(x - 50)", "{l} + relu(1 - 100*|x - 0.7|)/10^9",
    "{l} + sign(x)^2 - 1", "{l} + (1 - sign(3*x - 1)^2)/10^30", "{l} + exp(-1000)", "{l} + |x| - x", "{l} + 1 - x/x*1.0000001",
]  # fmt: skip
"""What is added to an identity to spoil it. Never zero wherever both sides of any identity at u = x are real."""

# Where an identity lives, so that a spoiler that is zero there is left out.
_POSITIVE = ("exp(log(u))", "log10", "sqrt(u)^2", "acosh(u) ~", "cosh(acosh", "(u^3)^(1/3)", "u^(2/3)", "1/(sqrt(u + 1)")
_INSIDE = ("asin(u)", "acos(-u)", "cos(asin", "sin(asin(u))", "atanh(u)", "cos(4*acos")

EQUAL = {
    "rational": """
        x/x ~ 1
        x^0 ~ 1
        0*(1/x) ~ 0
        (x^2 - 1)/(x - 1) ~ x + 1
        (x^3 - y^3)/(x - y) ~ x^2 + x*y + y^2
        x^1000/x^999 ~ x
        (10^300*x)^2/10^600 ~ x^2
        (x + 10^16) - 10^16 ~ x
        1/(1/x + 1/y) ~ x*y/(x + y)
        (x + y)^40*(x - y)^40 ~ (x^2 - y^2)^40
        x/(x - 1/3) ~ 3*x/(3*x - 1)
        123456789123456789*x/987654321987654321 ~ 13717421*x/109739369
    """,
    "traps for nan": """
        0*log(x) ~ 0
        0*sqrt(x - 100) ~ 0
        0*log(x - 1000000) ~ 0
        0*log(-x - 123456) ~ 0
        0*acosh(x/300) ~ 0
        log(x) - log(x) ~ 0
        log(x)/log(x) ~ 1
        x*log(x)/log(x) ~ x
        sin(x)/sin(x) ~ 1
        tan(x)*cot(x) ~ 1
        x + 0*sqrt(x) ~ |x|
        x + 0*log(x - 3) ~ |x|
        |x| + 0*acosh(x) ~ x
        sign(x) + 0*log(x) ~ 1
        step(x) + 0*log(x) ~ 1
        sqrt(x^2) + 0*log(-x) ~ -x
        max(x, 0) + 0*log(x) ~ x
        x^y*x^(-y) ~ 1
        (exp(2*x) - 1)/(exp(x) - 1) ~ exp(x) + 1
        (x - 4)/(sqrt(x) - 2) ~ sqrt(x) + 2
        (1 - cos(x)^2)/sin(x) ~ sin(x)
        (sin(x)^2 - 1/4)/(sin(x) - 1/2) ~ sin(x) + 1/2
        x^2/|x| ~ |x|
        log(x^2)/log(|x|) ~ 2
    """,
    "dust": """
        step(sin(x)^2 + cos(x)^2 - 1) ~ 0
        sign(sin(x)^2 + cos(x)^2 - 1) ~ 0
        sign(log(x*y) - log(x) - log(y)) ~ 0
        sign(cosh(x)^2 - sinh(x)^2 - 1) ~ 0
        step(exp(x)*exp(y) - exp(x + y)) ~ 0
        sign(sqrt(2)*sqrt(3) - sqrt(6)) ~ 0
        sqrt(sin(x)^2 + cos(x)^2 - 1) ~ 0
        log(sin(x)^2 + cos(x)^2) ~ 0
        asin(sin(x)^2 + cos(x)^2) ~ pi/2
        acos(sin(x)^2 + cos(x)^2) ~ 0
        acosh(cosh(x)^2 - sinh(x)^2) ~ 0
        max(sin(2*x), 2*sin(x)*cos(x)) ~ sin(2*x)
        (-x^2 - 1)^(sin(x)^2 + cos(x)^2) ~ -x^2 - 1
        |exp(2*x) - exp(x)^2| ~ 0
        sqrt(tanh(x) - sinh(x)/cosh(x)) ~ 0
        x^(log(x^2 + 1) - log(x^2 + 1)) ~ 1
        sign(x^2 - 2*x*sqrt(2) + 2 - (x - sqrt(2))^2) ~ 0
        step(sin(3*x) - 3*sin(x) + 4*sin(x)^3) ~ step(cos(2*x) + 2*sin(x)^2 - 1)
    """,
    "overflow and underflow": """
        exp(800)/exp(799) ~ exp(1)
        exp(x)^1000 ~ exp(1000*x)
        log(exp(1000*x)) ~ 1000*x
        exp(1000)*exp(-1000) ~ 1
        cosh(1000)^2 - sinh(1000)^2 ~ 1
        exp(-x^2)*exp(x^2) ~ 1
        exp(-x^2)/exp(-x^2) ~ 1
        sqrt(exp(-2000))*exp(1000) ~ 1
        log(10^300*x) - 300*log(10) ~ log(x)
        10^200*x*10^-200 ~ x
        log(exp(900*x) + 1) ~ softplus(900*x)
        (2^x)^500 ~ 2^(500*x)
        exp(-10^4*x^2)^2 ~ exp(-2*10^4*x^2)
        sqrt(10^400*x^2) ~ 10^200*|x|
        sigmoid(500*x) ~ 1/(1 + exp(-500*x))
        exp(exp(x))*exp(exp(x)) ~ exp(2*exp(x))
        1 - cos(10^-9*x) ~ 2*sin(10^-9*x/2)^2
        sin(10^20*x)^2 + cos(10^20*x)^2 ~ 1
        sqrt(x + 10^20) - 10^10 ~ x/(sqrt(x + 10^20) + 10^10)
        log(1 + 10^-30*x) ~ log(10^30 + x) - 30*log(10)
        1 - tanh(100) ~ 2/(exp(200) + 1)
        1 - tanh(x)^2 ~ 1/cosh(x)^2
        tanh(20*x) ~ 2*sigmoid(40*x) - 1
    """,
    "narrow domains": """
        sqrt(x - 2)*sqrt(3 - x) ~ sqrt((x - 2)*(3 - x))
        log(x - 1000) + log(2) ~ log(2*x - 2000)
        asin(x - 50) + acos(x - 50) ~ pi/2
        asin(1000*x - 1234) + acos(1000*x - 1234) ~ pi/2
        acos(5*(x + 77.7)) ~ pi - acos(-5*(x + 77.7))
        sqrt(x - 5)^2 ~ |x - 5|
        sqrt(x - 12.5)*sqrt(12.6 - x)*|x| ~ x*sqrt(x - 12.5)*sqrt(12.6 - x)
        sqrt(x - 1/3)*sqrt(0.34 - x) ~ sqrt((x - 1/3)*(0.34 - x))
        log(x - 10^9)^2 ~ log(1/(x - 10^9))^2
        acosh(x/5000) ~ log(x/5000 + sqrt(x^2/25000000 - 1))
        atanh(x - 99) ~ log((x - 98)/(100 - x))/2
        log(1/10^4 - (x - 7)^2) ~ log((1/100 - x + 7)*(1/100 + x - 7))
        sqrt(1 - x^2 - y^2)^2 ~ 1 - x^2 - y^2
        sqrt(x - 100)*sqrt(y - 200) ~ sqrt((x - 100)*(y - 200))
        asin(x + y - 40) + acos(x + y - 40) ~ pi/2
        sqrt(sin(x) - 0.99)^2 ~ sin(x) - 99/100
        log(log(log(x))) ~ log(log(log(x^2)/2))
        log(x)*sqrt(0.001 - x) ~ log(x^3)/3*sqrt(1/1000 - x)
        sqrt(exp(x) - 10^6)^2 ~ exp(x) - 1000000
        sqrt(x - pi)*sqrt(22/7 - x) ~ sqrt((x - pi)*(22/7 - x))
        sqrt(x)*sqrt(y)*sqrt(1 - x - y) ~ sqrt(x*y*(1 - x - y))*step(1 - x - y)
    """,
    "kinks": """
        max(x, y) + min(x, y) ~ x + y
        max(x, y)*min(x, y) ~ x*y
        max(x, y) ~ (x + y + |x - y|)/2
        max(|x + y|, |x - y|) ~ |x| + |y|
        max(x, min(y, z)) ~ min(max(x, y), max(x, z))
        max(x, max(y, z)) ~ max(max(x, y), z)
        max(x, x) ~ x
        -max(-x, -y) ~ min(x, y)
        |x*y| ~ |x|*|y|
        ||x| - |y|| ~ max(|x|, |y|) - min(|x|, |y|)
        step(x)^2 ~ step(x)
        sign(x)^3 ~ sign(x)
        sign(x*y) ~ sign(x)*sign(y)
        step(x - 7)*step(7 - x) ~ 0
        relu(x - 3/10)*relu(0.3 - x) ~ 0
        relu(relu(x)) ~ relu(x)
        |x^2 - 2|*sign(x^2 - 2) ~ x^2 - 2
        |x^2 + 1| ~ x^2 + 1
        sign(x^2 + 1)^2 ~ 1
        sign(exp(x)) ~ 1
        step(x^2 - 2)*step(2 - x^2) ~ 0
        max(x^2 - 2, 2 - x^2) ~ |x^2 - 2|
        max(sin(x), cos(x)) ~ (sin(x) + cos(x) + |sin(x) - cos(x)|)/2
        relu(x)^2 ~ x*relu(x)
        relu(x)*relu(-x) ~ 0
        |x|^2 ~ x^2
        |x|^3 ~ x^2*|x|
        sqrt((x - 1)^2) + sqrt((x + 1)^2) ~ max(2, max(2*x, -2*x))
        min(max(x, 0), 1) ~ relu(x) - relu(x - 1)
        sign(|x| + 1) ~ 1
        step(|x|) ~ sign(x)^2
        step(x - sqrt(2)) ~ step(sqrt(2)*x - 2)
        sign(x - pi) ~ -sign(pi - x)
        |cos(x)| ~ sqrt(1 - sin(x)^2)
        sign(x)*x ~ |x|
        relu(x - y) + min(x, y) ~ x
    """,
    "branches": """
        atan(x) + atan(1/x) ~ pi/2*sign(x)
        atan(x) + atan(1/x) ~ pi*|x|/(2*x)
        acos(x) ~ 2*atan(sqrt((1 - x)/(1 + x)))
        acosh(2*x^2 - 1) ~ 2*acosh(|x|)
        asin(2*x/(1 + x^2)) ~ 2*atan(x)*step(1 - |x|) + (pi*sign(x) - 2*atan(x))*(1 - step(1 - |x|))
        exp(log(x^2)/2) ~ |x|
        exp(2*log(x)) ~ x^2
        (x^4)^(1/4) ~ |x|
        log(x) + log(y) ~ log(x*y)
        log(x^2*y^2) ~ 2*log(|x*y|)
        log(x/y) ~ log(x) - log(y)
        x^y*x^z ~ x^(y + z)
        (x^2)^y ~ |x|^(2*y)
        x^x ~ exp(x*log(x))
        sqrt(x)*sqrt(y) ~ sqrt(x*y)
        sqrt(x^2*y) ~ |x|*sqrt(y)
        atan(tan(x)) + atan(tan(-x)) ~ 0
        sin(x - asin(sin(x)))*cos(x) ~ sin(2*x)/2 - sin(asin(sin(x)) - x + x)*cos(x) + sin(x - asin(sin(x)))*cos(x)
        acos(cos(x)) + acos(-cos(x)) ~ pi
        asin(cos(x)) + acos(cos(x)) ~ pi/2
        tan(asin(x)) ~ x/sqrt(1 - x^2)
        asin(tanh(x)) ~ atan(sinh(x))
        2*atan(tanh(x/2)) ~ atan(sinh(x))
        log(sqrt(x^2 + 1) + x) ~ -log(sqrt(x^2 + 1) - x)
        acosh(x) ~ log(x + sqrt(x - 1)*sqrt(x + 1))
        cos(x + y) ~ cos(x)*cos(y) - sin(x)*sin(y)
        sin(x) + sin(y) ~ 2*sin((x + y)/2)*cos((x - y)/2)
        tanh(x + y) ~ (tanh(x) + tanh(y))/(1 + tanh(x)*tanh(y))
        tan(x + y) ~ (tan(x) + tan(y))/(1 - tan(x)*tan(y))
        sinh(x)*sinh(y) ~ (cosh(x + y) - cosh(x - y))/2
        sin(x)*sin(2*x)*sin(3*x) ~ (sin(2*x) + sin(4*x) - sin(6*x))/4
        exp(x)/(1 + exp(x))^2 ~ sigmoid(x)*(1 - sigmoid(x))
        atan(1) + atan(2) + atan(3) ~ pi
        16*atan(1/5) - 4*atan(1/239) ~ pi
        asin(sin(3)) ~ pi - 3
        acos(cos(10)) ~ 4*pi - 10
    """,
    "nested radicals and constants": """
        sqrt(2 + sqrt(3)) ~ (sqrt(6) + sqrt(2))/2
        sqrt(3 + 2*sqrt(2)) ~ 1 + sqrt(2)
        sqrt(5 + 2*sqrt(6)) ~ sqrt(2) + sqrt(3)
        (7 + 5*sqrt(2))^(1/3) ~ 1 + sqrt(2)
        (2 + sqrt(5))^(1/3) ~ (1 + sqrt(5))/2
        cos(pi/5) ~ (1 + sqrt(5))/4
        sin(pi/12) ~ (sqrt(6) - sqrt(2))/4
        cos(2*pi/7) + cos(4*pi/7) + cos(6*pi/7) ~ -1/2
        sin(pi/7)*sin(2*pi/7)*sin(3*pi/7) ~ sqrt(7)/8
        sqrt(x + 2*sqrt(x - 1)) ~ 1 + sqrt(x - 1)
        sqrt(x + 4*sqrt(x - 4)) ~ 2 + sqrt(x - 4)
        sqrt(x^2 + 2*x + 1) ~ |x + 1|
        1/(sqrt(2) + sqrt(3)) ~ sqrt(3) - sqrt(2)
        8^(1/3) ~ 2
        4^(3/2) ~ 8
        log(8)/log(2) ~ 3
        exp(log(7)/2) ~ sqrt(7)
        sqrt(2)^sqrt(2)*sqrt(2)^sqrt(2) ~ 2^sqrt(2)
        sin(1000000*pi) ~ 0
        tan(pi/8) ~ sqrt(2) - 1
        log10(2) + log10(5) ~ 1
        tan(3*pi/11) + 4*sin(2*pi/11) ~ sqrt(11)
        sqrt(1 + sqrt(2))*sqrt(sqrt(2) - 1) ~ 1
        (sqrt(2) + 1)^10*(sqrt(2) - 1)^10 ~ 1
        2^(1/2)*2^(1/3) ~ 2^(5/6)
    """,
    "beside far, touching and lonely zeros": """
        |x^2 - x + 0.25 + 10^-20| ~ x^2 - x + 0.25 + 10^-20
        |sin(x) + 1 + 10^-30| ~ sin(x) + 1 + 10^-30
        |x^4 - 4*x^2 + 4| ~ x^4 - 4*x^2 + 4
        |x^2 - 2*x*y + y^2| ~ (x - y)^2
        |x*log(x) + 1/e| ~ x*log(x) + 1/e
        |acos(x) + 10^-30| ~ acos(x) + 10^-30
        relu(log(x) - 100)*relu(99 - log(x)) ~ 0
        |exp(x) - x - 1| ~ exp(x) - x - 1
        |tanh(x) - 1| ~ 1 - tanh(x)
        |sqrt(x^2 + 1) - x| ~ sqrt(x^2 + 1) - x
        |log(x) - 100| + 0*acos(x) ~ 100 - log(x)
        |tan(x) - 10^14| + 0*asin(x) ~ 10^14 - tan(x)
        max(x, log(x) - x) ~ x + 0*log(x)
        relu(sin(x) - 1) ~ 0
        step(atan(x) - pi/2) ~ 0
        step(exp(exp(x)) - 1) ~ 1
        step(log(x) - 1000) + 0*sqrt(10^400 - x) ~ 0
        step(2 - sin(x) - cos(y) + 10^-70) ~ 1
        step(x^2 + y^2 - 2*x - 4*y + 5 + 10^-30) ~ 1
        step(x^3 - 9*x^2 + 27*x - 27) ~ step(x - 3)
        step((x - 3)^2)/(x^2 - 6*x + 9) ~ 1/(x - 3)^2
        step((x - sqrt(2))^2)*(x^2 - 2) ~ x^2 - 2
        sign(x^2 - 6*x + 9 + 10^-40) ~ 1
        sign(x^2 - 6*x + 9)/(x - 3) ~ 1/(x - 3)
        sign(x^3 - 9*x^2 + 27*x - 27)^2*(x - 3) ~ x - 3
        sign((x - 0.3)^2 + (y + 0.7)^2 + 10^-90) ~ 1
        sign((x - 2)^2 + (y - 3)^2)/((x - 2)^2 + (y - 3)^2) ~ 1/((x - 2)^2 + (y - 3)^2)
        sign((cos(x) - x)^2)*(cos(x) - x) ~ cos(x) - x
        sign(cos(x) - x)^2/(cos(x) - x) ~ 1/(cos(x) - x)
        sign(exp(x) - x - 1)*(exp(x) - x - 1) ~ exp(x) - x - 1
        sign(acos(2*x)) + 0*atanh(2*x) ~ 1
        sign(acos(x/2) + 10^-50) ~ 1
        sign(acosh(x - 0.37))*(x - 1.37) ~ x - 1.37 + 0*acosh(x - 0.37)
        sign(x - pi) + 0*log(x - pi) ~ 1
        sign(x - exp(1))^2*log(x/exp(1)) ~ log(x) - 1
        0^(x^2 - 6*x + 10) ~ 0
        0^|x - 5|*(x - 5) ~ 0
        0^(|x - 1| + |y| + 1) ~ 0
        0^(-x^2) ~ 1
        sqrt(-x^2 - y^2) ~ x + y
    """,
    "lonely points": """
        sqrt(x - 2) + sqrt(2 - x) ~ x - 2
        sqrt(-(x - 1)^2) ~ 0
        sqrt(-x^2) ~ x
        asin(x) + acosh(x) ~ pi/2
        sqrt(x)*sqrt(-x) ~ 0
    """,
    "laws, mixed": """
        sqrt(x)*sqrt(y)*sqrt(z)*sqrt(1 - x - y - z) ~ sqrt(x*y)*sqrt(z*(1 - x - y - z))
        asin(x + y)*acos(x - y) ~ (pi/2 - acos(x + y))*(pi/2 - asin(x - y))
        sin(asin(x/1000)) ~ x/1000
        asin(sin(x)) + 0*asin(x) ~ x
        acos(cos(x)) + 0*log(x) + 0*asin(x/3) ~ x
        atan(tan(x)) + 0*asin(x) ~ x
        sqrt(1 - sin(x)^2) + 0*asin(x) ~ cos(x)
        sqrt(x^2) + 0*acosh(x) ~ x
        log(x^2) + 0*sqrt(-x) ~ 2*log(-x)
        |x - 5| + 0*sqrt(5 - x) ~ 5 - x
        max(x, 5) + 0*log(5 - x) ~ 5
        sign(x) + 0*log(-x) ~ -1
        step(x - 3) + 0*sqrt(3 - x) ~ 0
        relu(sin(x)) + relu(-sin(x)) ~ |sin(x)|
        sign(cos(x))*cos(x) ~ sqrt(cos(x)^2)
        sign(cos(x))^2*cos(x) ~ cos(x)
        exp(100*log(x)) ~ x^100
        x^100.5 ~ x^100*sqrt(x)
        sqrt(x)^200 ~ x^100*sign(x)^2
        0*tan(x)*sec(x)*csc(x) ~ 0
        tan(x)/tan(x) ~ 1
        (x - pi)/(x - pi) ~ 1
        (x^2 - 2)/(x - sqrt(2)) ~ x + sqrt(2)
        (exp(3*x) - 8)/(exp(x) - 2) ~ exp(2*x) + 2*exp(x) + 4
        sin(x)/|sin(x)| ~ sign(sin(x))
        x^0 + sin(x)^0 ~ 2
        0^(x^2 + 1) ~ 0
        1^x ~ 1
        (x^2 + 1)^0 ~ 1 + 0*log(x)
        sqrt(2 + sqrt(2 + sqrt(2))) ~ 2*cos(pi/16)
        (26 + 15*sqrt(3))^(1/3) ~ 2 + sqrt(3)
        sqrt(16 - 2*sqrt(29) + 2*sqrt(55 - 10*sqrt(29))) ~ sqrt(5) + sqrt(22 + 2*sqrt(5)) - sqrt(11 + 2*sqrt(29)) + 0*1
        log(log(exp(exp(x)))) ~ x
        exp(exp(log(log(x)))) ~ x
        asinh(sinh(x) + 0*y) ~ x + y - y
        sigmoid(x)/(1 - sigmoid(x)) ~ exp(x)
        log(sigmoid(x)) ~ -softplus(-x)
        tanh(x/2) ~ (exp(x) - 1)/(exp(x) + 1)
        exp(x)/(exp(x) + exp(y)) ~ sigmoid(x - y)
        log(exp(x) + exp(y)) ~ max(x, y) + log(1 + exp(-|x - y|))
        log(exp(1000*x) + exp(1000*y))/1000 ~ max(x, y) + log(1 + exp(-1000*|x - y|))/1000
        x*sigmoid(x) + x*sigmoid(-x) ~ x
        relu(x)^2 + relu(-x)^2 ~ x^2
        cot(x) - tan(x) ~ 2*cot(2*x)
        sec(x) + tan(x) ~ tan(x/2 + pi/4)
        csc(x) - cot(x) ~ tan(x/2)
        cos(36*pi/180) - cos(72*pi/180) ~ 1/2
        sin(x)^6 + cos(x)^6 ~ 1 - 3*sin(x)^2*cos(x)^2
        log10(x^3) ~ 3*log10(x)
        log10(1000*x) ~ 3 + log10(x)
        2^(log(x)/log(2)) ~ x
        x^log(y) ~ y^log(x)
        sqrt(x + y + 2*sqrt(x*y)) + 0*sqrt(x) ~ sqrt(x) + sqrt(y)
        sqrt(x + y - 2*sqrt(x*y)) + 0*sqrt(x) ~ |sqrt(x) - sqrt(y)|
        max(x^2, 1)*min(x^2, 1) ~ x^2
        max(x, max(y, z)) - min(x, min(y, z)) ~ (|x - y| + |y - z| + |z - x|)/2
        |x + y|^2 + |x - y|^2 ~ 2*x^2 + 2*y^2
    """,
}

DIFFERENT = {
    "traps for sample points": """
        sin(pi*x) ~ 0
        sin(pi*x)*sin(pi*y) ~ 0
        sin(pi*x)*sin(pi*x/2) ~ 0
        sin(12*pi*x) ~ 0
        sin(9973*pi*x) ~ 0
        sin(2520*pi*x) ~ 0
        sin(34905500*7*pi*x) ~ 0
        cos(2*pi*x) ~ 1
        cos(720720*pi*x) ~ cos(0*x)
        sin(10^6*pi*x) ~ 0
        sin(10^12*pi*x) ~ 0
        sin(2^40*pi*x) ~ 0
        exp(x*(x - 1)*(x + 1)) ~ 1
        sin(x*(x^2 - 1)*(x^2 - 4)*(x^2 - 9)) ~ 0
        x*(x - 1)*(x - 2)*(x - 3)*(x + 1)*(x + 2)*(x + 3)*exp(x) ~ 0
        (x - y)*(x + y)*(x - 2*y)*(2*x - y)*sin(x) ~ 0
        |x| ~ x^2
        x^2 ~ x^4
        sin(x - y)*sin(x + y) ~ 0
        x*y*z*sin(x)*(x - 1)*(y - 1)*(z - 1) ~ 0
        acos(cos(pi*x)) ~ 0
        asin(sin(2*pi*x))/(2*pi) ~ 0
        x - asin(sin(pi*x))/pi ~ x
        step(sin(pi*x)^2 - 0.9999) ~ 0
    """,
    "near misses": """
        sin(x) ~ x
        exp(10^-40*x) ~ 1 + 10^-40*x
        exp(10^-40*x) ~ 1 + 10^-40*x + 10^-80*x^2/2
        sinh(10^-30*x) ~ 10^-30*x
        sin(x/10^20) ~ x/10^20
        tan(sin(x/10^20)) ~ sin(tan(x/10^20))
        log(1 + 10^-30*x) ~ 10^-30*x
        1 - cos(10^-20*x) ~ 0
        sqrt(1 + 10^-50*x) ~ 1 + 10^-50*x/2
        x*(1 + 10^-17) ~ x
        x*(1 + 10^-300) ~ x
        sin(x)*(1 + 10^-100) ~ sin(x)
        sin(x + 10^-60) ~ sin(x)
        sin(x)*10^-300 ~ 0
        exp(x)^(1 + 10^-70) ~ exp(x)
        1/3 ~ 0.333333333333333333333333333333333333333333333333333333333
        x/3 + sin(x) ~ 0.3333333333333333333333333*x + sin(x)
        22*pi^4 ~ 2143
        exp(pi) - pi ~ 20
        exp(pi*sqrt(163)) ~ 262537412640768744
        exp(pi*sqrt(67)) ~ 147197952744
        log(640320^3 + 744)/sqrt(163) ~ pi
        pi ~ 355/113
        pi ~ 3.14159265358979323846264338327950288419716939937510582097
        sqrt(2) + sqrt(3) ~ pi
        sqrt(3) + sqrt(5) ~ sqrt(15.745966692414834)
        sqrt(10^40 + 1) ~ 10^20
        sqrt(10^300 + 1) ~ 10^150
        (1 + 10^-30)^(1/3) ~ 1 + 10^-30/3
        cos(2*x) ~ 1 - 2*sin(x)^2 + 10^-200*x
        log(x^2 + 1) ~ log(x^2 + 1 + 10^-120)
        x^(1/3) ~ x^0.333333333333
        x^2.000000000000000000001 ~ x^2
        sin(x)/x ~ 1
        atan(10^30*x) ~ pi/2*sign(x)
        tanh(10^3*x) ~ sign(x)
        x/(1 + 10^-50*x^2) ~ x
        sin(11)*10^10 ~ -9999902065.507035
        cos(pi/7) ~ 0.9009688679
        x + exp(-100) ~ x
        log(exp(x) + 10^-30) ~ x
        sqrt(x^2 + 10^-60) ~ |x|
        sqrt(x^2 + exp(-200)) ~ |x|
    """,
    "overflow and underflow": """
        exp(-x^2) ~ 0
        exp(-1000*x^2) ~ 0
        exp(-1000) ~ 0
        exp(-10^5) ~ 0
        exp(-10^9) ~ 0
        exp(1000) ~ exp(1000) + 1
        exp(1000*x) ~ exp(1000*x) + 1
        exp(x^2) ~ exp(x^2) + exp(-x^2)
        exp(exp(6)) ~ exp(exp(6)) + 1
        tanh(1000) ~ 1
        tanh(50) ~ 1
        sigmoid(800) ~ 1
        1 + exp(-1000) ~ 1
        1 + exp(-3000) ~ 1
        x + exp(-500) ~ x
        1/(1 + exp(-50*x)) ~ step(x)
        softplus(1000*x) ~ relu(1000*x)
        exp(-x^2)*10^-300 ~ 0
        cosh(1000) ~ sinh(1000)
        cosh(x) ~ exp(|x|)/2
        10^300*x*10^300 ~ 10^601*x
        exp(10^6*x) ~ 2*exp(10^6*x)
        exp(-10^6*x^2) ~ exp(-2*10^6*x^2)
        1/(x^2 + 10^300) ~ 0
        exp(-exp(x)) ~ 0
        exp(-exp(exp(x))) ~ 0
        exp(-10^4*(x - 3)^2) ~ 0
        exp(-10^9*(x - 3)^2) ~ 0
        1 + exp(-10^6*(x - 0.3)^2) ~ 1
        x^1000 ~ x^1000 + x^10
        (x^2 + 1)^(-300)*exp(-x^2) ~ 0
        log(1 + exp(x)) ~ x
        log(1 + exp(100*x)) ~ 100*relu(x)
        exp(710) - exp(710) + 1 ~ 0
        exp(750)/exp(750) ~ 2
        2^900*2^200 ~ 2^901*2^200
        2^-900*2^-200 ~ 0
        5^-500*sin(x) ~ 0
        exp(sin(x)*10^3) ~ exp(sin(x)*10^3)*(1 + 10^-20)
        log(10^400 + x) ~ 400*log(10)
    """,
    "only far out, or in a narrow place": """
        relu(x - 1000) ~ 0
        relu(x - 10^6) ~ 0
        relu(x - 10^12)/10^12 ~ 0
        relu(-x - 10^9) ~ 0
        step(x - 10^9) ~ 0
        |x - 10^8| ~ 10^8 - x
        max(x, 10^7) ~ 10^7
        min(x, -10^7) ~ -10^7
        relu(|x| - 10^30) ~ 0
        relu(x - 7)*relu(8 - x) ~ 0
        relu(x - 0.3)*relu(0.3001 - x) ~ 0
        relu(x - 0.3)*relu(0.3 + 10^-9 - x) ~ 0
        relu(x - 1234.5)*relu(1234.6 - x) ~ 0
        step(x - 7)*step(7.5 - x) ~ 0
        step(x - 31.4)*step(31.41 - x) ~ 0
        relu(1 - 10^6*|x - 17.3|) ~ 0
        relu(1/10^6 - |x - y|) ~ 0
        relu(sin(x) - 0.9999) ~ 0
        relu(sin(x)*cos(x) - 0.4999) ~ 0
        relu(x - pi)*relu(22/7 - x) ~ 0
        relu(x - 100)*relu(y - 100) ~ 0
        relu(x - 50)*relu(-y - 50) + x ~ x
        relu(1 - (x - 40)^2 - (y + 30)^2) ~ 0
        relu(exp(-(x - 12)^2) - 0.999) ~ 0
        relu(x - 3)*relu(y - 3)*relu(z - 3) ~ 0
        step(log(x) - 10) + 0*x ~ 0
        relu(atan(x) - 1.57) ~ 0
        relu(tanh(x) - 0.999999) ~ 0
        relu(x^2 - 10^6) ~ 0
        relu(10^-6 - x^2) ~ 0
        relu(1 - x^2/10^-12) ~ 0
        max(x, 2) - relu(x - 2) ~ 2 + relu(x - 500)
        relu(x - 6)*relu(6.5 - x)*10^-30 + x ~ x
        relu(x - 6)*10^-100 + sin(x) ~ sin(x)
    """,
    "branches": """
        sqrt(x^2) ~ x
        (x^2)^(1/2) ~ x
        (x^4)^(1/4) ~ x
        (x^6)^(1/6) ~ x
        exp(log(x^2)/2) ~ x
        log((x - 1)^2) ~ 2*log(1 - x) + step(x)/10^9
        asin(sin(x)) ~ x
        acos(cos(x)) ~ |x|
        acos(cos(x)) ~ x
        atan(tan(x)) ~ x
        acosh(cosh(x)) ~ x
        acosh(2*x^2 - 1) ~ 2*acosh(x) + 10^-15*(x - 1)
        atan(x) + atan(1/x) ~ pi/2
        atan(x) + atan(y) ~ atan((x + y)/(1 - x*y))
        2*atan(x) ~ asin(2*x/(1 + x^2))
        2*atan(x) ~ atan(2*x/(1 - x^2))
        asin(2*x*sqrt(1 - x^2)) ~ 2*asin(x)
        acos(x) ~ atan(sqrt(1 - x^2)/x)
        acos(2*x^2 - 1) ~ 2*acos(x)
        sqrt(1 - sin(x)^2) ~ cos(x)
        sqrt(tan(x)^2) ~ tan(x)
        sqrt(x^2*y^2) ~ x*y
        sqrt((x - 100)^2) ~ 100 - x
        sqrt((x + 10^6)^2) ~ x + 10^6
        sqrt(x^2 + 2*x + 1) ~ x + 1
        x + 0*asin(x) ~ |x|
        |x| + |y| ~ |x + y|
        ||x| - |y|| ~ |x - y|
        log(x + y) ~ log(x) + log(y)
        log(x)^2 ~ 2*log(x)
        log(x)/log(y) ~ log(x/y)
        exp(x + y) ~ exp(x) + exp(y)
        sin(x + y) ~ sin(x) + sin(y)
        sqrt(x + 4*sqrt(x - 4)) ~ 2 + sqrt(x - 4) + relu(x - 30)/10^5
        sqrt(x - 2*sqrt(x - 1)) ~ 1 - sqrt(x - 1)
        sqrt(x - 2*sqrt(x - 1)) ~ sqrt(x - 1) - 1
        tan(x)*|cos(x)| ~ sin(x)
        sinh(x)/|sinh(x)| ~ 1
        x^2/|x| ~ x
        max(x, y) ~ x
        max(max(x, y), 0) ~ 0
        asin(sin(3)) ~ 3
        log(exp(x)*exp(y)) ~ x + y + relu(x - 9)*relu(y - 9)/10^40
        acos(cos(x - 1)) ~ |x - 1|
        asin(sin(x/10)) ~ x/10
        atan(tan(x/100)) ~ x/100
    """,
    "only on a kink": """
        sign(x)^2 ~ 1
        sign(x - 5)^2 ~ 1
        sign(x + 123.456)^2 ~ 1
        sign(x + y)^2 ~ 1
        sign(2*x - 3*y + 1/7)^2 ~ 1
        sign(x*y - 2)^2 ~ 1
        sign(x^2 - 2)^2 ~ 1
        sign(x^2 - 4)^2 ~ 1
        sign(x^3 - 5)^2 ~ 1
        sign(x - sqrt(2))^2 ~ 1
        sign(x - pi)^2 ~ 1
        sign(exp(x) - 2)^2 ~ 1
        sign(sin(x))^2 ~ 1
        sign(cos(x))^2 ~ 1
        sign(cos(x) - x)^2 ~ 1
        sign(log(x) - 1)^2 ~ 1
        sign(x^2 + y^2 - 3)^2 ~ 1
        sign(x^5 - x - 1)^2 ~ 1
        sign(|x| - 3)^2 ~ 1
        step(x) ~ (1 + sign(x))/2
        step(x) + step(-x) ~ 1
        step(x - 1/3) + step(1/3 - x) ~ 1
        step(x - sqrt(2)) + step(sqrt(2) - x) ~ 1
        step(x^2 - 3) + step(3 - x^2) ~ 1
        step(x - y) + step(y - x) ~ 1
        step(x - exp(1)) ~ 1 - step(exp(1) - x)
        sign(x) + 0*sqrt(x) ~ 1
        step(tanh(x) - 1/2) ~ 1 - step(1/2 - tanh(x))
        sign(max(x, y) - 2)^2 ~ 1
        sign(x - 10^6)^2 ~ 1
        sign((x - 1)*(x - 2)*(x - 3))^2 ~ 1
        sign((x - 7/9)^2) ~ 1
        sign((x - sqrt(3))^2) ~ 1
        sign(|x - 4.5|) ~ 1
        x + 1 - sign(x - 1000/7)^2 ~ x
    """,
    "beyond what floats reach": """
        |log(x) - 100| ~ 100 - log(x)
        |log(x) + 50| ~ 50 + log(x)
        max(log(x), 100) ~ 100 + 0*log(x)
        sqrt((log(x) - 100)^2) ~ 100 - log(x)
        |log(log(x)) - 5| ~ 5 - log(log(x))
        |log(x^2 + x) - 300| ~ 300 - log(x^2 + x)
        |log(|x|) + 100| ~ log(|x|) + 100
        |log(x*y) - 100| ~ 100 - log(x*y)
        |log(sin(x)) + 60| ~ log(sin(x)) + 60
        |sqrt(x) - 10^12| ~ 10^12 - sqrt(x)
        |x^(1/3) - 10^8| ~ 10^8 - x^(1/3)
        |exp(x) - 10^30| ~ 10^30 - exp(x)
        |exp(x*y) - 10^40| ~ 10^40 - exp(x*y)
        |cosh(x) - 10^30| ~ 10^30 - cosh(x)
        |x*exp(x) - 10^33| ~ 10^33 - x*exp(x)
        |x + log(x) + 100| ~ x + log(x) + 100
        |asinh(x) + 500| ~ asinh(x) + 500
        |1/x - 10^20| ~ 10^20 - 1/x
        |x/(x - 0.37) - 10^20| ~ 10^20 - x/(x - 0.37)
        |tan(x) - 10^14| ~ 10^14 - tan(x)
        |tan(x) + x - 10^14| ~ 10^14 - tan(x) - x
        |sec(x) - 10^25| ~ 10^25 - sec(x)
        |atan(x) - pi/2 + 10^-20| ~ pi/2 - 10^-20 - atan(x)
        relu(log(log(x)) - 5) ~ 0
        relu(log(log(log(x))) - 3) ~ 0
        relu(log(x) - 1000)*relu(1000.001 - log(x)) ~ 0
        relu(x^(1/7) - 10^9) + x ~ x
        step(atan(x) - pi/2 + 10^-30) ~ 0
        step(exp(exp(x)) - 1 - 10^-50) ~ 1
        step(log(x) - 1000) ~ 0
        step(log(x) + 1000) ~ 1
        step(x/(1 + x^2) - 10^-20) ~ step(x)
        step(x^x - 10^300) ~ 0
        sign(log(x) - 1000)^2 ~ 1
        sign(log(x + 1) - log(x) - 10^-20)^2 ~ 1
        relu(x - 10^1000) ~ 0
        relu(x*y - 10^400) ~ 0
        relu(atanh(x) - 100) ~ 0
        relu(1/(exp(x) - x - 1) - 10^30) ~ 0
        relu(1/|cos(x) - x| - 10^30) ~ 0
        relu(-log((x - 1)^2 + (y - 2)^2) - 200) ~ 0
        |tanh(x) - 1 + 10^-20| ~ 1 - 10^-20 - tanh(x)
        sqrt(log(x) - 100) ~ 0
        log(1/x - 10^20) ~ 0
    """,
    "zero without a change of sign": """
        step(x^2 - 6*x + 9) ~ 1
        sign(x*(x - 6) + 9)^2 ~ 1
        step(sqrt(4*x^2 - 12*x + 9)) ~ 1
        x*step(x^2 - 6*x + 9) ~ x
        step(x + 9/x - 6) ~ step(x)
        sign(x^3 - 9*x^2 + 27*x - 27)^2 ~ 1
        sign(x^2 - 2*x*y + y^2) ~ 1
        sign(exp(2*x) - 6*exp(x) + 9) ~ 1
        sign(sin(x)^2 - 2*sin(x) + 1) ~ 1
        sign(log(x)^2 - 4*log(x) + 4) ~ 1
        sign(exp(x - 2) - x + 1) ~ 1
        sign(x - log(x) - 1) ~ 1 + 0*log(x)
        sign(x^2*exp(-x) - 4*exp(-2)) ~ sign(x - 2)
        step((tan(x) - x - 1)^2) ~ 1
        0^(x^2 - 6*x + 9) ~ 0
        0^((x^2 - 2)^2) ~ 0
        0^|x^2 - 2| ~ 0
        0^((cos(x) - x)^2) ~ 0
        0^(exp(x) - x - 1) ~ 0
        0^relu(x) ~ 0
    """,
    "at one point of several inputs": """
        step((x - 0.3)^2 + (y + 0.7)^2) ~ 1
        step((7*x - 3)^2 + (11*y - 5)^2) ~ 1
        step((x - 1)^2 + (y - 2)^2 + (z - 3)^2) ~ 1
        step((x - pi)^2 + (y - e)^2) ~ 1
        sign(|x| + |y - 1|) ~ 1
        sign(|x - 1| + |y + 2| + |z - 3|) ~ 1
        step(|x - y| + |x + y - 1.4|) ~ 1
        step(max(|x - 1|, |y - 2|)) ~ 1
        max(sign(x - 2)^2, sign(y - 3)^2) ~ 1
        max(sign(x - y)^2, sign(x + y - 0.74)^2) ~ 1
        x*sign((x - 2)^2 + (y - 3)^2) ~ x
        step((x^2 - 2)^2 + (y^2 - 3)^2) ~ 1
        step((x*y - 1)^2 + (x - 2)^2) ~ 1
        step((x^2 + y^2 - 25)^2 + (x - 3)^2) ~ 1
        sign((x - exp(y))^2 + (x + y - 3)^2) ~ 1
        sign((x - 1)^4 + (y - 2)^6) ~ 1
        sign(x^2 + y^2 - 6*x + 9) ~ 1
        step(2 - sin(x) - cos(y)) ~ 1
        0^((x - 2)^2 + (y - 3)^2) ~ 0
        0^(|x - 1| + |y|) ~ 0
        sqrt(-(x - 1)^2 - (y - 2)^2) ~ x + y
    """,
    "at an end of a domain": """
        sign(acos(2*x)) ~ 1
        sign(acos(x - 0.123)) ~ 1
        sign(acos(x^2 - 2)) ~ 1
        sign(acos(x + y)) ~ 1
        sign(acosh(x - 0.37)) ~ 1
        sign(asin(2*x - 0.3) + pi/2) ~ 1
        sign(x - pi) + 0*sqrt(x - pi) ~ 1
        sign(x^2 - 2) + 0*sqrt(x^2 - 2) ~ 1
        sign(sqrt(exp(x) - 7)) ~ 1
        sign(acos(1/x)) ~ 1
        sign(acos(x^2 + y^2)) ~ 1
        |acos(x) - 10^-30| ~ acos(x) - 10^-30
        |x^2/(1 + x^2) - 1 + 10^-40| ~ 1 - 10^-40 - x^2/(1 + x^2)
        0^sqrt(x - 5) ~ 0
    """,
    "dips": """
        |x^2 - x + 0.25 - 10^-20| ~ x^2 - x + 0.25 - 10^-20
        |x^4 - 4*x^2 + 4 - 10^-40| ~ x^4 - 4*x^2 + 4 - 10^-40
        |sin(x) + 1 - 10^-30| ~ sin(x) + 1 - 10^-30
        |(exp(x) - 3)^2 - 10^-50| ~ (exp(x) - 3)^2 - 10^-50
        |exp(x) - x - 1 - 10^-30| ~ exp(x) - x - 1 - 10^-30
        |2 - sin(x) - sin(y) - 10^-30| ~ 2 - sin(x) - sin(y) - 10^-30
        |(x - 0.37)^2 + (y + 0.73)^2 - 10^-30| ~ (x - 0.37)^2 + (y + 0.73)^2 - 10^-30
        relu(10^-40 - (x^2 - 2)^2) ~ 0
        relu(10^-30 - (x*y - 1)^2 - (x - 2)^2) ~ 0
        relu(10^-30 - |x - 1| - |y - 2|) ~ 0
        relu(sin(x) - 1 + 10^-30) ~ 0
        sqrt(10^-40 - (x - pi)^2) ~ 0
        sqrt(sin(x) - 1 + 10^-30) ~ 0
    """,
    "lonely points": """
        sqrt(x - 2) + sqrt(2 - x) ~ x - 3
        sqrt(-(x - 1)^2) ~ x
        sqrt(-x^2) ~ 1
        sqrt(x)*sqrt(-x) ~ 10^-20
    """,
    "misses, mixed": """
        exp(x*10^-12)*step(x^2) ~ 1
        asin(sin(x)) ~ x + 0*asin(x/1.58)
        acos(cos(x)) + 0*log(x) + 0*asin(x/3.15) ~ x
        acos(cos(x)) + 0*log(x) + 0*asin(x/3.1416) ~ x
        sqrt(1 - sin(x)^2) + 0*asin(x/2) ~ cos(x)
        max(x, 5) + 0*log(5.001 - x) ~ 5
        sign(x) + 0*sqrt(-x) ~ -1
        step(x - 3) + 0*sqrt(3.0000001 - x) ~ 0
        sign(cos(x))^2 + step(x) ~ 1 + step(x)
        1 - sign(exp(x) - 3)^2 ~ 0
        1 - sign(x^2 + x - 1)^2 ~ 0
        1 - sign(sqrt(x) - 1.7)^2 ~ 0
        1 - sign(log(x*y) - 1)^2 ~ 0
        1 - sign(sin(x) - y)^2 ~ 0
        (1 - sign(x^3 - 7)^2)*10^-80 ~ 0
        1 - sign(x - 12345.678)^2 ~ 0
        1 - sign(x^2 - 12345)^2 ~ 0
        1 - sign(log(x) - 20)^2 ~ 0
        1 - sign(x + y + z - 100)^2 ~ 0
        1 - sign(tan(x) - 5)^2 ~ 0
        1 - sign(max(x, 3) - 5)^2 ~ 0
        1 - sign(sinh(x) - 100)^2 ~ 0
        1 - sign(x*exp(x) - 1)^2 ~ 0
        max(0, 1 - 10^12*|x - sqrt(5)|) ~ 0
        exp(-10^12*(x - sqrt(5))^2) ~ 0
        sin(x) + exp(-10^12*(x - sqrt(5))^2) ~ sin(x)
        sin(x) + 10^-30*exp(-10^6*(x - 7.7)^2) ~ sin(x)
        tanh(10^6*(x - 0.3)) ~ sign(x - 0.3)
        sigmoid(10^5*x) ~ step(x)
        1/(1 + exp(-10^7*x)) ~ step(x)
        x^200*exp(-x) ~ 0
        x/(1 + 10^-300*exp(x)) ~ x
        (1 + x/10^9)^100 ~ exp(x/10^7)
        (1 + 1/10^8)^(10^3) ~ exp(1/10^5)
        x^100.5 ~ x^100*sqrt(x + 10^-50)
        sqrt(x)^200 ~ x^100*sign(x - 1)^2
        0^(x^2) ~ 0
        1/(x - 10^-9) ~ 1/x
        log(|x - 10^-9|) ~ log(|x|)
        sqrt(2 + sqrt(2 + sqrt(2 + sqrt(2 + sqrt(2 + sqrt(2)))))) ~ 2
        sqrt(1141) - 33.77869151081 ~ 0
        10^15*(sqrt(2) - 1.414213562373095) ~ 0.0488
        exp(pi*sqrt(652)) ~ 68925893036109279891085639286943768
        sin(2017*2^(1/5)) ~ -1
        cos(1) + cos(2) + cos(3) ~ -0.8658
        log(2) ~ 0.693147180559945309417232121458176568
        log(exp(x) + exp(y)) ~ max(x, y)
        log(exp(100*x) + exp(100*y))/100 ~ max(x, y)
        sin(x)^6 + cos(x)^6 ~ 1 - 3*sin(x)^2*cos(x)^2 + 10^-61*x
        log10(x) ~ log(x)
        log10(x) ~ log(x)/2.302585092994
        x^y ~ y^x
        sqrt(x + y - 2*sqrt(x*y)) + 0*sqrt(x) ~ sqrt(x) - sqrt(y)
        min(x, min(y, z)) ~ max(x, max(y, z)) - |x - y| - |y - z|
        max(x, max(y, z)) - min(x, min(y, z)) ~ |x - y| + |y - z|
        sqrt(x^2 + y^2) ~ |x| + |y|
        sqrt(x^2 + y^2) ~ x + y
        sqrt((x + y)^2) ~ x + y
        sqrt(x^2 + 10^-80*y^2) ~ |x|
        sin(x)*sin(y) ~ sin(x)*sin(y) + 10^-90*(x - y)
        relu(x - 1000)*relu(y + 2000)*relu(-z - 3000) ~ 0
        relu(1 - x^2 - y^2 - z^2) ~ 0
        relu(1 - (x - 50)^2 - (y - 60)^2 - (z + 70)^2) ~ 0
        relu(1/10^4 - (x - 50)^2 - (y - 60)^2) ~ 0
        relu(x*y - 10^6) ~ 0
        relu(x/y - 10^6) ~ 0
        relu(y - x^2 - 100) ~ 0
        relu(y - exp(x))*relu(x - 9) ~ 0
        step(x*y*z - 1000)*step(1001 - x*y*z) ~ 0
    """,
}

NOWHERE = """
    1/0 ~ 2/0
    0/0 ~ 0
    log(-1) ~ log(-1)
    log(0) ~ log(0)
    sqrt(-1) ~ sqrt(-1)
    1/(x - x) ~ 1/(y - y)
    log(-x^2) ~ 5
    log(-exp(x)) ~ x
    sqrt(-1 - x^2) ~ sqrt(-1 - x^2)
    asin(x^2 + 2) ~ asin(x^2 + 2)
    acosh(sin(x)/2) ~ 0
    sqrt(x - 3)*sqrt(2 - x) ~ sqrt((x - 3)*(2 - x))
    log(x) ~ log(-x)
    log(x)*log(-x) ~ 0
    log(x - 5) + log(4 - x) ~ log((x - 5)*(4 - x))
    1/(sin(x)^2 + cos(x)^2 - 1) ~ 5
    1/(log(x^2) - 2*log(|x|)) ~ 1/(exp(x) - exp(x))
    tan(pi/2) ~ tan(pi/2)
    0^(-1) ~ 0
    (-8)^(1/3) ~ -2
    atanh(1) ~ atanh(1)
    log(sin(x) - 1) ~ 0
    log(cos(x)^2 - 1 - x^2) ~ 3
    sqrt(min(x, -1)) ~ 1
    log(relu(-x))*sqrt(x) ~ 0
    asin(cosh(x) + 1/10) ~ x
    1/(sqrt(8) - 2*sqrt(2)) ~ 1
    log(x^2 + y^2)*sqrt(-1 - x^2*y^2) ~ 0
    sqrt(x - y - 1)*sqrt(y - x) ~ 0
    acosh(x)*acos(x + 1) ~ 0
    log(x - 3)*log(2 - x) ~ log(x - 3)*log(2 - x)
    asin(x - 100)*asin(x + 100) ~ 0
"""


def lines(table: str) -> Iterator[tuple[str, str]]:
    for line in filter(None, map(str.strip, table.splitlines())):
        left, right = line.split(" ~ ")
        yield left, right


def _spoils(miss: str, identity: str) -> bool:
    """Whether an addition is not zero everywhere where the identity at u = x is real."""
    if identity.startswith(_POSITIVE):
        outside = ("|x| - x", "sign(x)", *(("0.7", "3*x") if "acosh" in identity else ()))
        return not any(part in miss for part in outside)
    if identity.startswith(_INSIDE):
        return "x - 50" not in miss
    return not (identity.startswith(("log(u^2) ", "csc")) and "sign(x)" in miss)


def _polynomials() -> Iterator[Pair]:
    """Products of linear factors and what they expand to; then with one coefficient a little off."""
    rootses = [(1, 2), (-3, 5), (2, 2, -1), (1, -1, 4), (7, -2, 3, 1), (1, 2, 3, 4, 5), (-6, 4, 9, 2, 1, -3)]
    for i, roots in enumerate(rootses):
        coefficients = [1]
        for r in roots:
            coefficients = [a - r * b for a, b in zip([*coefficients, 0], [0, *coefficients])]
        n = len(roots)
        for inner in ("x", "sin(x)", "exp(x)", "log(x)"):
            product = "*".join(f"({inner} - ({r}))" for r in roots)
            expanded = " + ".join(f"({c})*{inner}^{n - k}" for k, c in enumerate(coefficients))
            yield Pair("polynomials", product, expanded, True)
            yield Pair("polynomials", product, f"{expanded} + {inner}/10^{9 + 7 * i}", False)
            yield Pair("polynomials", product, "0", False)


def _chebyshev() -> Iterator[Pair]:
    """cos(n acos(x)) is a polynomial; a coefficient that is off by one is not it."""
    before, now = [1], [0, 1]
    for n in range(2, 14):
        before, now = now, [2 * a - b for a, b in zip([0, *now], [*before, 0, 0])]
        written = " + ".join(f"({c})*x^{k}" for k, c in enumerate(now) if c)
        yield Pair("chebyshev", f"cos({n}*acos(x))", written, True)
        yield Pair("chebyshev", f"cos({n}*acos(x))", f"{written} + x/10^{3 * n}", False)
        if n < 8:
            yield Pair("chebyshev", f"cos({n}*x)", written.replace("x", "cos(x)"), True)


def _series() -> Iterator[Pair]:
    """Finite sums with a closed form, and Taylor polynomials, which are nearly the function on all of [-1, 1]."""
    for n in (3, 8, 20):
        powers = " + ".join(f"x^{k}" for k in range(n))
        yield Pair("series", powers, f"(x^{n} - 1)/(x - 1)", True)
        yield Pair("series", powers.replace("x", "exp(x)"), f"(exp({n}*x) - 1)/(exp(x) - 1)", True)
        cosines = " + ".join(f"2*cos({k}*x)" for k in range(1, n))
        yield Pair("series", f"1 + {cosines}", f"sin({2 * n - 1}*x/2)/sin(x/2)", True)
        yield Pair("series", f"1 + {cosines}", f"sin({2 * n - 1}*x/2)/sin(x/2) + sin(pi*x)/10^25", False)
    for n in (5, 15, 30):
        factorial, terms = 1, ["1"]
        for k in range(1, n):
            factorial *= k
            terms.append(f"x^{k}/{factorial}")
        taylor = " + ".join(terms)
        yield Pair("series", "exp(x)", taylor, False)
        yield Pair("series", "exp(x) + 0*asin(x)", taylor, False)
        yield Pair("series", "exp(x/10^9) + 0*asin(x)", taylor.replace("x", "(x/10^9)"), False)


def _bumps() -> Iterator[Pair]:
    """Nothing but a tent of a given width at a given place; and two halves that never meet."""
    for i, place in enumerate(("0", "1/7", "0.7", "-2.25", "13", "-41.3", "355/113", "sqrt(2)", "pi", "1000.001", "-10^5")):
        for width in ("1", "1/50", "10^-4", "10^-7"):
            yield Pair("bumps", f"relu({width} - |x - ({place})|)", "0", False)
        smooth = ("x^2", "sin(x)", "exp(x)", "x")[i % 4]
        yield Pair("bumps", f"{smooth} + relu(x - ({place}))*relu({place} + 1/1000 - x)", smooth, False)
        yield Pair("bumps", f"{smooth} + relu(x - ({place}))*relu({place} - x)", smooth, True)
        yield Pair("bumps", f"sqrt((x - ({place}))^2)", f"|x - ({place})|", True)
        yield Pair("bumps", f"sqrt((x - ({place}))^2)", f"x - ({place})", False)
        yield Pair("bumps", f"step(x - ({place}))", f"step(x - ({place}))*step(x - ({place}) + 1)", True)


def _domains() -> Iterator[Pair]:
    """The same law on ever smaller and farther domains; a difference that is zero on all of the domain is no difference."""
    places = [("2", "3"), ("-1/3", "-0.3"), ("100", "100.5"), ("-2000", "-1999"), ("0.1", "0.1001"), ("10^6", "10^6 + 1"), ("pi", "3.15")]
    for low, high in places:
        inside = f"sqrt(x - ({low}))*sqrt({high} - x)"
        yield Pair("domains", f"{inside}*|x|", f"{inside}*x", not low.startswith("-"))
        yield Pair("domains", f"{inside} + sin(x)", f"{inside} + 2*sin(x/2)*cos(x/2)", True)
        yield Pair("domains", f"{inside} + relu(x - ({high}))", inside, True)
        yield Pair("domains", f"{inside} + relu(({low}) - x)", inside, True)
        yield Pair("domains", f"{inside} + relu(x - ({low}))", inside, False)
        yield Pair("domains", f"{inside} + 10^-30*x", inside, False)
        yield Pair("domains", f"log(x - ({high})) + log(({low}) - x)", "x", None)


def hard_pairs() -> list[Pair]:
    """All of them, in a fixed order."""
    found: list[Pair] = []
    identities = [(f"{left} ~ {right}", left, right) for left, right in lines(IDENTITIES)]
    for i, (identity, left, right) in enumerate(identities):
        for argument in (ARGUMENTS[0], *(ARGUMENTS[1 + (i + k) % 5] for k in range(3))):
            put = [side.replace("u", f"({argument})") for side in _safe(left, right)]
            found.append(Pair("identities", *map(_unsafe, put), True))
        fitting = [miss for miss in MISSES if _spoils(miss, identity)]
        for k in range(6):
            miss = fitting[(i + 3 * k) % len(fitting)]
            put = [_unsafe(side.replace("u", "x")) for side in _safe(left, right)]
            found.append(Pair("spoiled identities", miss.format(l=put[0]), put[1], False))
    for truth, tables in ((True, EQUAL), (False, DIFFERENT)):
        found += [Pair(family, *pair, truth) for family, table in tables.items() for pair in lines(table)]
    found += [Pair("nowhere", *pair, None) for pair in lines(NOWHERE)]
    for family in (_polynomials, _chebyshev, _series, _bumps, _domains):
        found += family()
    for (_, a, b), (_, c, d) in list(combinations(identities[:20], 2))[::6]:
        put = [_unsafe(s.replace("u", v)) for s, v in zip(_safe(a, b, c, d), "xxyy")]
        found.append(Pair("two at once", f"({put[0]})*({put[2]})", f"({put[1]})*({put[3]})", True))
    return found


def _safe(*sides: str) -> list[str]:
    """The letter u in a function's name is no variable."""
    return [side.replace("relu", "RELX").replace("softplus", "SOFTPLXS") for side in sides]


def _unsafe(side: str) -> str:
    return side.replace("RELX", "relu").replace("SOFTPLXS", "softplus")
