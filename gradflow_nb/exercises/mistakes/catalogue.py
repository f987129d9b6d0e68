"""THE catalogue of wrong backward passes: what people do, done on the same graph. Adding one is one entry.

An entry is a function that goes through a `Pass` and gives what comes out wherever the slip can be made. Which slips
people make: overwriting at a fork, dropped paths and lost inner factors come up in every collection of students'
errors on the chain rule; the others are their neighbours on a graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from . import along_paths, arrays, at_edges, at_points, two_arguments
from .passes import Pass, Wrong


@dataclass(frozen=True)
class Slip:
    """One entry: its name, the sentence that is said to the student, and the wrong passes themselves.

    The sentence may use `{of}`, `{wrt}`, `{edge}`, `{path}`, `{nodes}` and whatever a `Wrong` says.
    """

    name: str
    sentence: str
    passes: Callable[[Pass], Iterable[Wrong]]
    aside: str = ""
    """What is added to another slip's sentence where both lose the same paths."""


# The first of them is given as an example where too many fit: what is made most often comes first.
# fmt: off
CATALOGUE: tuple[Slip, ...] = (
    Slip("a path dropped",           "{said}", along_paths.path_dropped),
    Slip("one path alone",           "That is {said}. There are {count} paths from {wrt} to {of}, and all of them count.", along_paths.one_path_only),
    Slip("a branch dropped",         "All paths over the edge {edge} are missing.", along_paths.branch_dropped),
    Slip("= in place of +=",         "At {node} the contribution from {kept} replaces the others, and they add: what comes from {lost} is lost (= in place of +=).", along_paths.overwritten, "(In code: = in place of += at {node}.)"),
    Slip("the other derivative",     "{other}", at_points.other_kind, "(It is the explicit ∂{of}/∂{wrt}.)"),
    Slip("not as it was altered",    "That is {sign}{of}/{sign}{wrt} in the whole graph, and here {here}.", at_points.unaltered),
    Slip("an edge skipped",          "The factor on the edge {edge} is missing.", at_edges.edge_skipped),
    Slip("a factor lost on one path", "On the path {path} the factor of the edge {edge} is missing.", at_edges.lost_on_one_path),
    Slip("a sign lost",              "A minus sign is lost{at}.", at_edges.sign_lost),
    Slip("power rule",               "In the power rule for {node}, {what}.", at_edges.power_rule),
    Slip("inner derivative missing", "In {node}, the inner derivative of {what}(…) is missing.", at_edges.inner_missing),
    Slip("outer derivative missing", "In {node}, the derivative of {what}(…) itself is missing.", at_edges.outer_missing),
    Slip("not differentiated",       "In {node}, {what}(…) is not differentiated: the function itself is taken.", at_edges.undifferentiated),
    Slip("outer derivative at the wrong point", "In {node}, the outer derivative is taken at {point}, and not at the inner value.", at_edges.wrong_point),
    Slip("wrong factor",             "In {node}, {what}.", at_edges.wrong_factor),
    Slip("product rule",             "In {node}, {what}.", two_arguments.product_rule),
    Slip("wrong way at a maximum",   "In {node}, {what}.", two_arguments.maximum_routed),
    Slip("transposed Jacobian",      "{what}", arrays.transposed),
    Slip("product in the wrong order", "Along {path} the Jacobians are multiplied in the wrong order: the outermost comes first.", arrays.wrong_order),
    Slip("broadcast not summed",     "{node} was broadcast, so its gradient is the sum over all places where it went: {what}.", arrays.broadcast),
    Slip("sum in place of mean",     "{what}", arrays.sum_for_mean),
    Slip("sum and product exchanged", "Sum and product are exchanged: {what}.", along_paths.sum_for_product),
    Slip("counted twice",            "{what} is counted twice.", along_paths.counted_twice),
    Slip("no topological order",     "A node is passed on before all its uses have been counted: work in topological order, from {of} backwards.", along_paths.without_order),
    Slip("stopped elsewhere",        "That is {got}{aim}.", along_paths.stopped_elsewhere),
    Slip("reciprocal edge",          "The partial on the edge {edge} is upside down.", at_edges.reciprocal),
    Slip("beyond the edge",          "{what}.", at_points.beyond_the_edge),
    Slip("a value for the derivative", "That is the value of {node}, and not a derivative.", at_points.value_given),
    Slip("another point",            "That is the derivative at another point, with {what}.", at_points.other_point),
)
# fmt: on
