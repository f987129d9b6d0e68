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

export default { render };
