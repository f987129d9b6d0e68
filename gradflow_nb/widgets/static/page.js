// A page without a kernel: a model that only remembers, and the system's choice of light or dark.
const known = JSON.parse(document.getElementById("state").textContent);
const model = {
	get: (name) => known[name],
	set: (name, value) => { known[name] = value; },
	save_changes() {}, send() {}, on() {}, off() {},
};
const dark = matchMedia("(prefers-color-scheme: dark)");
const theme = () => { document.documentElement.dataset.jpThemeLight = String(!dark.matches); };
theme();
dark.addEventListener("change", theme);
render({ model, el: document.getElementById("figure") });
