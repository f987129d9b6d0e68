// Making elements. None has an id, for a figure may be shown twice on a page.

// h("p.gf-hint", {title: "..."}, "text"): tag and class, properties or attributes or events, children.
function h(tag, properties, ...children) {
	const [name, className = ""] = tag.split("."), made = document.createElement(name);
	if (className) made.className = className;
	if (name === "button") made.type = "button";
	const given = properties?.constructor === Object ? properties : {};
	if (properties !== given) children.unshift(properties);
	for (const [key, value] of Object.entries(given)) {
		if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
		else if (key in made && key !== "role") made[key] = value;
		else made.setAttribute(key, value);
	}
	made.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
	return made;
}

const SVG = "http://www.w3.org/2000/svg";

function s(tag, properties = {}, ...children) {
	const made = document.createElementNS(SVG, tag);
	for (const [name, value] of Object.entries(properties)) made.setAttribute(name, value);
	made.append(...children);
	return made;
}

const DRAWN = new Set("svg title desc style rect g path polygon polyline text tspan".split(" "));

// A picture as an element, if it is nothing but ink: no scripts, no handlers, nothing from elsewhere.
function safeSvg(text) {
	const picture = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
	const isInk = (part) => part.namespaceURI === SVG && DRAWN.has(part.localName)
		&& [...part.attributes].every(({ name, value }) => !/^on|href|^id$|^style$|^data-com/i.test(name) && !/url\(|\\/i.test(value))
		&& (part.localName !== "style" || !/url\(|src\(|image|@import|\\/i.test(part.textContent));
	if (![picture, ...picture.querySelectorAll("*")].every(isInk)) throw new Error("The picture of this figure holds more than ink.");
	return document.importNode(picture, true);
}

// Text is only written where it changed.
function write(element, text) {
	if (element.textContent !== text) element.textContent = text;
}

// The children of an element, made again only when what they show has changed; the focus stays near.
function rebuilt(element) {
	let known = null;
	return (shown, make) => {
		const key = JSON.stringify(shown), hadFocus = element.contains(element.getRootNode().activeElement);
		if (key === known) return;
		known = key;
		element.replaceChildren(...make().filter(Boolean));
		if (hadFocus) (element.querySelector("button") ?? element.closest("[tabindex]"))?.focus();
	};
}

const button = (text, onclick, more = {}) => h("button.gf-button", { onclick, ...more }, text);
const line = (...children) => h("div.gf-line", ...children);
const hint = (text) => h("p.gf-hint", text);

// Buttons of which one is chosen: {value: text}.
function choice(label, choices, choose) {
	const buttons = Object.entries(choices).map(([value, text]) => [value, h("button.gf-choice", { onclick: () => choose(value) }, text)]);
	const show = (chosen) => buttons.forEach(([value, each]) => each.setAttribute("aria-pressed", String(value === chosen)));
	return { group: h("div.gf-choices", { role: "group", "aria-label": label }, buttons.map(([, each]) => each)), show };
}

// A list of [value, text] to choose from, filled again only when it changes.
function chooser(label, choose) {
	const list = h("select", { "aria-label": label, onchange: () => choose(Number(list.value)) }), fill = rebuilt(list);
	const show = (options, chosen) => {
		fill(options, () => options.map(([value, text]) => h("option", { value: String(value) }, text)));
		list.value = String(chosen);
	};
	return { list, show };
}

function tableOf(caption, head, rows) {
	const cells = ([first, ...others]) => h("tr", h("th", { scope: "row" }, first), others.map((cell) => h("td", cell)));
	return h("table.gf-table", caption && h("caption", caption), h("thead", h("tr", head.map((text) => h("th", { scope: "col" }, text)))), h("tbody", rows.map(cells)));
}

const ICONS = { first: "|◂", back: "◂", play: "▶\ufe0e", pause: "❙❙", forward: "▸", last: "▸|" };

function iconButton(icon, label, onclick) {
	const made = h("button.gf-icon", { onclick });
	made.become = (other, says) => {
		write(made, ICONS[other]);
		made.setAttribute("aria-label", says);
		made.title = says;
	};
	made.become(icon, label);
	return made;
}
