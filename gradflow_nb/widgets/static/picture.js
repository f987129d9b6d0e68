// The picture: its slots are filled, its new edges drawn. Nothing is ever laid out again.

const HEAD = 9;

function pressable(part) {
	for (const [name, value] of [["role", "button"], ["tabindex", "-1"]]) part.setAttribute(name, value);
	return part;
}

function pictureOf(text) {
	const svg = safeSvg(text), nodes = [], edges = [];
	const parted = (part) => ({ part: pressable(part), slots: Object.fromEntries([...part.querySelectorAll("[data-slot]")].map((slot) => [slot.dataset.slot, slot])) });
	for (const part of svg.querySelectorAll(".gf-node")) nodes.push({ ...parted(part), rect: part.querySelector("rect") });
	for (const part of svg.querySelectorAll(".gf-edge")) {
		edges[part.dataset.edge] = parted(part);
		part.prepend(s("path", { class: "gf-hit", d: part.querySelector("path").getAttribute("d") })); // to point at
	}
	return { svg, nodes, edges, arcs: [], arcsKnown: "" };
}

// Python wrote what stands in a slot at first; `known` was written since.
function fillSlot(slot, text) {
	if (slot && slot.known !== text) slot.textContent = slot.known = text;
}

// `dg/db = 1044`: mostly only the number changes. Text is null before the sweep is there, and empty where there is only
// the name; the width of an operation without a name is null.
function fillDerivative(slot, sign, [of, ofWidth], [wrt, width], text) {
	const size = Number(slot.getAttribute("font-size"));
	const short = text && (width === null || 2.34 + ofWidth + width + roomOf(text) > Number(slot.dataset.room));
	const key = text === null ? "" : JSON.stringify([sign, of, wrt, Boolean(short), text === ""]);
	if (slot.named !== key) {
		const runs = !key || short ? [] : derivativeRuns(sign, of, wrt, size);
		const style = (italic, drop, font) => ({ "font-style": italic ? "italic" : "normal", ...(drop && { dy: drop }), "font-size": font });
		slot.replaceChildren(...runs.map(([run, ...how]) => s("tspan", style(...how), run)), s("tspan"));
		slot.named = key;
	}
	fillSlot(slot.lastChild, !text || short ? text ?? "" : ` = ${text}`);
}

// Values, partials and derivatives reached by the sweep. A lens shows something else in the slots.
function fillPicture({ nodes, edges }, data, { values, flow, reached, signs = [] }, { kind, start }, lens) {
	const end = (i) => [data.names[i], data.widths[i]];
	nodes.forEach(({ part, slots }, i) => {
		const value = values[i], room = Number(slots.value.dataset.room);
		fillSlot(slots.value, lens ? lens.node(i) : slotValue(value, room));
		part.classList.toggle("gf-broken", Number.isNaN(value));
		const map = reached.get(i)?.result, text = !reached.has(i) ? null : map === undefined ? "" : Number.isNaN(map) ? "does not exist" : slotShaped(map, value, room);
		fillDerivative(slots.derivative, signs[i] ?? "d", ...(kind === "backward" ? [start, i] : [i, start]).map(end), text);
	});
	const now = new Map(flow.edges.map((edge) => [edge.drawn, edge]));
	edges.forEach(({ part, slots }, k) => {
		const edge = now.get(k), text = !edge ? "" : lens ? lens.edge(k) : edge.vjp ? `${flow.sizes[edge.child]}×${flow.sizes[edge.parent]}` : slotMap(edge.map);
		fillSlot(slots.number, text);
		fillSlot(slots.equals, text && ` = ${text}`);
		part.classList.toggle("gf-missing", Number.isNaN(edge?.map));
		part.classList.toggle("gf-cut", !edge);
	});
}

// Edges born of an elimination: on the edge drawn between their nodes, or as an arc.
function drawBorn(picture, { names }, { whole, flow }, { gone, labels }) {
	const arcs = [], merged = new Map();
	for (const edge of flow.edges.filter((each) => each.born)) {
		if (edge.onto === undefined) arcs.push(edge);
		else merged.set(edge.onto, edge);
	}
	picture.edges.forEach(({ part, slots }, k) => {
		const edge = merged.get(k);
		part.classList.toggle("gf-merged", Boolean(edge));
		if (!edge) return;
		part.classList.remove("gf-cut");
		fillSlot(slots.number, edge.text ?? slotMap(edge.map));
	});
	const key = arcs.map(({ child, parent }) => `${child} ${parent}`).join();
	if (picture.arcsKnown !== key) {
		for (const { part } of picture.arcs) part.remove();
		picture.arcs = arcs.map((edge, i) => {
			const replaced = [...pathsThrough(whole, edge.child, edge.parent)].map((k) => whole.edges[k].parent).filter((k) => gone.includes(k));
			const arc = drawnArc(picture, edge, [...new Set(replaced)], i);
			picture.nodes[edge.child].part.before(arc.part);
			return arc;
		});
		picture.arcsKnown = key;
	}
	picture.arcs.forEach((arc, i) => {
		const { child, parent, map, text, how } = arc.edge = arcs[i], number = map === undefined ? typeset(text) : slotMap(map, 9);
		fillSlot(arc.text, labels === "number" || how === number ? number : labels === "formula" || map === undefined ? how : `${how} = ${number}`);
		arc.part.setAttribute("aria-label", `new edge from ${names[parent]} to ${names[child]}: ${saidMap(map, text)}`);
	});
}

// An arc from box to box through the middle of the nodes that it replaces.
function drawnArc({ nodes }, { child, parent }, replaced, i) {
	const boxes = nodes.map(({ rect }) => ["x", "y", "width", "height"].map((name) => Number(rect.getAttribute(name))));
	const centre = (k) => [boxes[k][0] + boxes[k][2] / 2, boxes[k][1] + boxes[k][3] / 2], from = centre(parent), to = centre(child);
	const through = [0, 1].map((axis) => replaced.reduce((sum, k) => sum + centre(k)[axis], 0) / replaced.length + 12 * (i % 3));
	const bend = [0, 1].map((axis) => 2 * through[axis] - (from[axis] + to[axis]) / 2);
	// Where the line from the middle of a box to the bend leaves it.
	const border = (k) => {
		const [cx, cy] = centre(k), dx = bend[0] - cx, dy = bend[1] - cy;
		const scale = Math.min(1, boxes[k][2] / 2 / Math.max(Math.abs(dx), 1e-9), boxes[k][3] / 2 / Math.max(Math.abs(dy), 1e-9));
		return [cx + dx * scale, cy + dy * scale];
	};
	const a = border(parent), b = border(child), d = `M${a} Q${bend} ${b}`;
	const head = (tip, kind) => {
		const [dx, dy] = [tip[0] - bend[0], tip[1] - bend[1]], scale = HEAD / (Math.hypot(dx, dy) || 1), [x, y] = [scale * dx, scale * dy];
		const wings = [0.42, -0.42].map((side) => [tip[0] - x - side * y, tip[1] - y + side * x]);
		return s("polygon", { class: `gf-head gf-${kind}`, points: [tip, ...wings].join(" ") });
	};
	const text = s("text", { class: "gf-slot gf-arc-text", x: (a[0] + b[0]) / 4 + bend[0] / 2, y: (a[1] + b[1]) / 4 + bend[1] / 2 + 5, "font-size": 15 });
	const part = s("g", { class: "gf-edge gf-born" }, s("path", { class: "gf-hit", d }), s("path", { class: "gf-curve", d }), head(b, "computes"), head(a, "returns"), text);
	return { part: pressable(part), text };
}
