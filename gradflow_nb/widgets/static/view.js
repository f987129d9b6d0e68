// The pane with the picture: zoom, scrolling, focus, and what a click or the Enter key does.

const LEAST_ZOOM = 0.15, MOST_ZOOM = 4, READABLE = 0.62;

function figureView(store) {
  const { data, state } = store;
  const picture = pictureOf(data.svg), { svg } = picture;
  const [width, height] = ["width", "height"].map((name) => Number(svg.getAttribute(name)));
  const pane = h("div", { className: "gf-pane", role: "group", "aria-label": data.title }, svg);
  let zoom = 1, chosen = false, clicked = () => {}, roving = null;

  const setZoom = (wanted) => {
    const [cx, cy] = [(pane.scrollLeft + pane.clientWidth / 2) / zoom, (pane.scrollTop + pane.clientHeight / 2) / zoom];
    zoom = Math.max(LEAST_ZOOM, Math.min(MOST_ZOOM, wanted));
    svg.setAttribute("width", Math.round(width * zoom));
    svg.setAttribute("height", Math.round(height * zoom));
    pane.scrollTo(cx * zoom - pane.clientWidth / 2, cy * zoom - pane.clientHeight / 2);
    write(percent, `${Math.round(100 * zoom)} %`);
  };
  const fitting = () => Math.min(1, (pane.clientWidth - 8) / width, (pane.clientHeight - 8) / height);
  const percent = h("span", { className: "gf-percent" });
  const by = (factor) => () => { chosen = true; setZoom(zoom * factor); };
  const fit = () => { chosen = true; setZoom(fitting()); };
  const zoomButtons = h("div", { className: "gf-choices", role: "group", "aria-label": "Zoom" },
    h("button", { type: "button", className: "gf-choice", "aria-label": "Smaller", onclick: by(1 / 1.25) }, "−"), percent,
    h("button", { type: "button", className: "gf-choice", "aria-label": "Larger", onclick: by(1.25) }, "+"),
    h("button", { type: "button", className: "gf-choice", onclick: fit }, "Fit"));
  // Until somebody zooms, the whole picture is shown, but never smaller than can be read.
  const watch = new ResizeObserver(() => {
    if (!chosen && pane.clientWidth) {
      pane.style.maxHeight = `${Math.max(260, Math.min(660, 0.8 * innerHeight))}px`;
      setZoom(Math.max(READABLE, Math.min(1, (pane.clientWidth - 8) / width, (Math.min(660, 0.8 * innerHeight) - 8) / height)));
    }
  });
  watch.observe(pane);

  pane.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // the page scrolls as it always does
    event.preventDefault();
    chosen = true;
    setZoom(zoom * Math.exp(-0.002 * event.deltaY));
  }, { passive: false });
  let drag = null;
  pane.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && event.button === 0 && !event.target.closest(".gf-node, .gf-edge")) {
      drag = [event.clientX + pane.scrollLeft, event.clientY + pane.scrollTop];
      pane.setPointerCapture(event.pointerId);
    }
  });
  pane.addEventListener("pointermove", (event) => drag && pane.scrollTo(drag[0] - event.clientX, drag[1] - event.clientY));
  for (const end of ["pointerup", "pointercancel"]) pane.addEventListener(end, () => { drag = null; });

  // One stop of the Tab key for the whole picture; arrows, Home and End go through its parts in topological order.
  const parts = () => [...svg.querySelectorAll(".gf-node, .gf-edge")].filter((part) => !part.matches(".gf-gone, .gf-cut"));
  const partOf = (element) => {
    if (!element) return null;
    const node = picture.nodes.findIndex(({ part }) => part === element);
    if (node >= 0) return { node };
    const arc = picture.arcs.find(({ part }) => part === element);
    return arc ? { arc: arc.edge } : { edge: Number(element.dataset.edge) };
  };
  const settleFocus = () => {
    const all = parts();
    if (!all.includes(roving)) roving = all[0] ?? null;
    for (const part of svg.querySelectorAll(".gf-node, .gf-edge")) part.setAttribute("tabindex", part === roving ? "0" : "-1");
  };
  const focusOn = (part) => {
    roving?.setAttribute("tabindex", "-1");
    roving = part;
    part.setAttribute("tabindex", "0");
    part.focus({ preventScroll: true });
    const [outer, inner] = [pane.getBoundingClientRect(), part.getBoundingClientRect()];
    if (inner.left < outer.left || inner.right > outer.right || inner.top < outer.top || inner.bottom > outer.bottom) {
      pane.scrollBy((inner.left + inner.right - outer.left - outer.right) / 2, (inner.top + inner.bottom - outer.top - outer.bottom) / 2);
    }
  };
  svg.addEventListener("keydown", (event) => {
    const all = parts(), i = all.indexOf(event.target.closest(".gf-node, .gf-edge"));
    const to = { ArrowRight: i + 1, ArrowDown: i + 1, ArrowLeft: i - 1, ArrowUp: i - 1, Home: 0, End: all.length - 1 }[event.key];
    const act = { Enter: () => clicked(partOf(all[i])), " ": () => clicked(partOf(all[i])), Escape: () => store.select(null), "+": by(1.25), "-": by(1 / 1.25), 0: fit }[event.key];
    if (to === undefined && !act) return;
    event.preventDefault();
    event.stopPropagation();
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
  const point = (event) => {
    if (state.tool !== "paths") return;
    const element = /over|in$/.test(event.type) ? event.target.closest(".gf-edge") : null, part = partOf(element);
    const pointed = part ? part.arc ?? part.edge : null;
    if (pointed !== state.pointed) store.act({ pointed });
  };
  for (const type of ["pointerover", "pointerout", "focusin", "focusout"]) svg.addEventListener(type, point);

  // Who listens hears the sentence when it comes to the part: labels may wait until the hand rests.
  let waiting;
  const label = (view) => {
    picture.nodes.forEach(({ part }, i) => part.setAttribute("aria-label", nodeSentence(store, view, i)));
    for (const edge of view.flow.edges) {
      if (edge.drawn !== undefined) picture.edges[edge.drawn].part.setAttribute("aria-label", edgeSentence(store, edge));
    }
  };
  const close = () => {
    clearTimeout(waiting);
    watch.disconnect();
  };
  for (const { part } of [...picture.nodes, ...picture.edges]) part.setAttribute("role", "button");

  function paint(view) {
    svg.classList.toggle("gf-gradient", state.direction === "gradient");
    for (const shown of ["both", "formula", "number"]) svg.classList.toggle(`gf-shows-${shown}`, state.labels === shown);
    const lens = state.tool === "nudge" && state.nudged !== null ? nudgeLens(store, view) : null;
    svg.classList.toggle("gf-nudging", Boolean(lens));
    fillPicture(picture, data, view, state, lens);
    drawBorn(picture, data, view, state);
    const lit = litParts(store, view);
    picture.nodes.forEach(({ part }, i) => {
      part.classList.toggle("gf-gone", state.gone.includes(i));
      part.classList.toggle("gf-held", state.pins.has(i) || Boolean(data.held?.includes(i)));
      part.classList.toggle("gf-lit", lit.nodes.has(i));
      part.classList.toggle("gf-selected", state.selected?.node === i);
    });
    picture.edges.forEach(({ part }, k) => {
      part.classList.toggle("gf-lit", lit.edges.has(k));
      part.classList.toggle("gf-selected", state.selected?.edge === k);
    });
    for (const { part, edge } of picture.arcs) part.classList.toggle("gf-lit", lit.edges.has(edge));
    settleFocus();
    clearTimeout(waiting);
    waiting = setTimeout(() => label(view), 120);
  }

  return { pane, zoomButtons, picture, paint, close, onPart: (act) => { clicked = act; } };
}

// What is lit: the path that is pointed at, else what the last step of the sweep used.
function litParts(store, view) {
  const { state } = store, nodes = new Set(), edges = new Set();
  const light = (edge) => {
    edges.add(edge.drawn ?? edge);
    nodes.add(edge.child).add(edge.parent);
  };
  if (state.tool === "paths") {
    const path = state.row === null ? null : firstPaths(view.flow, state.to, state.from, MOST_ROWS)[state.row];
    nodes.add(state.from).add(state.to);
    for (const i of path ?? []) light(view.flow.edges[i]);
  } else if (state.stepped && state.step > 0) {
    const { node, parts } = view.steps[state.step - 1];
    nodes.add(node);
    for (const { edge } of parts) light(view.flow.edges[edge]);
  }
  return { nodes, edges };
}

function nodeSentence({ data, state }, { values, flow, steps }, i) {
  const kind = state.pins.has(i) || data.held?.includes(i) ? "held node" : data.inputs.includes(i) ? "input" : data.outputs.includes(i) ? "output" : "node";
  const equation = data.equations[i] ? ` = ${data.equations[i]}` : "";
  const value = data.flow?.symbolic ? "" : `, value ${saidValue(values[i])}`;
  const step = steps.slice(0, state.step).find(({ node }) => node === i);
  const text = step && derivativeText(data, state, step, values);
  return `${kind} ${data.names[i]}${equation}${value}${text ? `, ${text}` : ""}`;
}

function edgeSentence({ data }, { child, parent, map, text }) {
  const formula = text && text !== saidMap(map) && typeof map === "number" ? `${text} = ` : "";
  return `edge from ${data.names[parent]} to ${data.names[child]}: ${derivativeName("∂", data.names[child], data.names[parent])} = ${formula}${saidMap(map, text)}`;
}

function derivativeText(data, { kind, start }, { node, result }, values) {
  const [of, wrt] = kind === "backward" ? [start, node] : [node, start];
  const said = result === undefined ? "" : ` = ${typeof result === "number" ? saidMap(result) : saidValue(shapedAs(result, values[node]))}`;
  return `${derivativeName("d", data.names[of], data.names[wrt])}${said}`;
}
