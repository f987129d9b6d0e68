"""Random programs: every total is that of `torch.autograd` and that of `torch.func`, and every edge that of its line."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

torch = pytest.importorskip("torch")

from gradflow_nb.core.jacobians import Dense, Diagonal, Selection  # noqa: E402
from gradflow_nb.core.linear import Factor  # noqa: E402
from gradflow_nb.torch import mirror  # noqa: E402

from .programs import random_program  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore:`torch.jit.script`")]  # of torch.func.jvp
close = {"rtol": 1e-8, "atol": 1e-10}


def mirrored(seed):
    """A program, its leaves and its results by name, and their mirror."""
    program = random_program(seed)
    leaves = {f"x{i}": leaf for i, leaf in enumerate(program.leaves(seed))}
    outputs = {f"out{i}": out for i, out in enumerate(program(*leaves.values()))}
    return program, leaves, outputs, mirror(outputs, **leaves)


def tangent(tensor, seed):
    return np.random.default_rng(seed).normal(size=tuple(tensor.shape))


def matrix(found, rows, columns):
    """What a flow hands out, as the matrix that it is between arrays."""
    return np.reshape(np.asarray(found, float), (rows, columns))


@pytest.mark.parametrize("seed", range(500))
def test_totals_are_those_of_autograd_and_of_jacrev(seed):
    program, leaves, outputs, flow = mirrored(seed)
    plain = [leaf.detach().clone() for leaf in leaves.values()]
    jacobians = torch.func.jacrev(program, argnums=tuple(range(len(plain))))(*plain)
    for (name, out), by_leaf in zip(outputs.items(), jacobians):
        for (leaf_name, leaf), wanted in zip(leaves.items(), by_leaf):
            total = flow.total(name, leaf_name)
            if out.ndim or leaf.ndim:
                assert total.shape == (out.numel(), leaf.numel())
            assert_allclose(matrix(total, out.numel(), leaf.numel()), wanted.reshape(out.numel(), -1).numpy(), **close)
        if out.ndim == 0:
            found = torch.autograd.grad(out, list(leaves.values()), retain_graph=True, allow_unused=True)
            for (leaf_name, leaf), grad in zip(leaves.items(), found):
                adjoint = flow.adjoints(name)[leaf_name]
                assert np.shape(adjoint) == tuple(leaf.shape)
                assert_allclose(adjoint, np.zeros(leaf.shape) if grad is None else grad.numpy(), **close)


@pytest.mark.parametrize("seed", range(0, 500, 4))
def test_sweeps_are_those_of_pytorch(seed):
    program, leaves, outputs, flow = mirrored(seed)
    plain = tuple(leaf.detach().clone() for leaf in leaves.values())
    for place, (name, out) in enumerate(outputs.items()):
        weights = tangent(out, seed)
        found = flow.vjp(name, weights if out.ndim else float(weights))
        _, pullback = torch.func.vjp(lambda *x, place=place: program(*x)[place], *plain)
        for leaf_name, wanted in zip(leaves, pullback(torch.as_tensor(weights))):
            assert_allclose(found[leaf_name], wanted.numpy(), **close)
    for place, (leaf_name, leaf) in enumerate(leaves.items()):
        direction = tangent(leaf, seed + 1)
        found = flow.jvp(leaf_name, direction if leaf.ndim else float(direction))
        directions = tuple(torch.as_tensor(direction) if i == place else torch.zeros_like(x) for i, x in enumerate(plain))
        _, pushed = torch.func.jvp(program, plain, directions)
        for name, wanted in zip(outputs, pushed):
            assert_allclose(found[name], wanted.numpy(), **close)


KINDS = {"diagonal": Diagonal, "selection": Selection, "dense": Dense}


@pytest.mark.parametrize("seed", range(0, 500, 2))
def test_every_edge_is_the_jacobian_of_its_line(seed):
    """Every tensor has a name here, so that each line of the program is one equation of the flow."""
    program = random_program(seed, edits=False)  # what was edited would have one name for two lines
    made = program.run(*program.leaves(seed))
    named = {f"t{i}": tensor for i, tensor in enumerate(made)}
    assert len({id(tensor) for tensor in made}) == len(made)
    flow = mirror([made[i] for i in program.results], **named)
    start = len(program.shapes)
    for i, step in enumerate(program.steps, start):
        arguments = [made[j].detach() for j in step.arguments]
        if not step.kind or f"t{i}" not in flow.equations:
            continue
        jacobians = torch.func.jacrev(step.do, argnums=tuple(range(len(arguments))))(*arguments)
        wanted = {}
        for j, jacobian in zip(step.arguments, jacobians):
            shaped = jacobian.reshape(made[i].numel(), -1).numpy()
            wanted[j] = wanted[j] + shaped if j in wanted else shaped
        for j, jacobian in wanted.items():
            edges = [edge for edge in flow.down[f"t{i}"] if edge.parent == f"t{j}"]
            assert edges, (step.name, i, j)
            assert_allclose(matrix(flow.partial(f"t{i}", f"t{j}"), *jacobian.shape), jacobian, **close)
            for edge in edges:
                scalars = made[i].ndim == made[j].ndim == 0
                assert isinstance(edge.map, Factor if scalars else KINDS[step.kind]), (step.name, edge.map)
                weights, direction = tangent(made[i], seed), tangent(made[j], seed)
                if len(edges) == 1 and not scalars:
                    assert_allclose(edge.map.vjp(weights), (weights.ravel() @ jacobian).reshape(np.shape(direction)), **close)
                    assert_allclose(edge.map.jvp(direction), (jacobian @ direction.ravel()).reshape(np.shape(weights)), **close)


def test_the_programs_have_all_that_they_should():
    """In-place edits, views, shared and parallel edges, broadcasting and several outputs do occur, and often."""
    programs = [random_program(seed) for seed in range(500)]
    names = [step.name for program in programs for step in program.steps]
    for name in ("mul_", "sin_", "part.mul_", "part of it is another", "mm", "mv", "select", "cat", "expand", "where"):
        assert names.count(name) >= 5, name
    assert sum(len(program.results) > 1 for program in programs) > 100
    assert sum(len(set(s.arguments)) < len(s.arguments) for p in programs for s in p.steps) > 100
