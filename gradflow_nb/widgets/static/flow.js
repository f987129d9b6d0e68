// The two sweeps over a flow; nodes held or eliminated.

// For each node, the numbers of the edges whose "child" or "parent" it is.
function edgeNumbers(flow, end) {
	const found = flow.names.map(() => []);
	flow.edges.forEach((edge, i) => found[edge[end]].push(i));
	return found;
}

// An edge's whole map, written down where it has a vjp; and a map before that edge.
const edgeMap = (flow, edge) => (edge.vjp ? throughEdge(identityMap(flow.sizes[edge.child]), edge) : edge.map);
const throughEdge = (map, edge) => (edge.vjp && map !== undefined ? edge.vjp(map) : timesMap(map, edge.map));

// A sweep's steps, its start first. "backward" finds d start/d node, "forward" d node/d start.
function sweepSteps(flow, kind, start) {
	const backward = kind === "backward", [near, far] = backward ? ["parent", "child"] : ["child", "parent"];
	const numbers = edgeNumbers(flow, near), found = new Map(), steps = [];
	for (let node = start; node >= 0 && node < flow.names.length; node += backward ? -1 : 1) {
		const parts = numbers[node].filter((i) => found.has(flow.edges[i][far])).map((i) => {
			const edge = flow.edges[i], via = edge[far], derivative = found.get(via);
			const product = backward ? throughEdge(derivative, edge) : timesMap(edgeMap(flow, edge), derivative);
			return { via, edge: i, derivative, partial: edge.map, product };
		});
		if (!parts.length && node !== start) continue;
		const result = parts.length ? parts.map((part) => part.product).reduce(plusMap) : identityMap(flow.sizes[start]);
		found.set(node, result);
		steps.push({ node, parts, result });
	}
	return steps;
}

// By position; undefined where no path leads.
const sweepResults = (flow, kind, start) => {
	const found = new Map(sweepSteps(flow, kind, start).map(({ node, result }) => [node, result]));
	return flow.names.map((_, i) => found.get(i));
};

const held = (flow, positions) => ({ ...flow, edges: flow.edges.filter((edge) => !positions.includes(edge.child)) });

// Every edge into a node joined with every edge out of it, parallel ones added; positions stay.
function eliminated(flow, position) {
	const written = ({ text, map }) => ({ text: text ?? `${map}`, isSum: / [+-] /.test(text) });
	const born = (a, b, map, join) => ({ child: a.child, parent: b.parent, map, text: map === undefined ? join([a, b].map(written)) : undefined, born: true });
	const sum = (pieces) => pieces.map(({ text }) => text).join(" + "), product = (pieces) => productOf(pieces).text;
	const merged = (edges) => edges.reduce((a, b) => born(a, b, plusMap(edgeMap(flow, a), edgeMap(flow, b)), sum));
	const into = flow.names.map(() => new Map()); // of each child, its edges by parent
	const add = (edge) => into[edge.child].set(edge.parent, [...(into[edge.child].get(edge.parent) ?? []), edge]);
	flow.edges.forEach(add);
	const inner = [...into[position].values()].map(merged);
	const entering = inner.reduce((sum, edge) => sum + flow.sizes[edge.parent], 0);
	let multiplications = 0;
	into[position].clear();
	into.forEach((group, child) => {
		if (!group.has(position)) return;
		const outer = merged(group.get(position));
		group.delete(position);
		for (const edge of inner) {
			add(born(outer, edge, throughEdge(edgeMap(flow, outer), edge), product));
			group.set(edge.parent, [merged(group.get(edge.parent))]);
		}
		into[child] = new Map([...group].sort(([a], [b]) => a - b));
		multiplications += flow.sizes[child] * flow.sizes[position] * entering;
	});
	const edges = into.flatMap((group) => [...group.values()].flat());
	return { flow: { ...flow, edges, gone: [...(flow.gone ?? []), position] }, multiplications };
}
