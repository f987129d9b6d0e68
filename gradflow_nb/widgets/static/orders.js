// Orders in which all inner nodes can be eliminated, compared by their multiplications.

const MOST_TRIED = 8; // up to so many inner nodes the best order is certain

function eliminationOrders(flow) {
	const ends = [...flow.inputs, ...flow.outputs, ...(flow.gone ?? [])];
	const nodes = [...flow.names.keys()].filter((i) => !ends.includes(i)), certain = nodes.length <= MOST_TRIED;
	const order = (called, nodes) => ({ called, nodes, multiplications: orderWeb(flow, nodes).cost });
	const forward = order("forward", nodes), reverse = order("reverse", [...nodes].reverse());
	const called = certain ? "best of all orders" : "best found (Markowitz)";
	const found = order(called, (certain ? bestOrder : markowitzOrder)(flow, nodes));
	const best = [found, forward, reverse].reduce((a, b) => (b.multiplications < a.multiplications ? b : a));
	return { forward, reverse, best: { ...best, called }, certain };
}

// Who uses whom once some are gone, and what that cost.
function orderWeb(flow, gone = []) {
	const into = flow.names.map(() => new Set()), out = flow.names.map(() => new Set());
	for (const { child, parent } of flow.edges) into[child].add(parent), out[parent].add(child);
	const entries = (nodes) => [...nodes].reduce((sum, node) => sum + flow.sizes[node], 0);
	const price = (node) => flow.sizes[node] * entries(into[node]) * entries(out[node]);
	const web = { into, out, price, remove, cost: 0 };
	gone.forEach(remove);
	return web;

	function remove(node) {
		web.cost += price(node);
		for (const child of out[node]) into[node].forEach((parent) => into[child].add(parent)), into[child].delete(node);
		for (const parent of into[node]) out[node].forEach((child) => out[parent].add(child)), out[parent].delete(node);
	}
}

// Dynamic programming over the sets of nodes that are gone: only the set decides what is left.
function bestOrder(flow, nodes) {
	const best = [{ cost: 0, rank: 0, order: [] }]; // of two that cost the same, the one of lower rank
	for (let gone = 0; gone < (1 << nodes.length) - 1; gone++) {
		const so = best[gone], web = orderWeb(flow, so.order);
		nodes.forEach((node, i) => {
			const next = gone | (1 << i), cost = so.cost + web.price(node), rank = so.rank * MOST_TRIED + i, old = best[next];
			if (next === gone || old?.cost < cost || (old?.cost === cost && old.rank < rank)) return;
			best[next] = { cost, rank, order: [...so.order, node] };
		});
	}
	return best.at(-1).order;
}

// The cheapest node next, ties in topological order.
function markowitzOrder(flow, nodes) {
	const web = orderWeb(flow), prices = new Map(nodes.map((node) => [node, web.price(node)])), order = [];
	while (prices.size) {
		const [node] = [...prices].reduce((a, b) => (b[1] < a[1] ? b : a));
		prices.delete(node);
		order.push(node);
		web.remove(node);
		for (const near of [...web.into[node], ...web.out[node]]) if (prices.has(near)) prices.set(near, web.price(near));
	}
	return order;
}
