"""Questions about a graph, and how their answers are read, decided and explained."""
