// A program made by Python (core/derived/portable.py has the format): checked, and run at any values.

const MOST_OPERATIONS = 20000, MOST_NAMES = 10000, MOST_EDGES = 100000, MOST_MATRIX = 10000;

const isWhole = (x) => Number.isInteger(x) && Math.abs(x) < 2 ** 31;
const isList = (x, right, most = 32) => Array.isArray(x) && x.length <= most && x.every(right);
const isIndexEntry = (x) => isWhole(x) || (x && Object.keys(x).length === 1
	&& (x.span ? isList(x.span, (n) => n === null || isWhole(n)) && x.span.length === 3 && x.span[2] !== 0
		: isList(x.pick, isWhole, MOST_NAMES) && x.pick.length > 0));
const SETTINGS = {
	axis: (x) => x === null || isWhole(x),
	count: (x) => isWhole(x) && x > 0,
	i: (x, how) => isWhole(x) && x >= 0 && x < how.count,
	stacked: (x) => typeof x === "boolean",
	shape: (x) => isList(x, isWhole) && x.filter((n) => n < 0).length < 2,
	index: (x) => isList(x, isIndexEntry),
};

// The program as it came, or an Error that says in one sentence what is wrong with it.
function checkedProgram(json) {
	const must = (right, says) => { if (!right) throw new Error(`This program cannot be run: ${says}.`); };
	const counted = (list, most, what) => {
		must(Array.isArray(list), `its list of ${what} is missing`);
		must(list.length <= most, `it has more than ${most} ${what}`);
		return list.length;
	};
	const below = (place, end) => must(isWhole(place) && place >= 0 && place < end, "something points to a place that is not there");
	const checkNames = (list, what) => {
		const isName = (name) => typeof name === "string" && name && name.length <= 1000;
		must(counted(list, MOST_NAMES, what) === new Set(list).size && list.every(isName), `its ${what} are not different texts`);
	};
	const checkOperation = (given, end) => {
		must(Array.isArray(given), "an operation is not a list");
		const [name, ...places] = given, word = ARRAY_WORDS.get(name) ?? WORDS.get(name);
		must(word, "it has an operation that is not known here");
		const keys = word.settings ?? [], how = (keys.length && places.pop()) || {};
		const right = keys.every((key) => Object.hasOwn(how, key) && SETTINGS[key](how[key], how));
		must(right && Object.keys(how).length === keys.length, `the settings of ${name} are not as they must be`);
		must(places.length === word.arity + (how.count ?? 0), `${name} has not as many arguments as it takes`);
		for (const place of places) below(place, end);
	};
	const checkOperations = (list, start) => {
		const count = counted(list, MOST_OPERATIONS, "operations");
		list.forEach((given, i) => checkOperation(given, start + i));
		return start + count;
	};
	const formOf = (value, depth = 0) => {
		if (value === null || Number.isFinite(value)) return "";
		must(Array.isArray(value) && depth < 32, "a constant is not a number");
		const shapes = new Set(value.map((part) => formOf(part, depth + 1)));
		must(shapes.size === 1, "the rows of a constant array have different lengths");
		return `${value.length} ${[...shapes]}`;
	};

	must(json !== null && typeof json === "object", "it is not an object");
	const { version, names, inputs, numbers, operations, values, edges, needs = {} } = json;
	must(version === 2, "it was made for another version");
	checkNames(names, "names");
	checkNames(inputs, "inputs");
	const start = inputs.length + counted(numbers, MOST_OPERATIONS, "numbers"), end = checkOperations(operations, start);
	numbers.forEach((value) => formOf(value));
	must(counted(values, MOST_NAMES, "values") === names.length, "there is not one value for each name");
	values.forEach((slot) => below(slot, end));
	const at = new Map(names.map((name, i) => [name, i]));
	inputs.forEach((name, i) => must(values[at.get(name)] === i, "an input is not among the names"));
	let total = counted(edges, MOST_EDGES, "edges");
	for (const edge of edges) {
		must(Array.isArray(edge) && (edge.length === 3 || (edge.length === 5 && edge[2] === end)), "an edge is not as it must be");
		const [child, parent, slot, within, result = slot] = edge;
		below(child, names.length);
		below(parent, child);
		below(result, edge.length === 5 ? checkOperations(within, end + 1) : end);
		must((total += within?.length ?? 0) <= MOST_EDGES, "its edges have too many operations");
	}
	must(typeof needs === "object" && Object.values(needs ?? {}).every((text) => typeof text === "string"), "its needs are not in words");
	return json;
}

// Found once for each program: its operations ready to run, and whose they are.
const READY = new WeakMap();

const readySteps = (operations) => operations.map(([name, ...places]) => {
	const structured = ARRAY_WORDS.get(name), settings = structured?.settings.length ? places.pop() : null;
	return { name, places, settings, word: structured ?? WORDS.get(name), structured };
});

function constantOf(given) {
	if (!Array.isArray(given)) return given ?? NaN;
	const shape = [];
	for (let part = given; Array.isArray(part); part = part[0]) shape.push(part.length);
	return { shape, data: Float64Array.from(given.flat(Infinity), (x) => x ?? NaN) };
}

function readied(program) {
	let ready = READY.get(program);
	if (ready) return ready;
	const steps = readySteps(program.operations), constants = program.numbers.map(constantOf);
	ready = {
		steps, constants, first: program.inputs.length + constants.length, named: new Set(program.values),
		scalar: !steps.some((step) => step.structured) && constants.every((x) => typeof x === "number"),
		words: steps.map((step) => step.word),
		arguments: [0, 1, 2].map((k) => Int32Array.from(steps, ({ places }) => places[k] ?? 0)),
		edges: program.edges.map((edge) => edge[3] && readySteps(edge[3])),
		owners: Array(steps.length).fill(-1),
	};
	program.values.forEach((slot, i) => stepsBelow(ready, slot, (k) => ready.owners[k] < 0 && (ready.owners[k] = i, true)));
	READY.set(program, ready);
	return ready;
}

// The operations on which a slot depends, down to named slots. `enter` says which are new.
function stepsBelow({ first, steps, named }, slot, enter) {
	const found = slot >= first && enter(slot - first) ? [slot - first] : [];
	for (const k of found) { // which grows
		for (const place of steps[k].places) if (place >= first && !named.has(place) && enter(place - first)) found.push(place - first);
	}
	return found.sort((a, b) => a - b);
}

const hasValue = (value) => (typeof value === "number" ? Number.isFinite(value) : value?.data.every(Number.isFinite) ?? true);

const settledValue = (value) => (hasValue(value) ? value : typeof value === "number" ? NaN
	: { shape: value.shape, data: value.data.map((x) => (Number.isFinite(x) ? x : NaN)) });

function ranStep({ word, settings, structured, places }, slots) {
	const values = places.map((place) => slots[place]);
	return structured ? settledValue(word(...values, settings)) : entrywise(word, values);
}

// All slots and values at these inputs, and the first operation without a value though its arguments have one.
// `pins` gives names, by position, values of their own.
function evaluate(program, inputs, pins = new Map()) {
	const ready = readied(program), { first, steps, constants, words, owners } = ready;
	const scalar = ready.scalar && inputs.every((value) => typeof value === "number");
	const slots = new (scalar ? Float64Array : Array)(first + steps.length);
	[...inputs, ...constants].forEach((value, i) => { slots[i] = settledValue(value); });
	const fixed = new Map([...pins].filter(([name]) => program.values[name] >= first).map(([name, value]) => [program.values[name], settledValue(value)]));
	for (const [slot, value] of fixed) slots[slot] = value;
	const [a, b, c] = ready.arguments;
	for (let k = 0; k < steps.length; k++) {
		if (fixed.has(first + k)) continue;
		slots[first + k] = scalar ? words[k](slots[a[k]], slots[b[k]], slots[c[k]]) : ranStep(steps[k], slots);
	}
	let failed = null;
	for (let k = 0; k < steps.length && !failed; k++) {
		if (owners[k] >= 0 && !pins.has(owners[k]) && !hasValue(slots[first + k]) && steps[k].places.every((place) => hasValue(slots[place]))) {
			const { name: operation, places } = steps[k];
			failed = { name: owners[k], operation, arguments: places.map((place) => slots[place]), needs: program.needs?.[operation] ?? null };
		}
	}
	return { slots, values: program.values.map((slot) => slots[slot]), failed };
}

// The cotangent of an edge's parent for one of its child, where an edge is a map.
function edgeVjp(program, run, k, g) {
	const slots = [...run.slots, g];
	for (const step of readied(program).edges[k]) slots.push(ranStep(step, slots));
	return slots[program.edges[k][4]];
}

// The map of each edge: a number, a matrix, or undefined where that would be too large.
function edgeMaps(program, run) {
	return program.edges.map(([child, parent, slot], k) => {
		if (!readied(program).edges[k]) return run.slots[slot];
		const shape = shapeOf(run.values[child]), rows = dataOf(run.values[child]).length, cols = dataOf(run.values[parent]).length;
		if (rows * Math.max(rows, cols) > MOST_MATRIX) return undefined;
		const data = new Float64Array(rows * cols);
		for (let row = 0; row < rows; row++) {
			data.set(dataOf(edgeVjp(program, run, k, filled(shape, (i) => Number(i === row)))), row * cols);
		}
		return data.length === 1 ? data[0] : { rows, cols, data };
	});
}

// The child's value when this parent has another.
function revalue(program, run, child, parent, value) {
	const ready = readied(program), seen = new Set(), slots = typeof value === "number" ? run.slots.slice() : [...run.slots];
	slots[program.values[parent]] = settledValue(value);
	for (const k of stepsBelow(ready, program.values[child], (each) => !seen.has(each) && seen.add(each))) {
		slots[ready.first + k] = ranStep(ready.steps[k], slots);
	}
	return slots[program.values[child]];
}
