// The paths from `wrt` to `of`: counted without listing, found by number. Edges come child by child.

function pathWays(flow, wrt) {
	const ways = flow.names.map((_, i) => (i === wrt ? 1n : 0n));
	for (const { child, parent } of flow.edges) ways[child] += ways[parent];
	return ways;
}

const pathCount = (flow, of, wrt) => pathWays(flow, wrt)[of];

// A path as its edges' numbers, outermost first: at each node, skip the paths that the edges before hold.
function pathAt(flow, of, wrt, number, ways = pathWays(flow, wrt), into = edgeNumbers(flow, "child")) {
	const path = [];
	for (let node = of, left = BigInt(number); node !== wrt; ) {
		const edge = into[node].find((i) => (left -= ways[flow.edges[i].parent]) < 0n);
		path.push(edge);
		node = flow.edges[edge].parent;
		left += ways[node];
	}
	return path;
}

function firstPaths(flow, of, wrt, most) {
	const ways = pathWays(flow, wrt), into = edgeNumbers(flow, "child");
	return Array.from({ length: ways[of] < most ? Number(ways[of]) : most }, (_, i) => pathAt(flow, of, wrt, i, ways, into));
}

const pathProduct = (flow, [first, ...rest]) => rest.reduce((map, i) => throughEdge(map, flow.edges[i]), first === undefined ? 1 : edgeMap(flow, flow.edges[first]));

// The numbers of the edges on some path.
function pathsThrough(flow, of, wrt) {
	const ways = pathWays(flow, wrt), needed = new Set([of]), found = [];
	for (let i = flow.edges.length - 1; i >= 0; i--) {
		const { child, parent } = flow.edges[i];
		if (needed.has(child) && ways[parent]) needed.add(parent), found.push(i);
	}
	return new Set(found.reverse());
}
