"""The mathematics: operations, graphs, gradient flows, paths and formulas."""
