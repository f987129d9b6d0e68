// The picture: its slots are filled, its parts lit, hidden and focused. Nothing in it is ever laid out again.

const HEAD = 9;

// The parts of an SVG of ours, by the numbers of the flow.
function pictureOf(text) {
  const svg = safeSvg(text);
  const slots = (part) => Object.fromEntries([...part.querySelectorAll("[data-slot]")].map((slot) => [slot.dataset.slot, slot]));
  const nodes = [...svg.querySelectorAll(".gf-node")].map((part) => ({ part, slots: slots(part), rect: part.querySelector("rect") }));
  const edges = [];
  for (const part of svg.querySelectorAll(".gf-edge")) edges[Number(part.dataset.edge)] = { part, slots: slots(part) };
  return { svg, nodes, edges, arcs: [] };
}

// Python has written what stands in the slots at first; `known` remembers what stands there now.
function fillSlot(slot, text) {
  if (slot && slot.known !== text) slot.textContent = slot.known = text;
}

// `dg/db = 1044`: the name is written when it changes, else only its number. Text is null before the sweep is there, and
// empty where only the name can be shown.
function fillDerivative(slot, sign, [of, ofWidth], [name, width], text) {
  const room = Number(slot.dataset.room), size = Number(slot.getAttribute("font-size"));
  const short = text && (width === null || 2.34 + ofWidth + width + roomOf(text) > room); // inner operations have no names
  const key = text === null ? "" : `${sign} ${of} ${name} ${Boolean(short)} ${text === ""}`;
  if (slot.named !== key) {
    const runs = !key || short ? [] : [...derivativeRuns(sign, of, name, size), ...(text ? [[" = ", false, 0, size]] : [])];
    slot.replaceChildren(...runs.map(([run, italic, drop, font]) => s("tspan", {
      ...(italic ? { "font-style": "italic" } : {}), ...(drop ? { dy: drop } : {}), "font-size": font,
    }, run)), s("tspan"));
    slot.named = key;
  }
  fillSlot(slot.lastChild, text ?? "");
}

// Values and partials of a flow, and the derivatives that a sweep has reached. A lens shows something else in the slots.
function fillPicture(picture, data, { values, flow, steps, signs }, { kind, start, step }, lens) {
  const reached = new Map(steps.slice(0, step).map(({ node, result }) => [node, result]));
  const done = step >= steps.length, symbolic = data.flow?.symbolic, end = (i) => [data.names[i], data.widths[i]];
  picture.nodes.forEach(({ part, slots }, i) => {
    const value = values[i], room = Number(slots.value.dataset.room);
    fillSlot(slots.value, symbolic ? "" : lens ? lens.node(i) : slotValue(value, room));
    part.classList.toggle("gf-broken", !symbolic && typeof value === "number" && Number.isNaN(value));
    const cut = done && signs?.[i] === "∂" && !reached.has(i);
    const map = cut ? 0 : reached.get(i);
    const text = !cut && !reached.has(i) ? null : map === undefined ? "" : typeof map === "number" && Number.isNaN(map) ? "does not exist"
      : slotValue(shapedAs(map, value), room);
    const [of, wrt] = kind === "backward" ? [start, i] : [i, start];
    fillDerivative(slots.derivative, signs?.[i] ?? "d", end(of), end(wrt), text);
  });
  const now = new Map(flow.edges.map((edge) => [edge.drawn, edge]));
  picture.edges.forEach(({ part, slots }, k) => {
    const edge = now.get(k), text = edge ? (lens ? lens.edge(k) : slotMap(edge.map)) : "";
    fillSlot(slots.number, text);
    if (slots.equals) fillSlot(slots.equals, text && ` = ${text}`);
    part.classList.toggle("gf-missing", Boolean(edge) && typeof edge.map === "number" && Number.isNaN(edge.map));
    part.classList.toggle("gf-cut", !edge);
  });
}

// Edges born of an elimination: on the drawn edge between the same two nodes, or as an arc.
function drawBorn(picture, data, { whole, flow }, { gone, labels: shown }) {
  const born = flow.edges.filter((edge) => edge.drawn === undefined), pairs = new Map();
  picture.edges.forEach(({ part }, k) => pairs.set(`${part.dataset.child}\n${part.dataset.parent}`, k));
  const reused = new Map(), arcs = [];
  for (const edge of born) {
    const k = pairs.get(`${data.names[edge.child]}\n${data.names[edge.parent]}`);
    if (k === undefined) arcs.push(edge);
    else reused.set(k, edge);
  }
  picture.edges.forEach(({ part, slots }, k) => {
    const edge = reused.get(k);
    part.classList.toggle("gf-merged", Boolean(edge));
    if (!edge) return;
    part.classList.remove("gf-cut");
    fillSlot(slots.number, edge.text ?? slotMap(edge.map));
  });
  const key = arcs.map(({ child, parent }) => `${child} ${parent}`).join();
  if (picture.arcsKnown !== key) {
    for (const { part } of picture.arcs) part.remove();
    picture.arcs = arcs.map((edge, i) => {
      const arc = drawnArc(picture, edge, nodesBetween(whole, edge).filter((k) => gone.includes(k)), i);
      picture.nodes[edge.child].part.before(arc.part);
      return arc;
    });
    picture.arcsKnown = key;
  }
  picture.arcs.forEach((arc, i) => {
    const { map, text, how } = arc.edge = arcs[i], number = map === undefined ? text : slotMap(map, 9);
    fillSlot(arc.text, shown === "number" || how === undefined || how === number ? number : shown === "formula" || map === undefined ? how : `${how} = ${number}`);
    arc.part.setAttribute("aria-label", `new edge from ${data.names[arcs[i].parent]} to ${data.names[arcs[i].child]}: ${saidMap(arcs[i].map, arcs[i].text)}`);
  });
}

const boxOf = (rect) => ["x", "y", "width", "height"].map((name) => Number(rect.getAttribute(name)));

// The nodes on the paths that an edge stands for.
const nodesBetween = (flow, { child, parent }) => [...new Set([...pathsThrough(flow, child, parent)].map((k) => flow.edges[k].parent))].filter((k) => k !== parent);

// An arc from the parent's box to the child's, through the middle of the nodes that it replaces: there nothing is left.
function drawnArc(picture, { child, parent }, replaced, i) {
  const centre = (k) => { const [x, y, w, height] = boxOf(picture.nodes[k].rect); return [x + w / 2, y + height / 2]; };
  const from = centre(parent), to = centre(child), centres = replaced.map(centre);
  const through = [0, 1].map((axis) => centres.reduce((sum, point) => sum + point[axis], 0) / (centres.length || 1) + 12 * (i % 3));
  const middle = [0, 1].map((axis) => 2 * through[axis] - (from[axis] + to[axis]) / 2);
  const a = onBorder(boxOf(picture.nodes[parent].rect), middle), b = onBorder(boxOf(picture.nodes[child].rect), middle);
  const way = (start, end, kind) => {
    const ux = end[0] - middle[0], uy = end[1] - middle[1], n = Math.hypot(ux, uy) || 1, [x, y] = [ux / n, uy / n];
    const base = [end[0] - HEAD * x, end[1] - HEAD * y];
    return s("g", { class: `gf-way ${kind}` },
      s("path", { class: "gf-curve", d: `M${start} Q${middle} ${[end[0] - 0.7 * HEAD * x, end[1] - 0.7 * HEAD * y]}` }),
      s("polygon", { class: "gf-head", points: [end, [base[0] - 0.42 * HEAD * y, base[1] + 0.42 * HEAD * x], [base[0] + 0.42 * HEAD * y, base[1] - 0.42 * HEAD * x]].join(" ") }));
  };
  const at = [(a[0] + b[0]) / 4 + middle[0] / 2, (a[1] + b[1]) / 4 + middle[1] / 2];
  const text = s("text", { class: "gf-slot gf-arc-text", x: at[0], y: at[1] + 5, "font-size": 15 });
  const part = s("g", { class: "gf-edge gf-born", role: "button" }, way(a, b, "gf-computes"), way(b, a, "gf-returns"), text);
  return { part, text };
}

// Where the line from the middle of a box to a point leaves it.
function onBorder([x, y, width, height], [px, py]) {
  const cx = x + width / 2, cy = y + height / 2, dx = px - cx, dy = py - cy;
  const scale = Math.min(width / 2 / Math.max(Math.abs(dx), 1e-9), height / 2 / Math.max(Math.abs(dy), 1e-9), 1);
  return [cx + dx * scale, cy + dy * scale];
}
