// The nudge lens: a small change of an input, what the partials predict of it, and what it truly does.

// What stands in the slots while a nudge is on; null without numbers.
function nudgeLens({ data, state }, { run, values, flow }) {
	if (!run || state.nudged === null) return null;
	const inputs = state.inputs.map((value, k) => (data.inputs[k] === state.nudged ? value + state.delta : value));
	const there = ranAt(data, inputs, state.pins), slopes = sweepResults(flow, "forward", state.nudged), edges = new Map(flow.edges.map((edge) => [edge.drawn, edge]));
	const change = (i) => (typeof values[i] === "number" ? there.values[i] - values[i] : NaN);
	const ofNode = (i) => [(slopes[i] ?? 0) * state.delta, change(i)]; // a matrix times a number is NaN
	const ofEdge = (k) => {
		const { child, parent, map } = edges.get(k) ?? {}, by = change(parent);
		if (typeof map !== "number") return [NaN, NaN];
		return [map * by, by ? revalue(data.program, run, child, parent, there.values[parent]) - values[child] : 0];
	};
	const said = (x, room = 3.2) => (Number.isFinite(x) ? slotNumber(Number(x.toPrecision(10)), room) : "–");
	const shown = (pair) => `≈ ${pair.map((x) => said(x)).join(" | ")}`;
	return { node: (i) => `Δ${shown(ofNode(i))}`, edge: (k) => shown(ofEdge(k)), ofNode, ofEdge, said };
}

function nudgeTool(store) {
	const { data, state, name } = store;
	if (!data.program || !store.scalars.length) return { element: hint("There is no number here that could be nudged."), paint() {} };
	const nudge = (nudged) => store.act({ nudged, delta: data.ranges[name(nudged)][2] }), which = chooser("Nudge the input", nudge), table = h("div"), show = rebuilt(table);
	const slider = h("input", { type: "range", "aria-label": "Δ, the nudge", oninput: () => store.act({ delta: Number(slider.value) }) });
	const amount = h("output.gf-amount");
	const paint = (view) => {
		const [least, most] = data.ranges[name(state.nudged)], reach = (most - least) / 10, lens = nudgeLens(store, view);
		which.show(store.options(store.scalars), state.nudged);
		Object.assign(slider, { min: -reach, max: reach, step: reach / 50, value: String(state.delta) });
		slider.setAttribute("aria-valuetext", saidNumber(state.delta));
		write(amount, `Δ${name(state.nudged)} = ${saidNumber(state.delta)}`);
		if (!lens) return show(null, () => [hint("Without values there is nothing to nudge.")]);
		const gap = (a, b) => (Math.abs(b - a) < 1e-9 * Math.max(Math.abs(a), Math.abs(b)) ? 0 : b - a);
		const row = (what, [predicted, is]) => [what, ...[predicted, is, gap(predicted, is)].map((x) => lens.said(x, NUMBER_ROOM))];
		const outputs = data.outputs.map((i) => row(`Δ${name(i)}, the output`, lens.ofNode(i)));
		const edges = view.flow.edges.filter(({ drawn }) => drawn !== undefined).slice(0, MOST_TABLED);
		const rows = [...outputs, ...edges.map(({ child, parent, drawn }) => row(`${name(parent)} → ${name(child)}`, lens.ofEdge(drawn)))];
		return show(rows, () => [tableOf("Prediction and truth", ["change of", "predicted ≈", "true", "difference"], rows)]);
	};
	const says = hint("Drag Δ: ≈ is what the partials predict, beside it the true change.");
	return { element: h("div", says, line(which.list, slider, amount), table), paint, clicked: ({ node }) => store.scalars.includes(node) && nudge(node) };
}
