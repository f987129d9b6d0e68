// Numbers and arrays for people, and what people type.

// As Python's number_text: "305", "0.666667", "1.5·10^22", "-10^-7"; NaN is "–".
function numberText(x, digits = 6) {
	if (!Number.isFinite(x)) return "–";
	if (x === 0) return "0";
	const [lead, power] = x.toExponential(digits - 1).split("e").map(Number);
	if (power >= -4 && power < 6) return String(Number(`${lead}e${power}`));
	return `${{ 1: "", "-1": "-" }[lead] ?? `${lead}·`}10^${power}`;
}

const entryText = (x) => numberText(x, Math.abs(x) >= 1000 ? 6 : 4);

// [[1, 2.5], [3, 4]], or only its shape where it has more than `most` entries.
function valueText(value, most = 16) {
	if (typeof value === "number") return numberText(value);
	return value.data.length > most ? shapeText(value) : nestedText(value.shape, Array.from(value.data, entryText));
}

const shapeText = ({ shape, data }) => (shape.length > 1 ? shape.join("×") : `${data.length} ${data.length === 1 ? "entry" : "entries"}`);

// [[1, 2], [3, 4]] of the texts of all entries.
function nestedText(shape, texts) {
	for (const size of shape.toReversed()) {
		texts = Array.from({ length: texts.length / size }, (_, i) => `[${texts.slice(i * size, (i + 1) * size).join(", ")}]`);
	}
	return texts[0];
}

// What a person typed: 3, -0.5, 1/2, −2 or 1e-7; NaN for anything else.
function numberOf(text) {
	const typed = /^\s*([-−]?)\s*(\d{1,60}(?:\.\d{0,60})?|\.\d{1,60})(?:e([-+]?\d{1,3})|\s*\/\s*(\d{1,60}))?\s*$/.exec(text);
	if (!typed) return NaN;
	const size = Number(`${typed[2]}e${typed[3] ?? 0}`) / Number(typed[4] ?? 1);
	return !Number.isFinite(size) ? NaN : typed[1] && size ? -size : size;
}
