// The partials on edges: a number between scalars, else {rows, cols, data} in C order.
// NaN: it does not exist, and absorbs what it meets. undefined: only its symbol is known.

const finiteEntry = (value) => (Number.isFinite(value) ? value : NaN);

const matrixMap = (rows, cols, data) => (rows * cols === 1 ? finiteEntry(data[0]) : { rows, cols, data: data.map(finiteEntry) });

function identityMap(size) {
	if (size > 1000) return undefined; // too large to write down
	const data = new Float64Array(size * size);
	for (let i = 0; i < size; i++) data[i * size + i] = 1;
	return matrixMap(size, size, data);
}

// outer after inner
function timesMap(outer, inner) {
	if (outer === undefined || inner === undefined) return undefined;
	if (typeof inner === "number") [outer, inner] = [inner, outer];
	if (typeof outer === "number") {
		return typeof inner === "number" ? finiteEntry(outer * inner) : matrixMap(inner.rows, inner.cols, inner.data.map((x) => outer * x));
	}
	const { rows, cols: middle } = outer, { cols } = inner, data = new Float64Array(rows * cols);
	for (let i = 0; i < rows; i++) {
		for (let k = 0; k < middle; k++) {
			const factor = outer.data[i * middle + k]; // no zero is skipped: 0·NaN is NaN
			for (let j = 0; j < cols; j++) data[i * cols + j] += factor * inner.data[k * cols + j];
		}
	}
	return matrixMap(rows, cols, data);
}

function plusMap(a, b) {
	if (a === undefined || b === undefined) return undefined;
	if (typeof a === "number" && typeof b === "number") return Math.abs(a + b) < 1e-14 * Math.abs(a) ? 0 : finiteEntry(a + b); // rounding
	return a.data && b.data ? matrixMap(a.rows, a.cols, a.data.map((x, i) => x + b.data[i])) : NaN; // a number there is NaN
}
