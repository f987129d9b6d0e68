// Shows the picture inline and lets the arrow keys walk its nodes and edges, or its paths, in order.
function render({ model, el }) {
	const root = document.createElement("div");
	root.className = "gradflow-widget";
	const figure = root.appendChild(document.createElement("div"));
	figure.className = "gf-figure";
	const words = root.appendChild(document.createElement("details"));
	words.className = "gf-words";
	const draw = () => {
		figure.innerHTML = model.get("svg");
		words.innerHTML = `<summary>The same in words</summary>${model.get("words")}`;
		const paths = figure.querySelectorAll(".gf-path");
		rove([...(paths.length ? paths : figure.querySelectorAll(".gf-node, .gf-edge"))]);
	};
	draw();
	model.on("change:svg", draw);
	el.appendChild(root);
	return () => model.off("change:svg", draw);
}

// One stop of the Tab key for the whole figure; arrows, Home and End move inside it.
function rove(parts) {
	parts.forEach((part, i) => {
		part.setAttribute("tabindex", i === 0 ? "0" : "-1");
		part.addEventListener("keydown", (event) => {
			const next = {
				ArrowRight: i + 1, ArrowDown: i + 1, ArrowLeft: i - 1, ArrowUp: i - 1, Home: 0, End: parts.length - 1,
			}[event.key];
			if (next === undefined) return;
			event.preventDefault();
			event.stopPropagation();
			const to = parts[Math.max(0, Math.min(parts.length - 1, next))];
			part.setAttribute("tabindex", "-1");
			to.setAttribute("tabindex", "0");
			to.focus();
		});
	});
}

export default { render };
