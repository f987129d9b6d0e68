// A tool is an element, paint(view), and perhaps clicked(part). Here: look, hold, words.

const MOST_TABLED = 60;

// Look: what is selected, and the inside of its equation.
function lookTool(store) {
	const { data, state, name } = store, about = h("div"), room = h("div"), show = rebuilt(about);
	let inner = null;
	const open = (opened) => {
		store.act({ opened });
		if (opened !== null && !data.inside[name(opened)]) store.model.send({ inside: name(opened) });
	};
	const received = (content) => {
		if (typeof content?.inside !== "string" || !content.figure) return;
		data.inside[content.inside] = content.figure;
		store.act({});
	};
	store.model.on("msg:custom", received);
	const paint = (view) => {
		const { node, edge: k } = state.selected ?? {}, edge = view.flow.edges.find(({ drawn, onto }) => (drawn ?? onto) === k);
		const text = node !== undefined ? nodeSentence(store, view, node) : k === undefined ? "" : edge ? edgeSentence(store, edge) : "This edge is cut.";
		const entries = node !== undefined ? view.values[node] : edge?.map?.data && matrixValue(edge.map);
		const opens = node !== undefined && data.opens.includes(name(node)) && !state.pins.has(node);
		show([text, opens, state.opened, entries?.data && Array.from(entries.data.slice(0, 400))], () => [
			text ? h("p.gf-says", text[0].toUpperCase() + text.slice(1)) : hint("Select a node or an edge in the figure."),
			entries?.data && entriesTable(entries),
			state.opened !== null ? button("Step outside", () => open(null)) : opens && button(`Step inside ${name(node)}`, () => open(node)),
		]);
		const figure = state.opened !== null && !state.pins.has(state.opened) && data.inside[name(state.opened)];
		if (!figure) room.replaceChildren();
		else if (inner?.figure !== figure || !room.firstChild) inner = enter(figure);
		if (!figure || !inner) return;
		inner.picture.svg.classList.toggle("gf-gradient", state.direction === "gradient");
		const ran = ranAt(figure, figure.program?.inputs.map((each) => view.values[data.names.indexOf(each)]), new Map());
		const flow = flowOf(figure, ran), start = flow.names.length - 1, steps = sweepSteps(flow, "backward", start);
		fillPicture(inner.picture, figure, { ...ran, flow, reached: new Map(steps.map((step) => [step.node, step])), signs: figure.names.map(() => "∂") }, { kind: "backward", start });
	};
	const enter = (figure) => {
		try {
			figure.program && checkedProgram(figure.program);
			const picture = pictureOf(figure.svg);
			room.replaceChildren(h("div.gf-inside", { tabIndex: 0, role: "group", "aria-label": `Inside ${name(state.opened)}` }, picture.svg));
			return { figure, picture };
		} catch (error) {
			room.replaceChildren(h("p.gf-wrong", error.message));
			return null;
		}
	};
	const clicked = (part) => part.arc || store.act({ selected: part, opened: null });
	return { element: h("div", about, room), paint, clicked, close: () => store.model.off("msg:custom", received) };
}

function entriesTable({ shape, data }) {
	const rows = shape.length > 1 ? shape[0] : 1, cols = data.length / rows, most = 20;
	const row = (_, i) => h("tr", Array.from(data.slice(i * cols, i * cols + Math.min(cols, most)), (x) => h("td", saidNumber(x))));
	const shown = Array.from({ length: Math.min(rows, most) }, row);
	return h("div.gf-scroll", { tabIndex: 0, role: "group", "aria-label": "Entries" }, h("table.gf-matrix", h("tbody", shown)));
}

// Hold: the edges into a node are cut, and what was d becomes ∂.
function holdTool(store) {
	const { state, data, name, between } = store, list = line(), table = h("div"), show = rebuilt(list), showTable = rebuilt(table);
	const toggle = (node) => {
		const pins = new Map(state.pins);
		if (!pins.delete(node) && hasValue(store.view.values[node])) pins.set(node, store.view.values[node]);
		store.act({ pins });
	};
	const paint = ({ whole, flow, signs }) => {
		const pins = [...state.pins.keys()];
		const free = pins.length && data.program ? flowOf(data, ranAt(data, state.inputs, new Map())) : whole;
		show(pins, () => (pins.length ? pins.map((i) => button(`Release ${name(i)}`, () => toggle(i))) : [hint("Select a node to hold it fixed: the edges into it are cut.")]));
		const [before, after] = [free, flow].map((each) => sweepResults(each, state.kind, state.start));
		const rows = store.here().filter((i) => pins.length && i !== state.start && before[i] !== undefined).slice(0, MOST_TABLED).map((i) => [
			between("d", i), saidMap(before[i]), `${between(signs[i] ?? "d", i)} = ${saidMap(after[i] ?? 0)}`]);
		showTable(rows, () => (rows.length ? [tableOf(`With ${pins.map(name).join(", ")} held`, ["along all paths", "was", "is now"], rows)] : []));
	};
	return { element: h("div", list, table), paint, clicked: ({ node }) => node !== undefined && toggle(node) };
}

// In words: the same as the picture, as tables.
function wordsTool(store) {
	const { data, name } = store, tables = h("div.gf-words"), show = rebuilt(tables);
	const paint = (view) => {
		const is = (i) => (store.isHeld(i) ? "held fixed" : data.inputs.includes(i) ? "input" : typeset(data.equations[i]));
		const nodes = store.here().map((i) => [name(i), is(i), saidValue(view.values[i]), view.reached.has(i) ? derivativeSentence(store, view, i) : ""]);
		const edges = view.flow.edges.map(({ child, parent, drawn, text = "", map, how }) => [`${name(parent)} → ${name(child)}`,
			drawn === undefined ? how : typeset(text), map === undefined ? "" : saidMap(map)]);
		show([nodes, edges], () => [tableOf("Nodes", ["node", "is", "value", "derivative"], nodes), tableOf("Edges", ["edge", "partial", "number"], edges)]);
	};
	return { element: tables, paint };
}
