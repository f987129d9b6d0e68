// The pane with the picture: zoom, scrolling, focus, and what a click or the Enter key does.

const LEAST_ZOOM = 0.15, MOST_ZOOM = 4, READABLE = 0.62, TALLEST = 660;

function figureView(store) {
  const { data, state } = store, picture = pictureOf(data.svg), { svg } = picture;
  const [width, height] = ["width", "height"].map((name) => Number(svg.getAttribute(name)));
  const pane = h("div.gf-pane", { role: "group", "aria-label": data.title }, svg), percent = h("span.gf-percent");
  let zoom = 1, chosen = false, clicked = () => {}, roving = null, waiting;

  const setZoom = (wanted) => {
    const centre = [(pane.scrollLeft + pane.clientWidth / 2) / zoom, (pane.scrollTop + pane.clientHeight / 2) / zoom];
    zoom = Math.max(LEAST_ZOOM, Math.min(MOST_ZOOM, wanted));
    svg.setAttribute("width", Math.round(width * zoom));
    svg.setAttribute("height", Math.round(height * zoom));
    pane.scrollTo(centre[0] * zoom - pane.clientWidth / 2, centre[1] * zoom - pane.clientHeight / 2);
    write(percent, `${Math.round(100 * zoom)} %`);
  };
  const fitting = (tall) => Math.min(1, (pane.clientWidth - 10) / width, (tall - 10) / height);
  const choose = (wanted) => { chosen = true; setZoom(wanted); };
  const larger = () => choose(zoom * 1.25), smaller = () => choose(zoom / 1.25), fit = () => choose(fitting(pane.clientHeight));
  const zoomButtons = h("div.gf-choices", { role: "group", "aria-label": "Zoom" },
    h("button.gf-choice", { "aria-label": "Smaller", onclick: smaller }, "−"), percent,
    h("button.gf-choice", { "aria-label": "Larger", onclick: larger }, "+"), h("button.gf-choice", { onclick: fit }, "Fit"));
  // Until somebody zooms, the whole picture is shown, but never smaller than can be read.
  const watch = new ResizeObserver(() => {
    const tall = Math.max(260, Math.min(TALLEST, 0.8 * innerHeight));
    pane.style.maxHeight = `${tall}px`;
    if (!chosen && pane.clientWidth) setZoom(Math.max(READABLE, fitting(tall)));
  });
  watch.observe(pane);
  pane.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // else the page scrolls as it always does
    event.preventDefault();
    choose(zoom * Math.exp(-0.002 * event.deltaY));
  }, { passive: false });
  let drag = null;
  pane.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button || event.target.closest(".gf-node, .gf-edge")) return;
    drag = [event.clientX + pane.scrollLeft, event.clientY + pane.scrollTop];
    pane.setPointerCapture(event.pointerId);
  });
  pane.addEventListener("pointermove", (event) => drag && pane.scrollTo(drag[0] - event.clientX, drag[1] - event.clientY));
  pane.addEventListener("lostpointercapture", () => { drag = null; });

  // One stop of the Tab key for the whole picture; arrows, Home and End go through its parts in topological order.
  const allParts = () => [...svg.querySelectorAll(".gf-node, .gf-edge")];
  const parts = () => allParts().filter((part) => !part.matches(".gf-gone, .gf-cut"));
  const partOf = (element) => {
    const [node, arc] = [picture.nodes, picture.arcs].map((list) => list.findIndex(({ part }) => part === element));
    return node >= 0 ? { node } : arc >= 0 ? { arc: picture.arcs[arc].edge } : { edge: Number(element.dataset.edge) };
  };
  const focusOn = (part) => {
    roving?.setAttribute("tabindex", "-1");
    roving = part;
    part.setAttribute("tabindex", "0");
    part.focus({ preventScroll: true });
    const outer = pane.getBoundingClientRect(), inner = part.getBoundingClientRect();
    if (inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top && inner.bottom <= outer.bottom) return;
    pane.scrollBy((inner.left + inner.right - outer.left - outer.right) / 2, (inner.top + inner.bottom - outer.top - outer.bottom) / 2);
  };
  svg.addEventListener("keydown", (event) => {
    const all = parts(), i = all.indexOf(event.target.closest(".gf-node, .gf-edge")), press = () => clicked(partOf(all[i]));
    const to = { ArrowRight: i + 1, ArrowDown: i + 1, ArrowLeft: i - 1, ArrowUp: i - 1, Home: 0, End: all.length - 1 }[event.key];
    const act = { Enter: press, " ": press, Escape: () => store.act({ selected: null, opened: null }), "+": larger, "-": smaller, 0: fit }[event.key];
    if (to === undefined && !act) return;
    event.preventDefault();
    if (act) act();
    else focusOn(all[Math.max(0, Math.min(all.length - 1, to))]);
  });
  svg.addEventListener("click", (event) => {
    const element = event.target.closest(".gf-node, .gf-edge");
    if (!element || element.matches(".gf-gone, .gf-cut")) return;
    focusOn(element);
    clicked(partOf(element));
  });
  // In the ledger of paths an edge that is pointed at, or focused, lights its rows.
  const point = ({ type, target }) => {
    const element = state.tool === "paths" && /over|in$/.test(type) ? target.closest(".gf-edge") : null, part = element && partOf(element);
    const pointed = part ? part.arc ?? part.edge : null;
    if (pointed !== state.pointed) store.act({ pointed });
  };
  for (const type of ["pointerover", "pointerout", "focusin", "focusout"]) svg.addEventListener(type, point);
  for (const { part } of [...picture.nodes, ...picture.edges]) part.setAttribute("role", "button");

  function paint(view) {
    const lens = state.tool === "nudge" ? nudgeLens(store, view) : null, lit = litParts(store, view);
    const toggle = (part, kinds) => { for (const [kind, on] of Object.entries(kinds)) part.classList.toggle(`gf-${kind}`, Boolean(on)); };
    toggle(svg, { gradient: state.direction === "gradient", nudging: lens });
    for (const shown of ["both", "formula", "number"]) toggle(svg, { [`shows-${shown}`]: state.labels === shown });
    fillPicture(picture, data, view, state, lens);
    drawBorn(picture, data, view, state);
    picture.nodes.forEach(({ part }, i) => toggle(part, {
      gone: state.gone.includes(i), held: state.pins.has(i) || data.held.includes(i), lit: lit.has(i), selected: state.selected?.node === i,
    }));
    picture.edges.forEach(({ part }, k) => toggle(part, { lit: lit.has(`edge ${k}`), selected: state.selected?.edge === k }));
    for (const { part, edge } of picture.arcs) toggle(part, { lit: lit.has(edge) });
    if (!parts().includes(roving)) roving = parts()[0] ?? null;
    for (const part of allParts()) part.setAttribute("tabindex", part === roving ? "0" : "-1");
    clearTimeout(waiting); // who listens hears the sentence at the part: it may wait until the hand rests
    waiting = setTimeout(() => {
      picture.nodes.forEach(({ part }, i) => part.setAttribute("aria-label", nodeSentence(store, view, i)));
      for (const edge of view.flow.edges) picture.edges[edge.drawn]?.part.setAttribute("aria-label", edgeSentence(store, edge));
    }, 120);
  }

  const close = () => { clearTimeout(waiting); watch.disconnect(); };
  return { pane, zoomButtons, picture, paint, close, onPart: (act) => { clicked = act; } };
}

// What is lit: the path that is pointed at, else what the last step of the sweep used. Nodes by their numbers, drawn edges
// as "edge 3", others as they are.
function litParts({ state }, { flow, steps }) {
  const lit = new Set();
  const light = (i) => {
    const edge = flow.edges[i];
    lit.add(edge.drawn === undefined ? edge : `edge ${edge.drawn}`).add(edge.child).add(edge.parent);
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

function nodeSentence(store, { values, steps }, i) {
  const { data, state } = store, step = steps.slice(0, state.step).find(({ node }) => node === i);
  const kind = state.pins.has(i) || data.held.includes(i) ? "held node" : data.inputs.includes(i) ? "input" : data.outputs.includes(i) ? "output" : "node";
  const equation = data.equations[i] && ` = ${typeset(data.equations[i])}`, value = data.flow?.symbolic ? "" : `, value ${saidValue(values[i])}`;
  return `${kind} ${data.names[i]}${equation}${value}${step ? `, ${derivativeSentence(store, step, values)}` : ""}`;
}

function edgeSentence({ name }, { child, parent, map, text }) {
  const formula = map !== undefined && text && typeset(text) !== saidMap(map) ? `${typeset(text)} = ` : "";
  return `edge from ${name(parent)} to ${name(child)}: ${derivativeName("∂", name(child), name(parent))} = ${formula}${saidMap(map, text)}`;
}

function derivativeSentence(store, { node, result }, values) {
  const said = typeof result === "number" ? saidMap(result) : result && saidValue(shapedAs(result, values[node]));
  return store.between("d", node) + (said ? ` = ${said}` : "");
}
