// A question: what is asked, a field, a Check button, how the text is read, and the verdict. Nothing is marked here.
const MARKS = { Correct: "✓ Correct: ", Incorrect: "✗ Incorrect: ", Invalid: "", Undecided: "" };

function node(tag, className, text) {
	const made = document.createElement(tag);
	if (className) made.className = className;
	if (text !== undefined) made.textContent = text;
	return made;
}

function render({ model, el }) {
	const root = node("div", "gradflow-widget");
	const box = root.appendChild(node("div", "gf-question"));
	const form = box.appendChild(node("form"));
	const label = form.appendChild(node("label"));
	label.innerHTML = model.get("asked");
	label.append(" = ");
	const field = label.appendChild(node("input"));
	Object.assign(field, { type: "text", autocomplete: "off", spellcheck: false, value: model.get("answer") });
	field.setAttribute("autocapitalize", "off");
	field.setAttribute("aria-label", `Your answer: ${model.get("prompt")}`);
	if (model.get("place")) form.appendChild(node("span", "gf-point", `at ${model.get("place")}`));
	form.appendChild(node("button", "", "Check")).type = "submit";
	const echo = box.appendChild(node("div", "gf-echo"));
	const verdict = box.appendChild(node("div", "gf-verdict"));
	verdict.setAttribute("role", "status");
	verdict.setAttribute("aria-live", "polite");

	let waiting;
	const send = () => {
		clearTimeout(waiting);
		if (field.value === model.get("answer")) return;
		model.set("answer", field.value);
		model.save_changes();
	};
	const showEcho = () => {
		const read = model.get("echo");
		echo.replaceChildren();
		if (!read.text || read.text !== field.value || verdict.dataset.kind === "Invalid" && !read.math) return;
		if (read.math) {
			echo.append("Read as ");
			const math = echo.appendChild(node("span"));
			math.innerHTML = read.math;
			if (read.notes.length) echo.append(` (${read.notes.join("; ")})`);
		} else {
			echo.append(read.hint);
		}
		echo.tabIndex = echo.scrollWidth > echo.clientWidth ? 0 : -1; // what scrolls must be within the keyboard's reach
	};
	const showVerdict = () => {
		const said = model.get("verdict");
		verdict.replaceChildren();
		delete verdict.dataset.kind;
		if (!said.kind || said.text !== field.value) return;
		verdict.dataset.kind = said.kind;
		if (said.kind === "Invalid") {
			if (!model.get("echo").math) echo.replaceChildren(); // the verdict says it, and points
			const end = Math.max(said.end, said.position + 1);
			const place = verdict.appendChild(node("div", "gf-place"));
			place.append(said.text.slice(0, said.position), node("mark", "", said.text.slice(said.position, end) || " "), said.text.slice(end));
		}
		verdict.appendChild(node("p", "", MARKS[said.kind] + said.message));
		const readings = node("div", "gf-readings");
		for (const reading of said.readings || []) {
			const choose = readings.appendChild(node("button", "", reading));
			choose.type = "button";
			choose.addEventListener("click", () => { field.value = reading; field.focus(); typed(); });
		}
		if (readings.children.length) verdict.appendChild(readings);
		if (said.kind === "Invalid" && document.activeElement === field) field.setSelectionRange(said.position, said.end);
	};
	const typed = () => {
		showVerdict();
		showEcho();
		clearTimeout(waiting);
		waiting = setTimeout(send, 150);
	};

	field.addEventListener("input", typed);
	field.addEventListener("keydown", (event) => event.stopPropagation()); // Enter and letters are not commands here
	form.addEventListener("submit", (event) => {
		event.preventDefault();
		send();
		model.send({ do: "check", text: field.value });
	});
	const changed = () => {
		if (document.activeElement !== field) field.value = model.get("answer");
		showEcho();
	};
	const events = { "change:echo": showEcho, "change:verdict": showVerdict, "change:answer": changed };
	for (const [name, handler] of Object.entries(events)) model.on(name, handler);
	showEcho();
	showVerdict();
	el.appendChild(root);
	return () => {
		clearTimeout(waiting);
		for (const [name, handler] of Object.entries(events)) model.off(name, handler);
	};
}

export default { render };
