// The sum over paths, factored: a table of parts, each made of earlier ones, the last the whole.

const MOST_LISTED = 10_000; // more paths than this are not expanded: undefined

function factoredForm(flow, of, wrt, style) {
	const count = pathCount(flow, of, wrt), table = formTable();
	if (style === "expanded") {
		if (count > MOST_LISTED) return undefined;
		const product = (path) => path.reduce((whole, i) => table.times(whole, table.edge(i)), table.one());
		if (count) table.end(table.plus(firstPaths(flow, of, wrt, MOST_LISTED).map(product)));
	} else if (count) groupedForm(table, flow, of, wrt);
	const times = ([a, p, e], [b, q, f]) => [a + b + 1n, p * q, e * q + f * p]; // products, paths, edges of all paths
	const counts = foldForm(table, () => [0n, 1n, 1n], [0n, 1n, 0n], times, (a, b) => a.map((n, i) => n + b[i]));
	const [multiplications, paths, edges] = counts ?? [0n, 0n, 0n];
	return { parts: table.parts, multiplications, expandedMultiplications: edges > paths ? edges - paths : 0n };
}

function formTable() {
	const parts = [], found = new Map();
	const add = (kind, inside, edge) => {
		const key = `${kind} ${inside} ${edge}`;
		return found.get(key) ?? (found.set(key, parts.push({ kind, parts: inside, edge }) - 1), parts.length - 1);
	};
	return {
		parts,
		one: () => add("one", []),
		edge: (i) => add("edge", [], i),
		times: (outer, inner) => (parts[outer].kind === "one" ? inner : parts[inner].kind === "one" ? outer : add("times", [outer, inner])),
		plus: (terms) => (terms.length === 1 ? terms[0] : add("plus", terms)),
		end: (whole) => parts.splice(whole + 1), // what was made later is not needed
	};
}

// From `of` inwards, by common inner factors: a block for each node and its dominator, the last node `above` on all
// paths (Cooper, Harvey and Kennedy 2001). Blocks in a row are multiplied.
function groupedForm(table, flow, of, wrt) {
	const through = pathsThrough(flow, of, wrt), numbers = edgeNumbers(flow, "parent"), above = new Map(), block = new Map();
	const childOf = (i) => flow.edges[i].child;
	const common = (a, b) => {
		while (a !== b) [a, b] = a < b ? [above.get(a), b] : [a, above.get(b)];
		return a;
	};
	const ways = (from, node) => {
		const blocks = [];
		for (; node !== from; node = above.get(node)) blocks.push(block.get(node));
		return blocks.reduceRight(table.times, table.one());
	};
	for (let node = of - 1; node >= wrt; node--) {
		const edges = numbers[node].filter((i) => through.has(i));
		if (!edges.length) continue;
		edges.sort((a, b) => (childOf(a) !== of) - (childOf(b) !== of)); // the direct edge first
		const from = edges.map(childOf).reduce(common);
		above.set(node, from);
		block.set(node, table.plus(edges.map((i) => table.times(ways(from, childOf(i)), table.edge(i)))));
	}
	table.end(ways(of, wrt));
}

function foldForm(form, leaf, one, times, plus) {
	const found = [];
	for (const { kind, parts, edge } of form.parts) {
		const inside = parts.map((i) => found[i]);
		found.push(kind === "one" ? one : kind === "edge" ? leaf(edge) : inside.reduce(kind === "times" ? times : plus));
	}
	return found.at(-1);
}

const formValue = (flow, form) => (form.parts.length ? foldForm(form, (i) => edgeMap(flow, flow.edges[i]), 1, timesMap, plusMap) : 0);

// The form as it is written; edgeText(i) is edge number i as a factor.
function formText(form, edgeText) {
	let left = 400; // so many factors are written, inside 40 brackets at most
	const write = (i, inside) => {
		const { kind, parts, edge } = form.parts[i], pieces = [], stack = [...parts].reverse();
		left -= !parts.length;
		if (!parts.length) return { text: kind === "one" ? "1" : edgeText(edge) };
		if (inside > 40) return { text: "…" };
		while (stack.length && left > 0) {
			const next = form.parts[stack.at(-1)];
			if (next.kind === kind) stack.splice(-1, 1, ...[...next.parts].reverse()); // factors of factors are factors
			else pieces.push(write(stack.pop(), inside + 1));
		}
		if (stack.length) pieces.push({ text: "…" });
		return kind === "plus" ? { text: pieces.map(bracketed).join(" + "), isSum: true } : productOf(pieces);
	};
	return form.parts.length ? write(form.parts.length - 1, 0).text : "0";
}

const bracketed = ({ text, isSum }) => (isSum ? `(${text})` : text);

// 3·2(7·2 + 32·5): a factor 1 left out, sums in brackets, no dot between a number and a bracket or a name.
function productOf(pieces) {
	const kept = pieces.filter(({ text }) => text !== "1"), factors = kept.map(bracketed);
	if (kept.length < 2) return kept[0] ?? { text: "1" };
	const dot = (before, text) => (before && !(/(^|[^\w.])[\d.]+$/.test(before) && /^([A-Z]|\([^−])/i.test(text)) ? "·" : "");
	return { text: factors.reduce((before, text) => before + dot(before, text) + text, "") };
}
