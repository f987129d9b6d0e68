// Questions one below the other. Nothing is marked here: Python is told what is typed and pressed, and says what is shown.
const PAUSE = 150, PATIENCE = 5000;
const SILENT = "No answer from Python so far: it is busy, or it is not running. What you typed stays here.";

// A long one scrolls, within the keyboard's reach.
function equation(math) {
	const made = shown({ math });
	if (made.textContent.length > 40) Object.assign(made, { className: "gf-long", tabIndex: 0 });
	return made;
}

// One question. `tell` sends what was typed, `send` what was pressed; `place` is "Question 2 of 3", or empty.
function questionCard(asked, place, texts, { tell, send }) {
	const fields = asked.boxes.map((box) => makeField(box, texts[box.name] ?? asked.typed[box.name]));
	const typed = () => Object.fromEntries(fields.map(({ name, field }) => [name, field.value]));
	let state = { number: 0, verdict: {}, help: null, note: "" }, heard = {}, current = fields.find((each) => !each.given) ?? fields[0];
	let waiting = null, note = "", from = null;

	// Parts ----------------------------------------------------------------------------------------------------------
	const svg = asked.svg && safeSvg(asked.svg), { sheet, rest } = svg ? onBlanks(svg, fields) : { rest: fields };
	const alone = !svg && fields.length === 1 && JSON.stringify(asked.asked) === JSON.stringify(fields[0].asked);
	const where = h("span.gf-point", [asked.place, asked.instruction && `(${asked.instruction})`].filter(Boolean).join(" "));
	const echo = h("div.gf-echo"), verdict = verdictView(choose, fields), help = helpView(), line = h("p.gf-score");
	const check = h("button.gf-main", { type: "submit" }, "Check"), confirm = h("div.gf-confirm", { role: "group", hidden: true });
	const hintButton = button("Hint", () => able(hintButton) && ask({ do: "hint" }));
	const workingButton = button("Show the working", () => able(workingButton) && (state.asks ? sure(true) : ask({ do: "working" })));
	const next = asked.more && button("Try another", () => ask({ do: "next" }));
	const form = h("form", { noValidate: true, onsubmit: (event) => { event.preventDefault(); ask({ do: "check", texts: typed() }); } },
		!alone && h("p.gf-asked", shown(asked.asked), " ", where),
		asked.equations.length > 0 && h("div.gf-equations", asked.equations.map(equation)),
		asked.code && h("pre.gf-code", asked.code),
		sheet && h("div.gf-figure", sheet),
		rest.length > 0 && h("div.gf-answer", inRows(rest), alone && where),
		echo, h("div.gf-actions", check, hintButton, workingButton, next), confirm);
	const element = h("div.gf-question", { role: "group", "aria-label": place ? `${place}: ${asked.prompt}` : `Question: ${asked.prompt}` }, form, verdict.element, help.element, line);
	if (svg) {
		rove([...svg.querySelectorAll(".gf-node, .gf-edge")]);
		const words = h("details.gf-words");
		words.innerHTML = `<summary>The same in words</summary>${asked.words}`; // escaped in Python
		form.querySelector(".gf-figure").after(words);
	}

	// What is seen ---------------------------------------------------------------------------------------------------
	const able = (pressed) => pressed.getAttribute("aria-disabled") !== "true";
	const same = ({ name, field }) => state.verdict.texts?.[name] === field.value;
	const markOf = (each) => state.verdict.kind && same(each) && !each.given ? state.verdict.marks[each.name] : null;
	const paint = () => {
		const said = state.verdict, fresh = Boolean(said.kind) && fields.every(same);
		const says = note || state.note;
		verdict.show(fresh ? state.number : 0, fresh ? said : null, says);
		for (const part of svg ? svg.querySelectorAll(".gf-node, .gf-edge") : []) {
			const { node, child, parent } = part.dataset;
			part.classList.toggle("gf-lit", fresh && (node ? said.nodes.includes(node) : said.edges.some(([c, p]) => c === child && p === parent)));
		}
		for (const each of fields) {
			const mark = markOf(each), read = heard[each.name];
			each.show(mark, mark?.message ?? (read?.text === each.field.value ? read.hint ?? (read.said && `read as ${read.said}`) : ""));
		}
		paintEcho(fresh);
	};
	// How the box with the cursor is read; or what is said of it, if that stands nowhere else.
	const paintEcho = (fresh) => {
		const mark = markOf(current), read = heard[current.name], { value } = current.field;
		const told = fields.length > 1 && mark?.message && ["Incorrect", "CarriedForward", "Invalid"].includes(mark.kind) && !state.verdict.message.includes(mark.message);
		const awaited = value && read?.text !== value && current.field === element.getRootNode().activeElement;
		echo.classList.toggle("gf-stale", Boolean(awaited)); // what stood there stays until the answer comes, so that nothing jumps
		const wants = current.wants + (current.lines > 1 ? " (Ctrl+Enter checks)" : "");
		if (!value.trim() || (awaited && !read)) return echo.replaceChildren(h("span.gf-wants", wants));
		const subject = fields.length > 1 ? [shown(current.asked), ": "] : [];
		if (told) echo.replaceChildren(...subject, `${SIGNS[mark.kind]} ${mark.message.split("\n")[0]}`);
		else if (read?.read) echo.replaceChildren("Read as ", shown(read.read), read.notes.length ? ` (${read.notes.join("; ")})` : "");
		else if (read?.hint && !(fresh && state.verdict.kind === "Invalid")) echo.replaceChildren(...subject, read.hint); // else the verdict says it, and points
		else echo.replaceChildren();
		echo.tabIndex = echo.scrollWidth > echo.clientWidth ? 0 : -1;
	};
	const buttons = () => {
		hintButton.setAttribute("aria-disabled", String(!state.hint));
		hintButton.title = state.hint ? state.hint : "The working is left";
		write(hintButton, state.hints ? "Another hint" : "Hint");
		workingButton.setAttribute("aria-disabled", String(state.hints > 2));
		write(line, state.line);
	};

	// What is done ---------------------------------------------------------------------------------------------------
	function choose(name, reading) {
		const { field } = fields.find((each) => each.name === name);
		field.value = reading;
		field.focus();
		field.dispatchEvent(new Event("input", { bubbles: true }));
	}
	function sure(open) {
		confirm.hidden = !open;
		if (!open) return workingButton.focus();
		const text = "The working takes the rest of the credit for this question.";
		confirm.setAttribute("aria-label", text);
		confirm.replaceChildren(h("span", text), button("Show it", () => { sure(false); ask({ do: "working" }); }), button("Keep trying", () => sure(false)));
		confirm.querySelector("button").focus();
	}
	confirm.addEventListener("keydown", (event) => event.key === "Escape" && sure(false));
	function ask(message) {
		if (waiting) return;
		from = message.do;
		note = "";
		check.setAttribute("aria-busy", "true");
		waiting = setTimeout(() => { settle(); note = SILENT; paint(); }, PATIENCE);
		send({ question: asked.id, ...message });
		paint();
	}
	function settle() {
		clearTimeout(waiting);
		waiting = null;
		check.removeAttribute("aria-busy");
	}
	for (const each of fields) {
		each.field.addEventListener("input", () => {
			note = state.note = "";
			current = each;
			tell(asked.id, each.name, typed());
			paint();
		});
		each.field.addEventListener("focus", () => {
			current = each;
			if (each.field.value.trim() && heard[each.name]?.text !== each.field.value) tell(asked.id, each.name, typed());
			paint();
		});
		each.field.addEventListener("keydown", (event) => {
			if (event.key !== "Enter" || each.lines === 1 || !(event.ctrlKey || event.metaKey)) return;
			event.preventDefault();
			form.requestSubmit();
		});
	}
	// After a check: to the place that cannot be read, or to the first box that is not right, unless the reader went elsewhere.
	const go = () => {
		const said = state.verdict, active = element.getRootNode().activeElement;
		if (from === "working") return help.focus();
		if (from !== "check" || !element.contains(active) || said.kind === "Correct") return;
		const pointed = fields.find(({ name }) => said.kind === "Invalid" && name === said.box);
		const bad = pointed ?? (fields.length > 1 && fields.find(({ name, given }) => !given && ["Incorrect", "Invalid", "Blank"].includes(said.marks[name]?.kind)));
		if (!bad) return;
		bad.field.focus();
		if (pointed) bad.field.setSelectionRange(said.position, said.end);
		else bad.field.select();
	};

	return {
		element,
		update(now) {
			const answered = now.number !== state.number && waiting;
			state = { ...now };
			if (!state.asks) confirm.hidden = true;
			if (answered) { settle(); note = ""; }
			buttons();
			help.show(now.help);
			paint();
			if (answered) go();
		},
		hear(said) { heard = { ...heard, [said.box]: said }; paint(); },
		// Typed in another view of the same question.
		follow(other) {
			for (const { name, field } of fields) if (name in other && field !== field.getRootNode().activeElement && field.value !== other[name]) { field.value = other[name]; field.refit?.(); }
			paint();
		},
		focus: () => current.field.focus(),
		close: settle,
	};
}

// JupyterLab hears no shortcut from here; so that of saving is pressed once more beside it.
function saved({ ctrlKey, metaKey }, root) {
	const again = new KeyboardEvent("keydown", { key: "s", code: "KeyS", keyCode: 83, ctrlKey, metaKey, bubbles: true, cancelable: true });
	root.parentElement.dispatchEvent(again);
}

function render({ model, el }) {
	const root = h("div.gradflow-widget", { "data-lm-suppress-shortcuts": "true" });
	root.addEventListener("keydown", (event) => event.key !== "Tab" && event.stopPropagation()); // letters are no commands here
	root.addEventListener("keydown", (event) => event.key === "s" && (event.ctrlKey || event.metaKey) && saved(event, root)); // but saving is
	const title = h("p.gf-title", { role: "heading", "aria-level": 3 }), count = h("span"), bar = h("progress", { "aria-label": "Questions answered rightly" });
	const head = h("div.gf-head-line", title, h("div.gf-progress", bar, count)), list = h("div.gf-set");
	root.append(head, list);
	el.append(root);
	let cards = new Map(), pause;

	const save = () => { try { model.save_changes(); } catch { /* no kernel: the text stays in the page */ } };
	const hooks = {
		// Kept in the model at once, so that it outlives this view; sent when the hand rests.
		tell(id, box, texts) {
			model.set("typed", { at: [id, box], texts: { ...model.get("typed").texts, [id]: texts } });
			clearTimeout(pause);
			pause = setTimeout(save, PAUSE);
		},
		send(message) { try { model.send(message); } catch { /* said when patience ends */ } },
	};
	const layout = () => {
		const asked = model.get("asked"), kept = new Map(), several = asked.length > 1;
		let focus = null;
		asked.forEach((each, i) => {
			const old = list.children[i], hadFocus = old?.contains(old.getRootNode().activeElement);
			const known = cards.get(each.id);
			const card = known ?? questionCard(each, several ? `Question ${i + 1} of ${asked.length}` : "", model.get("typed").texts?.[each.id] ?? {}, hooks);
			kept.set(each.id, card);
			if (known) return;
			const item = h("div.gf-item", several && h("span.gf-number", { "aria-hidden": "true" }, `${i + 1}`), card.element);
			if (old) old.replaceWith(item);
			else list.append(item);
			if (hadFocus) focus = card;
		});
		asked.forEach(({ equations }, i) => { // what stands right above is not said again
			const rows = list.children[i].querySelector(".gf-equations");
			if (rows) rows.hidden = i > 0 && `${equations}` === `${asked[i - 1].equations}`;
		});
		for (const [id, card] of cards) if (!kept.has(id)) card.close();
		cards = kept;
		update();
		focus?.focus();
	};
	const update = () => {
		for (const state of model.get("state")) cards.get(state.id)?.update(state);
		const { right, of, text } = model.get("progress");
		head.hidden = of === 1 && !model.get("title");
		write(title, model.get("title"));
		title.hidden = !model.get("title");
		bar.max = of || 1;
		bar.value = right;
		write(count, text);
		model.get("state").forEach(({ right: done }, i) => list.children[i]?.classList.toggle("gf-done", done));
	};
	const hear = () => { const said = model.get("echo"); cards.get(said.id)?.hear(said); };
	const follow = () => { for (const [id, texts] of Object.entries(model.get("typed").texts ?? {})) cards.get(id)?.follow(texts); };

	const events = { "change:asked": layout, "change:state": update, "change:progress": update, "change:echo": hear, "change:typed": follow };
	for (const [name, act] of Object.entries(events)) model.on(name, act);
	layout();
	hear();
	return () => {
		clearTimeout(pause);
		for (const [name, act] of Object.entries(events)) model.off(name, act);
		for (const card of cards.values()) card.close();
		root.remove();
	};
}

export default { render };
