// Fields to type in. Where a figure has blanks they stand on them, in its own coordinates; elsewhere in rows with a label.

const SIGNS = { Correct: "✓", Incorrect: "✗", CarriedForward: "→", Invalid: "?", Undecided: "?" };
const SAID = { Correct: "right", Incorrect: "wrong", CarriedForward: "follows from your earlier ones", Invalid: "cannot be marked yet", Undecided: "not decided", Blank: "empty" };
const MOST = 25000, CELL = 24, LETTER = 13.5;

// What Python wrote: MathML of ours, or words.
function shown(formula, className = "gf-formula") {
	const made = h(`span.${className}`);
	if (formula.math) made.innerHTML = formula.math;
	else made.textContent = formula.text;
	return made;
}

function makeField(box, text) {
	const about = { autocomplete: "off", spellcheck: false, autocapitalize: "off", maxLength: MOST, readOnly: box.given, "aria-label": box.label };
	const field = box.lines > 1 ? h("textarea.gf-box", { ...about, rows: Math.min(box.lines, 12) }) : h("input.gf-box", { ...about, type: "text" });
	const sign = h("span.gf-sign", { "aria-hidden": "true" });
	field.value = text;
	// By a sign, by colour and in words; `mark` is the verdict on what stands there now, if there is one.
	const show = (mark, said) => {
		const kind = mark?.kind ?? "";
		field.dataset.kind = sign.dataset.kind = kind;
		write(sign, SIGNS[kind] ?? "");
		field.setAttribute("aria-invalid", String(kind === "Incorrect" || kind === "Invalid"));
		field.setAttribute("aria-description", [SAID[kind], said].filter(Boolean).join(": ") || box.wants);
	};
	return { ...box, field, sign, show };
}

// The figure with its fields. Places are parts of the whole and letters parts of its width, so that all of it scales as one.
function onBlanks(svg, fields) {
	const [left, top, width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
	const lines = new Map([...svg.querySelectorAll("[data-blank]")].map((line) => [line.dataset.blank, line]));
	const sheet = h("div.gf-sheet", { style: `width: clamp(${0.7 * width}px, 100%, ${width}px)` }, svg); // past that it scrolls
	for (const { name, field, sign } of fields.filter((each) => lines.has(each.name))) {
		const [[x, y], [end]] = lines.get(name).getAttribute("points").split(" ").map((point) => point.split(",").map(Number));
		const part = (value, whole) => `${((100 * value) / whole).toFixed(3)}%`;
		const place = { left: part(x - left, width), top: part(y + 4 - CELL - top, height), width: part(end - x, width), height: part(CELL, height) };
		const letters = (end - x - 10) / (0.6 * LETTER);
		const fit = () => { field.style.fontSize = `${Math.min(1, Math.max(0.72, letters / field.value.length))}em`; };
		const spot = h("div.gf-spot", { style: `font-size: calc(100cqw * ${LETTER} / ${width})` }, field, sign);
		Object.assign(spot.style, place);
		field.addEventListener("input", fit);
		field.refit = fit;
		fit();
		sheet.append(spot);
	}
	return { sheet, rest: fields.filter((each) => !lines.has(each.name)) };
}

function inRows(fields) {
	return h("div.gf-fields", fields.map(({ asked, lines, given, field, sign }) => h(`label.gf-entry${lines > 1 ? " gf-tall" : ""}${given ? " gf-given" : ""}`,
		h("span.gf-left-side", shown(asked), asked.math ? " =" : ""), h("span.gf-cell", field, sign))));
}
