// The tools that take the sum over paths apart: paths, and the elimination of nodes.

const MOST_ROWS = 50;
const plural = (count, what) => `${count} ${what}${Number(count) === 1 ? "" : "s"}`;

// Paths: every path between two nodes is a row with its product; the sum, expanded and factored.
function pathsTool(store) {
	const { state, name, options } = store, rows = h("ol.gf-rows"), sum = h("div", { role: "status" }), showSum = rebuilt(sum), count = hint("");
	const ends = (change, waiting = null) => {
		first = waiting;
		store.act({ ...change, row: null });
	};
	const from = chooser("Paths from", (i) => ends({ from: i })), to = chooser("Paths to", (i) => ends({ to: i }));
	const form = choice("The sum", { expanded: "expanded", suffix: "factored" }, (form) => store.act({ form }));
	let first = null;
	const clicked = ({ node }) => {
		if (node === undefined) return;
		if (state.gone.includes(first)) first = null;
		const [low, high] = [first ?? node, node].sort((a, b) => a - b);
		ends({ from: low, to: high }, first === null ? node : null);
	};
	const rowOf = (i) => {
		const light = () => store.act({ row: i }), dark = () => state.row === i && store.act({ row: null });
		return h("li", h("button.gf-row", { onpointerenter: light, onfocus: light, onclick: light, onpointerleave: dark, onblur: dark }, h("span"), h("span")));
	};
	const paint = ({ flow, signs }) => {
		const { from: a, to: b } = state, there = options(store.here());
		from.show(there, a);
		to.show(there, b);
		const total = a === b ? 0n : pathCount(flow, b, a), paths = a === b ? [] : firstPaths(flow, b, a, MOST_ROWS);
		while (rows.children.length > paths.length) rows.lastChild.remove();
		while (rows.children.length < paths.length) rows.append(rowOf(rows.children.length));
		paths.forEach((path, i) => {
			const row = rows.children[i].firstChild, edges = path.map((k) => flow.edges[k]), product = pathProduct(flow, path);
			const factors = edges.map(({ map, text }) => saidFactor(map, text)).join("·");
			write(row.firstChild, [...edges.map(({ child }) => name(child)), name(a)].join(" ← "));
			write(row.lastChild, product === undefined || edges.length === 1 ? factors : `${factors} = ${saidMap(product)}`);
			row.classList.toggle("gf-lit", state.row === i || edges.some((edge) => (edge.drawn ?? edge.onto ?? edge) === state.pointed));
		});
		const derivative = derivativeName(b === state.start && state.kind === "backward" ? signs[a] ?? "d" : "d", name(b), name(a));
		write(count, first !== null ? `From or to ${name(first)}: select the other node.` : a === b ? "Choose two nodes, here or in the figure."
			: !total ? `No path leads from ${name(a)} to ${name(b)}, so ${derivative} = 0.` : plural(total, "path") + (total > MOST_ROWS ? `; here are the first ${MOST_ROWS}` : ""));
		form.show(state.form);
		form.group.hidden = sum.hidden = !total;
		if (!total) return;
		const isListed = total <= MOST_ROWS || state.form !== "expanded", made = factoredForm(flow, b, a, isListed ? state.form : "suffix");
		const value = formValue(flow, made), whole = value === undefined ? "" : saidMap(value);
		const text = isListed ? formText(made, (k) => saidFactor(flow.edges[k].map, flow.edges[k].text)) : "the sum of all these products";
		const [own, all] = [made.multiplications, made.expandedMultiplications];
		const sentence = [derivative, ...new Set([text, whole])].filter(Boolean).join(" = ");
		const costs = state.form === "expanded" ? plural(all, "multiplication") : `${plural(own, "multiplication")} instead of ${all}`;
		showSum([sentence, costs], () => [h("p.gf-says", sentence), hint(costs)]);
	};
	return { element: h("div", line("from", from.list, "to", to.list), count, rows, form.group, sum), paint, clicked };
}

// Eliminate: a node is clicked away, and edges into it are joined with those out of it.
function eliminateTool(store) {
	const { data, state, name } = store, ends = [...data.inputs, ...data.outputs], inner = () => store.here().filter((i) => !ends.includes(i));
	const says = h("p.gf-says", { role: "status" }), list = line(), log = h("ol.gf-log"), costs = h("div"), [show, showLog, showCosts] = [list, log, costs].map(rebuilt);
	const remove = (node) => {
		if (ends.includes(node)) return write(says, `${name(node)} is an ${data.inputs.includes(node) ? "in" : "out"}put: only nodes between them can be eliminated.`);
		const from = data.inputs[0] ?? 0, home = store.home === node ? data.outputs.at(-1) : store.home;
		const elsewhere = { start: state.kind === "forward" ? from : home, from, to: data.outputs[0] };
		const moved = Object.entries(elsewhere).filter(([end]) => state[end] === node); // not where nothing is
		return store.act({ ...Object.fromEntries(moved), gone: [...state.gone, node], row: null, selected: null });
	};
	const undo = button("Undo", () => store.act({ gone: state.gone.slice(0, -1) })), again = button("Start again", () => store.act({ gone: [] }));
	const bornSentence = ({ child, parent, how, map }) => `${name(child)} ← ${name(parent)} is ${how}${map === undefined ? "" : ` = ${saidMap(map)}`}`;
	const paint = ({ whole, eliminations }) => {
		const left = inner().slice(0, MOST_TABLED), spent = eliminations.reduce((total, { multiplications }) => total + multiplications, 0);
		for (const each of [undo, again]) each.setAttribute("aria-disabled", String(!state.gone.length)); // it keeps the focus
		show(left, () => (left.length ? left.map((i) => button(name(i), () => remove(i), { "aria-label": `Eliminate ${name(i)}` })) : [hint("Only inputs and outputs are left.")]));
		const rest = left.length ? "" : ": every edge is now a whole derivative", so = `${plural(spent, "multiplication")} so far${rest}.`;
		write(says, state.gone.length ? so : "Select a node, here or in the figure.");
		const entries = eliminations.map(({ node, born, multiplications }) => `${name(node)}: ${born.map(bornSentence).join("; ")} (${plural(multiplications, "multiplication")})`);
		showLog(entries, () => entries.map((text) => h("li", text)));
		showCosts([...state.pins.keys()], () => {
			const { forward, reverse, best } = eliminationOrders(held(whole, [...state.pins.keys()]));
			const row = ({ called, multiplications, nodes }) => [called, multiplications, nodes.slice(0, 12).map(name).join(", ") + (nodes.length > 12 ? ", …" : "")];
			return [h("details", h("summary", "Compare whole orders"), tableOf("", ["order", "multiplications", "nodes"], [forward, reverse, best].map(row)))];
		});
	};
	return { element: h("div", says, list, line(undo, again), log, costs), paint, clicked: ({ node }) => node !== undefined && remove(node) };
}
