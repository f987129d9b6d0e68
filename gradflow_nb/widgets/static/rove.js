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
