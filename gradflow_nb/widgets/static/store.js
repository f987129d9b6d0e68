// The state of a figure, and the one way in which it changes: act(change), derive, paint.

// What Python sent, or an Error that says what is wrong with it; then nothing is shown or run.
function checkedFigure(data) {
	const must = (right, says) => { if (!right) throw new Error(`This figure cannot be shown: ${says}.`); };
	const texts = (list, count) => Array.isArray(list) && list.length === count && list.every((text) => typeof text === "string");
	must(data?.version === 1, data?.version ? "it was made by another version of gradflow_nb; run the cell again" : "it is empty");
	for (const key of "svg names inputs outputs equations formulas widths view".split(" ")) must(data[key], `its ${key} are missing`);
	const { names, program, flow } = data, inside = (i) => Number.isInteger(i) && i >= 0 && i < names.length;
	if (program) checkedProgram(program);
	must((program ?? flow)?.edges?.every(([child, parent]) => inside(child) && inside(parent) && parent < child), "it has neither a program nor a flow");
	const fit = texts(names, names.length) && names.includes(data.view.of) && [...data.inputs, ...data.outputs].every(inside)
		&& (!program || JSON.stringify([program.names, program.inputs]) === JSON.stringify([names, data.inputs.map((i) => names[i])]))
		&& texts(data.equations, names.length) && texts(data.formulas, (program ?? flow).edges.length);
	must(fit, "its parts do not fit together");
	const list = (x) => (Array.isArray(x) ? x : []), object = (x) => Object.assign(Object.create(null), x);
	const { inside: figures, ranges, conventions, opens, notes, held } = data;
	return { ...data, inside: object(figures), ranges: object(ranges), conventions: object(conventions), opens: list(opens), notes: list(notes), held: list(held) };
}

const asValue = (given) => (Array.isArray(given) ? constantOf(given) : Number(given ?? NaN));
const asPlain = (value) => (typeof value === "number" ? value : JSON.parse(nestedText(value.shape, Array.from(value.data, (x) => `${x - x === 0 ? x : null}`))));
const asMap = (given) => (given === "missing" ? NaN : given?.data ? { ...given, data: Float64Array.from(given.data) } : given ?? undefined);

function figureStore(data, model) {
	const given = model.get("inputs") ?? {}, start = data.names.indexOf(data.view.of);
	const ofNumbers = data.program?.edges.some((edge) => edge.length === 3);
	const read = (values) => data.inputs.map((i) => (ofNumbers && Array.isArray(values[data.names[i]]) ? NaN : asValue(values[data.names[i]])));
	const inputs = read(given), scalars = data.inputs.filter((_, k) => typeof inputs[k] === "number");
	const state = {
		inputs, direction: data.view.direction, labels: data.view.labels,
		kind: "backward", start, step: model.get("step") ?? 0, stepped: false,
		tool: "look", selected: partNamed(data, model.get("selected") ?? ""), opened: null, pins: new Map(), gone: [],
		from: data.inputs[0] ?? 0, to: start, form: "expanded", row: null, pointed: null, nudged: scalars[0] ?? null, delta: data.ranges[data.names[scalars[0]]]?.[2] ?? 0,
	};
	const store = {
		data, model, state, scalars, painters: [], view: null, act, settle, read, home: start, close: () => clearTimeout(waiting),
		name: (i) => data.names[i],
		isHeld: (i) => state.pins.has(i) || data.held.includes(i),
		here: () => data.names.map((_, i) => i).filter((i) => !state.gone.includes(i)),
		options: (positions) => positions.map((i) => [i, data.names[i]]),
		between: (sign, i) => derivativeName(sign, ...(state.kind === "backward" ? [state.start, i] : [i, state.start]).map((k) => data.names[k])),
	};
	let waiting;

	function act(change, heard) {
		const complete = store.view && !("step" in change) && state.step >= store.view.steps.length;
		Object.assign(state, change);
		if (["tool", "gone", "pins", "kind", "start"].some((key) => key in change)) state.stepped = false;
		store.view = derivedView(store);
		const { view, view: { steps } } = store;
		state.step = Math.max(0, Math.min(complete ? Infinity : state.step, steps.length));
		view.reached = new Map(steps.slice(0, state.step).map((step) => [step.node, step]));
		if (state.step === steps.length) view.signs.forEach((sign, i) => { // nothing is left of what was cut off
			if (sign === "∂" && !view.reached.has(i) && !state.gone.includes(i)) view.reached.set(i, { result: 0 });
		});
		for (const paint of store.painters) paint(view);
		if ((!heard && ("step" in change || "selected" in change)) || state.step !== (model.get("step") ?? 0)) settle();
	}

	// What has come to rest is told to Python, in one message.
	function settle() {
		clearTimeout(waiting);
		waiting = setTimeout(tell, 200);
	}

	function tell() {
		const inputs = Object.fromEntries(data.inputs.map((i, k) => [data.names[i], asPlain(state.inputs[k])]));
		for (const [name, value] of Object.entries({ inputs, step: state.step, selected: nameOfPart(data, state.selected) })) {
			if (JSON.stringify(model.get(name)) !== JSON.stringify(value)) model.set(name, value);
		}
		model.save_changes();
	}

	return store;
}

// A part of the picture is {node} or {edge}, a number of the flow's. Python calls an edge ∂child/∂parent.
function nameOfPart({ names, program, flow }, part) {
	if (!part) return "";
	return part.node !== undefined ? names[part.node] : derivativeName("∂", ...(program ?? flow).edges[part.edge].slice(0, 2).map((i) => names[i]));
}

function partNamed(data, name) {
	const node = data.names.indexOf(name), edge = data.formulas.findIndex((_, k) => nameOfPart(data, { edge: k }) === name);
	return node >= 0 ? { node } : edge >= 0 ? { edge } : null;
}

// Everything that is shown, from the state alone.
function derivedView({ data, state }) {
	const ran = ranAt(data, state.inputs, state.pins), whole = flowOf(data, ran), eliminations = [];
	let flow = held(whole, [...state.pins.keys()]);
	const signs = signsOf(whole, flow, state);
	for (const node of state.gone) {
		const before = flow, { flow: after, multiplications } = eliminated(flow, node);
		const born = after.edges.filter((edge) => edge.born && !before.edges.includes(edge));
		for (const edge of born) {
			edge.how = bornText(before, node, edge);
			edge.onto = whole.edges.findLast(({ child, parent }) => child === edge.child && parent === edge.parent)?.drawn;
		}
		eliminations.push({ node, born, multiplications });
		flow = after;
	}
	return { ...ran, whole, flow, eliminations, steps: sweepSteps(flow, state.kind, state.start), signs };
}

// The values at these inputs, and what failed.
function ranAt(data, inputs, pins) {
	if (!data.program) return { values: data.flow.values.map((x) => x === null ? undefined : asValue(x)), failed: null, run: null };
	try {
		const run = evaluate(data.program, inputs, pins);
		return { run, ...run };
	} catch (error) { // arrays whose shapes do not fit
		return { values: data.names.map(() => NaN), failed: { says: error.message }, run: null };
	}
}

function flowOf(data, { values, run }) {
	const source = data.program ?? data.flow, lost = (child) => Number.isNaN(values[child]); // no value, no slope
	const maps = run ? edgeMaps(data.program, run) : source.edges.map(([, , map]) => asMap(map));
	const sizes = data.flow?.sizes ?? values.map((value) => dataOf(value).length);
	const edges = source.edges.map(([child, parent], k) => {
		const edge = { child, parent, map: lost(child) ? NaN : maps[k], text: data.formulas[k] || undefined, drawn: k };
		if (run && edge.map === undefined) edge.vjp = (rows) => vjpRows(data.program, run, k, rows, sizes[parent], values[child]);
		return edge;
	});
	return { names: data.names, inputs: data.inputs, outputs: data.outputs, sizes, edges };
}

// A Jacobian too large to write down, applied to rows of a map.
function vjpRows(program, run, k, map, cols, child) {
	const { rows, data } = typeof map === "number" ? { rows: 1, data: [map] } : map, width = data.length / rows;
	const cotangents = Array.from({ length: rows }, (_, row) => arrayOf(shapeOf(child), Float64Array.from(data.slice(row * width, (row + 1) * width))));
	return matrixMap(rows, cols, Float64Array.from(cotangents.flatMap((g) => Array.from(dataOf(edgeVjp(program, run, k, g))))));
}

// The sign of each derivative: ∂ where what is held leaves only explicit dependence.
function signsOf(whole, flow, { kind, start, pins }) {
	if (!pins.size) return [];
	const before = isIndirect(whole, kind, start), after = isIndirect(flow, kind, start);
	return whole.names.map((_, i) => (i !== start && before[i] && !after[i] ? "∂" : "d"));
}

// Whether a path of two or more edges joins each node with where the sweep starts.
function isIndirect(flow, kind, start) {
	const [near, far] = kind === "backward" ? ["parent", "child"] : ["child", "parent"];
	const reached = new Set([start]), found = flow.names.map(() => false);
	for (const edge of kind === "backward" ? flow.edges.toReversed() : flow.edges) {
		if (!reached.has(edge[far])) continue;
		reached.add(edge[near]);
		found[edge[near]] ||= edge[far] !== start;
	}
	return found;
}

// How a new edge came about: `7·2`, or `3 + 32·5` beside an old one.
function bornText(before, node, { child, parent }) {
	const between = (a, b) => before.edges.filter((edge) => edge.child === a && edge.parent === b);
	const whole = (edges) => edges.map((edge) => saidFactor(edge.map, edge.text)).join(" + ");
	const [outer, inner, old] = [between(child, node), between(node, parent), between(child, parent)];
	const product = [outer, inner].map((edges) => (edges.length > 1 ? `(${whole(edges)})` : whole(edges))).join("·");
	return old.length ? `${whole(old)} + ${product}` : product;
}

// Why a node has no value, as a sentence.
function failureText({ names, equations }, { says, name, operation, arguments: given, needs }) {
	if (says) return says;
	const got = given.map(saidValue);
	const why = needs ? `${operation} needs ${needs}, and got ${got.join(" and ")}`
		: (operation === "div" && given[1] === 0) || (given[0] === 0 && /^(pow|cot|csc)$/.test(operation)) ? "it divides by zero"
		: operation === "pow" && given[0] < 0 && given[1] % 1 ? `${got[0]} has no real power ${got[1]}` : "the result is too large for a number";
	return `The node ${names[name]} has no value here. In ${names[name]} = ${typeset(equations[name])}: ${why}.`;
}
