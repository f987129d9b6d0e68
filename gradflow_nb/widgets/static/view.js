// The pane with the picture: zoom, scrolling, focus, clicks and keys.

const PART = ".gf-node, .gf-edge", GONE = ".gf-gone, .gf-cut";

function figureView(store) {
	const { data, state } = store, picture = pictureOf(data.svg), { svg } = picture;
	const [width, height] = ["width", "height"].map((name) => Number(svg.getAttribute(name)));
	const pane = h("div.gf-pane", { role: "group", "aria-label": data.title }, svg), percent = h("span.gf-percent");
	let zoom = 1, chosen = false, clicked = () => {}, roving = null, waiting;

	const setZoom = (wanted) => {
		const centre = [(pane.scrollLeft + pane.clientWidth / 2) / zoom, (pane.scrollTop + pane.clientHeight / 2) / zoom];
		zoom = Math.max(0.03, Math.min(4, wanted));
		svg.setAttribute("width", Math.round(width * zoom));
		svg.setAttribute("height", Math.round(height * zoom));
		pane.scrollTo(centre[0] * zoom - pane.clientWidth / 2, centre[1] * zoom - pane.clientHeight / 2);
		write(percent, `${Math.round(100 * zoom)} %`);
	};
	const tallest = () => Math.max(260, Math.min(660, 0.8 * innerHeight));
	const fitting = (tall) => Math.min(1, (pane.clientWidth - 10) / width, (tall - 10) / height);
	const choose = (wanted) => { chosen = true; setZoom(wanted); };
	const larger = () => choose(zoom * 1.25), smaller = () => choose(zoom / 1.25), fit = () => choose(fitting(tallest()));
	const zoomButton = (text, label, onclick) => h("button.gf-choice", { "aria-label": label, onclick }, text);
	const zoomButtons = h("div.gf-choices", { role: "group", "aria-label": "Zoom" },
		zoomButton("−", "Smaller", smaller), percent, zoomButton("+", "Larger", larger), zoomButton("Fit", "Fit", fit));
	// Until somebody zooms, the whole is shown, but never smaller than can be read.
	const watch = new ResizeObserver(() => {
		pane.style.maxHeight = `${tallest()}px`;
		if (!chosen && pane.clientWidth) setZoom(Math.max(0.75, fitting(tallest())));
	});
	watch.observe(pane);
	pane.addEventListener("wheel", (event) => {
		if (!event.ctrlKey && !event.metaKey) return;
		event.preventDefault();
		choose(zoom * Math.exp(-0.002 * event.deltaY));
	}, { passive: false });
	let last = null; // a finger scrolls by itself
	pane.addEventListener("pointermove", (event) => {
		const drags = event.pointerType === "mouse" && event.buttons === 1;
		if (drags && last) pane.scrollBy(last.x - event.x, last.y - event.y);
		last = drags ? event : null;
	});

	// One stop of the Tab key; arrows, Home and End go through the parts in topological order.
	const parts = () => [...svg.querySelectorAll(PART)].filter((part) => !part.matches(GONE));
	const partOf = (element) => {
		const [node, arc] = [picture.nodes, picture.arcs].map((list) => list.findIndex(({ part }) => part === element));
		return node >= 0 ? { node } : arc >= 0 ? { arc: picture.arcs[arc].edge } : { edge: Number(element.dataset.edge) };
	};
	const focusOn = (part) => {
		roving?.setAttribute("tabindex", "-1");
		roving = part;
		part.setAttribute("tabindex", "0");
		part.focus({ preventScroll: true });
		part.scrollIntoView({ block: "nearest", inline: "nearest" });
	};
	svg.addEventListener("keydown", (event) => {
		if (event.ctrlKey || event.metaKey || event.altKey) return;
		const all = parts(), i = all.indexOf(event.target.closest(PART)), press = () => i >= 0 && clicked(partOf(all[i]));
		const to = { ArrowRight: i + 1, ArrowDown: i + 1, ArrowLeft: i - 1, ArrowUp: i - 1, Home: 0, End: all.length - 1 }[event.key];
		const act = { Enter: press, " ": press, Escape: () => store.act({ selected: null, opened: null }), "+": larger, "-": smaller, 0: fit }[event.key];
		if (to === undefined && !act) return;
		event.preventDefault();
		if (act) act();
		else focusOn(all[Math.max(0, Math.min(all.length - 1, to))]);
	});
	svg.addEventListener("click", (event) => {
		const element = event.target.closest(PART);
		if (!element || element.matches(GONE)) return;
		focusOn(element);
		clicked(partOf(element));
	});
	// In the ledger, an edge that is pointed at or focused lights its rows.
	const point = ({ type, target }) => {
		const element = state.tool === "paths" && /over|in$/.test(type) ? target.closest(".gf-edge") : null, part = element && partOf(element);
		const pointed = part ? part.arc ?? part.edge : null;
		if (pointed !== state.pointed) store.act({ pointed });
	};
	for (const type of ["pointerover", "pointerout", "focusin", "focusout"]) svg.addEventListener(type, point);

	function paint(view) {
		const lens = state.tool === "nudge" ? nudgeLens(store, view) : null, lit = litParts(store, view);
		const toggle = (part, kinds) => { for (const [kind, on] of Object.entries(kinds)) part.classList.toggle(`gf-${kind}`, Boolean(on)); };
		toggle(svg, { gradient: state.direction === "gradient", nudging: lens });
		for (const shown of ["both", "formula", "number"]) toggle(svg, { [`shows-${shown}`]: state.labels === shown });
		fillPicture(picture, data, view, state, lens);
		drawBorn(picture, data, view, state);
		picture.nodes.forEach(({ part }, i) => toggle(part, {
			gone: state.gone.includes(i), held: store.isHeld(i), lit: lit.has(i), selected: state.selected?.node === i,
		}));
		picture.edges.forEach(({ part }, k) => toggle(part, { lit: lit.has(`edge ${k}`), selected: state.selected?.edge === k }));
		for (const { part, edge } of picture.arcs) toggle(part, { lit: lit.has(edge) });
		if (!roving?.isConnected || roving.matches(GONE)) {
			const all = parts(), next = all.find((part) => roving?.compareDocumentPosition(part) & 4) ?? all[0];
			if (roving && roving === roving.getRootNode().activeElement) focusOn(next);
			roving?.setAttribute("tabindex", "-1");
			(roving = next)?.setAttribute("tabindex", "0");
		}
		clearTimeout(waiting); // what is heard at a part may wait until the hand rests
		waiting = setTimeout(() => {
			picture.nodes.forEach(({ part }, i) => part.setAttribute("aria-label", nodeSentence(store, view, i)));
			for (const edge of view.flow.edges) picture.edges[edge.drawn ?? edge.onto]?.part.setAttribute("aria-label", edgeSentence(store, edge));
		}, 120);
	}

	const close = () => { clearTimeout(waiting); watch.disconnect(); };
	return { pane, zoomButtons, paint, close, onPart: (act) => { clicked = act; } };
}

// What is lit: the path that is pointed at, or what the last step used; nodes as 3, drawn edges as "edge 3".
function litParts({ state }, { flow, steps }) {
	const lit = new Set();
	const light = (i) => {
		const edge = flow.edges[i];
		const k = edge.drawn ?? edge.onto;
		lit.add(k === undefined ? edge : `edge ${k}`).add(edge.child).add(edge.parent);
	};
	if (state.tool === "paths") {
		lit.add(state.from).add(state.to);
		if (state.row !== null) firstPaths(flow, state.to, state.from, MOST_ROWS)[state.row]?.forEach(light);
	} else if (state.stepped && state.step) {
		const { node, parts } = steps[state.step - 1];
		lit.add(node);
		parts.forEach(({ edge }) => light(edge));
	}
	return lit;
}

function nodeSentence(store, view, i) {
	const { data, name } = store, { values, reached } = view;
	const kind = store.isHeld(i) ? "held node" : data.inputs.includes(i) ? "input" : data.outputs.includes(i) ? "output" : "node";
	const parts = [`${kind} ${[name(i), typeset(data.equations[i])].filter(Boolean).join(" = ")}`];
	if (values[i] !== undefined) parts.push(Number.isNaN(values[i]) ? "no value" : `value ${saidValue(values[i])}`);
	if (reached.has(i)) parts.push(derivativeSentence(store, view, i));
	return parts.join(", ");
}

function edgeSentence({ name }, { child, parent, map, text }) {
	const formula = map !== undefined && text && typeset(text) !== saidMap(map) ? `${typeset(text)} = ` : "";
	return `edge from ${name(parent)} to ${name(child)}: ${derivativeName("∂", name(child), name(parent))} = ${formula}${saidMap(map, text)}`;
}

function derivativeSentence(store, { values, reached, signs }, node) {
	return [store.between(signs[node] ?? "d", node), saidShaped(reached.get(node).result, values[node], "")].filter(Boolean).join(" = ");
}
