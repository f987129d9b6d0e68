// Arrays, {shape, data} in C order, and the operations that mix their entries. Without axes it is a number.

const MOST_ENTRIES = 4e6;

const shapeOf = (value) => (typeof value === "number" ? [] : value.shape);
const dataOf = (value) => (typeof value === "number" ? [value] : value.data);
const shapeName = (shape) => (shape.length ? shape.join("×") : "a number");
const misfit = (...shapes) => new Error(`The shapes ${shapes.map(shapeName).join(" and ")} do not fit.`);
const sameShape = (a, b) => a.length === b.length && a.every((n, i) => n === b[i]);

function entryCount(shape) {
	const count = shape.reduce((product, n) => product * n, 1);
	if (!count) throw new Error("The result is an empty array.");
	if (count > MOST_ENTRIES) throw new Error("The array is too large to work with here.");
	return count;
}

const arrayOf = (shape, data) => (shape.length ? { shape, data } : data[0]);

function filled(shape, make) {
	const data = new Float64Array(entryCount(shape));
	for (let i = 0; i < data.length; i++) data[i] = make(i);
	return arrayOf(shape, data);
}

// An axis, or a position along one; negative ones count from the end.
function placeAmong(at, count) {
	if (at < -count || at >= count) throw new Error(`There is no number ${at} among ${count}.`);
	return at < 0 ? at + count : at;
}

// Per axis, how far each position is from the first, in entries.
function offsetsOf(shape) {
	let step = 1;
	return shape.toReversed().map((n) => {
		const offsets = Array.from({ length: n }, (_, i) => i * step);
		step *= n;
		return offsets;
	}).reverse();
}

// All sums of one offset per axis, in C order: places in another array's data.
function gridOf(offsets, start = 0) {
	entryCount(offsets.map((list) => list.length));
	return offsets.reduce((found, list) => {
		const next = new Int32Array(found.length * list.length);
		for (let i = 0, k = 0; i < found.length; i++) for (const offset of list) next[k++] = found[i] + offset;
		return next;
	}, Int32Array.of(start));
}

function taken(value, shape, places) {
	const data = dataOf(value);
	return filled(shape, (i) => data[places[i]]);
}

// Zeros with value's entries in these places, added where one comes twice.
function scattered(value, shape, places) {
	const data = new Float64Array(entryCount(shape)), from = dataOf(value);
	for (let i = 0; i < places.length; i++) data[places[i]] += from[i];
	return arrayOf(shape, data);
}

function commonShape(shapes) {
	const count = Math.max(...shapes.map((shape) => shape.length));
	return Array.from({ length: count }, (_, axis) => {
		const sizes = shapes.map((shape) => shape[axis - count + shape.length] ?? 1);
		const size = sizes.find((n) => n !== 1) ?? 1;
		if (sizes.some((n) => n !== 1 && n !== size)) throw misfit(...shapes);
		return size;
	});
}

// Where each entry comes from when `shape` is repeated to `into`.
function broadcastPlaces(shape, into) {
	if (!sameShape(commonShape([shape, into]), into)) throw misfit(shape, into);
	const own = offsetsOf(shape), missing = into.length - shape.length;
	return gridOf(into.map((n, axis) => (shape[axis - missing] === n ? own[axis - missing] : Array(n).fill(0))));
}

function broadcastTo(value, shape) {
	const own = shapeOf(value);
	return sameShape(own, shape) ? value : taken(value, shape, broadcastPlaces(own, shape));
}

function entrywise(word, values) {
	if (values.every((value) => typeof value === "number")) return word(...values);
	const shape = commonShape(values.map(shapeOf)), [a, b = a, c = a] = values.map((value) => dataOf(broadcastTo(value, shape)));
	return filled(shape, (i) => word(a[i], b[i], c[i]));
}

function matrixProduct(a, b) {
	const p = shapeOf(a), q = shapeOf(b), inner = p.at(-1), cols = q[1] ?? 1;
	if (!inner || inner !== q[0] || p.length > 2 || q.length > 2) throw misfit(p, q);
	return filled([...p.slice(0, -1), ...q.slice(1)], (i) => {
		const row = Math.floor(i / cols) * inner, col = i % cols;
		let sum = 0;
		for (let k = 0; k < inner; k++) sum += a.data[row + k] * b.data[k * cols + col];
		return sum;
	});
}

function outerOf(a, b) {
	const [left, right] = [dataOf(a), dataOf(b)];
	return filled([...shapeOf(a), ...shapeOf(b)], (i) => left[Math.floor(i / right.length)] * right[i % right.length]);
}

const transposed = (x) => taken(x, shapeOf(x).toReversed(), gridOf(offsetsOf(shapeOf(x)).reverse()));

function dotProduct(a, b) {
	if (shapeOf(a).length !== 1 || shapeOf(b).length !== 1) throw misfit(shapeOf(a), shapeOf(b));
	return matrixProduct(a, b);
}

// A lane is the entries along an axis, or all where it is null.

function lanesOf(x, axis) {
	const shape = shapeOf(x), offsets = offsetsOf(shape);
	if (axis === null) return { shape: [], starts: [0], steps: gridOf(offsets) };
	const at = placeAmong(axis, shape.length), [steps] = offsets.splice(at, 1);
	return { shape: shape.toSpliced(at, 1), starts: gridOf(offsets), steps };
}

const reduction = (word) => (x, { axis }) => {
	const { shape, starts, steps } = lanesOf(x, axis), data = dataOf(x);
	return filled(shape, (i) => word(Array.from(steps, (step) => data[starts[i] + step])));
};

// The word's weights of each lane, divided by their sum.
const alongLanes = (word) => (x, { axis }) => {
	const { starts, steps } = lanesOf(x, axis), from = dataOf(x), data = new Float64Array(from.length);
	for (const start of starts) {
		const lane = word(Array.from(steps, (step) => from[start + step])), sum = sumOf(lane);
		steps.forEach((step, k) => { data[start + step] = lane[k] / sum; });
	}
	return arrayOf(shapeOf(x), data);
};

const sumOf = (lane) => lane.reduce((sum, x) => sum + x, 0);
const largestOf = (lane) => lane.reduce((a, b) => Math.max(a, b));
const powersOf = (lane, most = largestOf(lane)) => lane.map((x) => Math.exp(x - most));

function normOf(x) {
	const lane = Array.from(dataOf(x), Math.abs), most = largestOf(lane); // no square overflows
	return most > 0 ? most * Math.sqrt(sumOf(lane.map((entry) => (entry / most) ** 2))) : most;
}

function spreadOut(g, like, { axis }) {
	const shape = shapeOf(like);
	const own = axis === null ? shapeOf(g) : shapeOf(g).toSpliced(placeAmong(axis, shape.length), 0, 1);
	return broadcastTo(arrayOf(own, dataOf(g)), shape);
}

function fitted(g, like) {
	const [from, shape] = [shapeOf(g), shapeOf(like)];
	return sameShape(from, shape) || from.length < shape.length ? g : scattered(g, shape, broadcastPlaces(shape, from));
}

function reshaped(x, { shape }) {
	const count = dataOf(x).length, known = shape.reduce((product, n) => (n < 0 ? product : product * n), 1);
	const whole = shape.map((n) => (n < 0 ? count / known : n));
	if (entryCount(whole) !== count || !whole.every(Number.isInteger)) throw misfit(shapeOf(x), shape);
	return arrayOf(whole, dataOf(x));
}

function spanPositions([start, stop, step], n) {
	const by = step ?? 1, [low, high] = by > 0 ? [0, n] : [-1, n - 1];
	const clip = (at, otherwise) => (at === null ? otherwise : Math.min(Math.max(at < 0 ? at + n : at, low), high));
	const from = clip(start, by > 0 ? low : high), to = clip(stop, by > 0 ? high : low);
	return Array.from({ length: Math.max(0, Math.ceil((to - from) / by)) }, (_, i) => from + i * by);
}

// The shape and the places of an index, as in numpy: lists and numbers beside them share one axis, which stands there,
// or first where a slice is between them.
function indexed(shape, index) {
	if (index.length > shape.length) throw new Error("There are more indices than axes.");
	const picks = index.some((entry) => entry.pick), together = [], axes = [], offsets = offsetsOf(shape);
	let start = 0, place = -1, apart = false;
	shape.forEach((n, axis) => {
		const entry = index[axis] ?? { span: [null, null, null] };
		const positions = entry.span ? spanPositions(entry.span, n) : entry.pick ?? [entry];
		const list = positions.map((at) => offsets[axis][placeAmong(at, n)]);
		if (entry.span) axes.push(list);
		else if (!picks) start += list[0];
		else {
			if (place < 0) place = axes.length;
			apart ||= place !== axes.length;
			together.push(list);
		}
	});
	if (picks) {
		const [count] = commonShape(together.map((list) => [list.length]));
		const list = Array.from({ length: count }, (_, i) => sumOf(together.map((each) => each[i % each.length])));
		axes.splice(apart ? 0 : place, 0, list);
	}
	return { shape: axes.map((list) => list.length), places: gridOf(axes, start) };
}

function itemOf(x, { index }) {
	const { shape, places } = indexed(shapeOf(x), index);
	return taken(x, shape, places);
}

function placed(g, like, { index }) {
	const { shape, places } = indexed(shapeOf(like), index);
	return scattered(broadcastTo(g, shape), shapeOf(like), places);
}

// Arrays put together along an axis, old or new: the shape of all, the places of each.
function joinedPlaces(xs, { axis, stacked }) {
	const shapes = xs.map(shapeOf), at = placeAmong(axis, stacked ? shapes[0].length + 1 : shapes[0].length || 1);
	const own = shapes.map((shape) => (stacked ? shape.toSpliced(at, 0, 1) : shape.length ? shape : [1]));
	if (own.some((each) => !sameShape(each.toSpliced(at, 1), own[0].toSpliced(at, 1)))) throw misfit(...shapes);
	const shape = own[0].with(at, sumOf(own.map((each) => each[at]))), offsets = offsetsOf(shape);
	let first = 0;
	return { shape, places: own.map((each) => gridOf(offsets.with(at, offsets[at].slice(first, first += each[at])))) };
}

function joinedArrays(xs, how) {
	const { shape, places } = joinedPlaces(xs, how), data = new Float64Array(entryCount(shape));
	xs.forEach((x, i) => dataOf(x).forEach((entry, k) => { data[places[i][k]] = entry; }));
	return arrayOf(shape, data);
}

const partOf = (g, xs, how) => taken(g, shapeOf(xs[how.i]), joinedPlaces(xs, how).places[how.i]);

function partPlaced(g, xs, how) {
	const { shape, places } = joinedPlaces(xs, how);
	return scattered(g, shape, places[how.i]);
}

// By row: its arguments, its settings, and the word, which takes the settings last.
const ARRAY_WORDS = new Map(Object.entries({
	matmul: [2, "", matrixProduct],
	matmul_t: [2, "", (g, b) => (shapeOf(b).length === 1 ? outerOf(g, b) : matrixProduct(g, transposed(b)))],
	t_matmul: [2, "", (a, g) => (shapeOf(a).length === 1 ? outerOf(a, g) : matrixProduct(transposed(a), g))],
	dot: [2, "", dotProduct],
	outer: [2, "", (a, b) => reshaped(outerOf(a, b), { shape: [-1, dataOf(b).length] })],
	sum: [1, "axis", reduction(sumOf)],
	mean: [1, "axis", reduction((lane) => sumOf(lane) / lane.length)],
	amax: [1, "axis", reduction(largestOf)],
	amin: [1, "axis", reduction((lane) => lane.reduce((a, b) => Math.min(a, b)))],
	logsumexp: [1, "axis", reduction((lane) => largestOf(lane) + Math.log(sumOf(powersOf(lane))))],
	winners: [1, "axis", alongLanes((lane, most = largestOf(lane)) => lane.map((x) => (most === most ? Number(x === most) : NaN)))],
	softmax: [1, "axis", alongLanes(powersOf)],
	spread: [2, "axis", spreadOut],
	share: [2, "axis", (g, like, how) => entrywise((x) => x * dataOf(g).length / dataOf(like).length, [spreadOut(g, like, how)])],
	norm: [1, "", normOf],
	fit: [2, "", fitted],
	broadcast: [2, "", (g, like) => broadcastTo(g, shapeOf(like))],
	transpose: [1, "", transposed],
	reshape: [1, "shape", reshaped],
	reshape_like: [2, "", (g, like) => reshaped(g, { shape: shapeOf(like) })],
	item: [1, "index", itemOf],
	place: [2, "index", placed],
	concat: [0, "axis count", (...xs) => joinedArrays(xs, { ...xs.pop(), stacked: false })],
	stack: [0, "axis count", (...xs) => joinedArrays(xs, { ...xs.pop(), stacked: true })],
	part: [1, "axis count i stacked", (g, ...xs) => partOf(g, xs, xs.pop())],
	place_part: [1, "axis count i stacked", (g, ...xs) => partPlaced(g, xs, xs.pop())],
}).map(([name, [arity, settings, word]]) => [name, Object.assign(word, { arity, settings: settings.split(" ").filter(Boolean) })]));
