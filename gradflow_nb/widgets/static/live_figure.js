// The live figure: the picture, the controls beside it, and one state behind them.

function openFigure(model, root) {
	const data = checkedFigure(structuredClone(model.get("figure"))), store = figureStore(data, model), { state } = store;
	const view = figureView(store), panels = [inputsPanel(store), sweepPanel(store), toolsPanel(store, view)];
	const direction = choice("Arrows", { computation: "computation", gradient: "gradient flow" }, (to) => store.act({ direction: to }));
	const labels = choice("Labels", { formula: "formula", number: "number", both: "both" }, (to) => store.act({ labels: to }));
	const failed = h("p.gf-wrong", { role: "alert" }), notes = hint("");
	root.replaceChildren(h("div.gf-live",
		h("div.gf-left", h("div.gf-toolbar", direction.group, labels.group, view.zoomButtons), failed, view.pane, notes),
		h("div.gf-right", panels.map(({ element }) => element))));
	store.painters.push((now) => {
		direction.show(state.direction);
		labels.show(state.labels);
		write(failed, now.failed ? failureText(data, now.failed) : "");
		const pins = [...state.pins.keys()].map((i) => `${store.name(i)} is held fixed.`);
		write(notes, [...data.notes, ...pins, ...kinkNotes(data, now.run)].join(" "));
	}, view.paint, ...panels.map(({ paint }) => paint));

	// Python, and whatever is linked to it, may move the figure too.
	const heard = {
		"change:inputs": () => {
			const given = model.get("inputs"), plain = (values) => JSON.stringify(values.map(asPlain));
			const inputs = store.read(given);
			if (plain(inputs) !== plain(state.inputs)) store.act({ inputs }, true);
		},
		"change:step": () => model.get("step") !== state.step && store.act({ step: model.get("step"), stepped: true }, true),
		"change:selected": () => model.get("selected") !== nameOfPart(data, state.selected) && store.act({ selected: partNamed(data, model.get("selected")), opened: null }, true),
	};
	const close = () => {
		for (const [name, act] of Object.entries(heard)) model.off(name, act);
		for (const part of [store, view, ...panels]) part.close?.();
	};
	for (const [name, act] of Object.entries(heard)) model.on(name, act);
	try {
		store.act({});
	} catch (error) {
		close();
		throw error;
	}
	return close;
}

// The conventions that stand for derivatives at this point, with the nodes in whose equations they do.
function kinkNotes({ program, names, conventions }, run) {
	if (!run) return [];
	const { steps, owners } = readied(program), about = new Map();
	steps.forEach(({ name, places }, k) => {
		if (owners[k] < 0 || !/^(relu|abs|sign|step|max|min)$/.test(name)) return;
		const isTie = entrywise((a, b) => Number(a === b), [...places.map((place) => run.slots[place]), 0].slice(0, 2));
		if (dataOf(isTie).includes(1)) about.set(name, (about.get(name) ?? new Set()).add(names[owners[k]]));
	});
	return [...about].map(([name, nodes]) => `In ${[...nodes].join(", ")}: ${conventions[name]}.`);
}

function render({ model, el }) {
	const root = h("div.gradflow-widget", { "data-lm-suppress-shortcuts": "true" });
	root.addEventListener("keydown", (event) => event.key !== "Tab" && event.stopPropagation()); // no commands
	el.append(root);
	let close;
	const open = () => {
		close?.();
		try {
			close = openFigure(model, root);
		} catch (error) {
			close = null;
			root.replaceChildren(h("p.gf-wrong", { role: "alert" }, error.message));
		}
	};
	open();
	model.on("change:figure", open);
	return () => {
		model.off("change:figure", open);
		close?.();
		root.remove();
	};
}

export default { render };
