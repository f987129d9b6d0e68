// Making elements. No element has an id, for a figure may be shown twice on a page.

function h(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made && name !== "role" && name !== "list") made[name] = value;
    else if (value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

function s(tag, properties = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(properties)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const DRAWN = new Set(["svg", "title", "desc", "style", "rect", "g", "path", "polygon", "polyline", "text", "tspan"]);

// A picture as an element, if it holds nothing but ink: no scripts, no handlers, nothing from elsewhere.
function safeSvg(text) {
  const picture = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  for (const part of [picture, ...picture.querySelectorAll("*")]) {
    if (part.namespaceURI !== SVG || !DRAWN.has(part.localName)) throw new Error("The picture of this figure cannot be read.");
    for (const { name, value } of [...part.attributes]) {
      if (/^on|href|^id$/i.test(name) || (name === "style" && /url/i.test(value))) throw new Error("The picture of this figure holds more than ink.");
    }
    if (part.localName === "style" && /@import|url\(/i.test(part.textContent)) throw new Error("The picture of this figure holds more than ink.");
  }
  return document.importNode(picture, true);
}

// Text is only written where it changed: most of what is on the page stays as it is.
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// Buttons of which one is chosen. `choices` are [value, label].
function choice(label, choices, choose) {
  const buttons = choices.map(([value, text]) => h("button", { type: "button", className: "gf-choice", onclick: () => choose(value) }, text));
  const group = h("div", { className: "gf-choices", role: "group", "aria-label": label }, buttons);
  const show = (chosen) => buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(choices[i][0] === chosen)));
  return { group, show };
}

// A list to choose from, filled again only when its options change.
function chooser(label, choose) {
  const list = h("select", { "aria-label": label, onchange: () => choose(Number(list.value)) });
  let known = "";
  const show = (options, chosen) => {
    const key = JSON.stringify(options);
    if (key !== known) list.replaceChildren(...options.map(([value, text]) => h("option", { value: String(value) }, text)));
    known = key;
    list.value = String(chosen);
  };
  return { list, show };
}

const iconPaths = {
  first: "M3 2h2v12H3zM13 2v12L6 8z", back: "M12 2v12L4 8z", play: "M4 2l9 6-9 6z", pause: "M4 2h3v12H4zM9 2h3v12H9z",
  forward: "M4 2h2l7 6-7 6H4l6-6z", last: "M11 2h2v12h-2zM3 2l7 6-7 6z",
};

function iconButton(icon, label, onclick) {
  const path = s("path", { d: iconPaths[icon] });
  const button = h("button", { type: "button", className: "gf-icon", "aria-label": label, title: label, onclick },
    s("svg", { viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true" }, path));
  button.become = (other, says) => {
    path.setAttribute("d", iconPaths[other]);
    button.setAttribute("aria-label", says);
    button.title = says;
  };
  return button;
}

function tableOf(caption, head, rows) {
  return h("table", { className: "gf-table" }, h("caption", {}, caption),
    h("thead", {}, h("tr", {}, head.map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, rows.map(([first, ...others]) => h("tr", {}, h("th", { scope: "row" }, first), others.map((cell) => h("td", {}, cell))))));
}
