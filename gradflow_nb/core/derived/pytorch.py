"""A graph as a PyTorch function: source to read and to copy, that runs as it stands."""

from __future__ import annotations

from functools import cached_property
from inspect import signature
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ...errors import InputError, NotInstalled, Undefined
from .entering import entered
from .listing import Listing
from .literals import array

if TYPE_CHECKING:
    from ..graph import Graph

_DTYPE = "torch.float64"


def pytorch() -> ModuleType:
    """PyTorch itself. Raises `NotInstalled` where it is missing."""
    try:
        import torch
    except ImportError:
        raise NotInstalled("PyTorch", "torch") from None
    return torch


class TorchFunction:
    """The computation of a graph in PyTorch. `source` is its text; printing it shows that; calling it runs that.

    It takes tensors (which stay as they are, so that gradients flow through them), or numbers, lists and numpy arrays
    (which become tensors of float64): by position, inputs with a default last, or by name. It returns the output, or a
    tuple of the outputs in the graph's order. Names that Python cannot have are replaced, and may be given as they are
    in the graph. Raises `NotInstalled` without PyTorch, `InputError` for inputs that do not fit, and `GradflowError`
    for an opaque function when it is made.

    >>> from gradflow_nb import graph
    >>> TorchFunction(graph("c = a + b; d = b + 1; e = c d"))
    import torch
    <BLANKLINE>
    def f(a, b):
        c = a + b
        d = b + 1
        e = c * d
        return e
    """

    def __init__(self, graph: Graph) -> None:
        listing = Listing(graph, _DTYPE)
        self._parameters = {name: listing.names(name) for name in graph.inputs}
        self._name = listing.names.fresh("f" if "f" not in graph else "function")
        self.source = "\n".join(
            [
                "import torch\n",
                *listing.helpers,
                f"def {self._name}({', '.join(self._signature(graph))}):",
                *(f"    {left} = {right}" for left, right in listing.lines),
                f"    return {', '.join(listing.names(name) for name in graph.outputs)}",
            ]
        )

    def _signature(self, graph: Graph) -> list[str]:
        """The parameters, those with a default last; it is a tensor, since the lines may need one."""
        needed = [made for name, made in self._parameters.items() if name not in graph.defaults]
        defaults = {self._parameters[name]: graph.defaults[name] for name in graph.inputs if name in graph.defaults}
        return [*needed, *(f"{made}={array(entered(value), _DTYPE).text}" for made, value in defaults.items())]

    def __repr__(self) -> str:
        return self.source

    def __call__(self, *given: Any, **named: Any) -> Any:
        """The output, or a tuple of the outputs, as tensors."""
        function = self._function
        named = {self._parameters.get(name, name): value for name, value in named.items()}
        try:
            bound = signature(function).bind(*given, **named)
        except TypeError as wrong:
            listed = ", ".join(signature(function).parameters)
            raise InputError(f"This function takes {listed or 'nothing'}: {wrong}.") from None
        return function(**{name: _tensor(name, value) for name, value in bound.arguments.items()})

    @cached_property
    def _function(self) -> Any:
        """The source, run: it holds checked identifiers, numbers and our own spelling, and nothing that was typed."""
        pytorch()
        space: dict[str, Any] = {}
        exec(compile(self.source, "<gradflow_nb to_torch>", "exec", dont_inherit=True), space)
        return space[self._name]


def _tensor(name: str, value: Any) -> Any:
    """An input as a tensor. Raises `InputError` for what is none, and no numbers either."""
    torch = pytorch()
    if isinstance(value, torch.Tensor):
        return value
    try:
        return torch.tensor(entered(value), dtype=torch.float64)
    except (ValueError, Undefined) as reason:
        raise InputError(f"The input {name} cannot take this value: {reason}.") from None
