// The controls beside the picture: inputs, the sweep, and one panel for each tool.

const panelOf = (label, ...children) => h("section", { className: "gf-panel", "aria-label": label }, children);
const line = (...children) => h("div", { className: "gf-line" }, ...children);
const nameOptions = (data, positions) => positions.map((i) => [i, data.names[i]]);

// A slider and a field for each number; a grid of fields for each array.
function inputsPanel(store) {
  const { data, state } = store, wrong = h("p", { className: "gf-wrong", role: "status" }), rows = [];
  const set = (k, value) => store.act({ inputs: state.inputs.map((old, i) => (i === k ? value : old)) });
  const typed = (field, name, k, put) => {
    const value = numberOf(field.value), bad = Number.isNaN(value);
    field.setAttribute("aria-invalid", String(bad));
    write(wrong, bad && field.value.trim() ? `${name}: “${field.value.trim().slice(0, 40)}” is not a number such as 3, -0.5 or 1/2.` : "");
    if (!bad) put(value);
  };
  const fieldFor = (label, k, read, put) => {
    const field = h("input", { type: "text", inputMode: "decimal", autocomplete: "off", spellcheck: false, className: "gf-field", "aria-label": label });
    field.addEventListener("input", () => typed(field, label, k, put));
    const restore = () => {
      if (field.getAttribute("aria-invalid") === "true") write(wrong, "");
      field.setAttribute("aria-invalid", "false");
      field.value = String(read());
    };
    field.addEventListener("change", () => { restore(); store.settle(); });
    field.addEventListener("blur", restore);
    rows.push(() => { if (field !== field.getRootNode().activeElement) field.value = String(read()); });
    return field;
  };
  const made = !data.program ? [] : data.inputs.map((i, k) => {
    const name = data.names[i], first = state.inputs[k];
    if (typeof first === "number") {
      const [min, max, step] = data.ranges[name] ?? [-5, 5, 0.1];
      const slider = h("input", { type: "range", min, max, step, "aria-label": name });
      slider.addEventListener("input", () => set(k, Number(slider.value)));
      slider.addEventListener("change", store.settle);
      rows.push(() => {
        if (Number(slider.value) !== state.inputs[k]) slider.value = String(state.inputs[k]);
        slider.setAttribute("aria-valuetext", saidNumber(state.inputs[k]));
      });
      return h("div", { className: "gf-input-row" }, h("span", { className: "gf-name" }, name), slider,
        fieldFor(`value of ${name}`, k, () => state.inputs[k], (value) => set(k, value)));
    }
    const { shape, data: entries } = first;
    if (entries.length > MOST_CELLS) return h("p", {}, `${name} has ${shape.join("×")} entries: set it from Python.`);
    const cells = Array.from(entries, (_, c) => fieldFor(`${name}[${placeOf(shape, c).join(", ")}]`, k, () => Number(state.inputs[k].data[c].toPrecision(6)), (value) => {
      const copy = state.inputs[k].data.slice();
      copy[c] = value;
      set(k, { shape, data: copy });
    }));
    const grid = h("div", { className: "gf-cells" }, cells);
    grid.style.gridTemplateColumns = `repeat(${shape.at(-1)}, minmax(3.2em, 5em))`;
    return h("div", { className: "gf-input-row gf-array" }, h("span", { className: "gf-name" }, name), grid);
  });
  const list = h("div", { className: "gf-inputs" }, made);
  if (made.length > 6) Object.assign(list, { tabIndex: 0 });
  const none = made.length ? null : h("p", { className: "gf-hint" }, data.program ? "This graph has no inputs." : "This flow has no program, so its inputs cannot be moved.");
  return { element: panelOf("Inputs", list, none, wrong), paint: () => rows.forEach((row) => row()) };
}

const MOST_CELLS = 64;

function placeOf(shape, cell) {
  return [...shape].reverse().map((size) => [cell % size, (cell = Math.floor(cell / size))][0]).reverse();
}

// The sweep: from which node, one step at a time, and what each step did.
function sweepPanel(store) {
  const { data, state } = store;
  const ends = () => data.names.map((_, i) => i).filter((i) => !state.gone.includes(i) && store.view.flow.sizes[i] === 1);
  const kind = choice("Sweep", [["backward", "backward"], ["forward", "forward"]], (chosen) => {
    stop();
    const start = chosen === "backward" ? store.at.get(data.view.of) : data.inputs.find((i) => store.view.flow.sizes[i] === 1) ?? 0;
    store.act({ kind: chosen, start, step: Infinity, stepped: false });
  });
  const from = chooser("The sweep starts from", (start) => { stop(); store.act({ start, step: Infinity, stepped: false }); });
  const to = (step) => { store.act({ step: Math.max(0, Math.min(store.view.steps.length, step)), stepped: true }); };
  const moved = (step) => () => { stop(); to(step()); };
  let timer = null;
  const stop = () => {
    clearInterval(timer);
    timer = null;
    play.become("play", "Play");
  };
  const start = () => {
    if (state.step >= store.view.steps.length) to(0);
    play.become("pause", "Pause");
    timer = setInterval(() => {
      to(state.step + 1);
      if (state.step >= store.view.steps.length) stop();
    }, 1200 / state.pace);
  };
  const play = iconButton("play", "Play", () => (timer ? stop() : start()));
  const pace = chooser("Speed", (chosen) => {
    state.pace = chosen;
    if (timer) { stop(); start(); }
  });
  pace.show([[0.5, "½×"], [1, "1×"], [2, "2×"], [4, "4×"]], 1);
  const buttons = line(iconButton("first", "First step", moved(() => 0)), iconButton("back", "One step back", moved(() => state.step - 1)), play,
    iconButton("forward", "One step forward", moved(() => state.step + 1)), iconButton("last", "Last step", moved(() => Infinity)), pace.list);
  const count = h("span", { className: "gf-hint" }), says = h("p", { className: "gf-says", role: "status", "aria-live": "polite" });
  const paint = (view) => {
    kind.show(state.kind);
    from.show(nameOptions(data, ends()), state.start);
    write(count, `step ${state.step} of ${view.steps.length}`);
    write(says, state.step ? stepSentence(data, state, view, view.steps[state.step - 1]) : "Nothing is known yet: step forward to begin.");
  };
  return { element: panelOf("Sweep", line(kind.group, "from", from.list), line(buttons, count), says), paint, close: stop };
}

// `dg/db = 42·2 from c + 192·5 from d = 1044`
function stepSentence(data, state, view, { node, parts, result }) {
  const backward = state.kind === "backward", [of, wrt] = backward ? [state.start, node] : [node, state.start];
  const name = derivativeName(view.signs?.[node] ?? "d", data.names[of], data.names[wrt]);
  if (!parts.length) return `${name} = ${saidMap(result)}, where the sweep starts`;
  const said = parts.map(({ via, edge, derivative, partial }) => {
    const before = derivative === undefined ? derivativeName("d", ...(backward ? [data.names[state.start], data.names[via]] : [data.names[via], data.names[state.start]])) : null;
    const factors = [saidFactor(derivative, before), saidFactor(partial, view.flow.edges[edge].text)];
    return `${(backward ? factors : factors.reverse()).join("·")} from ${data.names[via]}`;
  });
  const outcome = typeof result === "number" && Number.isNaN(result) ? ["…, which does not exist"] : result === undefined ? [] : [saidMap(result)];
  return [name, said.join(" + "), ...outcome].join(" = ");
}

// The tools: what a click in the picture does, and the panel under the tabs.
function toolsPanel(store, view) {
  const { state } = store;
  const tools = { look: lookTool, paths: pathsTool, hold: holdTool, eliminate: eliminateTool, nudge: nudgeTool, words: wordsTool };
  const titles = { look: "Look", paths: "Paths", hold: "Hold", eliminate: "Eliminate", nudge: "Nudge", words: "In words" };
  const made = Object.fromEntries(Object.entries(tools).map(([name, tool]) => [name, tool(store)]));
  const names = Object.keys(tools);
  const tabs = names.map((name, i) => h("button", {
    type: "button", role: "tab", className: "gf-tab", onclick: () => store.act({ tool: name, row: null }),
    onkeydown: (event) => {
      const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: names.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      const next = (to + names.length) % names.length;
      store.act({ tool: names[next], row: null });
      tabs[next].focus();
    },
  }, titles[name]));
  const body = h("div", { className: "gf-tool", role: "tabpanel", tabIndex: 0 });
  let shown = null;
  view.onPart((part) => {
    const tool = made[state.tool];
    if (part && tool.clicked) tool.clicked(part);
  });
  const paint = (now) => {
    tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", String(names[i] === state.tool));
      tab.tabIndex = names[i] === state.tool ? 0 : -1;
    });
    if (shown !== state.tool) {
      body.replaceChildren(made[state.tool].element);
      body.setAttribute("aria-label", titles[state.tool]);
      shown = state.tool;
    }
    made[state.tool].paint(now);
  };
  const list = h("div", { className: "gf-tabs", role: "tablist", "aria-label": "Tools" }, tabs);
  return { element: h("section", { className: "gf-panel gf-tools" }, list, body), paint, close: () => Object.values(made).forEach((tool) => tool.close?.()) };
}
