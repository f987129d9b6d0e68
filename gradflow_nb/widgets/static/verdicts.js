// What is said to an answer, and the help that was asked for.

const OPENING = { Correct: "✓ Correct: ", Incorrect: "✗ Incorrect: ", CarriedForward: "→ Carried forward: ", Invalid: "! Not marked: ", Undecided: "? Undecided: " };

// A message; lines that start with a bullet are a list.
function message(opening, text) {
	const parts = [], lines = text.split("\n").filter(Boolean), head = lines.filter((line) => !line.startsWith("•"));
	if (head.length) parts.push(h("p", opening + head.join("\n")));
	const items = lines.filter((line) => line.startsWith("•")).map((line) => h("li", line.replace(/^•\s*/, "")));
	return items.length ? [...parts, h("ul", items)] : parts;
}

// What was typed with its place marked, and the readings to choose from.
function pointed({ texts, box, position, end, readings }, choose, fields) {
	const text = texts[box], subject = fields.length > 1 && h("span.gf-subject", `${fields.find(({ name }) => name === box).short}: `);
	const place = h("div.gf-place", subject, text.slice(0, position), h("mark", text.slice(position, end) || " "), text.slice(end));
	const buttons = readings.map((reading) => button(reading, () => choose(box, reading)));
	return [place, buttons.length ? h("div.gf-readings", { role: "group", "aria-label": "How is it meant?" }, buttons) : null];
}

// The graph with the place lit where the answer went wrong; what it shows is said above it.
function litFigure(svg) {
	const figure = h("div.gf-where", { "aria-hidden": "true" }, safeSvg(svg));
	figure.firstChild.style.minWidth = `${0.7 * figure.firstChild.getAttribute("width")}px`; // past that it scrolls
	for (const part of figure.querySelectorAll("[tabindex]")) part.removeAttribute("tabindex");
	return figure;
}

function verdictView(choose, fields) {
	const element = h("div.gf-verdict", { role: "status", "aria-live": "polite" });
	// Made again only for another verdict, or it would be read out once more at each key.
	const fill = rebuilt(element);
	const show = (key, verdict, note) => fill([key, note], () => {
		element.dataset.kind = verdict?.kind ?? "";
		if (note) return [h("p.gf-note", note)];
		if (!verdict) return [];
		const partly = verdict.kind === "Incorrect" && verdict.partly, says = /^Right[:.]/.test(verdict.message); // "Correct: Right: …" says it twice
		const opening = partly ? "✗ Partly right: " : verdict.kind === "Correct" && says ? "✓ " : OPENING[verdict.kind] ?? "";
		const [place, readings] = verdict.box !== undefined ? pointed(verdict, choose, fields) : [];
		return [place, ...message(opening, verdict.message), readings, verdict.lit?.svg && litFigure(verdict.lit.svg)];
	});
	return { element, show };
}

// Hints are added to those that are there: only what is new is read out.
function helpView() {
	const element = h("div.gf-help", { role: "group", "aria-label": "Help", "aria-live": "polite", "aria-relevant": "additions" });
	let rule = null, list = null;
	const show = (help) => {
		if (!help) return element.replaceChildren();
		if (rule?.textContent !== help.rule) {
			rule = h("p.gf-rule", { tabIndex: -1 }, help.rule);
			list = h("ol");
			element.replaceChildren(rule, list);
		}
		for (const { words, formula } of help.steps.slice(list.children.length)) list.append(h("li", words, formula && shown(formula, "gf-step")));
		for (const step of list.querySelectorAll(".gf-step")) step.tabIndex = step.scrollWidth > step.clientWidth ? 0 : -1; // what scrolls is within the keyboard's reach
	};
	return { element, show, focus: () => rule?.focus() };
}
