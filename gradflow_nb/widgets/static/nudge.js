// The nudge lens: a small change of an input, what partials predict, and what it does.

// What stands in the slots while a nudge is on; null without numbers.
function nudgeLens({ data, state }, { run, values, whole }) {
	if (!run || state.nudged === null) return null;
	const flow = held(whole, [...state.pins.keys()]); // an elimination changes nothing
	const inputs = state.inputs.map((value, k) => (data.inputs[k] === state.nudged ? value + state.delta : value));
	const there = ranAt(data, inputs, state.pins), steps = sweepSteps(flow, "forward", state.nudged);
	const slopes = new Map(steps.map(({ node, result }) => [node, result ?? NaN]));
	const change = (i) => (typeof values[i] === "number" ? there.values[i] - values[i] : NaN);
	const ofNode = (i) => [(slopes.get(i) ?? 0) * state.delta, change(i)]; // of a matrix NaN
	const ofEdge = (k) => {
		const { child, parent, map } = flow.edges.find(({ drawn }) => drawn === k) ?? {}, by = change(parent);
		if (typeof map !== "number") return [NaN, NaN];
		return [map * by, by === 0 ? 0 : revalue(data.program, run, child, parent, there.values[parent]) - values[child]];
	};
	// Where several arrows meet and multiply, they make more than their sum.
	const together = (i) => {
		const moved = flow.edges.filter(({ child, parent }) => child === i && change(parent));
		return moved.length > 1 ? [[moved.reduce((sum, { drawn }) => sum + ofEdge(drawn)[0], 0), change(i)]] : [];
	};
	const said = (x, room = 3.2) => (Number.isFinite(x) ? slotNumber(Number(x.toPrecision(10)), room) : "–");
	const shown = (pair) => `≈ ${pair.map((x) => said(x)).join(" | ")}`;
	return { node: (i) => `Δ${shown(ofNode(i))}`, edge: (k) => shown(ofEdge(k)), ofNode, ofEdge, together, flow, said };
}

function nudgeTool(store) {
	const { data, state, name } = store;
	if (!data.program || !store.scalars.length) return { element: hint("No input here can be nudged."), paint() {} };
	const nudge = (nudged) => store.act({ nudged, delta: data.ranges[name(nudged)][2] }), which = chooser("Nudge the input", nudge), table = h("div"), show = rebuilt(table);
	const slider = h("input", { type: "range", "aria-label": "Δ, the nudge", oninput: () => store.act({ delta: Number(slider.value) }) });
	const amount = h("output.gf-amount");
	const paint = (view) => {
		const [least, most] = data.ranges[name(state.nudged)], reach = (most - least) / 10, lens = nudgeLens(store, view);
		which.show(store.options(store.scalars), state.nudged);
		Object.assign(slider, { min: -reach, max: reach, step: reach / 50, value: String(state.delta) });
		slider.setAttribute("aria-valuetext", saidNumber(state.delta));
		write(amount, `Δ${name(state.nudged)} = ${saidNumber(state.delta)}`);
		if (!lens) return show(null, () => [hint("Without values nothing can be nudged.")]);
		const gap = (a, b) => (Math.abs(b - a) < 1e-9 * Math.max(Math.abs(a), Math.abs(b)) ? 0 : b - a);
		const row = (what, [predicted, is]) => [what, ...[predicted, is, gap(predicted, is)].map((x) => lens.said(x, NUMBER_ROOM))];
		const outputs = data.outputs.map((i) => row(`Δ${name(i)}, the output`, lens.ofNode(i)));
		const edges = lens.flow.edges.map(({ child, parent, drawn }) => row(`${name(parent)} → ${name(child)}`, lens.ofEdge(drawn)));
		const joins = data.names.flatMap((_, i) => lens.together(i).map((pair) => row(`all arrows into ${name(i)}`, pair)));
		const rows = [...outputs, ...joins, ...edges].slice(0, MOST_TABLED);
		return show(rows, () => [tableOf("Prediction and truth", ["change of", "predicted ≈", "true", "difference"], rows)]);
	};
	const says = hint("≈ is predicted, beside it the true change: at a box from the nudge, at an arrow from what truly comes in.");
	return { element: h("div", says, line(which.list, slider, amount), table), paint, clicked: ({ node }) => store.scalars.includes(node) && nudge(node) };
}
