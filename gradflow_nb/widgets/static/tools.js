// The six tools. Each has an element, paint(view), and perhaps clicked(part) for a click in the picture.

const hint = (text) => h("p", { className: "gf-hint" }, text);
const MOST_ROWS = 50, MOST_TABLED = 60;

// Only rebuilt when what it shows has changed: focus and hover survive a slider.
function rebuilt(element) {
  let known = null;
  return (key, make) => {
    if (key !== known) element.replaceChildren(...make().filter(Boolean));
    known = key;
  };
}

// Look: what is selected, and the inside of its equation.
function lookTool(store) {
  const { data, state } = store, about = h("div"), room = h("div"), show = rebuilt(about);
  let inner = null;
  const open = (node) => {
    store.act({ opened: node });
    if (!data.inside[data.names[node]]) store.model.send({ inside: data.names[node] });
  };
  const received = (content) => {
    if (!content || typeof content.inside !== "string" || !content.figure) return;
    data.inside[content.inside] = content.figure;
    store.act({});
  };
  store.model.on("msg:custom", received);
  const paint = (view) => {
    const part = state.selected;
    const edge = part?.edge !== undefined ? view.flow.edges.find(({ drawn }) => drawn === part.edge) : null;
    const text = !part ? "" : part.node !== undefined ? nodeSentence(store, view, part.node) : edge ? edgeSentence(store, edge) : "This edge is cut.";
    const map = edge?.map?.data ? edge.map : null, value = part?.node !== undefined && view.values[part.node]?.data ? view.values[part.node] : null;
    const can = part?.node !== undefined && data.opens.includes(data.names[part.node]);
    show(JSON.stringify([text, can, state.opened, Array.from((map ?? value)?.data.slice(0, 400) ?? [])]), () => [
      text ? h("p", { className: "gf-says" }, typeset(text[0].toUpperCase() + text.slice(1))) : hint("Select a node or an edge in the figure."),
      map && matrixTable(map.rows, map.cols, map.data), value && matrixTable(value.shape.length > 1 ? value.shape[0] : 1, value.data.length / (value.shape.length > 1 ? value.shape[0] : 1), value.data),
      can && state.opened === null && h("button", { type: "button", className: "gf-button", onclick: () => open(part.node) }, `Step inside ${data.names[part.node]}`),
      state.opened !== null && h("button", { type: "button", className: "gf-button", onclick: () => store.act({ opened: null }) }, "Step outside"),
    ]);
    const figure = state.opened === null ? null : data.inside[data.names[state.opened]];
    if (!figure) return void (room.replaceChildren(), inner = null);
    if (inner?.figure !== figure) {
      try {
        checkedProgram(figure.program);
        inner = { figure, picture: pictureOf(figure.svg) };
        room.replaceChildren(h("div", { className: "gf-inside", tabIndex: 0, role: "group", "aria-label": `Inside the equation of ${data.names[state.opened]}` }, inner.picture.svg));
      } catch (error) {
        return void room.replaceChildren(h("p", { className: "gf-wrong" }, error.message));
      }
    }
    inner.picture.svg.classList.toggle("gf-gradient", state.direction === "gradient");
    const ran = ranAt(figure, figure.program.inputs.map((name) => view.values[store.at.get(name)]), new Map());
    const flow = flowOf(figure, ran), start = flow.names.length - 1, steps = sweepSteps(flow, "backward", start);
    fillPicture(inner.picture, figure, { ...ran, flow, steps }, { kind: "backward", start, step: steps.length });
  };
  return { element: h("div", {}, about, room), paint, clicked: (part) => part.arc || store.select(part), close: () => store.model.off("msg:custom", received) };
}

function matrixTable(rows, cols, entries) {
  const row = (i) => h("tr", {}, Array.from(entries.slice(i * cols, Math.min((i + 1) * cols, i * cols + 20)), (x) => h("td", {}, Number.isNaN(x) ? "–" : saidNumber(x))));
  return h("div", { className: "gf-scroll", tabIndex: 0, role: "group", "aria-label": "Entries" }, h("table", { className: "gf-matrix" }, h("tbody", {}, Array.from({ length: Math.min(rows, 20) }, (_, i) => row(i)))));
}

// Paths: every path between two nodes is a row with its product; the sum, expanded and factored.
function pathsTool(store) {
  const { data, state } = store, all = data.names.map((_, i) => i), rows = h("ol", { className: "gf-rows" }), sum = h("div", { role: "status" });
  const ends = (change) => store.act({ ...change, row: null });
  const from = chooser("Paths from", (i) => ends({ from: i })), to = chooser("Paths to", (i) => ends({ to: i }));
  const form = choice("The sum", [["expanded", "expanded"], ["suffix", "factored"], ["prefix", "factored from the other end"]], (chosen) => store.act({ form: chosen }));
  const count = h("p", { className: "gf-hint" });
  let pending = null;
  const clicked = (part) => {
    if (part.node === undefined) return;
    if (pending === null) {
      pending = part.node;
      return void store.act({ from: part.node, to: part.node, row: null, selected: part });
    }
    const [low, high] = [pending, part.node].sort((a, b) => a - b);
    pending = null;
    store.act({ from: low, to: high, row: null, selected: null });
  };
  const paint = (view) => {
    const { flow } = view, there = nameOptions(data, all.filter((i) => !state.gone.includes(i)));
    from.show(there, state.from);
    to.show(there, state.to);
    const total = state.from === state.to ? 1n : pathCount(flow, state.to, state.from);
    const paths = state.from === state.to ? [] : firstPaths(flow, state.to, state.from, MOST_ROWS);
    while (rows.children.length > paths.length) rows.lastChild.remove();
    while (rows.children.length < paths.length) {
      const i = rows.children.length, light = () => store.act({ row: i }), dark = () => state.row === i && store.act({ row: null });
      rows.append(h("li", {}, h("button", { type: "button", className: "gf-row", onpointerenter: light, onfocus: light, onclick: light, onpointerleave: dark, onblur: dark }, h("span"), h("span"))));
    }
    paths.forEach((edges, i) => {
      const row = rows.children[i].firstChild, last = flow.edges[edges.at(-1)];
      write(row.firstChild, [...edges.map((k) => data.names[flow.edges[k].child]), data.names[last.parent]].join(" ← "));
      const product = pathProduct(flow, edges), factors = edges.map((k) => saidFactor(flow.edges[k].map, flow.edges[k].text)).join("·");
      write(row.lastChild, product === undefined || edges.length === 1 ? factors : `${factors} = ${saidMap(product)}`);
      row.classList.toggle("gf-lit", state.row === i || edges.some((k) => (flow.edges[k].drawn ?? flow.edges[k]) === state.pointed));
    });
    const name = derivativeName("d", data.names[state.to], data.names[state.from]);
    const more = total > BigInt(paths.length) && state.from !== state.to ? `; here are the first ${paths.length}` : "";
    write(count, pending !== null ? `From or to ${data.names[pending]}: select the other node.` : state.from === state.to ? "Choose two nodes, here or in the figure." : total === 0n ? `No path leads from ${data.names[state.from]} to ${data.names[state.to]}, so ${name} = 0.` : `${total} ${total === 1n ? "path" : "paths"}${more}`);
    form.show(state.form);
    form.group.hidden = sum.hidden = !total || state.from === state.to;
    if (sum.hidden) return;
    const value = pathSum(flow, state.to, state.from), listed = total <= BigInt(MOST_ROWS) || state.form !== "expanded";
    const made = listed ? factoredForm(flow, state.to, state.from, state.form) : null;
    const text = made ? typeset(formText(flow, made, (k) => ({ text: saidMap(flow.edges[k].map, flow.edges[k].text), loose: typeof flow.edges[k].map === "number" && flow.edges[k].map < 0 }))) : "the sum of all these products";
    const said = value === undefined || saidMap(value) === text ? "" : ` = ${saidMap(value)}`;
    const cost = made ?? factoredForm(flow, state.to, state.from, "suffix");
    const [own, whole] = [made ? made.multiplications : cost.expandedMultiplications, cost.expandedMultiplications];
    const other = state.form === "expanded" ? "" : ` instead of ${whole}`;
    sum.replaceChildren(h("p", { className: "gf-says" }, `${name} = ${text}${said}`), hint(`${own} ${own === 1n ? "multiplication" : "multiplications"}${other}`));
  };
  return { element: h("div", {}, line("from", from.list, "to", to.list), count, rows, form.group, sum), paint, clicked };
}

// Hold: nodes that do not move. The edges into them are cut, and what was d becomes ∂.
function holdTool(store) {
  const { data, state } = store, list = h("div", { className: "gf-line" }), table = h("div"), show = rebuilt(list), showTable = rebuilt(table);
  const toggle = (node) => {
    const pins = new Map(state.pins);
    if (!pins.delete(node)) pins.set(node, store.view.values[node]);
    store.act({ pins });
  };
  const paint = (view) => {
    const pins = [...state.pins.keys()];
    show(pins.join(), () => (pins.length ? pins.map((i) => h("button", { type: "button", className: "gf-button", onclick: () => toggle(i) }, `Release ${data.names[i]}`)) : [hint("Select a node in the figure to hold it fixed: the edges into it are cut.")]));
    const before = sweepResults(view.whole, state.kind, state.start), after = sweepResults(view.flow, state.kind, state.start);
    const backward = state.kind === "backward", end = data.names[state.start];
    const rows = !pins.length ? [] : data.names.map((name, i) => [i, name]).filter(([i]) => i !== state.start && before[i] !== undefined).slice(0, MOST_TABLED).map(([i, name]) => {
      const pair = backward ? [end, name] : [name, end];
      return [derivativeName("d", ...pair), saidMap(before[i]), `${derivativeName(view.signs?.[i] ?? "d", ...pair)} = ${after[i] === undefined ? 0 : saidMap(after[i])}`];
    });
    showTable(JSON.stringify(rows), () => (rows.length ? [tableOf(`With ${pins.map((i) => data.names[i]).join(", ")} held`, ["along all paths", "was", "is now"], rows)] : []));
  };
  return { element: h("div", {}, list, table), paint, clicked: (part) => part.node !== undefined && toggle(part.node) };
}

// Eliminate: a node is clicked away; every edge into it is joined with every edge out of it.
function eliminateTool(store) {
  const { data, state } = store, inner = () => data.names.map((_, i) => i).filter((i) => !data.inputs.includes(i) && !data.outputs.includes(i) && !state.gone.includes(i));
  const says = h("p", { className: "gf-says", role: "status" }), list = h("div", { className: "gf-line" }), log = h("ol", { className: "gf-log" });
  const costs = h("div"), show = rebuilt(list), showLog = rebuilt(log), showCosts = rebuilt(costs);
  const remove = (node) => {
    if (!inner().includes(node)) return void write(says, `${data.names[node]} is ${data.inputs.includes(node) ? "an input" : "an output"}: only nodes between them can be eliminated.`);
    const change = { gone: [...state.gone, node], row: null, selected: null };
    if (state.start === node) change.start = store.at.get(data.view.of) ?? data.names.length - 1;
    for (const end of ["from", "to"]) if (state[end] === node) change[end] = end === "from" ? data.inputs[0] ?? 0 : data.outputs[0];
    store.act(change);
  };
  const undo = h("button", { type: "button", className: "gf-button", onclick: () => store.act({ gone: state.gone.slice(0, -1) }) }, "Undo");
  const again = h("button", { type: "button", className: "gf-button", onclick: () => store.act({ gone: [] }) }, "Start again");
  const paint = (view) => {
    const left = inner();
    undo.disabled = again.disabled = !state.gone.length;
    show(left.slice(0, MOST_TABLED).join(), () => (left.length ? left.slice(0, MOST_TABLED).map((i) => h("button", { type: "button", className: "gf-button", "aria-label": `Eliminate ${data.names[i]}`, onclick: () => remove(i) }, data.names[i])) : [hint("Only inputs and outputs are left.")]));
    const spent = view.eliminations.reduce((sum, { multiplications }) => sum + multiplications, 0);
    write(says, state.gone.length ? `${spent} ${spent === 1 ? "multiplication" : "multiplications"} so far${left.length ? "" : ": every edge is now a whole derivative"}.` : "Select a node in the figure, or here, to eliminate it.");
    const entries = view.eliminations.map(({ node, born, multiplications }) => `${data.names[node]}: ${born.map(({ child, parent, how, map }) => `${data.names[child]} ← ${data.names[parent]} is ${how}${map === undefined ? "" : ` = ${saidMap(map)}`}`).join("; ")} (${multiplications})`);
    showLog(entries.join("\n"), () => entries.map((text) => h("li", {}, text)));
    showCosts([...state.pins.keys()].join(), () => {
      const { forward, reverse, best } = eliminationOrders(held(view.whole, [...state.pins.keys()]));
      return [tableOf("Multiplications of whole orders", ["order", "multiplications", "nodes"], [forward, reverse, best].map(({ called, multiplications, nodes }) => [called, String(multiplications), nodes.slice(0, 12).map((i) => data.names[i]).join(", ") + (nodes.length > 12 ? ", …" : "")]))];
    });
  };
  return { element: h("div", {}, says, list, line(undo, again), log, costs), paint, clicked: (part) => part.node !== undefined && remove(part.node) };
}

// Nudge: a small change of one input, what the partials predict of it, and what it truly does.
function nudgeLens({ data, state }, view) {
  if (!view.run) return null;
  const k = data.inputs.indexOf(state.nudged), inputs = state.inputs.slice();
  inputs[k] += state.delta;
  const there = ranAt(data, inputs, state.pins), slopes = tangents(view.flow, state.nudged);
  const change = (i) => (typeof view.values[i] === "number" ? there.values[i] - view.values[i] : NaN);
  const said = (predicted, is) => [predicted, is].map((x) => (Number.isFinite(x) ? slotNumber(Number(x.toPrecision(10)), 3.2) : "–"));
  const nodePair = (i) => [typeof slopes[i] === "number" ? slopes[i] * state.delta : slopes[i] === undefined ? 0 : NaN, change(i)];
  const edgePair = (edge) => {
    const { child, parent, map } = view.flow.edges.find(({ drawn }) => drawn === edge) ?? {}, by = change(parent);
    if (child === undefined || typeof map !== "number") return [NaN, NaN];
    const is = by ? revalue(data.program, view.run, child, parent, there.values[parent]) - view.values[child] : 0;
    return [map * by, is];
  };
  const shown = (pair) => { const [a, b] = said(...pair); return `≈ ${a} | ${b}`; };
  return { node: (i) => `Δ${shown(nodePair(i))}`, edge: (i) => shown(edgePair(i)), nodePair, edgePair, said };
}

function nudgeTool(store) {
  const { data, state } = store, k = () => data.inputs.indexOf(state.nudged);
  if (!data.program || !store.scalars.length) return { element: hint("There is no number here that could be nudged."), paint() {} };
  const reach = () => { const [least, most] = data.ranges[data.names[state.nudged]]; return (most - least) / 10; };
  const which = chooser("Nudge the input", (i) => store.act({ nudged: i, delta: 0 }));
  const slider = h("input", { type: "range", "aria-label": "Δ, the nudge", oninput: () => store.act({ delta: Number(slider.value) }) });
  const amount = h("output", { className: "gf-amount" }), table = h("div"), show = rebuilt(table);
  const paint = (view) => {
    which.show(nameOptions(data, store.scalars), state.nudged);
    const most = reach();
    Object.assign(slider, { min: -most, max: most, step: most / 50 });
    slider.value = String(state.delta);
    write(amount, `Δ${data.names[state.nudged]} = ${saidNumber(state.delta)}`);
    slider.setAttribute("aria-valuetext", saidNumber(state.delta));
    const lens = nudgeLens(store, view);
    if (!lens) return void show("", () => [hint("Without values there is nothing to nudge.")]);
    const gap = (predicted, is) => (Math.abs(is - predicted) < 1e-9 * Math.max(Math.abs(is), Math.abs(predicted)) ? 0 : is - predicted); // rounding is no difference
    const row = (name, [predicted, is]) => [name, ...lens.said(predicted, is), lens.said(gap(predicted, is), 0)[0]];
    const rows = [...data.outputs.filter((i) => !state.gone.includes(i)).map((i) => row(`Δ${data.names[i]}, the output`, lens.nodePair(i))),
      ...view.flow.edges.filter(({ drawn }) => drawn !== undefined).slice(0, MOST_TABLED).map((edge) => row(`${data.names[edge.parent]} → ${data.names[edge.child]}`, lens.edgePair(edge.drawn)))];
    show(JSON.stringify(rows), () => [tableOf("Prediction and truth", ["change of", "predicted ≈", "true", "difference"], rows)]);
  };
  return { element: h("div", {}, hint("Drag Δ: ≈ is what the partials predict, beside it the true change."), line(which.list, slider, amount), table), paint, clicked: (part) => store.scalars.includes(part.node) && store.act({ nudged: part.node, delta: 0 }) };
}

// In words: the same as the picture, as tables.
function wordsTool(store) {
  const { data, state } = store, tables = h("div", { className: "gf-words" }), show = rebuilt(tables);
  const paint = (view) => {
    const reached = new Map(view.steps.slice(0, state.step).map((step) => [step.node, step]));
    const nodes = data.names.map((name, i) => [i, name]).filter(([i]) => !state.gone.includes(i)).map(([i, name]) => [name,
      state.pins.has(i) ? "held fixed" : data.inputs.includes(i) ? "input" : typeset(data.equations[i]), data.flow?.symbolic ? "" : saidValue(view.values[i]), reached.has(i) ? derivativeText(data, state, reached.get(i), view.values) : ""]);
    const edges = view.flow.edges.map((edge) => [`${data.names[edge.parent]} → ${data.names[edge.child]}`, edge.drawn === undefined ? "new" : typeset(edge.text ?? ""), edge.map === undefined ? "" : saidMap(edge.map)]);
    show(JSON.stringify([nodes, edges]), () => [tableOf("Nodes", ["node", "is", "value", "derivative"], nodes), tableOf("Edges", ["edge", "partial", "number"], edges)]);
  };
  return { element: tables, paint };
}
