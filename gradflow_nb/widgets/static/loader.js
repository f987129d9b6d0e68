// The module is imported once a page, however many figures there are: else each would keep a copy until the page is left.
export default {
	async render(context) {
		const modules = globalThis.gradflowModules ??= new Map(), text = context.model.get("module");
		if (!modules.has(text)) {
			const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
			modules.set(text, import(address).catch((error) => { modules.delete(text); throw error; }));
		}
		return (await modules.get(text)).default.render(context);
	},
};
