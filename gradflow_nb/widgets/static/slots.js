// Numbers and names set in type. A number takes as many digits as its slot has room for, as in diagram/slots.py.

const NUMBER_ROOM = 4.6, MOST_IN_SLOT = 9;
const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

const GLYPHS = { ".": 25, "·": 25, ",": 25, " ": 25, "−": 55, ...Object.fromEntries(Object.values(RAISED).map((c) => [c, 30])) };

function roomOf(text) {
	let room = 0;
	for (const c of text) room += GLYPHS[c] ?? 50;
	return room / 100;
}

// "-1.5·10^-7 + d^2" becomes −1.5·10⁻⁷ + d².
const typeset = (text) => text.replace(/\^(-?\d+)(?![\w.])/g, (_, power) => [...power].map((c) => RAISED[c]).join("")).replace(/-/g, "−");

function slotNumber(x, room = NUMBER_ROOM) {
	if (!Number.isFinite(x)) return "no value";
	let text, digits = Number.isInteger(x) && Math.abs(x) < 1e9 ? 7 : 6; // 7: a whole number as it is
	do text = typeset(digits === 7 ? String(x + 0) : numberText(x, digits)); while (roomOf(text) > room && --digits);
	return text;
}

function slotValue(value, room = NUMBER_ROOM) {
	if (value === undefined) return "";
	if (typeof value === "number") return slotNumber(value, room);
	const texts = (value.data.length > MOST_IN_SLOT ? [] : [4, 3, 2])
		.map((digits) => nestedText(value.shape, Array.from(value.data, (x) => typeset(numberText(x, digits)))));
	return texts.find((text) => roomOf(text) <= room) ?? shapeText(value);
}

// A partial in its slot: a number, I, diag(3, 4), a small matrix, or its shape.
function slotMap(map, room = NUMBER_ROOM) {
	if (map === undefined) return "";
	if (typeof map === "number") return Number.isNaN(map) ? "none" : slotNumber(map, room);
	const { rows, cols, data } = map, onDiagonal = (_, i) => i % (cols + 1) === 0;
	if (rows === cols && data.every((x, i) => x === 0 || onDiagonal(x, i))) {
		const diagonal = data.filter(onDiagonal), inner = slotValue({ shape: [rows], data: diagonal }, room - 0.94);
		return diagonal.every((x) => x === 1) ? "I" : inner.startsWith("[") ? `diag(${inner.slice(1, -1)})` : `${rows}×${rows} diag`;
	}
	const text = slotValue(matrixValue(map), room);
	return text.startsWith("[") ? text : `${rows}×${cols}`;
}

const matrixValue = ({ rows, cols, data }) => ({ shape: rows > 1 && cols > 1 ? [rows, cols] : [data.length], data });

const shapedAs = (map, value) => (map?.data && value?.data?.length === map.data.length ? { shape: value.shape, data: map.data } : map);

const slotShaped = (map, value, room, shaped = shapedAs(map, value)) => (shaped.rows ? slotMap(map, room) : slotValue(shaped, room));

// In sentences; a symbol is its text, and a negative or compound factor stands in brackets.
const saidNumber = (x) => typeset(numberText(x));
const saidValue = (value) => (value === undefined ? "" : Number.isNaN(value) ? "no value" : typeset(valueText(value)));

function saidMap(map, text = "…") {
	if (typeof map === "number") return Number.isNaN(map) ? "(does not exist)" : saidNumber(map);
	return map === undefined ? typeset(text) : map.data.length > 16 ? `[${map.rows}×${map.cols}]` : typeset(valueText(matrixValue(map)));
}

const saidFactor = (map, text) => (map < 0 || (map === undefined && / [+-] |^-/.test(text)) ? `(${saidMap(map, text)})` : saidMap(map, text));
const saidShaped = (map, value, text, shaped = shapedAs(map, value)) => (shaped?.shape ? saidValue(shaped) : saidMap(shaped, text));
const derivativeName = (sign, of, wrt) => `${sign}${of}/${sign}${wrt}`;

function nameParts(name) {
	const [, base, index] = /^([^_.]+)_([^.]+)$/.exec(name) ?? [null, name];
	return { base, index };
}

// [text, italic, drop, size] for each run of `dg/db`, with real subscripts; several letters stand apart from their d.
function derivativeRuns(sign, of, wrt, size) {
	const end = (name, before) => {
		const { base, index } = nameParts(name), head = [before + sign + (base.length > 1 ? "\u2009" : "") + base, true, 0, size];
		return index ? [head, [index, !/^\d+$/.test(index), 0.18 * size, 0.7 * size], ["\u200b", false, -0.18 * size, size]] : [head];
	};
	return [...end(of, ""), ...end(wrt, "/")];
}
