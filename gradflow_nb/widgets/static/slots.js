// Text in slots: a number takes as many digits as its slot has room for, as diagram/slots.py has it.

const NUMBER_ROOM = 4.6;
const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

const roomOf = (text) => Math.round(100 * [...text].reduce((sum, c) => sum
  + (".·, ".includes(c) ? 0.25 : c === "−" ? 0.55 : "⁻⁰¹²³⁴⁵⁶⁷⁸⁹".includes(c) ? 0.3 : 0.5), 0)) / 100;

// "-1.5·10^-7 + d^2" as it is set in type: −1.5·10⁻⁷ + d².
const typeset = (text) => text.replace(/\^(-?\d+)(?![\w.])/g, (_, power) => [...power].map((c) => RAISED[c]).join("")).replace(/-/g, "−");

function slotNumber(x, room = NUMBER_ROOM) {
  if (!Number.isFinite(x)) return "no value";
  if (Number.isInteger(x) && Math.abs(x) < 1e9) {
    const whole = typeset(String(x + 0));
    if (roomOf(whole) <= room) return whole;
  }
  for (let digits = 6; ; digits--) {
    const text = typeset(numberText(x, digits));
    if (digits === 1 || roomOf(text) <= room) return text;
  }
}

const MOST_IN_SLOT = 9;

function slotValue(value, room = NUMBER_ROOM) {
  if (value === undefined || value === null) return "";
  if (typeof value === "number") return slotNumber(value, room);
  const { shape, data } = value;
  for (const digits of data.length <= MOST_IN_SLOT ? [4, 3, 2] : []) {
    const text = nestedText(Array.from(data, (x) => typeset(numberText(x, digits))), shape);
    if (roomOf(text) <= room) return text;
  }
  return shape.length > 1 ? shape.join("×") : `${data.length} entries`;
}

function nestedText(texts, shape) {
  for (const size of [...shape].reverse()) {
    texts = Array.from({ length: texts.length / size }, (_, i) => `[${texts.slice(i * size, (i + 1) * size).join(", ")}]`);
  }
  return texts[0];
}

// A partial in its slot: a number, I, diag(3, 4), a small matrix, or its shape.
function slotMap(map, room = NUMBER_ROOM) {
  if (map === undefined) return "";
  if (typeof map === "number") return Number.isNaN(map) ? "none" : slotNumber(map, room);
  const { rows, cols, data } = map;
  if (rows === cols && data.every((x, i) => x === 0 || i % (cols + 1) === 0)) {
    const diagonal = data.filter((_, i) => i % (cols + 1) === 0), inner = slotValue({ shape: [rows], data: diagonal }, room - 0.94);
    return diagonal.every((x) => x === 1) ? "I" : inner.startsWith("[") ? `diag(${inner.slice(1, -1)})` : `${rows}×${rows} diag`;
  }
  const text = slotValue({ shape: rows > 1 && cols > 1 ? [rows, cols] : [data.length], data }, room);
  return text.startsWith("[") ? text : `${rows}×${cols}`;
}

// A MAP as a value in the shape of its node, for slots and sentences: an adjoint is a row, a tangent a column.
const shapedAs = (map, value) => (typeof map === "number" || map === undefined || typeof value === "number" || map.data.length !== dataOf(value).length
  ? map : { shape: shapeOf(value), data: map.data });

// Numbers in sentences; a negative factor stands in brackets.
const saidNumber = (x) => typeset(numberText(x));
const saidValue = (value) => (typeof value === "number" ? (Number.isNaN(value) ? "no value" : saidNumber(value)) : typeset(valueText(value)));
const saidMap = (map, text) => (map === undefined ? text ?? "…" : typeof map === "number" ? (Number.isNaN(map) ? "(does not exist)" : saidNumber(map))
  : map.data.length > 16 ? `${map.rows}×${map.cols}` : typeset(valueText({ shape: map.rows > 1 ? [map.rows, map.cols] : [map.cols], data: map.data })));
const saidFactor = (map, text) => (typeof map === "number" && map < 0 ? `(${saidMap(map)})` : saidMap(map, text));

// Names: a base and a real subscript; what has several letters stands apart from its d.
function nameParts(name) {
  const [, base, index] = /^([^_]+)_(.+)$/.exec(name) ?? [null, name, ""];
  return { base, index };
}

const afterSign = (sign, name) => `${sign}${nameParts(name).base.length > 1 ? "\u2009" : ""}`;
const derivativeName = (sign, of, name) => `${sign}${of}/${sign}${name}`;

// [text, italic, drop, size] for each run of `dg/db`, in a font of this size.
function derivativeRuns(sign, of, name, size) {
  const end = (each) => {
    const { base, index } = nameParts(each), head = [[afterSign(sign, each) + base, true, 0, size]];
    return index ? [...head, [index, !/^\d+$/.test(index), 0.18 * size, 0.7 * size], ["\u200b", false, -0.18 * size, size]] : head;
  };
  return [...end(of), ["/", false, 0, size], ...end(name)];
}
