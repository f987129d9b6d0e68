"""`plot`: what is drawn, what is said of it, and what is sent back."""

import math
import re
import xml.etree.ElementTree as ElementTree
from itertools import pairwise

import pytest

import gradflow_nb as gf
from gradflow_nb.errors import GradflowError, InputError

SVG = "{http://www.w3.org/2000/svg}"


def lines(plot):
    """The drawn lines by their series, each a list of runs of points."""
    found = {}
    for path in ElementTree.fromstring(plot.svg).iter(f"{SVG}path"):
        series = re.search(r"gf-line gf-series-(\d)", path.get("class"))
        if series and "h26" not in path.get("d"):  # not the legend's
            runs = path.get("d").removeprefix("M").split("M")
            found[int(series[1])] = [[tuple(map(float, p.split())) for p in run.removesuffix("h0").split("L")] for run in runs]
    return found


def test_a_line_goes_where_its_numbers_say():
    (run,) = lines(gf.plot({"f": [0, 1, 4]}))[0]
    (x0, y0), (x1, y1), (x2, y2) = run
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.11)
    assert (y0 - y1) / (y0 - y2) == pytest.approx(1 / 4, abs=0.01)


def test_a_logarithmic_axis_makes_powers_a_straight_line():
    (run,) = lines(gf.plot({"f": [4.0**-n for n in range(9)]}, log=True))[0]
    steps = [b[1] - a[1] for a, b in pairwise(run)]
    assert max(steps) - min(steps) < 0.25


def test_lines_share_both_axes():
    shown = lines(gf.plot({"f": [0, 10], "g": [5, 5]}))
    middle = (shown[0][0][0][1] + shown[0][0][1][1]) / 2
    assert shown[1][0][0][1] == pytest.approx(middle, abs=0.11)


def test_what_has_no_place_leaves_a_gap():
    assert [len(run) for run in lines(gf.plot({"f": [1, math.nan, 2, 3, math.inf, 4]}))[0]] == [1, 2, 1]
    assert [len(run) for run in lines(gf.plot({"f": [1, 0, -2, 3, 4]}, log=True))[0]] == [1, 2]


def test_points_are_circles_and_a_constant_is_drawn():
    plot = gf.plot({"fit": [2, 2, 2]}, [0, 1, 2], points={"data": [2, 2, 2]})
    circles = [p for p in ElementTree.fromstring(plot.svg).iter(f"{SVG}path") if "gf-point" in p.get("class")]
    assert max(path.get("d").count("M") for path in circles) == 3


def test_long_names_take_another_row():
    names = [f"a name that is rather long, number {i}" for i in range(4)]
    drawn = ElementTree.fromstring(gf.plot({name: [1, 2] for name in names}).svg)
    width, height = float(drawn.get("width")), float(drawn.get("height"))
    ends = [float(t.get("x")) + float(t.get("textLength")) for t in drawn.iter(f"{SVG}text")]
    assert max(ends) <= width and height > 300


def test_it_says_itself_in_words():
    plot = gf.plot({"loss": [2.5, 0.5, 0.1]}, [0, 100, 200], x="step", y="loss", log=True)
    assert plot.text == "plot of loss, by step from 0 to 200, logarithmic\nloss  2.5 at step = 0, 0.5 at 100, 0.1 at 200"
    assert "<td" in plot.table and "0.5" in plot.table
    picture = ElementTree.fromstring(plot.svg)
    assert picture.get("aria-label") == plot.title and picture.find(f"{SVG}desc").text == plot.text


def test_words_name_a_few_of_many_numbers_and_both_ends():
    text = gf.plot({"f": range(1000)}, x="n").text
    assert text.count(" at ") == 9 and "0 at n = 0" in text and text.endswith("999 at 999")


def test_the_picture_is_as_our_figures_are():
    svg = gf.plot({"a<b": [1, 2]}, x="<x>").svg
    assert " id=" not in svg and "a<b" not in svg and svg == gf.plot({"a<b": [1, 2]}, x="<x>").svg


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_it_is_saved(tmp_path, ending):
    file = gf.plot({"f": [1, 2]}).save(tmp_path / f"plot.{ending}")
    assert file.stat().st_size > 500
    if ending == "svg":
        assert "var(" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (({},), "one to 4 lines"),
        (({name: [1] for name in "abcde"},), "one to 4 lines"),
        (({"f": [1, 2]}, [1]), "f has 2 numbers, and there are 1 places"),
        (({"f": ["x"]},), "f is no list of numbers"),
        (({"f": []},), "nothing to draw"),
        (({"f": [math.nan]},), "no finite number."),
    ],
)
def test_what_cannot_be_drawn_is_said(given, says):
    with pytest.raises(InputError, match=re.escape(says)):
        gf.plot(*given)


def test_a_plot_knows_its_endings(tmp_path):
    with pytest.raises(GradflowError, match=r"ends in \.svg, \.png or \.pdf"):
        gf.plot({"f": [1]}).save(tmp_path / "plot.gif")
