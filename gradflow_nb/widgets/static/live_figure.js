// The live figure: the picture on the left, the controls beside it, and one state behind them.

function openFigure(model, root) {
  const data = checkedFigure(structuredClone(model.get("figure")));
  data.inside ??= {};
  data.opens ??= [];
  data.ranges ??= {};
  const store = figureStore(data, model), { state } = store;
  const view = figureView(store), panels = [inputsPanel(store), sweepPanel(store), toolsPanel(store, view)];
  const direction = choice("Arrows", [["computation", "computation"], ["gradient", "gradient flow"]], (chosen) => store.act({ direction: chosen }));
  const labels = choice("Labels", [["formula", "formula"], ["number", "number"], ["both", "both"]], (chosen) => store.act({ labels: chosen }));
  const failed = h("p", { className: "gf-wrong", role: "alert" }), notes = h("p", { className: "gf-hint" });
  root.replaceChildren(h("div", { className: "gf-live" },
    h("div", { className: "gf-left" }, h("div", { className: "gf-toolbar" }, direction.group, labels.group, view.zoomButtons), failed, view.pane, notes),
    h("div", { className: "gf-right" }, panels.map(({ element }) => element))));
  store.painters.push((now) => {
    direction.show(state.direction);
    labels.show(state.labels);
    write(failed, now.failed ? failureText(data, now.failed) : "");
    write(notes, [...data.notes ?? [], ...kinkNotes(data, now.run)].join(" "));
  }, view.paint, ...panels.map(({ paint }) => paint));

  // Python, and whatever is linked to it, may move the figure too.
  const heard = {
    "change:inputs": () => {
      const given = model.get("inputs");
      const inputs = data.inputs.map((i, k) => (Object.hasOwn(given, data.names[i]) ? asValue(given[data.names[i]]) : state.inputs[k]));
      if (JSON.stringify(inputs.map(asPlain)) !== JSON.stringify(state.inputs.map(asPlain))) store.act({ inputs });
    },
    "change:step": () => model.get("step") !== state.step && store.act({ step: model.get("step"), stepped: true }),
    "change:selected": () => model.get("selected") !== nameOfPart(data, state.selected) && store.act({ selected: partNamed(data, model.get("selected")) }),
  };
  for (const [name, act] of Object.entries(heard)) model.on(name, act);
  store.act({});
  return () => {
    for (const [name, act] of Object.entries(heard)) model.off(name, act);
    for (const part of [store, view, ...panels]) part.close?.();
  };
}

// The conventions that stand for derivatives at this point, each with the nodes in whose equations they do.
function kinkNotes(data, run) {
  if (!run || !data.conventions) return [];
  const about = new Map();
  for (const [name, node] of kinksMet(data.program, run)) {
    if (Object.hasOwn(data.conventions, name)) about.set(name, [...new Set([...(about.get(name) ?? []), data.names[node]])]);
  }
  return [...about].map(([name, nodes]) => `In ${nodes.join(", ")}: ${data.conventions[name]}.`);
}

// [operation, node] for each value operation that stands on its kink.
function kinksMet(program, run) {
  const { steps, owners } = readied(program), found = [];
  steps.forEach(({ name, places }, k) => {
    if (owners[k] < 0) return;
    const [a, b] = places.map((place) => dataOf(run.slots[place]));
    const on = { relu: () => a.some((x) => x === 0), abs: () => a.some((x) => x === 0), sign: () => a.some((x) => x === 0), step: () => a.some((x) => x === 0),
      max: () => a.some((x, i) => x === b[b.length > 1 ? i : 0]), min: () => a.some((x, i) => x === b[b.length > 1 ? i : 0]) }[name];
    if (on?.()) found.push([name, owners[k]]);
  });
  return found;
}

function render({ model, el }) {
  const root = h("div", { className: "gradflow-widget", "data-lm-suppress-shortcuts": "true" });
  root.addEventListener("keydown", (event) => event.key !== "Tab" && event.stopPropagation());
  el.append(root);
  let close = () => {};
  const open = () => {
    close();
    close = () => {};
    try {
      close = openFigure(model, root);
    } catch (error) {
      root.replaceChildren(h("p", { className: "gf-wrong", role: "alert" }, error.message));
    }
  };
  open();
  model.on("change:figure", open);
  return () => {
    model.off("change:figure", open);
    close();
    root.remove();
  };
}

export default { render };
