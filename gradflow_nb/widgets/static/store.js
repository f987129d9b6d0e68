// The state of one figure, what follows from it, and the one way in which it changes: act(change) -> derive -> paint.

const FIGURE_KEYS = ["title", "svg", "names", "inputs", "outputs", "equations", "formulas", "view"];

// What Python sent, checked; an Error says in a sentence what is wrong, and nothing is shown or run.
function checkedFigure(data) {
  const must = (right, says) => { if (!right) throw new Error(`This figure cannot be shown: ${says}.`); };
  must(data && typeof data === "object" && Object.keys(data).length, "it is empty");
  must(data.version === 1, "it was made by another version of gradflow_nb; run the cell again");
  for (const key of FIGURE_KEYS) must(data[key] !== undefined && data[key] !== null, `its ${key} is missing`);
  const count = data.names.length, inside = (i) => Number.isInteger(i) && i >= 0 && i < count;
  must(Array.isArray(data.names) && data.names.every((name) => typeof name === "string"), "its names are not texts");
  must([...data.inputs, ...data.outputs].every(inside), "an input or output is not among its names");
  must(data.equations.length === count && data.equations.every((text) => typeof text === "string"), "its equations are not texts");
  must(data.formulas.every((pair) => Array.isArray(pair) && typeof pair[0] === "string"), "its formulas are not texts");
  if (data.program) checkedProgram(data.program);
  else must(data.flow && data.flow.edges.every(([child, parent]) => inside(child) && inside(parent) && parent < child), "it has neither a program nor a flow");
  must((data.program ?? data.flow).edges.length === data.formulas.length, "its edges and its formulas do not fit together");
  if (data.program) must(data.program.names.join("\n") === data.names.join("\n"), "its program is of another graph");
  return data;
}

const asValue = (given) => (Array.isArray(given) ? constantOf(given) : given === null || given === undefined ? NaN : Number(given));
const asPlain = (value) => (typeof value === "number" ? value : nestedList(Array.from(value.data), value.shape));

function nestedList(entries, shape) {
  for (const size of [...shape].reverse()) {
    entries = Array.from({ length: entries.length / size }, (_, i) => entries.slice(i * size, (i + 1) * size));
  }
  return entries[0];
}

const asMap = (given) => (given === "missing" ? NaN : given === null ? undefined : typeof given === "number" ? given
  : { ...given, data: Float64Array.from(given.data) });

function figureStore(data, model) {
  const at = new Map(data.names.map((name, i) => [name, i]));
  const given = model.get("inputs") ?? {};
  const start = at.get(data.view.of) ?? data.names.length - 1;
  const scalars = data.inputs.filter((i) => !Array.isArray(given[data.names[i]]));
  const state = {
    inputs: data.inputs.map((i) => asValue(given[data.names[i]])),
    direction: data.view.direction, labels: data.view.labels,
    kind: "backward", start, step: model.get("step") ?? 0, stepped: false, playing: false, pace: 1,
    tool: "look", selected: null, opened: null, pins: new Map(), gone: [],
    from: data.inputs[0] ?? 0, to: start, form: "expanded", row: null, pointed: null,
    nudged: scalars[0] ?? null, delta: 0,
  };
  const painters = [];
  const store = { data, model, state, at, scalars, painters, view: null, act, select, settle, close: () => clearTimeout(waiting) };
  let waiting, moved = false;
  state.selected = partNamed(data, model.get("selected") ?? "");

  function act(change) {
    const whole = !("step" in change) && (!store.view || state.step >= store.view.steps.length);
    Object.assign(state, change);
    if ("tool" in change || "gone" in change || "pins" in change) state.stepped = false;
    store.view = derivedView(store);
    state.step = Math.max(0, Math.min(whole && store.given ? Infinity : state.step, store.view.steps.length));
    store.given = true;
    for (const paint of painters) paint(store.view, state);
    if ("inputs" in change || "step" in change || "selected" in change || "start" in change || "kind" in change) {
      moved = true;
      clearTimeout(waiting);
      waiting = setTimeout(settle, 400);
    }
  }

  // What has come to rest is told to Python, in one message.
  function settle() {
    clearTimeout(waiting);
    if (!moved) return;
    moved = false;
    const inputs = Object.fromEntries(data.inputs.map((i, k) => [data.names[i], asPlain(state.inputs[k])]));
    for (const [name, value] of [["inputs", inputs], ["step", state.step], ["selected", nameOfPart(data, state.selected)]]) {
      if (JSON.stringify(model.get(name)) !== JSON.stringify(value)) model.set(name, value);
    }
    model.save_changes();
  }

  function select(part) {
    act({ selected: part, opened: null });
  }

  return store;
}

// A part of the picture: {node} or {edge}, a number of the flow's. Python calls an edge ∂child/∂parent.
function nameOfPart(data, part) {
  if (!part) return "";
  if (part.node !== undefined) return data.names[part.node];
  const [child, parent] = (data.program ?? data.flow).edges[part.edge];
  return derivativeName("∂", data.names[child], data.names[parent]);
}

function partNamed(data, name) {
  const node = data.names.indexOf(name);
  if (node >= 0) return { node };
  const edge = (data.program ?? data.flow).edges.findIndex((_, k) => nameOfPart(data, { edge: k }) === name);
  return edge >= 0 ? { edge } : null;
}

// Everything that is shown, from the state alone.
function derivedView(store) {
  const { data, state } = store;
  const ran = ranAt(data, state.inputs, state.pins);
  const whole = flowOf(data, ran);
  let flow = held(whole, [...state.pins.keys()]);
  const eliminations = [];
  for (const node of state.gone) {
    const { flow: after, multiplications } = eliminated(flow, node), before = flow;
    const born = after.edges.filter((edge) => edge.born && !before.edges.includes(edge));
    for (const edge of born) edge.how = bornText(before, node, edge);
    eliminations.push({ node, born, multiplications });
    flow = after;
  }
  const steps = sweepSteps(flow, state.kind, state.start);
  return { ...ran, whole, flow, eliminations, steps, signs: signsOf(whole, flow, state) };
}

// The values at these inputs, and what failed.
function ranAt(data, inputs, pins) {
  if (!data.program) return { values: data.flow.values.map(asValue), failed: null, run: null };
  try {
    const run = evaluate(data.program, inputs, pins);
    return { values: run.values, failed: run.failed, run };
  } catch (error) { // arrays whose shapes do not fit
    return { values: data.names.map(() => NaN), failed: { says: error.message }, run: null };
  }
}

function flowOf(data, { values, run }) {
  const source = data.program ?? data.flow;
  const maps = data.program ? (run ? edgeMaps(data.program, run) : source.edges.map(() => NaN)) : source.edges.map(([, , map]) => asMap(map));
  const sizes = data.flow?.sizes ?? values.map((value) => dataOf(value).length);
  const edges = source.edges.map(([child, parent], k) => ({ child, parent, map: maps[k], text: data.formulas[k][0] || undefined, drawn: k }));
  if (run) {
    for (const edge of edges) {
      if (edge.map === undefined) edge.vjp = (rows) => vjpRows(data.program, run, edge.drawn, rows, sizes[edge.parent], shapeOf(values[edge.child]));
    }
  }
  return { names: data.names, inputs: data.inputs, outputs: data.outputs, sizes, edges };
}

// A Jacobian too large to write down, applied to the rows of a map.
function vjpRows(program, run, k, map, cols, shape) {
  const { rows, data } = typeof map === "number" ? { rows: 1, data: [map] } : map, width = data.length / rows;
  const made = new Float64Array(rows * cols);
  for (let row = 0; row < rows; row++) {
    const g = shape.length ? { shape, data: Float64Array.from(data.slice(row * width, (row + 1) * width)) } : data[row];
    made.set(dataOf(edgeVjp(program, run, k, g)), row * cols);
  }
  return matrixMap(rows, cols, made);
}

// For each node the sign of its derivative: where what is held leaves only explicit dependence, d has become ∂.
function signsOf(whole, flow, { kind, start, pins }) {
  if (!pins.size) return null;
  const before = indirect(whole, kind, start), after = indirect(flow, kind, start);
  return whole.names.map((_, i) => (i !== start && before[i] && !after[i] ? "∂" : "d"));
}

// Whether a path of two edges or more leads from each node to the start of a backward sweep, or from the start to it.
function indirect(flow, kind, start) {
  const [near, far] = kind === "backward" ? ["parent", "child"] : ["child", "parent"];
  const numbers = edgeNumbers(flow, near), reached = flow.names.map((_, i) => i === start), found = flow.names.map(() => false);
  const order = flow.names.map((_, i) => i);
  for (const i of kind === "backward" ? order.reverse() : order) {
    for (const k of numbers[i]) {
      const other = flow.edges[k][far];
      if (!reached[other]) continue;
      reached[i] = true;
      if (other !== start) found[i] = true;
    }
  }
  return found;
}

// How a new edge came about: `7·2`, or `3 + 32·5` where an edge was there already.
function bornText(before, node, { child, parent }) {
  const between = (a, b) => before.edges.filter((edge) => edge.child === a && edge.parent === b);
  const whole = (edges) => edges.map((edge) => saidFactor(edge.map, edge.text)).join(" + ");
  const factor = (edges) => (edges.length > 1 ? `(${whole(edges)})` : whole(edges));
  const old = between(child, parent), product = `${factor(between(child, node))}·${factor(between(node, parent))}`;
  return old.length ? `${whole(old)} + ${product}` : product;
}

// Why a node has no value, as a sentence.
function failureText(data, failed) {
  if (failed.says) return failed.says;
  const name = data.names[failed.name], equation = data.equations[failed.name];
  const got = failed.arguments.map(saidValue);
  const division = failed.operation === "div" && failed.arguments[1] === 0;
  const why = division ? "it divides by zero" : failed.needs ? `${failed.operation} needs ${failed.needs}, and got ${got.join(" and ")}`
    : failed.operation === "pow" ? `${got[0]} has no real power ${got[1]}` : "the result is too large for a number";
  return `The node ${name} has no value here. In ${name} = ${typeset(equation)}: ${why}.`;
}
