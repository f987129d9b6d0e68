// The sum over paths, factored: a table of parts, each made of earlier ones, the last the whole.

const MOST_LISTED = 10_000; // more paths than this are not expanded: undefined

function factoredForm(flow, of, wrt, style) {
	const count = pathCount(flow, of, wrt), table = formTable();
	if (style === "expanded") {
		if (count > MOST_LISTED) return undefined;
		const product = (path) => path.reduce((whole, i) => table.times(whole, table.edge(i)), table.one());
		if (count) table.end(table.plus(firstPaths(flow, of, wrt, MOST_LISTED).map(product)));
	} else if (count) groupedForm(table, flow, of, wrt, style === "suffix");
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

// From `of` inwards (suffix) or `wrt` outwards: a block for each node and its dominator, the last node `above` on all paths
// (Cooper, Harvey and Kennedy, A Simple, Fast Dominance Algorithm, 2001). Blocks in a row are multiplied.
function groupedForm(table, flow, of, wrt, suffix) {
	const [root, end, near, far, step] = suffix ? [of, wrt, "child", "parent", -1] : [wrt, of, "parent", "child", 1];
	const through = pathsThrough(flow, of, wrt), numbers = edgeNumbers(flow, far), nearer = (i) => flow.edges[i][near];
	const above = new Map(), block = new Map();
	const join = (near, far) => (suffix ? table.times(near, far) : table.times(far, near));
	const common = (a, b) => {
		while (a !== b) [a, b] = a < b === suffix ? [above.get(a), b] : [a, above.get(b)];
		return a;
	};
	const ways = (from, node) => {
		const blocks = [];
		for (; node !== from; node = above.get(node)) blocks.push(block.get(node));
		return blocks.reduceRight(join, table.one());
	};
	for (let node = root; node !== end; ) {
		const edges = numbers[(node += step)].filter((i) => through.has(i));
		if (!edges.length) continue;
		edges.sort((a, b) => (nearer(a) !== root) - (nearer(b) !== root)); // the direct edge first
		const from = edges.map(nearer).reduce(common);
		above.set(node, from);
		block.set(node, table.plus(edges.map((i) => join(ways(from, nearer(i)), table.edge(i)))));
	}
	table.end(ways(root, end));
}

// The form in any arithmetic.
function foldForm(form, leaf, one, times, plus) {
	const found = [];
	for (const { kind, parts, edge } of form.parts) {
		const inside = parts.map((i) => found[i]);
		found.push(kind === "one" ? one : kind === "edge" ? leaf(edge) : inside.reduce(kind === "times" ? times : plus));
	}
	return found.at(-1);
}

const formValue = (flow, form) => (form.parts.length ? foldForm(form, (i) => edgeMap(flow, flow.edges[i]), 1, timesMap, plusMap) : 0);

// The form as it is written; edgeText(i).text is how edge number i is.
function formText(flow, form, edgeText) {
	let left = 400; // so many factors are written, inside 40 brackets at most
	const write = (i, inside) => {
		const { kind, parts, edge } = form.parts[i], pieces = [], stack = [...parts].reverse();
		left -= !parts.length;
		if (kind === "one") return textPiece("1");
		if (kind === "edge") return textPiece(edgeText(edge).text, flow.edges[edge].map);
		if (inside > 40) return textPiece("…");
		while (stack.length && left > 0) {
			const next = form.parts[stack.at(-1)];
			if (next.kind === kind) stack.splice(-1, 1, ...[...next.parts].reverse()); // factors of factors are factors
			else pieces.push(write(stack.pop(), inside + 1));
		}
		if (stack.length) pieces.push(textPiece("…"));
		return kind === "plus" ? { text: writtenSum(pieces), kind: "sum" } : writtenProduct(pieces);
	};
	return form.parts.length ? write(form.parts.length - 1, 0).text : "0";
}

const productText = (texts) => writtenProduct(texts.map((text) => textPiece(text))).text;
const sumText = (texts) => writtenSum(texts.map((text) => ({ text })));

// A text and how it holds together: "number", "sum", "loose" (-a, a/b) or "tight".
function textPiece(text, map) {
	let kind = "tight", before, flat = text.replace(/∂[^·\s/]+\/∂[^·\s/)]+/g, "∂").replace(/\|[^|]*\|/g, "¤");
	while (before !== flat) [before, flat] = [flat, flat.replace(/\([^()]*\)|\[[^[\]]*\]/g, "¤")];
	if (/^-?(10\^-?\d+|[\d.]+(·10\^-?\d+)?(\/\d+)?)$/.test(text)) kind = "number";
	else if (/ [+-] /.test(flat)) kind = "sum";
	else if (/^-|\//.test(flat)) kind = "loose";
	return { text, kind, isOne: text === "1" && (typeof map !== "number" || map === 1) };
}

const writtenSum = (terms) => terms.map(({ text, kind }, i) => {
	if (kind === "sum") text = `(${text})`;
	return i === 0 ? text : /^\(?-\d+\/\d+\)[^^]|^-/.test(text) ? ` - ${text.replace("-", "")}` : ` + ${text}`;
}).join("");

// A factor 1 left out, brackets where they are needed, no dot in 3a or 2(x + 1).
function writtenProduct(factors) {
	const kept = factors.filter((factor) => !factor.isOne);
	if (kept.length < 2) return kept[0] ?? textPiece("1");
	const text = kept.reduce((before, factor) => {
		const { text, kind } = factor, bare = kind === "tight" || (kind === "number" && !(before ? /^-|[·/]/ : /\//).test(text));
		return before + (before && factorSign(before, factor)) + (bare ? text : `(${text})`);
	}, "");
	return { text, kind: "tight" };
}

function factorSign(before, { text, kind }) {
	const afterNumber = /(^-?|[^-\d.^\p{L}_])(\(-?[\d.]+(\/\d+)?\)|[\d.]+)$/u.test(before);
	if (!afterNumber || /number|loose/.test(kind) || /^(e\d|norm\()/i.test(text)) return "·";
	if (kind === "sum" || /^\(([^()]|\([^()]*\))* [+-] /.test(text)) return "";
	return /^[\p{L}_][\p{L}\w]*\(/u.test(text) ? " " : /^[\p{L}_…]/u.test(text) ? "" : "·";
}
