// The controls beside the picture: the inputs, the sweep, and the tools.

const MOST_CELLS = 64;
const panelOf = (label, ...children) => h("div.gf-panel", { role: "group", "aria-label": label }, children);

// A slider and a field for each number; a grid of fields for each array.
function inputsPanel(store) {
	const { data, state, name } = store, wrong = h("p.gf-wrong", { role: "status" }), refreshes = [];
	const set = (k, value) => store.act({ inputs: state.inputs.map((old, i) => (i === k ? value : old)) });
	const fieldFor = (label, read, put) => {
		const field = h("input.gf-field", { type: "text", inputMode: "decimal", autocomplete: "off", "aria-label": label });
		const judge = (value) => {
			const bad = Number.isNaN(value);
			field.setAttribute("aria-invalid", String(bad));
			write(wrong, bad ? `${label}: “${field.value.trim().slice(0, 40)}” is not a number such as 3, -0.5 or 1/2.` : "");
			return !bad;
		};
		field.addEventListener("input", () => {
			const value = numberOf(field.value);
			if (!judge(value)) return;
			put(value);
			store.settle();
		});
		const restore = () => { // the last good value stands; what was wrong is still said
			field.setAttribute("aria-invalid", "false");
			field.value = String(read());
		};
		field.addEventListener("change", restore);
		field.addEventListener("blur", restore);
		refreshes.push(() => { if (field !== field.getRootNode().activeElement) field.value = String(read()); });
		return field;
	};
	const numberRow = (label, k) => {
		const [min, max, step] = data.ranges[label] ?? [-5, 5, 0.1], oninput = () => set(k, Number(slider.value));
		const slider = h("input", { type: "range", min, max, step, "aria-label": label, oninput, onchange: store.settle });
		refreshes.push(() => {
			if (Number(slider.value) !== state.inputs[k]) slider.value = String(state.inputs[k]);
			slider.setAttribute("aria-valuetext", saidNumber(state.inputs[k]));
		});
		return h("div.gf-input-row", namedSpan(label), slider, fieldFor(`value of ${label}`, () => state.inputs[k], (value) => set(k, value)));
	};
	const arrayRow = (label, k) => {
		const { shape, data: entries } = state.inputs[k];
		if (entries.length > MOST_CELLS) return hint(`${label} has ${shape.join("×")} entries: set it from Python.`);
		const now = () => state.inputs[k].data, style = `grid-template-columns: repeat(${shape.at(-1)}, minmax(3.2em, 5em))`;
		const cell = (_, c) => fieldFor(`${label}[${placeOf(shape, c)}]`, () => Number(now()[c].toPrecision(6)), (value) => set(k, { shape, data: now().with(c, value) }));
		return h("div.gf-input-row gf-array", namedSpan(label), h("div.gf-cells", { style }, Array.from(entries, cell)));
	};
	const rows = data.program ? data.inputs.map((i, k) => (store.scalars.includes(i) ? numberRow : arrayRow)(name(i), k)) : [];
	const none = data.program ? "This graph has no inputs." : "This flow is given as it is: its inputs cannot be moved.";
	const list = h("div.gf-inputs", { tabIndex: rows.length > 6 ? 0 : -1, role: "group", "aria-label": "All inputs" }, rows);
	return { element: panelOf("Inputs", rows.length ? list : hint(none), wrong), paint: () => refreshes.forEach((refresh) => refresh()) };
}

const namedSpan = (name, { base, index } = nameParts(name)) => h("span.gf-name", base, index && h("sub", index));

// [1, 0] for the third of the entries of a 2×2 array.
const placeOf = (shape, cell) => shape.toReversed().map((size) => [cell % size, (cell = Math.floor(cell / size))][0]).reverse().join(", ");

// The sweep: from which node, one step at a time, and what each step did.
function sweepPanel(store) {
	const { data, state, options } = store, isSmall = (i) => store.view.flow.sizes[i] <= MOST_CELLS;
	let timer = null, pace = 1;
	const count = () => store.view.steps.length, to = (step) => store.act({ step, stepped: true });
	const stop = () => {
		clearInterval(timer);
		timer = null;
		play.become("play", "Play");
	};
	const start = () => {
		if (state.step >= count()) to(0);
		play.become("pause", "Pause");
		timer = setInterval(() => {
			to(state.step + 1);
			if (state.step >= count()) stop();
		}, 1200 / pace);
	};
	const after = (act) => (chosen) => { stop(); act(chosen); };
	const kind = choice("Sweep", { backward: "backward", forward: "forward" }, after((chosen) => {
		store.act({ kind: chosen, start: chosen === "backward" ? store.home : data.inputs.find(isSmall) ?? 0, step: Infinity });
	}));
	const from = chooser("The sweep starts from", after((chosen) => store.act({ start: chosen, step: Infinity })));
	const stepper = (icon, label, step) => iconButton(icon, label, after(() => to(step())));
	const play = iconButton("play", "Play", () => (timer ? stop() : start()));
	const speed = chooser("Speed", (chosen) => {
		pace = chosen;
		if (timer) { stop(); start(); }
	});
	speed.show([[0.5, "½×"], [1, "1×"], [2, "2×"], [4, "4×"]], 1);
	const place = h("span.gf-hint"), says = h("p.gf-says", { role: "status", "aria-live": "polite" });
	const buttons = line(stepper("first", "First step", () => 0), stepper("back", "One step back", () => state.step - 1), play,
		stepper("forward", "One step forward", () => state.step + 1), stepper("last", "Last step", () => Infinity), speed.list, place);
	const paint = (view) => {
		kind.show(state.kind);
		from.show(options(store.here().filter(isSmall)), state.start);
		write(place, `step ${state.step} of ${count()}`);
		write(says, state.step ? stepSentence(store, view, view.steps[state.step - 1]) : "Step forward to begin.");
	};
	return { element: panelOf("Sweep", line(kind.group, "from", from.list), buttons, says), paint, close: stop };
}

// `dg/db = 42·2 + 192·5 = 1044, from c and d`
function stepSentence(store, { signs, flow, values }, { node, parts, result }) {
	const left = store.between(signs[node] ?? "d", node);
	if (!parts.length) return `${left} = ${saidMap(result)}, where the sweep starts`;
	const said = parts.map(({ via, edge, derivative, partial }) => {
		const factors = [saidFactor(derivative, store.between("d", via)), saidFactor(partial, flow.edges[edge].text)];
		return (store.state.kind === "backward" ? factors : factors.reverse()).join("·");
	});
	const from = [...new Set(parts.map(({ via }) => via))].map(store.name).join(" and ");
	const outcome = Number.isNaN(result) ? ", which does not exist" : result === undefined ? "" : ` = ${saidShaped(result, values[node])}`;
	return `${left} = ${said.join(" + ")}${outcome}, from ${from}`;
}

// The tools: tabs, the panel of the chosen one, and what a click in the picture does.
function toolsPanel(store, view) {
	const { state } = store, names = "look paths hold eliminate nudge words".split(" ");
	const titles = ["Look", "Paths", "Hold", "Eliminate", "Nudge", "In words"];
	const tools = [lookTool, pathsTool, holdTool, eliminateTool, nudgeTool, wordsTool].map((tool) => tool(store));
	const body = h("div.gf-tool", { role: "tabpanel", tabIndex: 0 }), choose = (i) => store.act({ tool: names[i], row: null });
	const tabs = titles.map((title, i) => h("button.gf-tab", { role: "tab", onclick: () => choose(i), onkeydown: (event) => {
		const to = { ArrowRight: i + 1, ArrowLeft: i + names.length - 1, Home: 0, End: names.length - 1 }[event.key];
		if (to === undefined) return;
		event.preventDefault();
		choose(to % names.length);
		tabs[to % names.length].focus();
	} }, title));
	view.onPart((part) => tools[names.indexOf(state.tool)].clicked?.(part));
	const paint = (now) => {
		const chosen = names.indexOf(state.tool), { element, paint: show } = tools[chosen];
		tabs.forEach((tab, i) => {
			tab.setAttribute("aria-selected", String(i === chosen));
			tab.tabIndex = i === chosen ? 0 : -1;
		});
		if (body.firstChild !== element) body.replaceChildren(element);
		body.setAttribute("aria-label", titles[chosen]);
		show(now);
	};
	const list = h("div.gf-tabs", { role: "tablist", "aria-label": "Tools" }, tabs);
	return { element: h("div.gf-panel gf-tools", list, body), paint, close: () => tools.forEach((tool) => tool.close?.()) };
}
